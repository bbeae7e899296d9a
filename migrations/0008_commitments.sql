-- A commitment: what a subscription pays at least over a window of periods, with a true-up at its end.

ALTER TABLE subscriptions ADD COLUMN commitment jsonb;
ALTER TABLE invoice_lines
  ALTER COLUMN price_id DROP NOT NULL, -- of a commitment there is no price
  DROP CONSTRAINT invoice_lines_type,
  ADD CONSTRAINT invoice_lines_type
    CHECK (type IN ('fixed', 'usage', 'late_usage', 'minimum', 'proration', 'commitment', 'overage')),
  ADD CHECK ((price_id IS NULL) = (type IN ('commitment', 'overage')));
CREATE INDEX invoice_lines_subscription ON invoice_lines (subscription_id, period_start);
