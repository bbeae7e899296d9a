-- The facts of billing. Amounts are integers in minor units; times are instants; every period is half-open.
-- What can be enforced here is enforced here: the code may be wrong, the books may not.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- Access ------------------------------------------------------------------------------------------------------------

CREATE TABLE api_keys (
  id         text PRIMARY KEY,
  name       text NOT NULL,
  key_hash   bytea NOT NULL UNIQUE,
  key_hint   text NOT NULL,
  scopes     text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'usage:write', 'admin'] AND cardinality(scopes) > 0),
  rate_limit integer NOT NULL CHECK (rate_limit > 0), -- requests a second
  metadata   jsonb NOT NULL DEFAULT '{}',
  created    timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

CREATE TABLE idempotency_keys (
  api_key_id   text NOT NULL REFERENCES api_keys,
  key          text NOT NULL,
  fingerprint  bytea NOT NULL,        -- of method, path and body
  operation_id uuid NOT NULL,         -- every id that the request makes derives from it
  locked_until timestamptz NOT NULL,  -- a request that died gives its key back then
  status_code  integer,
  response     json,
  created      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (api_key_id, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created);

-- Customers ---------------------------------------------------------------------------------------------------------

CREATE TABLE test_clocks (
  id          text PRIMARY KEY,
  name        text NOT NULL,
  status      text NOT NULL DEFAULT 'ready' CHECK (status IN ('ready', 'advancing', 'deleted')),
  frozen_time timestamptz NOT NULL,
  target_time timestamptz NOT NULL,
  metadata    jsonb NOT NULL DEFAULT '{}',
  created     timestamptz NOT NULL DEFAULT now(),
  CHECK (target_time >= frozen_time)
);

CREATE FUNCTION keep_clock_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.frozen_time < OLD.frozen_time THEN
    RAISE EXCEPTION 'test clock % cannot go backwards', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER test_clocks_forward BEFORE UPDATE ON test_clocks FOR EACH ROW EXECUTE FUNCTION keep_clock_forward();

CREATE TABLE customers (
  id            text PRIMARY KEY,
  external_id   text CHECK (external_id !~ '^cus_'),
  name          text NOT NULL,
  email         text,
  currency      text CHECK (currency ~ '^[A-Z]{3}$'),
  timezone      text NOT NULL DEFAULT 'UTC',
  country       text,
  balance       bigint NOT NULL DEFAULT 0,
  test_clock_id text REFERENCES test_clocks,
  default_payment_method_id text,
  metadata      jsonb NOT NULL DEFAULT '{}',
  created       timestamptz NOT NULL,
  deleted_at    timestamptz
);
CREATE UNIQUE INDEX customers_external_id ON customers (external_id) WHERE deleted_at IS NULL;
CREATE INDEX customers_test_clock ON customers (test_clock_id) WHERE test_clock_id IS NOT NULL;

CREATE TABLE payment_methods (
  id                 text PRIMARY KEY,
  customer_id        text NOT NULL REFERENCES customers,
  provider           text NOT NULL,
  provider_reference text NOT NULL,
  type               text NOT NULL,
  card               jsonb,
  metadata           jsonb NOT NULL DEFAULT '{}',
  created            timestamptz NOT NULL,
  detached_at        timestamptz
);
CREATE INDEX payment_methods_customer ON payment_methods (customer_id);
ALTER TABLE customers ADD FOREIGN KEY (default_payment_method_id) REFERENCES payment_methods;

-- Catalog -----------------------------------------------------------------------------------------------------------

CREATE TABLE meters (
  id          text PRIMARY KEY,
  code        text NOT NULL UNIQUE,
  name        text NOT NULL,
  event_type  text NOT NULL,
  aggregation text NOT NULL CHECK (aggregation IN ('count', 'sum')),
  property    text CHECK ((aggregation = 'count') = (property IS NULL)),
  metadata    jsonb NOT NULL DEFAULT '{}',
  created     timestamptz NOT NULL
);
CREATE INDEX meters_event_type ON meters (event_type);

CREATE TABLE plans (
  id       text PRIMARY KEY,
  code     text NOT NULL UNIQUE,
  name     text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  created  timestamptz NOT NULL
);

CREATE TABLE plan_versions (
  plan_id              text NOT NULL REFERENCES plans,
  version              integer NOT NULL CHECK (version > 0),
  currency             text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  interval             text NOT NULL CHECK (interval IN ('day', 'week', 'month', 'year')),
  interval_count       integer NOT NULL CHECK (interval_count > 0),
  proration_unit       text NOT NULL CHECK (proration_unit IN ('second', 'day')),
  grace_period_seconds integer NOT NULL CHECK (grace_period_seconds >= 0),
  operation_id         uuid NOT NULL UNIQUE, -- the request that made it, which may be run again
  created              timestamptz NOT NULL,
  PRIMARY KEY (plan_id, version)
);
CREATE TRIGGER plan_versions_immutable BEFORE UPDATE OR DELETE ON plan_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE prices (
  id         text PRIMARY KEY,
  plan_id    text NOT NULL,
  version    integer NOT NULL,
  position   integer NOT NULL,
  code       text NOT NULL,
  meter_id   text REFERENCES meters,
  definition jsonb NOT NULL,
  FOREIGN KEY (plan_id, version) REFERENCES plan_versions,
  UNIQUE (plan_id, version, code),
  UNIQUE (plan_id, version, meter_id) -- an event is billed by one price
);
CREATE TRIGGER prices_immutable BEFORE UPDATE OR DELETE ON prices FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Usage -------------------------------------------------------------------------------------------------------------

-- The number at a property of an event: a JSON number or a decimal string, up to 12 fractional digits; null for anything else.
CREATE FUNCTION usage_value(data jsonb, property text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN data ->> property ~ '^-?[0-9]{1,30}(\.[0-9]{1,12})?$' THEN (data ->> property)::numeric END;

CREATE TABLE usage_events (
  source       text NOT NULL,
  id           text NOT NULL,
  type         text NOT NULL,
  customer_id  text NOT NULL REFERENCES customers,
  time         timestamptz NOT NULL,
  data         jsonb NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  -- The transaction that stored the event: a closed period remembers the snapshot it was rated in, so whether an event
  -- was counted is a question of visibility with one answer, and needs no lock between ingestion and billing.
  inserted_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (source, id)
);
CREATE INDEX usage_events_period ON usage_events (customer_id, type, time);
-- What arrived since a period was closed is looked through for late events.
CREATE INDEX usage_events_arrival ON usage_events (customer_id, inserted_xid) INCLUDE (time);

-- Subscriptions -----------------------------------------------------------------------------------------------------

CREATE TABLE subscriptions (
  id                   text PRIMARY KEY,
  customer_id          text NOT NULL REFERENCES customers,
  test_clock_id        text REFERENCES test_clocks,
  plan_id              text NOT NULL,
  plan_version         integer NOT NULL,
  quantity             bigint NOT NULL CHECK (quantity >= 0),
  status               text NOT NULL CHECK (status IN ('incomplete', 'active', 'past_due', 'canceled')),
  billing_cycle_anchor jsonb NOT NULL,       -- "anniversary", "calendar" or {"day_of_month": n}
  started_at           timestamptz NOT NULL, -- what the boundaries are counted from
  period_index         integer NOT NULL DEFAULT -1,
  current_period_start timestamptz,
  current_period_end   timestamptz,
  cancel_at            timestamptz,
  canceled_at          timestamptz,
  ended_at             timestamptz,
  next_due_at          timestamptz,          -- when it must be renewed or ended; null once it has ended
  check_at             timestamptz,          -- when its workflow makes sure that it was
  latest_invoice_id    text,
  metadata             jsonb NOT NULL DEFAULT '{}',
  created              timestamptz NOT NULL,
  shard                smallint NOT NULL GENERATED ALWAYS AS (abs(hashtext(id) % 64)) STORED,
  FOREIGN KEY (plan_id, plan_version) REFERENCES plan_versions,
  CHECK ((status = 'canceled') = (ended_at IS NOT NULL)),
  CHECK ((status = 'canceled') = (next_due_at IS NULL))
);
CREATE INDEX subscriptions_customer ON subscriptions (customer_id);
CREATE INDEX subscriptions_due ON subscriptions (next_due_at) WHERE test_clock_id IS NULL AND next_due_at IS NOT NULL;
CREATE INDEX subscriptions_due_on_clock ON subscriptions (test_clock_id, next_due_at) WHERE test_clock_id IS NOT NULL;
CREATE INDEX subscriptions_check_on_clock ON subscriptions (test_clock_id, check_at) WHERE test_clock_id IS NOT NULL;

CREATE FUNCTION keep_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
    RAISE EXCEPTION 'subscription % has ended', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER subscriptions_stay_ended BEFORE UPDATE OF ended_at ON subscriptions
  FOR EACH ROW EXECUTE FUNCTION keep_ended();

-- A meter of a customer is billed by one live subscription, so that no event is billed twice.
CREATE TABLE metered_subscriptions (
  customer_id     text NOT NULL REFERENCES customers,
  meter_id        text NOT NULL REFERENCES meters,
  subscription_id text NOT NULL REFERENCES subscriptions,
  PRIMARY KEY (customer_id, meter_id)
);
CREATE INDEX metered_subscriptions_subscription ON metered_subscriptions (subscription_id);

-- Periods tile time: each starts exactly where the one before it ended, so there is no gap and no overlap. Only the last
-- one may be empty: of a subscription that was canceled at the very instant at which its period began.
CREATE TABLE subscription_periods (
  subscription_id text NOT NULL REFERENCES subscriptions,
  index           integer NOT NULL CHECK (index >= 0),
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz NOT NULL CHECK (ends_at >= starts_at),
  previous_index  integer CHECK (previous_index = index - 1),
  usage_snapshot  pg_snapshot,  -- the usage events that its invoice has counted; null while it can gain usage
  PRIMARY KEY (subscription_id, index),
  UNIQUE (subscription_id, index, ends_at),
  FOREIGN KEY (subscription_id, previous_index, starts_at) REFERENCES subscription_periods (subscription_id, index, ends_at),
  CHECK ((index = 0) = (previous_index IS NULL))
);

-- Invoices ----------------------------------------------------------------------------------------------------------

CREATE TABLE invoice_series (
  book          text PRIMARY KEY, -- 'live', or the id of a test clock
  prefix        text NOT NULL,
  last_sequence bigint NOT NULL DEFAULT 0
);

CREATE TABLE invoices (
  id              text PRIMARY KEY,
  customer_id     text NOT NULL REFERENCES customers,
  subscription_id text REFERENCES subscriptions,
  boundary        integer, -- the index of the period it opens: one invoice for each boundary of a subscription
  test_clock_id   text REFERENCES test_clocks,
  book            text NOT NULL GENERATED ALWAYS AS (coalesce(test_clock_id, 'live')) STORED,
  status          text NOT NULL CHECK (status IN ('draft', 'open', 'paid', 'void', 'uncollectible')),
  sequence        bigint,
  number          text,
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  period_start    timestamptz NOT NULL,
  period_end      timestamptz NOT NULL,
  usage_period    integer, -- the index of the period whose usage it bills
  subtotal        bigint NOT NULL DEFAULT 0,
  discount        bigint NOT NULL DEFAULT 0,
  tax             bigint NOT NULL DEFAULT 0,
  total           bigint NOT NULL DEFAULT 0,
  credits_applied bigint NOT NULL DEFAULT 0,
  amount_due      bigint NOT NULL DEFAULT 0,
  amount_paid     bigint NOT NULL DEFAULT 0,
  finalizes_at    timestamptz, -- a draft leaves its grace period then
  collect_at      timestamptz, -- the first payment is tried then
  finalized_at    timestamptz,
  due_at          timestamptz,
  paid_at         timestamptz,
  attempt_count   integer NOT NULL DEFAULT 0,
  first_failed_at timestamptz,
  next_attempt_at timestamptz,
  last_decline    text CHECK (last_decline IN ('soft', 'hard', 'requires_action')),
  last_failure_code text,
  collection_started_at timestamptz, -- its collection workflow runs since then
  metadata        jsonb NOT NULL DEFAULT '{}',
  created         timestamptz NOT NULL,
  shard           smallint NOT NULL GENERATED ALWAYS AS (abs(hashtext(coalesce(subscription_id, id)) % 64)) STORED,
  UNIQUE (subscription_id, boundary),
  UNIQUE (book, sequence),
  CHECK (total = subtotal - discount + tax),
  CHECK (amount_due = total - credits_applied),
  CHECK (amount_paid BETWEEN 0 AND amount_due),
  CHECK ((status = 'draft') = (number IS NULL)),
  CHECK ((status = 'draft') = (finalized_at IS NULL)),
  CHECK ((number IS NULL) = (sequence IS NULL)),
  CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
  CHECK (status <> 'paid' OR amount_paid = amount_due)
);
CREATE INDEX invoices_customer ON invoices (customer_id);
CREATE UNIQUE INDEX invoices_number ON invoices (number);
CREATE INDEX invoices_to_finalize ON invoices (finalizes_at) WHERE status = 'draft' AND test_clock_id IS NULL;
CREATE INDEX invoices_to_collect ON invoices (collect_at)
  WHERE status = 'open' AND collect_at IS NOT NULL AND test_clock_id IS NULL;
CREATE INDEX invoices_without_collection ON invoices (first_failed_at)
  WHERE status = 'open' AND first_failed_at IS NOT NULL AND collection_started_at IS NULL;
CREATE INDEX invoices_unpaid_on_clock ON invoices (test_clock_id)
  WHERE status IN ('draft', 'open') AND test_clock_id IS NOT NULL;

-- From `open` on nothing but status and what is paid changes, for ever.
CREATE FUNCTION keep_finalized_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
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
  IF (NEW.id, NEW.customer_id, NEW.subscription_id, NEW.boundary, NEW.test_clock_id, NEW.sequence, NEW.number, NEW.currency,
      NEW.period_start, NEW.period_end, NEW.usage_period, NEW.subtotal, NEW.discount, NEW.tax, NEW.total,
      NEW.credits_applied, NEW.amount_due, NEW.finalized_at, NEW.due_at, NEW.created)
     IS DISTINCT FROM
     (OLD.id, OLD.customer_id, OLD.subscription_id, OLD.boundary, OLD.test_clock_id, OLD.sequence, OLD.number, OLD.currency,
      OLD.period_start, OLD.period_end, OLD.usage_period, OLD.subtotal, OLD.discount, OLD.tax, OLD.total,
      OLD.credits_applied, OLD.amount_due, OLD.finalized_at, OLD.due_at, OLD.created)
     OR NEW.amount_paid < OLD.amount_paid
     OR (OLD.status IN ('paid', 'void') AND NEW.status <> OLD.status)
     OR NEW.status = 'draft' THEN
    RAISE EXCEPTION 'invoice % is finalised and cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoices_finalized BEFORE UPDATE OR DELETE ON invoices
  FOR EACH ROW EXECUTE FUNCTION keep_finalized_invoice();

CREATE TABLE invoice_lines (
  id              text PRIMARY KEY,
  invoice_id      text NOT NULL REFERENCES invoices,
  position        integer NOT NULL,
  type            text NOT NULL CHECK (type IN ('fixed', 'usage', 'late_usage')),
  subscription_id text REFERENCES subscriptions,
  -- No foreign key: a price cannot be changed or deleted, and all renewals of a plan would lock its few prices.
  price_id        text NOT NULL,
  price_code      text NOT NULL,
  billing         text NOT NULL CHECK (billing IN ('in_advance', 'in_arrears')),
  description     text NOT NULL,
  period_start    timestamptz NOT NULL,
  period_end      timestamptz NOT NULL CHECK (period_end > period_start),
  quantity        numeric NOT NULL,
  unit_amount     text,
  amount          bigint NOT NULL,
  discount_amount bigint NOT NULL DEFAULT 0,
  tax_amount      bigint NOT NULL DEFAULT 0,
  computation     jsonb NOT NULL, -- how the amount came to be: meter, tiers, fraction, price version
  UNIQUE (invoice_id, position)
);
-- One line for a price and a period, whoever bills it, however often.
CREATE UNIQUE INDEX invoice_lines_once ON invoice_lines (subscription_id, price_code, billing, period_start)
  WHERE type IN ('fixed', 'usage');

-- Lines follow their invoice: what is finalised is closed.
CREATE FUNCTION keep_lines_of_finalized_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE finalized text;
BEGIN
  SELECT i.id INTO finalized FROM invoices i JOIN changed_lines l ON l.invoice_id = i.id WHERE i.status <> 'draft' LIMIT 1;
  IF finalized IS NOT NULL THEN
    RAISE EXCEPTION 'the lines of invoice % are finalised and cannot change', finalized USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invoice_lines_added AFTER INSERT ON invoice_lines
  REFERENCING NEW TABLE AS changed_lines FOR EACH STATEMENT EXECUTE FUNCTION keep_lines_of_finalized_invoices();
CREATE TRIGGER invoice_lines_removed AFTER DELETE ON invoice_lines
  REFERENCING OLD TABLE AS changed_lines FOR EACH STATEMENT EXECUTE FUNCTION keep_lines_of_finalized_invoices();
CREATE TRIGGER invoice_lines_immutable BEFORE UPDATE ON invoice_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Payments ----------------------------------------------------------------------------------------------------------

-- One attempt is one row, committed before the provider is called; its id is the provider's idempotency key.
CREATE TABLE payments (
  id                 text PRIMARY KEY,
  invoice_id         text NOT NULL REFERENCES invoices,
  customer_id        text NOT NULL REFERENCES customers,
  payment_method_id  text NOT NULL REFERENCES payment_methods,
  test_clock_id      text REFERENCES test_clocks,
  amount             bigint NOT NULL CHECK (amount > 0),
  currency           text NOT NULL,
  status             text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'requires_action')),
  failure_code       text,
  decline            text CHECK (decline IN ('soft', 'hard', 'requires_action')),
  provider_reference text,
  metadata           jsonb NOT NULL DEFAULT '{}',
  created            timestamptz NOT NULL,
  asked_at           timestamptz NOT NULL DEFAULT now(), -- when the provider was last asked, by the real clock
  completed_at       timestamptz,
  CHECK ((status = 'pending') = (completed_at IS NULL))
);
CREATE UNIQUE INDEX payments_in_flight ON payments (invoice_id) WHERE status = 'pending';
CREATE INDEX payments_pending ON payments (asked_at) WHERE status = 'pending';
CREATE INDEX payments_invoice ON payments (invoice_id);
CREATE INDEX payments_customer ON payments (customer_id);

CREATE FUNCTION keep_completed_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status <> 'pending'
     OR (NEW.invoice_id, NEW.amount, NEW.currency, NEW.payment_method_id)
        IS DISTINCT FROM (OLD.invoice_id, OLD.amount, OLD.currency, OLD.payment_method_id) THEN
    RAISE EXCEPTION 'payment % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payments_completed BEFORE UPDATE OR DELETE ON payments
  FOR EACH ROW EXECUTE FUNCTION keep_completed_payment();

-- Ledger ------------------------------------------------------------------------------------------------------------

-- The chart of accounts. A domain and not a foreign key: every posting would lock the same few rows of accounts.
CREATE DOMAIN ledger_account_code AS text
  CHECK (VALUE IN ('cash', 'accounts_receivable', 'deferred_revenue', 'revenue'));

CREATE TABLE ledger_accounts (
  code           ledger_account_code PRIMARY KEY,
  name           text NOT NULL,
  type           text NOT NULL CHECK (type IN ('asset', 'liability', 'revenue', 'expense')),
  normal_balance text NOT NULL CHECK (normal_balance IN ('debit', 'credit'))
);
INSERT INTO ledger_accounts (code, name, type, normal_balance) VALUES
  ('cash',                'Cash at the payment provider', 'asset',     'debit'),
  ('accounts_receivable', 'Accounts receivable',          'asset',     'debit'),
  ('deferred_revenue',    'Deferred revenue',             'liability', 'credit'),
  ('revenue',             'Revenue',                      'revenue',   'credit');

CREATE TABLE ledger_transactions (
  id           text PRIMARY KEY,
  book         text NOT NULL, -- 'live', or the id of a test clock
  currency     text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('invoice_finalized', 'payment_succeeded', 'revenue_recognized')),
  source_id    text NOT NULL, -- what it records: an invoice, a payment, a day
  effective_at timestamptz NOT NULL,
  created      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (kind, source_id)
);

-- A posting moves an amount from one account to another: one debit and one credit of the same amount, in the currency
-- of its transaction. An unbalanced transaction cannot be written down.
CREATE TABLE ledger_postings (
  transaction_id text NOT NULL REFERENCES ledger_transactions,
  position       integer NOT NULL,
  debit_account  ledger_account_code NOT NULL,
  credit_account ledger_account_code NOT NULL,
  amount         bigint NOT NULL CHECK (amount > 0),
  customer_id    text REFERENCES customers,
  PRIMARY KEY (transaction_id, position),
  CHECK (debit_account <> credit_account)
);
CREATE TRIGGER ledger_transactions_immutable BEFORE UPDATE OR DELETE ON ledger_transactions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transactions_kept BEFORE TRUNCATE ON ledger_transactions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_postings_immutable BEFORE UPDATE OR DELETE ON ledger_postings
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_postings_kept BEFORE TRUNCATE ON ledger_postings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- In-advance lines are earned day by day (UTC) over their period.
CREATE TABLE revenue_schedules (
  invoice_line_id text PRIMARY KEY REFERENCES invoice_lines,
  book            text NOT NULL,
  currency        text NOT NULL,
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz NOT NULL,
  amount          bigint NOT NULL,
  recognized      bigint NOT NULL DEFAULT 0 CHECK (abs(recognized) <= abs(amount))
);
CREATE INDEX revenue_schedules_open ON revenue_schedules (book) WHERE recognized <> amount;

CREATE TABLE recognition_progress (
  book               text PRIMARY KEY,
  recognized_through date NOT NULL
);

-- Operation ---------------------------------------------------------------------------------------------------------

-- What failed for one subject is kept here with its reason and tried again later; it never holds up the others.
CREATE TABLE set_asides (
  subject_id      text PRIMARY KEY,
  step            text NOT NULL,
  reason          text NOT NULL,
  attempts        integer NOT NULL DEFAULT 1,
  first_failed_at timestamptz NOT NULL DEFAULT now(),
  retry_at        timestamptz NOT NULL
);
