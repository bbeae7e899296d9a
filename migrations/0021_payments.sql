-- Payments by several providers and by hand, attempts that wait for the customer, and ways to pay in an order.

-- The provider's name for a customer.
CREATE TABLE provider_customers (
  customer_id text NOT NULL REFERENCES customers,
  provider    text NOT NULL,
  reference   text NOT NULL,
  created     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (customer_id, provider),
  UNIQUE (provider, reference)
);

-- Backups are tried in their order, where the default method failed.
ALTER TABLE payment_methods ADD COLUMN backup_priority integer CHECK (backup_priority > 0);

-- An attempt that waits for the customer is in flight like one whose outcome is not known: it may still take the money.
ALTER TABLE payments DROP CONSTRAINT payments_status_check;
ALTER TABLE payments ADD CONSTRAINT payments_status_check
  CHECK (status IN ('pending', 'requires_action', 'succeeded', 'failed', 'canceled'));
ALTER TABLE payments DROP CONSTRAINT payments_check;
ALTER TABLE payments ALTER COLUMN payment_method_id DROP NOT NULL;
ALTER TABLE payments
  ADD COLUMN provider text NOT NULL DEFAULT 'sandbox' CHECK (provider IN ('sandbox', 'stripe', 'offline')),
  -- Who asked for it: the billing cycle or a retry, a request of the API, the customer on the pay page, or money that came by itself.
  ADD COLUMN source text NOT NULL DEFAULT 'automatic' CHECK (source IN ('automatic', 'api', 'pay_page', 'offline')),
  ADD COLUMN advice text CHECK (advice IN ('confirm_card_data', 'do_not_try_again', 'try_again_later')),
  -- How the customer answers its bank's questions, while the attempt waits for that.
  ADD COLUMN action jsonb,
  -- What a customer's bank transfer says, or a cheque's number.
  ADD COLUMN external_reference text,
  -- Of money that came by itself: what went beyond the invoice, to the customer's balance.
  ADD COLUMN amount_unapplied bigint NOT NULL DEFAULT 0 CHECK (amount_unapplied BETWEEN 0 AND amount),
  -- When it came, where that is not when it was recorded.
  ADD COLUMN received_at timestamptz,
  -- The provider said to come again, not before then (by the real clock).
  ADD COLUMN ask_after timestamptz,
  -- When it was committed, by the real clock: how long its idempotency key is known follows from that, on a test clock too.
  ADD COLUMN attempted_at timestamptz NOT NULL DEFAULT now(),
  -- Whether it has waited for the customer: it was counted as a failure then, and is not counted again.
  ADD COLUMN waited boolean NOT NULL DEFAULT false,
  -- The customer's default when it was made: where another one is by now, that is tried at once after a failure.
  ADD COLUMN default_method_id text REFERENCES payment_methods,
  -- Whether its method is to be the default once it has paid: the customer wished so on the pay page.
  ADD COLUMN make_default boolean NOT NULL DEFAULT false,
  -- The first attempt of its round: the default failed, and the backups are tried in their order, each once. Null: of none.
  ADD COLUMN round_id text;
ALTER TABLE payments DISABLE TRIGGER payments_completed;
UPDATE payments SET status = CASE WHEN status = 'requires_action' THEN 'failed' ELSE status END, -- each was over: nothing was asked of the customer
                    default_method_id = payment_method_id;
ALTER TABLE payments ENABLE TRIGGER payments_completed;
ALTER TABLE payments
  ADD CHECK ((status IN ('pending', 'requires_action')) = (completed_at IS NULL)),
  ADD CHECK ((provider = 'offline') = (source = 'offline')),
  ADD CHECK ((provider = 'offline') = (payment_method_id IS NULL)),
  ADD CHECK (provider = 'offline' OR amount_unapplied = 0),
  ADD CHECK (provider <> 'offline' OR status = 'succeeded');
ALTER TABLE payments ALTER COLUMN provider DROP DEFAULT, ALTER COLUMN source DROP DEFAULT;

DROP INDEX payments_in_flight;
CREATE UNIQUE INDEX payments_in_flight ON payments (invoice_id) WHERE status IN ('pending', 'requires_action');
DROP INDEX payments_pending;
CREATE INDEX payments_pending ON payments (greatest(asked_at, ask_after)) WHERE status = 'pending';
CREATE INDEX payments_waiting ON payments (greatest(asked_at, ask_after)) WHERE status = 'requires_action';
CREATE INDEX payments_reference ON payments (provider, provider_reference) WHERE provider_reference IS NOT NULL;

-- No status ever goes backwards. Money that came in spite of a failure is told apart by who resolves it, never by a change here.
CREATE OR REPLACE FUNCTION keep_completed_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status NOT IN ('pending', 'requires_action')
     OR (OLD.status = 'requires_action' AND NEW.status = 'pending')
     OR (NEW.invoice_id, NEW.amount, NEW.currency, NEW.payment_method_id, NEW.provider, NEW.source, NEW.make_default)
        IS DISTINCT FROM
        (OLD.invoice_id, OLD.amount, OLD.currency, OLD.payment_method_id, OLD.provider, OLD.source, OLD.make_default) THEN
    RAISE EXCEPTION 'payment % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- Money that came by itself is not at the provider.
ALTER DOMAIN ledger_account_code DROP CONSTRAINT ledger_account_code_check;
ALTER DOMAIN ledger_account_code ADD CONSTRAINT ledger_account_code_check
  CHECK (VALUE IN ('cash', 'bank', 'accounts_receivable', 'customer_credit', 'prepaid_credit', 'promotional_credit', 'refunds_payable',
                   'tax_payable', 'deferred_revenue', 'revenue', 'breakage_revenue', 'promotional_expense', 'bad_debt'));
INSERT INTO ledger_accounts (code, name, type, normal_balance) VALUES
  ('bank', 'Money received by hand', 'asset', 'debit');

-- What went beyond the invoice is balance by now: no payment gives back more than the invoice had of it.
CREATE OR REPLACE FUNCTION limit_refunds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE captured bigint;
BEGIN
  SELECT amount - amount_unapplied INTO captured
    FROM payments WHERE id = NEW.payment_id AND status = 'succeeded' FOR NO KEY UPDATE;
  IF captured IS NULL
     OR captured < (SELECT sum(amount) FROM refunds WHERE payment_id = NEW.payment_id AND status <> 'failed') THEN
    RAISE EXCEPTION 'payment % has less left to refund', NEW.payment_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
