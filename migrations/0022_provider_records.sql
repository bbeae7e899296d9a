-- What providers tell: their webhooks as they came, disputes, and what reconciliation found.

CREATE TABLE provider_events (
  provider          text NOT NULL,
  event_id          text NOT NULL, -- the provider's: told twice, it is one
  type              text NOT NULL,
  subject_kind      text NOT NULL CHECK (subject_kind IN ('charge', 'refund', 'dispute', 'payment_method', 'none')),
  subject_reference text,
  body              bytea NOT NULL, -- the bytes that were signed
  headers           jsonb NOT NULL,
  received_at       timestamptz NOT NULL DEFAULT now(),
  applied_at        timestamptz,
  result            text CHECK (result IN ('applied', 'known', 'foreign', 'ignored')),
  attempts          integer NOT NULL DEFAULT 0,
  failure           text, -- why it could not be applied yet
  retry_at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, event_id),
  CHECK ((applied_at IS NULL) = (result IS NULL)),
  CHECK ((subject_kind = 'none') = (subject_reference IS NULL))
);
CREATE INDEX provider_events_waiting ON provider_events (retry_at) WHERE applied_at IS NULL;
CREATE INDEX provider_events_applied ON provider_events (applied_at) WHERE applied_at IS NOT NULL;

-- What came is not changed: only that and how it was applied is added.
CREATE FUNCTION keep_provider_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.provider, NEW.event_id, NEW.type, NEW.subject_kind, NEW.subject_reference, NEW.body, NEW.headers, NEW.received_at)
     IS DISTINCT FROM (OLD.provider, OLD.event_id, OLD.type, OLD.subject_kind, OLD.subject_reference, OLD.body, OLD.headers, OLD.received_at)
     OR OLD.applied_at IS NOT NULL THEN
    RAISE EXCEPTION 'event % of % cannot change', OLD.event_id, OLD.provider USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER provider_events_kept BEFORE UPDATE ON provider_events FOR EACH ROW EXECUTE FUNCTION keep_provider_event();

-- Money that the customer's bank has taken back, until it is won.
CREATE TABLE disputes (
  id                 text PRIMARY KEY,
  payment_id         text NOT NULL REFERENCES payments,
  customer_id        text NOT NULL REFERENCES customers,
  test_clock_id      text REFERENCES test_clocks,
  provider           text NOT NULL,
  provider_reference text NOT NULL,
  status             text NOT NULL CHECK (status IN ('open', 'won', 'lost')),
  reason             text NOT NULL,
  amount             bigint NOT NULL CHECK (amount > 0),
  currency           text NOT NULL,
  metadata           jsonb NOT NULL DEFAULT '{}',
  created            timestamptz NOT NULL,
  completed_at       timestamptz,
  UNIQUE (provider, provider_reference),
  CHECK ((status = 'open') = (completed_at IS NULL))
);
CREATE INDEX disputes_payment ON disputes (payment_id);
CREATE INDEX disputes_customer ON disputes (customer_id);
CREATE FUNCTION keep_dispute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status <> 'open'
     OR (NEW.payment_id, NEW.amount, NEW.currency, NEW.provider_reference)
        IS DISTINCT FROM (OLD.payment_id, OLD.amount, OLD.currency, OLD.provider_reference) THEN
    RAISE EXCEPTION 'dispute % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER disputes_kept BEFORE UPDATE OR DELETE ON disputes FOR EACH ROW EXECUTE FUNCTION keep_dispute();

-- No payment gives back more than it brought; what its customer's bank has taken back is not there to be given.
CREATE OR REPLACE FUNCTION limit_refunds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE captured bigint;
BEGIN
  SELECT amount - amount_unapplied INTO captured FROM payments
   WHERE id = NEW.payment_id AND status = 'succeeded' FOR NO KEY UPDATE;
  IF captured IS NULL
     OR captured < (SELECT sum(amount) FROM refunds WHERE payment_id = NEW.payment_id AND status <> 'failed')
                 + (SELECT coalesce(sum(amount), 0) FROM disputes WHERE payment_id = NEW.payment_id AND status <> 'won') THEN
    RAISE EXCEPTION 'payment % has less left to refund', NEW.payment_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

ALTER DOMAIN ledger_account_code DROP CONSTRAINT ledger_account_code_check;
ALTER DOMAIN ledger_account_code ADD CONSTRAINT ledger_account_code_check
  CHECK (VALUE IN ('cash', 'bank', 'accounts_receivable', 'customer_credit', 'prepaid_credit', 'promotional_credit',
                   'refunds_payable', 'disputed_funds', 'tax_payable', 'deferred_revenue', 'revenue', 'breakage_revenue',
                   'promotional_expense', 'bad_debt', 'dispute_losses'));
INSERT INTO ledger_accounts (code, name, type, normal_balance) VALUES
  ('disputed_funds', 'Payments that are disputed', 'asset',   'debit'),
  ('dispute_losses', 'Disputes that were lost',    'expense', 'debit');
ALTER TABLE ledger_transactions
  DROP CONSTRAINT ledger_transactions_kind_check,
  ADD CONSTRAINT ledger_transactions_kind_check
    CHECK (kind IN ('invoice_finalized', 'invoice_voided', 'invoice_uncollectible', 'uncollectible_recovered', 'payment_succeeded',
                    'credit_note_issued', 'refund_succeeded', 'refund_failed', 'refund_disputed', 'dispute_opened', 'dispute_won', 'dispute_lost',
                    'credit_granted', 'credit_expired', 'credit_voided', 'revenue_recognized'));

-- One look at a provider's records of a period, and what they came to.
CREATE TABLE reconciliations (
  id           text PRIMARY KEY,
  provider     text NOT NULL,
  period_start timestamptz NOT NULL,
  period_end   timestamptz NOT NULL,
  -- Whether it goes on where the one before it ended: only then may the next one go on from here.
  contiguous   boolean NOT NULL,
  status       text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'completed')),
  mended       integer NOT NULL DEFAULT 0,
  totals       jsonb NOT NULL DEFAULT '[]', -- by currency: captured and given back, there and here
  metadata     jsonb NOT NULL DEFAULT '{}',
  created      timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  CHECK (period_start < period_end),
  CHECK ((status = 'completed') = (completed_at IS NOT NULL))
);
CREATE INDEX reconciliations_completed ON reconciliations (provider, period_end) WHERE status = 'completed' AND contiguous;

-- The provider's records while a reconciliation compares them: read twice, they are the same rows.
CREATE TABLE reconciled_records (
  reconciliation_id text NOT NULL REFERENCES reconciliations,
  kind              text NOT NULL CHECK (kind IN ('charge', 'refund')),
  reference         text NOT NULL,
  our_id            text, -- as the provider has it in its metadata; null: it was not we who made it
  status            text NOT NULL,
  amount            bigint NOT NULL,
  currency          text NOT NULL,
  record            jsonb NOT NULL,
  PRIMARY KEY (reconciliation_id, kind, reference)
);

-- What is not safe to be mended, told once for each record until it agrees.
CREATE TABLE reconciliation_findings (
  id                 text PRIMARY KEY,
  provider           text NOT NULL,
  kind               text NOT NULL,
  reference          text NOT NULL, -- the provider's name, or ours where the provider has none
  payment_id         text,
  refund_id          text,
  expected           jsonb NOT NULL,
  actual             jsonb NOT NULL,
  metadata           jsonb NOT NULL DEFAULT '{}',
  created            timestamptz NOT NULL DEFAULT now(),
  last_seen_at       timestamptz NOT NULL DEFAULT now(),
  reconciliation_id  text REFERENCES reconciliations, -- the last that saw it; null: a webhook told, and none has looked since
  resolved_at        timestamptz
);
CREATE UNIQUE INDEX reconciliation_findings_open ON reconciliation_findings (provider, kind, reference) WHERE resolved_at IS NULL;
