-- The whole life of a subscription: trials, changes, pauses. Time is tiled by periods of three kinds; what is billed is a
-- history of terms; what is asked for is a list of changes; lines may wait for their invoice.

-- Plans -------------------------------------------------------------------------------------------------------------

ALTER TABLE plan_versions
  ADD COLUMN trial_days integer NOT NULL DEFAULT 0 CHECK (trial_days BETWEEN 0 AND 730),
  ADD COLUMN trial_usage text NOT NULL DEFAULT 'free' CHECK (trial_usage IN ('free', 'billed')),
  -- Of a trial that ends without a payment method.
  ADD COLUMN trial_end_behavior text NOT NULL DEFAULT 'invoice' CHECK (trial_end_behavior IN ('cancel', 'pause', 'invoice')),
  -- When fewer seats take effect where the change does not say.
  ADD COLUMN seats_down text NOT NULL DEFAULT 'now' CHECK (seats_down IN ('now', 'period_end'));

-- Terms -------------------------------------------------------------------------------------------------------------

-- Several may begin at one instant: the last one accepted is in effect.
ALTER TABLE subscription_terms
  DROP CONSTRAINT subscription_terms_pkey,
  ADD COLUMN sequence integer NOT NULL DEFAULT 0,
  ADD COLUMN quantities jsonb NOT NULL DEFAULT '{}', -- of single prices, by code
  ADD COLUMN add_ons jsonb NOT NULL DEFAULT '[]';    -- {planId, planVersion, quantity}
ALTER TABLE subscription_terms DISABLE TRIGGER subscription_terms_immutable;
UPDATE subscription_terms t SET sequence = n.sequence
  FROM (SELECT subscription_id, effective_at,
               row_number() OVER (PARTITION BY subscription_id ORDER BY effective_at) - 1 AS sequence
          FROM subscription_terms) n
 WHERE n.subscription_id = t.subscription_id AND n.effective_at = t.effective_at;
ALTER TABLE subscription_terms ENABLE TRIGGER subscription_terms_immutable;
ALTER TABLE subscription_terms ADD PRIMARY KEY (subscription_id, sequence);
CREATE INDEX subscription_terms_effective ON subscription_terms (subscription_id, effective_at);

ALTER TABLE subscriptions
  DROP CONSTRAINT subscriptions_status_check,
  DROP CONSTRAINT subscriptions_check1,
  ADD CHECK (status IN ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled')),
  ADD CHECK (status <> 'canceled' OR next_due_at IS NULL),
  ADD CHECK (next_due_at IS NOT NULL OR status IN ('canceled', 'paused')),
  DROP COLUMN cancellation_id,
  ADD COLUMN quantities jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN add_ons jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN anchored_at timestamptz, -- what the boundaries are counted from since a change, a trial or a pause; null: the start
  ADD COLUMN trial_end timestamptz,
  ADD COLUMN trial_reminder_at timestamptz,
  ADD COLUMN cancel_credit_unused boolean NOT NULL DEFAULT false,
  ADD COLUMN pause_at timestamptz,
  ADD COLUMN pause_credit_unused boolean NOT NULL DEFAULT false,
  ADD COLUMN paused_at timestamptz,
  ADD COLUMN resume_at timestamptz,
  ADD CHECK ((status = 'paused') = (paused_at IS NOT NULL) OR status = 'canceled');

CREATE OR REPLACE FUNCTION begin_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO subscription_terms (subscription_id, effective_at, plan_id, plan_version, quantity, price_overrides, quantities, add_ons)
  VALUES (NEW.id, NEW.started_at, NEW.plan_id, NEW.plan_version, NEW.quantity, NEW.price_overrides, NEW.quantities, NEW.add_ons);
  RETURN NULL;
END $$;

-- Changes -----------------------------------------------------------------------------------------------------------

-- What was asked for, in the order in which it was accepted; it takes effect at an instant, or with a period.
CREATE TABLE subscription_changes (
  id                 text PRIMARY KEY,
  subscription_id    text NOT NULL REFERENCES subscriptions,
  sequence           integer NOT NULL,
  change             jsonb NOT NULL,
  proration_behavior text NOT NULL CHECK (proration_behavior IN ('create_prorations', 'always_invoice', 'none')),
  effective_at       timestamptz,
  at_period          integer, -- the index of the period that begins with it
  status             text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'applied', 'withdrawn')),
  accepted_at        timestamptz NOT NULL,
  settled_at         timestamptz, -- when it took effect or was withdrawn
  UNIQUE (subscription_id, sequence),
  CHECK (num_nonnulls(effective_at, at_period) = 1),
  CHECK ((status = 'pending') = (settled_at IS NULL))
);
CREATE INDEX subscription_changes_pending ON subscription_changes (subscription_id, sequence) WHERE status = 'pending';

CREATE FUNCTION keep_settled_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status <> 'pending'
     OR (NEW.id, NEW.subscription_id, NEW.sequence, NEW.change, NEW.effective_at)
        IS DISTINCT FROM (OLD.id, OLD.subscription_id, OLD.sequence, OLD.change, OLD.effective_at) THEN
    RAISE EXCEPTION 'change % of a subscription cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER subscription_changes_kept BEFORE UPDATE OR DELETE ON subscription_changes
  FOR EACH ROW EXECUTE FUNCTION keep_settled_change();

-- What was carried out, so that a request which is run again does nothing twice.
CREATE TABLE subscription_operations (
  operation_id    text PRIMARY KEY,
  subscription_id text NOT NULL REFERENCES subscriptions,
  kind            text NOT NULL,
  accepted_at     timestamptz NOT NULL
);
CREATE TRIGGER subscription_operations_kept BEFORE UPDATE OR DELETE ON subscription_operations
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Periods -----------------------------------------------------------------------------------------------------------

-- Invoices ask for the usage of periods: one for each period, any number for an invoice.
ALTER TABLE subscription_periods
  ALTER COLUMN ends_at DROP NOT NULL,
  ADD COLUMN kind text NOT NULL DEFAULT 'billed' CHECK (kind IN ('billed', 'trial', 'paused')),
  ADD COLUMN bills_usage boolean NOT NULL DEFAULT true CHECK (NOT bills_usage OR kind <> 'paused'),
  ADD COLUMN interval_starts_at timestamptz, -- the whole interval that contains it; null: it is a whole one
  ADD COLUMN interval_ends_at timestamptz,
  ADD COLUMN terms_sequence integer NOT NULL DEFAULT 0, -- the terms that it began with
  ADD COLUMN invoice_id text REFERENCES invoices,       -- that bills what it used
  ADD CHECK (ends_at IS NOT NULL OR kind = 'paused'),
  ADD CHECK (num_nonnulls(interval_starts_at, interval_ends_at) <> 1);
UPDATE subscription_periods p SET invoice_id = i.id
  FROM invoices i WHERE i.subscription_id = p.subscription_id AND i.usage_period = p.index;
CREATE INDEX subscription_periods_invoice ON subscription_periods (invoice_id) WHERE invoice_id IS NOT NULL;

-- Invoices and their lines ------------------------------------------------------------------------------------------

ALTER TABLE invoices ADD COLUMN change_id text UNIQUE REFERENCES subscription_changes; -- that is invoiced at once
CREATE OR REPLACE FUNCTION keep_finalized_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'invoice % cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status = 'draft' THEN
    IF NEW.status NOT IN ('draft', 'open', 'paid') THEN
      RAISE EXCEPTION 'invoice % cannot go from draft to %', OLD.id, NEW.status USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.customer_id, NEW.subscription_id, NEW.boundary, NEW.change_id, NEW.test_clock_id, NEW.sequence, NEW.number,
      NEW.currency, NEW.period_start, NEW.period_end, NEW.subtotal, NEW.discount, NEW.tax, NEW.total,
      NEW.credits_applied, NEW.amount_due, NEW.finalized_at, NEW.due_at, NEW.created)
     IS DISTINCT FROM
     (OLD.id, OLD.customer_id, OLD.subscription_id, OLD.boundary, OLD.change_id, OLD.test_clock_id, OLD.sequence, OLD.number,
      OLD.currency, OLD.period_start, OLD.period_end, OLD.subtotal, OLD.discount, OLD.tax, OLD.total,
      OLD.credits_applied, OLD.amount_due, OLD.finalized_at, OLD.due_at, OLD.created)
     OR NEW.amount_paid < OLD.amount_paid
     OR (OLD.status IN ('paid', 'void') AND NEW.status <> OLD.status)
     OR NEW.status = 'draft' THEN
    RAISE EXCEPTION 'invoice % is finalised and cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
ALTER TABLE invoices DROP COLUMN usage_period;

ALTER TABLE invoice_lines
  ALTER COLUMN invoice_id DROP NOT NULL, -- a line may wait for its invoice
  ALTER COLUMN position DROP NOT NULL,
  ADD CHECK ((invoice_id IS NULL) = (position IS NULL)),
  ADD COLUMN period_index integer, -- the period of its subscription that it is for
  ADD COLUMN credits_line_id text REFERENCES invoice_lines; -- the charge of which it gives back what is left
-- A charge is given back once.
CREATE UNIQUE INDEX invoice_lines_credited_once ON invoice_lines (credits_line_id) WHERE credits_line_id IS NOT NULL;
CREATE INDEX invoice_lines_waiting ON invoice_lines (subscription_id) WHERE invoice_id IS NULL;
-- One line for a price, a period (or the part of it that a price is in effect) and a group.
DROP INDEX invoice_lines_once;
ALTER TABLE invoice_lines DISABLE TRIGGER invoice_lines_immutable;
UPDATE invoice_lines l SET period_index = p.index
  FROM subscription_periods p
 WHERE p.subscription_id = l.subscription_id AND l.period_start >= p.starts_at AND l.period_start < p.ends_at;
ALTER TABLE invoice_lines ENABLE TRIGGER invoice_lines_immutable;
CREATE UNIQUE INDEX invoice_lines_once ON invoice_lines (subscription_id, period_index, price_code, billing, period_start, group_key)
  WHERE type IN ('fixed', 'usage');

-- A line never changes; one that waits is put on an invoice, once.
CREATE FUNCTION keep_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.invoice_id IS NOT NULL
     OR to_jsonb(NEW) - ARRAY['invoice_id', 'position', 'group_key']
        <> to_jsonb(OLD) - ARRAY['invoice_id', 'position', 'group_key'] THEN
    RAISE EXCEPTION 'line % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER invoice_lines_immutable ON invoice_lines;
CREATE TRIGGER invoice_lines_kept BEFORE UPDATE ON invoice_lines FOR EACH ROW EXECUTE FUNCTION keep_line();
CREATE TRIGGER invoice_lines_collected AFTER UPDATE ON invoice_lines
  REFERENCING NEW TABLE AS changed_lines FOR EACH STATEMENT EXECUTE FUNCTION keep_lines_of_finalized_invoices();
CREATE FUNCTION keep_waiting_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'line % waits for its invoice and cannot be removed', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER invoice_lines_waiting_kept BEFORE DELETE ON invoice_lines
  FOR EACH ROW WHEN (OLD.invoice_id IS NULL) EXECUTE FUNCTION keep_waiting_line();

-- The log of events -------------------------------------------------------------------------------------------------

-- What happened in a subscription's life, in order; written with what it tells of, and never changed.
CREATE TABLE event_log (
  sequence        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  type            text NOT NULL,
  customer_id     text NOT NULL,
  subscription_id text NOT NULL,
  occurred_at     timestamptz NOT NULL, -- by the customer's clock
  data            jsonb NOT NULL DEFAULT '{}',
  recorded_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_log_subscription ON event_log (subscription_id, sequence);
CREATE TRIGGER event_log_kept BEFORE UPDATE OR DELETE ON event_log FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The plans that terms bill by: their own, and those of their add-ons.
CREATE VIEW terms_plans AS
  SELECT subscription_id, sequence, effective_at, plan_id, plan_version FROM subscription_terms
   UNION ALL
  SELECT t.subscription_id, t.sequence, t.effective_at, a ->> 'planId', (a ->> 'planVersion')::int
    FROM subscription_terms t CROSS JOIN jsonb_array_elements(t.add_ons) a;

-- A move to another version is a change like any other.
ALTER TABLE plan_migration_results ADD COLUMN change_id text REFERENCES subscription_changes;
