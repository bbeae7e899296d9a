-- Invoices people can send: coupons, taxes, credit, numbers, notes that correct; and the books that go with them.

-- Who sells, and who buys -------------------------------------------------------------------------------------------

-- What stands on invoices as the seller. A change is a new row: what was sent stays what it was.
CREATE TABLE business_profiles (
  version  bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  profile  jsonb NOT NULL, -- name, address, tax_id, email
  created  timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER business_profiles_kept BEFORE UPDATE OR DELETE ON business_profiles
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE customers
  ADD COLUMN address jsonb,
  ADD COLUMN locale text NOT NULL DEFAULT 'en-US',
  ADD COLUMN tax_id text,
  ADD COLUMN tax_exempt text NOT NULL DEFAULT 'none' CHECK (tax_exempt IN ('none', 'exempt', 'reverse')),
  ADD COLUMN tax_rates text[] NOT NULL DEFAULT '{}', -- ids: what is charged in place of its country's rates
  ADD COLUMN collection_method text NOT NULL DEFAULT 'charge_automatically'
    CHECK (collection_method IN ('charge_automatically', 'send_invoice')),
  ADD COLUMN days_until_due integer NOT NULL DEFAULT 30 CHECK (days_until_due BETWEEN 0 AND 365),
  ADD COLUMN invoice_series text NOT NULL DEFAULT 'default',
  ADD COLUMN invoice_footer text,
  ADD COLUMN po_number text,
  ADD COLUMN custom_fields jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN auto_top_up jsonb; -- {threshold, amount, expires_after_days?, priority?}
-- Of one subscription, where it differs from its customer's.
ALTER TABLE subscriptions
  ADD COLUMN collection_method text CHECK (collection_method IN ('charge_automatically', 'send_invoice')),
  ADD COLUMN days_until_due integer CHECK (days_until_due BETWEEN 0 AND 365);

-- Numbers -----------------------------------------------------------------------------------------------------------

-- A series is numbered 1..n; one that restarts has such a run for each of its spans: a year, or a month.
ALTER TABLE invoice_series RENAME TO series_counters;
ALTER TABLE series_counters
  DROP CONSTRAINT invoice_series_pkey,
  DROP COLUMN prefix,
  ADD COLUMN series text NOT NULL DEFAULT 'default',
  ADD COLUMN span text NOT NULL DEFAULT '',
  ADD PRIMARY KEY (book, series, span),
  ADD CHECK (last_sequence >= 0);
ALTER TABLE series_counters ALTER COLUMN series DROP DEFAULT, ALTER COLUMN span DROP DEFAULT;

CREATE TABLE invoice_series (
  code     text PRIMARY KEY,
  kind     text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
  prefix   text NOT NULL,
  pattern  text NOT NULL,
  restarts text NOT NULL CHECK (restarts IN ('never', 'yearly', 'monthly')),
  operation_id uuid UNIQUE, -- the request that made it, which may be run again
  metadata jsonb NOT NULL DEFAULT '{}',
  created  timestamptz NOT NULL DEFAULT now()
);
-- A number begins with its prefix, so that no two series give the same one.
CREATE UNIQUE INDEX invoice_series_prefix ON invoice_series (prefix);
INSERT INTO invoice_series (code, kind, prefix, pattern, restarts) VALUES
  ('default',      'invoice',     'INV', '{prefix}-{seq:6}', 'never'),
  ('credit_notes', 'credit_note', 'CN',  '{prefix}-{seq:6}', 'never');
CREATE TRIGGER invoice_series_kept BEFORE UPDATE OR DELETE ON invoice_series
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE customers ADD FOREIGN KEY (invoice_series) REFERENCES invoice_series;

-- Coupons -----------------------------------------------------------------------------------------------------------

CREATE TABLE coupons (
  id               text PRIMARY KEY,
  code             text NOT NULL UNIQUE,
  name             text,
  percent_off      numeric CHECK (percent_off > 0 AND percent_off <= 100),
  amount_off       bigint CHECK (amount_off > 0),
  currency         text CHECK (currency ~ '^[A-Z]{3}$'),
  duration         text NOT NULL CHECK (duration IN ('once', 'repeating', 'forever')),
  duration_periods integer CHECK (duration_periods > 0),
  max_redemptions  integer CHECK (max_redemptions > 0),
  times_redeemed   integer NOT NULL DEFAULT 0 CHECK (times_redeemed >= 0),
  expires_at       timestamptz,
  applies_to       jsonb NOT NULL DEFAULT '{}', -- {prices: codes, plans: ids}; of each an absent one means all
  metadata         jsonb NOT NULL DEFAULT '{}',
  created          timestamptz NOT NULL,
  CHECK (num_nonnulls(percent_off, amount_off) = 1),
  CHECK ((amount_off IS NULL) = (currency IS NULL)),
  CHECK ((duration = 'repeating') = (duration_periods IS NOT NULL)),
  CHECK (times_redeemed <= max_redemptions)
);
CREATE FUNCTION keep_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - ARRAY['name', 'times_redeemed', 'expires_at', 'metadata']
        <> to_jsonb(OLD) - ARRAY['name', 'times_redeemed', 'expires_at', 'metadata']
     OR NEW.times_redeemed < OLD.times_redeemed THEN
    RAISE EXCEPTION 'coupon % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER coupons_kept BEFORE UPDATE OR DELETE ON coupons FOR EACH ROW EXECUTE FUNCTION keep_coupon();

-- A coupon that was redeemed: it takes from the invoices that begin while it runs.
CREATE TABLE discounts (
  id              text PRIMARY KEY,
  coupon_id       text NOT NULL REFERENCES coupons,
  customer_id     text NOT NULL REFERENCES customers,
  subscription_id text REFERENCES subscriptions, -- null: of all that the customer is billed
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz,
  exhausted       boolean NOT NULL DEFAULT false, -- it has no invoice left to take from
  created         timestamptz NOT NULL,
  CHECK (ends_at >= starts_at)
);
CREATE UNIQUE INDEX discounts_once ON discounts (coupon_id, customer_id, coalesce(subscription_id, ''))
  WHERE ends_at IS NULL AND NOT exhausted;
CREATE INDEX discounts_running ON discounts (customer_id) WHERE NOT exhausted;

CREATE TABLE discount_uses (
  discount_id     text NOT NULL REFERENCES discounts,
  invoice_id      text NOT NULL REFERENCES invoices,
  subscription_id text,             -- that the invoice is of; null: of several, or of none
  counts          boolean NOT NULL, -- whether it uses up one of the periods
  amount          bigint NOT NULL CHECK (amount > 0),
  PRIMARY KEY (discount_id, invoice_id)
);
CREATE TRIGGER discount_uses_kept BEFORE UPDATE OR DELETE ON discount_uses
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Taxes -------------------------------------------------------------------------------------------------------------

CREATE TABLE tax_rates (
  id         text PRIMARY KEY,
  code       text NOT NULL UNIQUE,
  name       text,
  percentage numeric NOT NULL CHECK (percentage >= 0 AND percentage <= 100),
  inclusive  boolean NOT NULL,
  country    text CHECK (country ~ '^[A-Z]{2}$'),
  applies_to jsonb NOT NULL DEFAULT '{}',
  active     boolean NOT NULL DEFAULT true,
  metadata   jsonb NOT NULL DEFAULT '{}',
  created    timestamptz NOT NULL
);
CREATE FUNCTION keep_tax_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - ARRAY['name', 'active', 'metadata'] <> to_jsonb(OLD) - ARRAY['name', 'active', 'metadata'] THEN
    RAISE EXCEPTION 'tax rate % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tax_rates_kept BEFORE UPDATE OR DELETE ON tax_rates FOR EACH ROW EXECUTE FUNCTION keep_tax_rate();

-- Invoices ----------------------------------------------------------------------------------------------------------

ALTER TABLE invoices
  ADD COLUMN billing_reason text NOT NULL DEFAULT 'subscription'
    CHECK (billing_reason IN ('subscription', 'threshold', 'manual', 'top_up')),
  ADD COLUMN auto_advance boolean NOT NULL DEFAULT true, -- becomes final, and is collected, by itself
  ADD COLUMN collection_method text CHECK (collection_method IN ('charge_automatically', 'send_invoice')),
  ADD COLUMN days_until_due integer CHECK (days_until_due BETWEEN 0 AND 365),
  ADD COLUMN memo text,
  ADD COLUMN footer text,
  ADD COLUMN po_number text,
  ADD COLUMN custom_fields jsonb,
  ADD COLUMN parties jsonb, -- seller and buyer as they were when it became final
  ADD COLUMN series text,
  ADD COLUMN span text,
  ADD COLUMN tax_included bigint NOT NULL DEFAULT 0, -- contained in the amounts of its lines
  ADD COLUMN discounts jsonb NOT NULL DEFAULT '[]',  -- what each coupon took
  ADD COLUMN taxes jsonb NOT NULL DEFAULT '[]',      -- what each rate comes to
  ADD COLUMN credits jsonb NOT NULL DEFAULT '[]',    -- what paid it before any payment
  ADD COLUMN amount_credited bigint NOT NULL DEFAULT 0, -- taken off what is due by credit notes
  ADD COLUMN sent_at timestamptz,
  ADD COLUMN voided_at timestamptz,
  ADD COLUMN uncollectible_at timestamptz;
UPDATE invoices SET series = 'default', span = '' WHERE sequence IS NOT NULL;
ALTER TABLE invoices
  DROP CONSTRAINT invoices_book_sequence_key,
  ADD UNIQUE (book, series, span, sequence),
  ADD CHECK (num_nonnulls(series, span, sequence) IN (0, 3)),
  DROP CONSTRAINT invoices_check2, -- what is paid, within what is due
  DROP CONSTRAINT invoices_check7, -- paid is paid in full
  ADD CHECK (amount_paid >= 0 AND amount_credited >= 0 AND amount_paid + amount_credited <= amount_due),
  ADD CHECK (status <> 'paid' OR amount_paid + amount_credited = amount_due),
  ADD CHECK ((status = 'void') = (voided_at IS NOT NULL)),
  ADD CHECK (status <> 'uncollectible' OR uncollectible_at IS NOT NULL);

-- From `open` on nothing but status, what is paid or credited, and when, changes, for ever. A draft that nobody needs goes.
CREATE OR REPLACE FUNCTION keep_finalized_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change constant text[] := ARRAY['status', 'amount_paid', 'amount_credited', 'paid_at', 'voided_at', 'uncollectible_at',
    'sent_at', 'collect_at', 'finalizes_at', 'attempt_count', 'first_failed_at', 'next_attempt_at', 'last_decline',
    'last_failure_code', 'collection_started_at', 'metadata', 'auto_advance', 'book', 'shard'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status = 'draft' AND OLD.billing_reason = 'manual' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'invoice % cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status = 'draft' THEN
    IF NEW.status NOT IN ('draft', 'open', 'paid') THEN
      RAISE EXCEPTION 'invoice % cannot go from draft to %', OLD.id, NEW.status USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
     OR NEW.amount_paid < OLD.amount_paid OR NEW.amount_credited < OLD.amount_credited
     OR (OLD.status IN ('paid', 'void') AND NEW.status <> OLD.status)
     OR (OLD.status = 'uncollectible' AND NEW.status NOT IN ('uncollectible', 'paid', 'void'))
     OR NEW.status = 'draft' THEN
    RAISE EXCEPTION 'invoice % is finalised and cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- Lines -------------------------------------------------------------------------------------------------------------

ALTER TABLE invoice_lines
  DROP CONSTRAINT invoice_lines_type,
  ADD CONSTRAINT invoice_lines_type
    CHECK (type IN ('fixed', 'usage', 'late_usage', 'minimum', 'proration', 'commitment', 'overage', 'progressive', 'one_off',
                    'credit_purchase')),
  DROP CONSTRAINT invoice_lines_check1, -- which lines have no price
  ADD CHECK ((price_id IS NULL) = (type IN ('commitment', 'overage', 'one_off', 'credit_purchase'))),
  ADD COLUMN taxable boolean NOT NULL DEFAULT true,
  ADD COLUMN discountable boolean NOT NULL DEFAULT true,
  ADD COLUMN tax_rates text[], -- ids: in place of what else would be charged
  ADD COLUMN tax_included_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN discounts jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN taxes jsonb NOT NULL DEFAULT '[]';
CREATE INDEX invoice_lines_giving_back ON invoice_lines (invoice_id) WHERE credits_line_id IS NOT NULL;

-- A line never changes, but for what is taken off and put on it while its invoice is a draft; one that waits is put on an
-- invoice, once.
CREATE OR REPLACE FUNCTION keep_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  placed constant text[] := ARRAY['invoice_id', 'position', 'group_key'];
  summed constant text[] := ARRAY['discount_amount', 'tax_amount', 'tax_included_amount', 'discounts', 'taxes', 'group_key'];
BEGIN
  IF OLD.invoice_id IS NULL AND to_jsonb(NEW) - placed = to_jsonb(OLD) - placed THEN RETURN NEW; END IF;
  IF OLD.invoice_id IS NOT NULL AND to_jsonb(NEW) - summed = to_jsonb(OLD) - summed THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'line % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

-- What is added to a customer's next invoice, or to that of one of its subscriptions.
CREATE TABLE invoice_items (
  id              text PRIMARY KEY,
  customer_id     text NOT NULL REFERENCES customers,
  subscription_id text REFERENCES subscriptions,
  invoice_id      text REFERENCES invoices ON DELETE CASCADE, -- that it is on
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  description     text NOT NULL,
  quantity        numeric NOT NULL,
  unit_amount     text, -- a decimal in minor units; null: the amount as a whole
  amount          bigint NOT NULL,
  period_start    timestamptz NOT NULL,
  period_end      timestamptz NOT NULL CHECK (period_end > period_start),
  earned_at_once  boolean NOT NULL, -- or over its period
  waits           boolean NOT NULL, -- for the next invoice, whichever that is; or it was made for one
  taxable         boolean NOT NULL,
  discountable    boolean NOT NULL,
  tax_rates       text[],
  computation     jsonb NOT NULL,
  metadata        jsonb NOT NULL DEFAULT '{}',
  created         timestamptz NOT NULL
);
CREATE INDEX invoice_items_waiting ON invoice_items (customer_id) WHERE invoice_id IS NULL;
CREATE INDEX invoice_items_invoice ON invoice_items (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE FUNCTION keep_invoiced_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Of a draft that is given up it waits again.
  IF NEW.invoice_id IS NULL AND to_jsonb(NEW) - 'invoice_id' = to_jsonb(OLD) - 'invoice_id'
     AND EXISTS (SELECT FROM invoices i WHERE i.id = OLD.invoice_id AND i.status = 'draft') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'item % is on an invoice and cannot change', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER invoice_items_kept BEFORE UPDATE ON invoice_items
  FOR EACH ROW WHEN (OLD.invoice_id IS NOT NULL AND OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_invoiced_item();

-- Credit that was granted -------------------------------------------------------------------------------------------

CREATE TABLE credit_grants (
  id              text PRIMARY KEY,
  customer_id     text NOT NULL REFERENCES customers,
  test_clock_id   text REFERENCES test_clocks,
  book            text NOT NULL GENERATED ALWAYS AS (coalesce(test_clock_id, 'live')) STORED,
  name            text,
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount          bigint NOT NULL CHECK (amount > 0),
  remaining       bigint NOT NULL CHECK (remaining BETWEEN 0 AND amount),
  paid            boolean NOT NULL,
  top_up          boolean NOT NULL DEFAULT false CHECK (paid OR NOT top_up), -- it was bought by itself, when credit ran low
  priority        integer NOT NULL CHECK (priority BETWEEN 0 AND 100), -- the lowest is spent first
  applies_to      jsonb NOT NULL DEFAULT '{}',
  status          text NOT NULL CHECK (status IN ('pending', 'granted', 'expired', 'voided')),
  invoice_id      text REFERENCES invoices, -- by which it is paid for
  effective_at    timestamptz NOT NULL,
  expires_at      timestamptz CHECK (expires_at > effective_at),
  ended_at        timestamptz,              -- when it expired or was voided
  voided_by       text,                     -- the operation, which may be run again
  metadata        jsonb NOT NULL DEFAULT '{}',
  created         timestamptz NOT NULL,
  shard           smallint NOT NULL GENERATED ALWAYS AS (abs(hashtext(id) % 64)) STORED,
  CHECK ((invoice_id IS NOT NULL) = paid),
  CHECK (paid OR status <> 'pending'),
  CHECK ((status IN ('expired', 'voided')) = (ended_at IS NOT NULL)),
  CHECK (status IN ('pending', 'granted') OR remaining = 0)
);
CREATE INDEX credit_grants_left ON credit_grants (customer_id) WHERE remaining > 0;
CREATE INDEX credit_grants_invoice ON credit_grants (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX credit_grants_customer ON credit_grants (customer_id);
CREATE INDEX credit_grants_expiring ON credit_grants (expires_at)
  WHERE status = 'granted' AND expires_at IS NOT NULL AND test_clock_id IS NULL;
CREATE INDEX credit_grants_expiring_on_clock ON credit_grants (test_clock_id, expires_at)
  WHERE status = 'granted' AND expires_at IS NOT NULL AND test_clock_id IS NOT NULL;
-- While one waits for its payment no second is bought.
CREATE UNIQUE INDEX credit_grants_top_up ON credit_grants (customer_id) WHERE top_up AND status = 'pending';
CREATE FUNCTION keep_credit_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change constant text[] := ARRAY['remaining', 'status', 'ended_at', 'voided_by', 'metadata', 'book', 'shard'];
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status IN ('expired', 'voided') AND NEW.remaining <> OLD.remaining
     OR NEW.status = 'pending' AND OLD.status <> 'pending'
     OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
    RAISE EXCEPTION 'credit grant % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER credit_grants_kept BEFORE UPDATE OR DELETE ON credit_grants
  FOR EACH ROW EXECUTE FUNCTION keep_credit_grant();

-- What of a grant has gone where: to an invoice, and, with a negative amount, back from one that was voided. What comes back
-- to a grant that has ended goes the way of the rest of it at once.
CREATE TABLE credit_movements (
  sequence        bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  credit_grant_id text NOT NULL REFERENCES credit_grants,
  kind            text NOT NULL CHECK (kind IN ('applied', 'returned', 'expired', 'voided', 'taken_back')),
  source_id       text NOT NULL, -- an invoice; of what takes back a purchase, a credit note; otherwise the grant, as often as it ended
  amount          bigint NOT NULL CHECK ((kind = 'returned') = (amount < 0) AND amount <> 0),
  created         timestamptz NOT NULL,
  PRIMARY KEY (credit_grant_id, kind, source_id)
);
CREATE INDEX credit_movements_source ON credit_movements (source_id);
CREATE TRIGGER credit_movements_kept BEFORE UPDATE OR DELETE ON credit_movements
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Credit notes and refunds ------------------------------------------------------------------------------------------

CREATE TABLE credit_notes (
  id             text PRIMARY KEY,
  invoice_id     text NOT NULL REFERENCES invoices,
  customer_id    text NOT NULL REFERENCES customers,
  test_clock_id  text REFERENCES test_clocks,
  book           text NOT NULL GENERATED ALWAYS AS (coalesce(test_clock_id, 'live')) STORED,
  series         text NOT NULL,
  span           text NOT NULL,
  sequence       bigint NOT NULL,
  number         text NOT NULL UNIQUE,
  currency       text NOT NULL,
  reason         text NOT NULL CHECK (reason IN ('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory', 'other')),
  memo           text,
  subtotal       bigint NOT NULL, -- what is given back of the lines, net of their discounts
  tax            bigint NOT NULL, -- and of the tax on top
  tax_included   bigint NOT NULL,
  total          bigint NOT NULL CHECK (total >= 0),
  receivable_amount bigint NOT NULL CHECK (receivable_amount >= 0), -- taken off what was still to be paid
  credit_amount  bigint NOT NULL CHECK (credit_amount >= 0),        -- to the customer's balance
  refund_amount  bigint NOT NULL CHECK (refund_amount >= 0),
  grant_amount   bigint NOT NULL DEFAULT 0 CHECK (grant_amount >= 0),
  taxes          jsonb NOT NULL,
  parties        jsonb NOT NULL,
  metadata       jsonb NOT NULL DEFAULT '{}',
  created        timestamptz NOT NULL,
  UNIQUE (book, series, span, sequence),
  CHECK (total = subtotal + tax),
  CHECK (total = receivable_amount + credit_amount + refund_amount)
);
CREATE INDEX credit_notes_invoice ON credit_notes (invoice_id);
CREATE INDEX credit_notes_customer ON credit_notes (customer_id);
CREATE TRIGGER credit_notes_kept BEFORE UPDATE OR DELETE ON credit_notes FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE credit_note_lines (
  id                  text PRIMARY KEY,
  credit_note_id      text NOT NULL REFERENCES credit_notes,
  invoice_line_id     text NOT NULL REFERENCES invoice_lines,
  position            integer NOT NULL,
  amount              bigint NOT NULL,
  tax_amount          bigint NOT NULL,
  tax_included_amount bigint NOT NULL,
  taxes               jsonb NOT NULL,
  UNIQUE (credit_note_id, invoice_line_id)
);
CREATE INDEX credit_note_lines_line ON credit_note_lines (invoice_line_id);
CREATE TRIGGER credit_note_lines_kept BEFORE UPDATE OR DELETE ON credit_note_lines
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- Of no line is more given back than it came to, in amount nor in tax; its invoice is locked, so that two notes are told apart.
CREATE FUNCTION limit_credit_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE beyond text;
BEGIN
  PERFORM FROM invoices i WHERE i.id IN (SELECT l.invoice_id FROM invoice_lines l JOIN added a ON a.invoice_line_id = l.id)
    ORDER BY i.id FOR NO KEY UPDATE;
  SELECT l.id INTO beyond
    FROM invoice_lines l JOIN credit_note_lines n ON n.invoice_line_id = l.id
   WHERE l.id IN (SELECT invoice_line_id FROM added)
   GROUP BY l.id
  HAVING abs(sum(n.amount)) > abs(l.amount - l.discount_amount) OR sum(n.amount) * (l.amount - l.discount_amount) < 0
      OR abs(sum(n.tax_amount)) > abs(l.tax_amount) OR abs(sum(n.tax_included_amount)) > abs(l.tax_included_amount)
   LIMIT 1;
  IF beyond IS NOT NULL THEN
    RAISE EXCEPTION 'more than line % came to would be given back', beyond USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER credit_note_lines_limited AFTER INSERT ON credit_note_lines
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION limit_credit_note();

-- A refund is a row before the provider is asked; its id is the provider's idempotency key.
CREATE TABLE refunds (
  id                 text PRIMARY KEY,
  payment_id         text NOT NULL REFERENCES payments,
  credit_note_id     text NOT NULL REFERENCES credit_notes,
  customer_id        text NOT NULL REFERENCES customers,
  test_clock_id      text REFERENCES test_clocks,
  amount             bigint NOT NULL CHECK (amount > 0),
  currency           text NOT NULL,
  status             text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
  failure_code       text,
  provider_reference text,
  metadata           jsonb NOT NULL DEFAULT '{}',
  created            timestamptz NOT NULL,
  asked_at           timestamptz NOT NULL DEFAULT now(),
  completed_at       timestamptz,
  CHECK ((status = 'pending') = (completed_at IS NULL)),
  UNIQUE (credit_note_id, payment_id)
);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_pending ON refunds (asked_at) WHERE status = 'pending';
CREATE FUNCTION keep_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status <> 'pending'
     OR (NEW.payment_id, NEW.credit_note_id, NEW.amount, NEW.currency)
        IS DISTINCT FROM (OLD.payment_id, OLD.credit_note_id, OLD.amount, OLD.currency) THEN
    RAISE EXCEPTION 'refund % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refunds_completed BEFORE UPDATE OR DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION keep_refund();
-- No payment gives back more than it brought.
CREATE FUNCTION limit_refunds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE captured bigint;
BEGIN
  SELECT amount INTO captured FROM payments WHERE id = NEW.payment_id AND status = 'succeeded' FOR NO KEY UPDATE;
  IF captured IS NULL
     OR captured < (SELECT sum(amount) FROM refunds WHERE payment_id = NEW.payment_id AND status <> 'failed') THEN
    RAISE EXCEPTION 'payment % has less left to refund', NEW.payment_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refunds_limited AFTER INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION limit_refunds();

-- The ledger --------------------------------------------------------------------------------------------------------

ALTER DOMAIN ledger_account_code DROP CONSTRAINT ledger_account_code_check;
ALTER DOMAIN ledger_account_code ADD CONSTRAINT ledger_account_code_check
  CHECK (VALUE IN ('cash', 'accounts_receivable', 'customer_credit', 'prepaid_credit', 'promotional_credit', 'refunds_payable',
                   'tax_payable', 'deferred_revenue', 'revenue', 'breakage_revenue', 'promotional_expense', 'bad_debt'));
INSERT INTO ledger_accounts (code, name, type, normal_balance) VALUES
  ('prepaid_credit',      'Credit that customers paid for',     'liability', 'credit'),
  ('promotional_credit',  'Credit that was given away',         'liability', 'credit'),
  ('refunds_payable',     'Refunds under way',                  'liability', 'credit'),
  ('tax_payable',         'Tax collected',                      'liability', 'credit'),
  ('breakage_revenue',    'Credit that expired unused',         'revenue',   'credit'),
  ('promotional_expense', 'Credit given away',                  'expense',   'debit'),
  ('bad_debt',            'Invoices that are not paid',         'expense',   'debit');

ALTER TABLE ledger_transactions
  DROP CONSTRAINT ledger_transactions_kind_check,
  ADD CONSTRAINT ledger_transactions_kind_check
    CHECK (kind IN ('invoice_finalized', 'invoice_voided', 'invoice_uncollectible', 'uncollectible_recovered', 'payment_succeeded',
                    'credit_note_issued', 'refund_succeeded', 'refund_failed', 'credit_granted', 'credit_expired',
                    'credit_voided', 'revenue_recognized'));

-- What a void or a credit note takes back of a line that is earned over time runs beside it.
ALTER TABLE revenue_schedules
  ADD COLUMN source_id text NOT NULL DEFAULT '', -- the invoice that was voided, or the credit note; '': the line itself
  DROP CONSTRAINT revenue_schedules_pkey,
  ADD PRIMARY KEY (invoice_line_id, source_id);

-- Documents ---------------------------------------------------------------------------------------------------------

-- What was drawn of an invoice's usage when its document was first asked for: late events do not redraw it.
CREATE TABLE invoice_usage_charts (
  invoice_id text PRIMARY KEY REFERENCES invoices,
  charts     jsonb NOT NULL,
  created    timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER invoice_usage_charts_kept BEFORE UPDATE OR DELETE ON invoice_usage_charts
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
