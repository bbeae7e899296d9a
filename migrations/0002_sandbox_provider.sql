-- The sandbox payment provider's own records, kept apart as an outside system's would be. Nothing but the provider
-- writes here, and nothing here refers to the billing tables.
CREATE SCHEMA sandbox;

CREATE TABLE sandbox.payment_methods (
  id      text PRIMARY KEY,
  token   text NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sandbox.charges (
  idempotency_key text PRIMARY KEY,
  id              text NOT NULL UNIQUE,
  payment_method  text NOT NULL,
  amount          bigint NOT NULL CHECK (amount > 0),
  currency        text NOT NULL,
  status          text NOT NULL CHECK (status IN ('succeeded', 'failed', 'requires_action')),
  failure_code    text,
  created         timestamptz NOT NULL DEFAULT now()
);
