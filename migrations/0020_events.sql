-- Domain events, all of them, and their delivery to webhook endpoints (docs/adr/0007-events.md).

-- Ids ----------------------------------------------------------------------------------------------------------------

CREATE FUNCTION base32_of_40_bits(n bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE alphabet constant text := '0123456789abcdefghjkmnpqrstvwxyz';
BEGIN
  RETURN substr(alphabet, (n >> 35 & 31)::int + 1, 1) || substr(alphabet, (n >> 30 & 31)::int + 1, 1)
      || substr(alphabet, (n >> 25 & 31)::int + 1, 1) || substr(alphabet, (n >> 20 & 31)::int + 1, 1)
      || substr(alphabet, (n >> 15 & 31)::int + 1, 1) || substr(alphabet, (n >> 10 & 31)::int + 1, 1)
      || substr(alphabet, (n >> 5 & 31)::int + 1, 1) || substr(alphabet, (n & 31)::int + 1, 1);
END $$;

-- As src/store/newId.ts makes them: a prefix and a UUIDv7 in base32. The time is in it to a quarter of a microsecond, so
-- that what is written one after the other sorts so.
CREATE FUNCTION new_id(prefix text) RETURNS text LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
DECLARE
  micros constant bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  millis constant bigint := micros / 1000;
  -- Version 7 and twelve bits of time; then the variant and 22 of the 62 random bits, then the other 40.
  upper_40 constant bigint := ((28672 + micros % 1000 * 4096 / 1000) << 24) | 8388608 | floor(random() * 4194304)::bigint;
BEGIN
  RETURN prefix || '_' || substr(base32_of_40_bits(millis >> 40), 7) || base32_of_40_bits(millis & 1099511627775)
      || base32_of_40_bits(upper_40) || base32_of_40_bits(floor(random() * 1099511627776)::bigint);
END $$;

-- The log of events ----------------------------------------------------------------------------------------------------

ALTER TABLE event_log DISABLE TRIGGER event_log_kept;
ALTER TABLE event_log
  ADD COLUMN id text NOT NULL DEFAULT new_id('evt') UNIQUE,
  ADD COLUMN object_id text,     -- what it is about: of one object, `sequence` is the order in which things happened
  ADD COLUMN test_clock_id text, -- null: in real time
  -- Whoever reads on waits until the transactions before have ended: an event that commits late is not missed.
  ADD COLUMN recorded_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  ALTER COLUMN customer_id DROP NOT NULL,
  ALTER COLUMN subscription_id DROP NOT NULL;
UPDATE event_log e
   SET object_id = coalesce(CASE WHEN e.type LIKE 'invoice.%' THEN e.data ->> 'invoice' END, e.subscription_id),
       test_clock_id = (SELECT c.test_clock_id FROM customers c WHERE c.id = e.customer_id);
ALTER TABLE event_log ALTER COLUMN object_id SET NOT NULL;
ALTER TABLE event_log ENABLE TRIGGER event_log_kept;
CREATE INDEX event_log_customer ON event_log (customer_id, id);
CREATE INDEX event_log_object ON event_log (object_id, id);
CREATE INDEX event_log_type ON event_log (type, id);
CREATE INDEX event_log_recorded ON event_log (recorded_xid);

-- What time it is for those who live by a clock.
CREATE FUNCTION time_on(clock text) RETURNS timestamptz LANGUAGE sql STABLE
  RETURN coalesce((SELECT c.frozen_time FROM test_clocks c WHERE c.id = clock), now());

CREATE FUNCTION rfc3339(at timestamptz) RETURNS text LANGUAGE sql STABLE
  RETURN replace(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '.000Z', 'Z');

-- An event is written where a row changes, by the statement that changes it, whoever that is. The types are those of
-- src/domain/eventTypes.ts. Data is what was so at that moment: ids, amounts in minor units, statuses; nothing of a person.

CREATE FUNCTION log_customer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before constant jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  happened text;
  details jsonb;
BEGIN
  IF TG_OP = 'INSERT' THEN
    happened := 'customer.created';
    details := jsonb_strip_nulls(jsonb_build_object('currency', NEW.currency));
  ELSIF NEW.deleted_at IS NOT NULL THEN
    IF OLD.deleted_at IS NOT NULL THEN RETURN NULL; END IF;
    happened := 'customer.deleted';
    details := '{}';
  ELSE
    -- The names of what has changed, as the API has them, without what it was or is.
    happened := 'customer.updated';
    SELECT jsonb_build_object('changed', jsonb_agg(CASE key WHEN 'default_payment_method_id' THEN 'default_payment_method'
                                                            ELSE key END ORDER BY key))
      INTO details FROM jsonb_each(to_jsonb(NEW)) WHERE value IS DISTINCT FROM before -> key;
  END IF;
  INSERT INTO event_log (type, object_id, customer_id, test_clock_id, occurred_at, data)
  VALUES (happened, NEW.id, NEW.id, NEW.test_clock_id,
          CASE WHEN TG_OP = 'INSERT' THEN NEW.created ELSE time_on(NEW.test_clock_id) END, details);
  RETURN NULL;
END $$;
CREATE TRIGGER customers_logged AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION log_customer();
-- A balance is moved by invoices and credit notes, which have events of their own.
CREATE TRIGGER customers_changes_logged AFTER UPDATE ON customers
  FOR EACH ROW WHEN (NEW.balance = OLD.balance AND NEW.* IS DISTINCT FROM OLD.*) EXECUTE FUNCTION log_customer();

CREATE FUNCTION log_payment_method() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event_log (type, object_id, customer_id, test_clock_id, occurred_at, data)
  SELECT CASE TG_OP WHEN 'INSERT' THEN 'payment_method.attached' ELSE 'payment_method.detached' END,
         NEW.id, c.id, c.test_clock_id, time_on(c.test_clock_id), jsonb_build_object('type', NEW.type)
    FROM customers c WHERE c.id = NEW.customer_id;
  RETURN NULL;
END $$;
CREATE TRIGGER payment_methods_logged AFTER INSERT ON payment_methods
  FOR EACH ROW EXECUTE FUNCTION log_payment_method();
CREATE TRIGGER payment_methods_detached_logged AFTER UPDATE OF detached_at ON payment_methods
  FOR EACH ROW WHEN (OLD.detached_at IS NULL AND NEW.detached_at IS NOT NULL) EXECUTE FUNCTION log_payment_method();

-- Hundreds at once: one statement for all of them.
CREATE FUNCTION log_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event_log (type, object_id, customer_id, subscription_id, test_clock_id, occurred_at, data)
  SELECT e.type, n.id, n.customer_id, n.subscription_id, n.test_clock_id, coalesce(e.at, time_on(n.test_clock_id)),
         jsonb_strip_nulls(jsonb_build_object(
           'number', n.number, 'status', n.status, 'billing_reason', n.billing_reason, 'currency', n.currency,
           'total', n.total, 'amount_due', n.amount_due, 'amount_paid', n.amount_paid,
           'amount_remaining', n.amount_due - n.amount_paid - n.amount_credited, 'due_at', rfc3339(n.due_at),
           'attempt_count', CASE e.type WHEN 'invoice.payment_failed' THEN n.attempt_count END,
           'failure_code', CASE e.type WHEN 'invoice.payment_failed' THEN n.last_failure_code END,
           'next_attempt_at', CASE e.type WHEN 'invoice.payment_failed' THEN rfc3339(n.next_attempt_at) END))
    FROM invoices_after n
    JOIN invoices_before o ON o.id = n.id
   CROSS JOIN LATERAL (VALUES
           (1, 'invoice.finalized', n.finalized_at, o.status = 'draft' AND n.status <> 'draft'),
           (2, 'invoice.payment_failed', NULL, n.attempt_count > o.attempt_count AND n.amount_paid = o.amount_paid),
           (3, 'invoice.paid', n.paid_at, o.status <> 'paid' AND n.status = 'paid'),
           (4, 'invoice.voided', n.voided_at, o.status <> 'void' AND n.status = 'void'),
           (5, 'invoice.marked_uncollectible', n.uncollectible_at, o.status <> 'uncollectible' AND n.status = 'uncollectible'))
         e (nth, type, at, happened)
   WHERE (n.status <> o.status OR n.attempt_count > o.attempt_count) AND e.happened
   ORDER BY n.id, e.nth;
  RETURN NULL;
END $$;
CREATE TRIGGER invoices_logged AFTER UPDATE ON invoices
  REFERENCING OLD TABLE AS invoices_before NEW TABLE AS invoices_after
  FOR EACH STATEMENT EXECUTE FUNCTION log_invoices();

-- An attempt that is under way is none yet; one that ends is told with its invoice.
CREATE FUNCTION log_payments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO event_log (type, object_id, customer_id, subscription_id, test_clock_id, occurred_at, data)
    SELECT e.* FROM payments_after n CROSS JOIN LATERAL payment_event(n.id) e
     WHERE n.status IN ('succeeded', 'failed', 'requires_action', 'canceled');
  ELSE
    INSERT INTO event_log (type, object_id, customer_id, subscription_id, test_clock_id, occurred_at, data)
    SELECT e.* FROM payments_after n JOIN payments_before o ON o.id = n.id CROSS JOIN LATERAL payment_event(n.id) e
     WHERE n.status <> o.status AND n.status IN ('succeeded', 'failed', 'requires_action', 'canceled');
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION payment_event(payment text)
  RETURNS TABLE (type text, object_id text, customer_id text, subscription_id text, test_clock_id text,
                 occurred_at timestamptz, data jsonb) LANGUAGE sql STABLE AS $$
  SELECT 'payment.' || p.status, p.id, p.customer_id, i.subscription_id, p.test_clock_id,
         coalesce(p.completed_at, time_on(p.test_clock_id)),
         jsonb_strip_nulls(jsonb_build_object(
           'invoice', p.invoice_id, 'status', p.status, 'amount', p.amount, 'currency', p.currency,
           'payment_method', p.payment_method_id, 'failure_code', p.failure_code, 'decline', p.decline))
    FROM payments p LEFT JOIN invoices i ON i.id = p.invoice_id WHERE p.id = payment;
$$;
CREATE TRIGGER payments_logged AFTER INSERT ON payments
  REFERENCING NEW TABLE AS payments_after FOR EACH STATEMENT EXECUTE FUNCTION log_payments();
CREATE TRIGGER payments_changes_logged AFTER UPDATE ON payments
  REFERENCING OLD TABLE AS payments_before NEW TABLE AS payments_after
  FOR EACH STATEMENT EXECUTE FUNCTION log_payments();

CREATE FUNCTION log_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event_log (type, object_id, customer_id, test_clock_id, occurred_at, data)
  VALUES ('refund.' || NEW.status, NEW.id, NEW.customer_id, NEW.test_clock_id, NEW.completed_at,
          jsonb_strip_nulls(jsonb_build_object(
            'payment', NEW.payment_id, 'credit_note', NEW.credit_note_id, 'status', NEW.status, 'amount', NEW.amount,
            'currency', NEW.currency, 'failure_code', NEW.failure_code)));
  RETURN NULL;
END $$;
CREATE TRIGGER refunds_logged AFTER UPDATE OF status ON refunds
  FOR EACH ROW WHEN (NEW.status <> OLD.status AND NEW.status IN ('succeeded', 'failed')) EXECUTE FUNCTION log_refund();

CREATE FUNCTION log_credit_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event_log (type, object_id, customer_id, test_clock_id, occurred_at, data)
  VALUES ('credit_note.issued', NEW.id, NEW.customer_id, NEW.test_clock_id, NEW.created,
          jsonb_build_object(
            'number', NEW.number, 'invoice', NEW.invoice_id, 'reason', NEW.reason, 'currency', NEW.currency,
            'total', NEW.total, 'receivable_amount', NEW.receivable_amount, 'credit_amount', NEW.credit_amount,
            'refund_amount', NEW.refund_amount));
  RETURN NULL;
END $$;
CREATE TRIGGER credit_notes_logged AFTER INSERT ON credit_notes FOR EACH ROW EXECUTE FUNCTION log_credit_note();

CREATE FUNCTION log_credit_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  happened constant text[] := CASE
    WHEN TG_OP = 'UPDATE' THEN ARRAY[NEW.status]
    WHEN NEW.status = 'pending' THEN ARRAY['created']
    ELSE ARRAY['created', NEW.status] END;
BEGIN
  INSERT INTO event_log (type, object_id, customer_id, test_clock_id, occurred_at, data)
  SELECT 'credit_grant.' || h.name, NEW.id, NEW.customer_id, NEW.test_clock_id,
         CASE WHEN TG_OP = 'INSERT' THEN NEW.created ELSE coalesce(NEW.ended_at, time_on(NEW.test_clock_id)) END,
         jsonb_strip_nulls(jsonb_build_object(
           'status', NEW.status, 'amount', NEW.amount, 'currency', NEW.currency, 'paid', NEW.paid,
           'invoice', NEW.invoice_id, 'expires_at', rfc3339(NEW.expires_at)))
    FROM unnest(happened) WITH ORDINALITY h (name, nth) ORDER BY h.nth;
  RETURN NULL;
END $$;
CREATE TRIGGER credit_grants_logged AFTER INSERT ON credit_grants FOR EACH ROW EXECUTE FUNCTION log_credit_grant();
-- What is spent of one is told by the invoice that spends it.
CREATE TRIGGER credit_grants_changes_logged AFTER UPDATE OF status ON credit_grants
  FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION log_credit_grant();

-- Webhook endpoints ------------------------------------------------------------------------------------------------------

CREATE TABLE webhook_endpoints (
  id              text PRIMARY KEY,
  url             text NOT NULL,
  events          text[] NOT NULL CHECK (cardinality(events) > 0), -- types, 'invoice.*', or '*'
  description     text,
  enabled         boolean NOT NULL DEFAULT true,
  disabled_reason text CHECK (disabled_reason IN ('request', 'gone', 'failing')),
  disabled_at     timestamptz,
  failing_since   timestamptz, -- nothing has been delivered since
  -- Events that were committed by then are none of its.
  since           pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
  metadata        jsonb NOT NULL DEFAULT '{}',
  created         timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz,
  CHECK (enabled = (disabled_reason IS NULL)),
  CHECK ((disabled_reason IS NULL) = (disabled_at IS NULL))
);

-- Kept as they are, because each delivery is signed with them: they give access to nothing here.
CREATE TABLE webhook_secrets (
  endpoint_id text NOT NULL REFERENCES webhook_endpoints,
  secret      text NOT NULL CHECK (secret ~ '^whsec_[A-Za-z0-9+/]+=*$'),
  created     timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at  timestamptz, -- null: the one that is given out
  PRIMARY KEY (endpoint_id, secret)
);
CREATE UNIQUE INDEX webhook_secrets_current ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL;

-- One event for one endpoint.
CREATE TABLE webhook_deliveries (
  id               text PRIMARY KEY DEFAULT new_id('whd'),
  endpoint_id      text NOT NULL REFERENCES webhook_endpoints,
  sequence         bigint NOT NULL REFERENCES event_log,
  object_id        text NOT NULL,
  status           text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
  attempt_count    integer NOT NULL DEFAULT 0,
  tries            integer NOT NULL DEFAULT 0, -- attempts since it was made, or asked for again
  tried_since      timestamptz,                -- when the first of those was
  next_attempt_at  timestamptz DEFAULT now(),
  last_attempt_at  timestamptz,
  response_status  integer,
  response_body    text,
  error            text,
  -- When it was delivered or given up for the first time: until then it holds back later ones of its object.
  settled_at       timestamptz,
  metadata         jsonb NOT NULL DEFAULT '{}',
  created          timestamptz NOT NULL DEFAULT now(),
  UNIQUE (endpoint_id, sequence),
  CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
  CHECK (status = 'pending' OR settled_at IS NOT NULL)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at, sequence) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_unsettled ON webhook_deliveries (endpoint_id, object_id, sequence) WHERE settled_at IS NULL;
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (endpoint_id, id);

-- How far the relay has come. It goes from one snapshot to the next: what the later one sees and the earlier one did not
-- is what was committed between them, each event once.
CREATE TABLE event_relay (
  one_row       boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  done          pg_snapshot NOT NULL, -- all that it sees has been relayed
  doing         pg_snapshot,          -- and of what this one sees besides, all up to `done_sequence`
  done_sequence bigint NOT NULL DEFAULT 0
);
INSERT INTO event_relay (done) VALUES (pg_current_snapshot());
