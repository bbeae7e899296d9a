-- Refunds at the sandbox provider, and what was asked of invoices that are final.

-- Asked twice under one key, a refund is made once.
CREATE TABLE sandbox.refunds (
  idempotency_key text PRIMARY KEY,
  id              text NOT NULL UNIQUE,
  charge          text NOT NULL,
  amount          bigint NOT NULL CHECK (amount > 0),
  currency        text NOT NULL,
  status          text NOT NULL CHECK (status IN ('succeeded', 'failed')),
  failure_code    text,
  created         timestamptz NOT NULL DEFAULT now(),
  CHECK ((status = 'failed') = (failure_code IS NOT NULL))
);
CREATE INDEX sandbox_refunds_charge ON sandbox.refunds (charge);

-- As at any provider: no charge gives back more than it took. What goes beyond fails, and is answered so ever after.
CREATE FUNCTION sandbox.limit_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE captured bigint;
BEGIN
  IF NEW.status = 'failed' THEN RETURN NEW; END IF;
  SELECT amount INTO captured FROM sandbox.charges
   WHERE id = NEW.charge AND status = 'succeeded' AND currency = NEW.currency FOR NO KEY UPDATE;
  IF captured IS NULL THEN
    NEW.status := 'failed';
    NEW.failure_code := 'charge_missing';
  ELSIF captured < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM sandbox.refunds
                                  WHERE charge = NEW.charge AND status = 'succeeded'
                                    AND idempotency_key <> NEW.idempotency_key) THEN
    NEW.status := 'failed';
    NEW.failure_code := 'charge_already_refunded';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refunds_limited BEFORE INSERT ON sandbox.refunds FOR EACH ROW EXECUTE FUNCTION sandbox.limit_refund();

-- A request that ends an invoice, by its operation id: carried out once, however often it is run.
CREATE TABLE invoice_operations (
  operation_id text PRIMARY KEY,
  invoice_id   text NOT NULL REFERENCES invoices,
  kind         text NOT NULL CHECK (kind IN ('void', 'mark_uncollectible')),
  accepted_at  timestamptz NOT NULL
);
CREATE TRIGGER invoice_operations_kept BEFORE UPDATE OR DELETE ON invoice_operations
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
