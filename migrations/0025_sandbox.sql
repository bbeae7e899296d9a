-- The sandbox becomes an outside system: customers, charges that end later, disputes, webhooks that it owes, faults. As
-- before, nothing but the sandbox writes in its schema, and nothing here refers to the billing tables.

CREATE TABLE sandbox.customers (
  id      text PRIMARY KEY,
  name    text NOT NULL,
  email   text,
  created timestamptz NOT NULL DEFAULT now()
);

-- What is detached is kept: its charges can still be refunded.
ALTER TABLE sandbox.payment_methods ADD COLUMN customer text, ADD COLUMN detached_at timestamptz;

UPDATE sandbox.charges SET status = 'failed' WHERE status = 'requires_action'; -- each was over: there was no page to answer on
ALTER TABLE sandbox.charges DROP CONSTRAINT charges_status_check;
ALTER TABLE sandbox.charges
  ADD COLUMN customer text,
  -- What the bank or the network says to do next, of a charge that failed.
  ADD COLUMN advice text CHECK (advice IN ('confirm_card_data', 'do_not_try_again', 'try_again_later')),
  -- How it ends when its customer approves, or its bank has settled; the latter by itself at `settles_at`.
  ADD COLUMN later_status text CHECK (later_status IN ('succeeded', 'failed')),
  ADD COLUMN later_code text,
  ADD COLUMN settles_at timestamptz,
  ADD CHECK (status IN ('processing', 'requires_action', 'succeeded', 'failed', 'canceled')),
  ADD CHECK ((status = 'failed') = (failure_code IS NOT NULL)),
  ADD CHECK (status NOT IN ('processing', 'requires_action') OR later_status IS NOT NULL),
  ADD CHECK ((later_status = 'failed') = (later_code IS NOT NULL));
CREATE INDEX sandbox_charges_created ON sandbox.charges (created, id);
CREATE INDEX sandbox_charges_settling ON sandbox.charges (settles_at) WHERE status = 'processing';

ALTER TABLE sandbox.refunds DROP CONSTRAINT refunds_status_check;
ALTER TABLE sandbox.refunds
  ADD COLUMN settles_at timestamptz,
  ADD CHECK (status IN ('processing', 'succeeded', 'failed'));
CREATE INDEX sandbox_refunds_created ON sandbox.refunds (created, id);
CREATE INDEX sandbox_refunds_settling ON sandbox.refunds (settles_at) WHERE status = 'processing';

-- The bank has the money back from the beginning, until the dispute is won.
CREATE TABLE sandbox.disputes (
  id        text PRIMARY KEY,
  charge    text NOT NULL UNIQUE,
  amount    bigint NOT NULL CHECK (amount > 0),
  currency  text NOT NULL,
  reason    text NOT NULL,
  status    text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'won', 'lost')),
  created   timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  CHECK ((status = 'open') = (closed_at IS NULL))
);
CREATE INDEX sandbox_disputes_created ON sandbox.disputes (created, id);

-- No status goes back, and money that moved is not forgotten.
CREATE FUNCTION sandbox.keep_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status NOT IN ('processing', 'requires_action', 'open')
     OR (OLD.status = 'requires_action' AND NEW.status = 'processing')
     OR (OLD.status = 'processing' AND NEW.status IN ('requires_action', 'canceled'))
     OR (NEW.amount, NEW.currency) IS DISTINCT FROM (OLD.amount, OLD.currency) THEN
    RAISE EXCEPTION '% % is %', TG_TABLE_NAME, OLD.id, OLD.status USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER charges_kept BEFORE UPDATE OR DELETE ON sandbox.charges FOR EACH ROW EXECUTE FUNCTION sandbox.keep_status();
CREATE TRIGGER refunds_kept BEFORE UPDATE OR DELETE ON sandbox.refunds FOR EACH ROW EXECUTE FUNCTION sandbox.keep_status();
CREATE TRIGGER disputes_kept BEFORE UPDATE OR DELETE ON sandbox.disputes FOR EACH ROW EXECUTE FUNCTION sandbox.keep_status();

-- As before; what is disputed, or was lost, is not given back a second time, and what is under way counts.
CREATE OR REPLACE FUNCTION sandbox.limit_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE captured bigint;
BEGIN
  IF NEW.status = 'failed' THEN RETURN NEW; END IF;
  SELECT amount INTO captured FROM sandbox.charges
   WHERE id = NEW.charge AND status = 'succeeded' AND currency = NEW.currency FOR NO KEY UPDATE;
  IF captured IS NULL THEN
    NEW.failure_code := 'charge_missing';
  ELSIF EXISTS (SELECT FROM sandbox.disputes WHERE charge = NEW.charge AND status <> 'won') THEN
    RETURN NULL; -- refused: nothing is made, and it may be asked for again
  ELSIF captured < NEW.amount + (SELECT coalesce(sum(amount), 0) FROM sandbox.refunds
                                  WHERE charge = NEW.charge AND status <> 'failed'
                                    AND idempotency_key <> NEW.idempotency_key) THEN
    NEW.failure_code := 'charge_already_refunded';
  END IF;
  IF NEW.failure_code IS NOT NULL THEN
    NEW.status := 'failed';
    NEW.settles_at := NULL;
  END IF;
  RETURN NEW;
END $$;

-- What happened, for the webhooks that tell of it: each is sent until it is answered, or given up.
CREATE TABLE sandbox.events (
  sequence        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id              text NOT NULL UNIQUE DEFAULT 'sandbox_evt_' || replace(gen_random_uuid()::text, '-', ''),
  type            text NOT NULL,
  object          text NOT NULL CHECK (object IN ('charge', 'refund', 'dispute', 'payment_method')),
  reference       text NOT NULL,
  created         timestamptz NOT NULL DEFAULT now(),
  -- What a fault has made of it; null until that is decided, when it is first due.
  fate            text CHECK (fate IN ('sent', 'never', 'twice', 'late', 'shuffled')),
  -- How often it is to arrive, and how often it has.
  copies          smallint NOT NULL DEFAULT 1,
  arrived         smallint NOT NULL DEFAULT 0,
  attempts        smallint NOT NULL DEFAULT 0,
  next_attempt_at timestamptz DEFAULT now(), -- null: there is no other
  last_error      text
);
CREATE INDEX sandbox_events_due ON sandbox.events (next_attempt_at, sequence) WHERE next_attempt_at IS NOT NULL;

-- What is to go wrong, in the order it was asked for: of the requests or webhooks that one meets, `times` at most, each
-- with the probability `fraction`, as `seed` and the number of those met say.
CREATE TABLE sandbox.faults (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule     jsonb NOT NULL,
  seen     bigint NOT NULL DEFAULT 0,
  used     bigint NOT NULL DEFAULT 0,
  created  timestamptz NOT NULL DEFAULT now()
);
