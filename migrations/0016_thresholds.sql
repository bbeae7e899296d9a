-- Thresholds: a subscription is invoiced early when what the usage of its open period comes to passes an amount.

ALTER TABLE subscriptions ADD COLUMN threshold_amount bigint CHECK (threshold_amount > 0); -- in minor units; null: none
CREATE INDEX subscriptions_threshold ON subscriptions (id)
  WHERE threshold_amount IS NOT NULL AND next_due_at IS NOT NULL AND test_clock_id IS NULL;
CREATE INDEX subscriptions_threshold_on_clock ON subscriptions (test_clock_id, id)
  WHERE threshold_amount IS NOT NULL AND next_due_at IS NOT NULL AND test_clock_id IS NOT NULL;

-- What the last look at a subscription saw: only where something else is there to see is it looked at again. A table of
-- its own, so that a look writes no row that renewals wait for.
CREATE TABLE threshold_looks (
  subscription_id  text PRIMARY KEY REFERENCES subscriptions,
  period_index     integer NOT NULL,
  terms_sequence   integer NOT NULL,
  threshold_amount bigint NOT NULL,
  usage_snapshot   pg_snapshot NOT NULL -- the events that were counted
);

-- An early invoice is of one subscription, and opens and closes nothing.
ALTER TABLE invoices ADD CONSTRAINT invoices_threshold
  CHECK (billing_reason <> 'threshold' OR (subscription_id IS NOT NULL AND num_nonnulls(boundary, change_id, grouped_at) = 0));
-- The draft that bills a period waits for these: there are none but for moments.
CREATE INDEX invoices_threshold_drafts ON invoices (customer_id) WHERE status = 'draft' AND billing_reason = 'threshold';

-- What was invoiced early is for a period, whose invoice gives it back.
ALTER TABLE invoice_lines ADD CONSTRAINT invoice_lines_progressive
  CHECK (type <> 'progressive' OR (billing = 'in_arrears' AND num_nonnulls(subscription_id, period_index, invoice_id) = 3));
CREATE INDEX invoice_lines_progressive ON invoice_lines (subscription_id, period_index) WHERE type = 'progressive';
