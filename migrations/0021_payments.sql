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
  -- The provider said to come again, not before then (by the real clock).
  ADD COLUMN ask_after timestamptz;
ALTER TABLE payments DISABLE TRIGGER payments_completed;
UPDATE payments SET status = 'failed' WHERE status = 'requires_action'; -- each was over: nothing was asked of the customer
ALTER TABLE payments ENABLE TRIGGER payments_completed;
ALTER TABLE payments
  ADD CHECK ((status IN ('pending', 'requires_action')) = (completed_at IS NULL)),
  ADD CHECK ((provider = 'offline') = (source = 'offline')),
  ADD CHECK ((provider = 'offline') = (payment_method_id IS NULL)),
  ADD CHECK (provider = 'offline' OR amount_unapplied = 0);
ALTER TABLE payments ALTER COLUMN provider DROP DEFAULT, ALTER COLUMN source DROP DEFAULT;

DROP INDEX payments_in_flight;
CREATE UNIQUE INDEX payments_in_flight ON payments (invoice_id) WHERE status IN ('pending', 'requires_action');
DROP INDEX payments_pending;
CREATE INDEX payments_pending ON payments (asked_at) WHERE status = 'pending';
CREATE INDEX payments_reference ON payments (provider, provider_reference) WHERE provider_reference IS NOT NULL;

-- No status ever goes backwards. Money that came in spite of a failure is told apart by who resolves it, never by a change here.
CREATE OR REPLACE FUNCTION keep_completed_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status NOT IN ('pending', 'requires_action')
     OR (OLD.status = 'requires_action' AND NEW.status = 'pending')
     OR (NEW.invoice_id, NEW.amount, NEW.currency, NEW.payment_method_id, NEW.provider, NEW.source)
        IS DISTINCT FROM (OLD.invoice_id, OLD.amount, OLD.currency, OLD.payment_method_id, OLD.provider, OLD.source) THEN
    RAISE EXCEPTION 'payment % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
