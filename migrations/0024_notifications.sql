-- What customers are told: a row for each notice, written with the step that it tells of, and sent afterwards.
CREATE TABLE notifications (
  id                text PRIMARY KEY,
  key               text NOT NULL UNIQUE, -- names the step: a notice is given once, however often its step is run
  kind              text NOT NULL,
  customer_id       text NOT NULL REFERENCES customers,
  invoice_id        text REFERENCES invoices,
  payment_method_id text REFERENCES payment_methods,
  test_clock_id     text REFERENCES test_clocks,
  data              jsonb NOT NULL DEFAULT '{}', -- ids, amounts and instants; no names and no addresses
  status            text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'skipped', 'bounced', 'failed')),
  -- Why it was not sent; of one that is pending, why the last try failed.
  reason            text,
  -- The address that it was sent to, or that refused it.
  recipient         text,
  tries             integer NOT NULL DEFAULT 0,
  -- By the real clock. Whoever takes it moves this on before it sends, so that nobody else takes it meanwhile.
  try_after         timestamptz NOT NULL DEFAULT now(),
  created           timestamptz NOT NULL, -- by the customer's clock
  completed_at      timestamptz,          -- by the customer's clock
  CHECK ((status = 'pending') = (completed_at IS NULL)),
  CHECK (status NOT IN ('skipped', 'bounced', 'failed') OR reason IS NOT NULL)
);
CREATE INDEX notifications_pending ON notifications (try_after, id) WHERE status = 'pending';
CREATE INDEX notifications_customer ON notifications (customer_id);
CREATE INDEX notifications_invoice ON notifications (invoice_id) WHERE invoice_id IS NOT NULL;

-- An address that was refused for good gets no more mail, until it is another one.
ALTER TABLE customers
  ADD COLUMN email_undeliverable_at     timestamptz,
  ADD COLUMN email_undeliverable_reason text,
  ADD CHECK ((email_undeliverable_at IS NULL) = (email_undeliverable_reason IS NULL));
CREATE FUNCTION trust_new_email() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.email_undeliverable_at := NULL;
  NEW.email_undeliverable_reason := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER customers_new_email BEFORE UPDATE OF email ON customers
  FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION trust_new_email();

-- Mails that no server was asked to deliver: those of test clocks, and all where there is no mail server.
CREATE TABLE stored_mails (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id  text NOT NULL UNIQUE,
  livemode    boolean NOT NULL,
  sender      text NOT NULL,
  recipient   text NOT NULL,
  subject     text NOT NULL,
  text        text NOT NULL,
  html        text NOT NULL,
  attachments jsonb NOT NULL, -- [{name, type, content: base64}]
  created     timestamptz NOT NULL DEFAULT now()
);

-- Secrets of our own, each made once, where it is first needed.
CREATE TABLE signing_keys (
  purpose text PRIMARY KEY,
  key     bytea NOT NULL CHECK (octet_length(key) = 32)
);
