-- Metering: events partitioned by arrival, identities that outlive them, and hourly rollups folded in behind the ingestion.

-- Numbers and texts of events ---------------------------------------------------------------------------------------

-- A JSON number or a decimal string below 10^18, with up to 12 fractional digits; null for anything else.
CREATE FUNCTION usage_number(value jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE jsonb_typeof(value)
           WHEN 'number' THEN CASE WHEN scale(value::numeric) <= 12 AND abs(value::numeric) < 1e18 THEN value::numeric END
           WHEN 'string' THEN CASE WHEN value #>> '{}' ~ '^-?[0-9]{1,18}(\.[0-9]{1,12})?$' THEN (value #>> '{}')::numeric END
         END;

-- What usage is grouped by or told apart by; a long text is cut and told apart by its hash, so that it fits an index.
CREATE FUNCTION usage_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN octet_length(value) <= 200 THEN value
              ELSE left(value, 40) || '…' || encode(sha256(convert_to(value, 'UTF8')), 'hex') END;

-- Meters ------------------------------------------------------------------------------------------------------------

ALTER TABLE meters
  DROP CONSTRAINT meters_aggregation_check,
  DROP CONSTRAINT meters_check,
  ADD COLUMN expression text,
  ADD COLUMN filters jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN group_by text[] NOT NULL DEFAULT '{}' CHECK (cardinality(group_by) <= 10),
  ADD CHECK (aggregation IN ('count', 'sum', 'max', 'min', 'avg', 'latest', 'unique_count', 'weighted_sum', 'recurring')),
  ADD CHECK (num_nonnulls(property, expression) = CASE aggregation WHEN 'count' THEN 0 ELSE 1 END);

-- What a meter counts never changes: what it counted has been billed.
CREATE FUNCTION keep_meter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (NEW.id, NEW.code, NEW.event_type, NEW.aggregation, NEW.property, NEW.expression, NEW.filters, NEW.group_by)
        IS DISTINCT FROM
        (OLD.id, OLD.code, OLD.event_type, OLD.aggregation, OLD.property, OLD.expression, OLD.filters, OLD.group_by) THEN
    RAISE EXCEPTION 'meter % cannot change what it counts', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER meters_kept BEFORE UPDATE OR DELETE ON meters FOR EACH ROW EXECUTE FUNCTION keep_meter();

-- Two prices may share a meter where their filters tell its events apart; the catalog's rules see to that.
ALTER TABLE prices DROP CONSTRAINT prices_plan_id_version_meter_id_key;
CREATE INDEX prices_meter ON prices (meter_id) WHERE meter_id IS NOT NULL;
ALTER TABLE plan_versions ADD COLUMN price_units jsonb NOT NULL DEFAULT '[]';

-- Events ------------------------------------------------------------------------------------------------------------

-- Events refer to customers without a foreign key, which would lock the same few rows for every event.
CREATE TRIGGER customers_kept BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE usage_events RENAME TO usage_events_before;
ALTER INDEX usage_events_pkey RENAME TO usage_events_before_pkey;
ALTER INDEX usage_events_period RENAME TO usage_events_before_period;
ALTER INDEX usage_events_arrival RENAME TO usage_events_before_arrival;

-- An identity counts once, for ever, whatever becomes of the event itself.
CREATE TABLE usage_event_identities (
  source       text NOT NULL,
  id           text NOT NULL,
  inserted_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (source, id)
);

CREATE TABLE usage_events (
  source       text NOT NULL,
  id           text NOT NULL,
  type         text NOT NULL,
  customer_id  text NOT NULL,
  time         timestamptz NOT NULL,
  data         jsonb NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  -- The transaction that stored the event: a closed period remembers the snapshot it was rated in, so whether an event
  -- was counted is a question of visibility with one answer, and needs no lock between ingestion and billing.
  inserted_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  voided_xid   xid8 -- the transaction that voided it
) PARTITION BY RANGE (received_at);
-- The raw events of a customer's period.
CREATE INDEX usage_events_period ON usage_events (customer_id, type, time);
-- What of a customer arrived since: late events, and the tail that is not in the rollups yet.
CREATE INDEX usage_events_arrival ON usage_events (customer_id, type, inserted_xid);
-- What of a type arrived since: to be folded into the rollups.
CREATE INDEX usage_events_type ON usage_events (type, inserted_xid);
CREATE INDEX usage_events_voided ON usage_events (customer_id, voided_xid) WHERE voided_xid IS NOT NULL;

-- A month (UTC) of arrivals is a partition. It is made beside the table and then attached, which locks out nobody.
CREATE FUNCTION add_usage_partition(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  partition text := 'usage_events_' || to_char(month, 'YYYY_MM');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('add_usage_partition'));
  IF to_regclass(partition) IS NULL THEN
    EXECUTE format('CREATE TABLE %I (LIKE usage_events INCLUDING ALL)', partition);
    EXECUTE format('ALTER TABLE usage_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
                   month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
  END IF;
END $$;

-- This month's partition and those of the next two.
CREATE FUNCTION add_usage_partitions() RETURNS void LANGUAGE sql BEGIN ATOMIC
  SELECT add_usage_partition((date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month')::date)
    FROM generate_series(0, 2) n;
END;

SELECT add_usage_partition(month)
  FROM (SELECT DISTINCT date_trunc('month', received_at AT TIME ZONE 'UTC')::date AS month FROM usage_events_before) m;
SELECT add_usage_partitions();
INSERT INTO usage_event_identities (source, id, inserted_xid) SELECT source, id, inserted_xid FROM usage_events_before;
INSERT INTO usage_events (source, id, type, customer_id, time, data, received_at, inserted_xid)
SELECT source, id, type, customer_id, time, data, received_at, inserted_xid FROM usage_events_before;
DROP TABLE usage_events_before;
DROP FUNCTION usage_value;

-- An event never changes; it can be voided, once.
CREATE FUNCTION keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.voided_xid IS NOT NULL OR NEW.voided_xid IS NULL
     OR (NEW.source, NEW.id, NEW.type, NEW.customer_id, NEW.time, NEW.data, NEW.received_at, NEW.inserted_xid)
        IS DISTINCT FROM
        (OLD.source, OLD.id, OLD.type, OLD.customer_id, OLD.time, OLD.data, OLD.received_at, OLD.inserted_xid) THEN
    RAISE EXCEPTION 'event % of % cannot change', OLD.id, OLD.source USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER usage_events_kept BEFORE UPDATE ON usage_events FOR EACH ROW EXECUTE FUNCTION keep_event();
CREATE TRIGGER usage_event_identities_kept BEFORE UPDATE OR DELETE ON usage_event_identities
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Rollups -----------------------------------------------------------------------------------------------------------

-- What a meter counted in an hour (UTC), for each combination of what it is grouped by. Which columns are filled
-- depends on the meter's aggregation.
CREATE TABLE usage_rollups (
  customer_id  text NOT NULL,
  meter_id     text NOT NULL,
  hour         timestamptz NOT NULL,
  group_values text[] NOT NULL,          -- in the order of the meter's group_by; null where the event lacks the property
  unique_value text NOT NULL DEFAULT '', -- of unique_count: a row for each distinct value
  event_count  bigint NOT NULL,
  sum          numeric,
  min          numeric,
  max          numeric,
  latest       numeric,
  latest_at    timestamptz,
  latest_event text COLLATE "C",          -- id and source, which decide between events of one time
  moment       numeric,                  -- the sum of value × time in milliseconds, for time-weighted sums
  PRIMARY KEY (customer_id, meter_id, hour, group_values, unique_value)
);

-- Every event of a meter with a lower transaction id is in its rollups, no other one is.
CREATE TABLE usage_rollup_progress (
  meter_id     text PRIMARY KEY REFERENCES meters,
  folded_below xid8 NOT NULL DEFAULT '0'
);
INSERT INTO usage_rollup_progress (meter_id) SELECT id FROM meters;

-- A new meter has folded nothing yet: what is stored already is folded step by step, and counted from its events meanwhile.
CREATE FUNCTION begin_rollups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_rollup_progress (meter_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER meters_rolled_up AFTER INSERT ON meters FOR EACH ROW EXECUTE FUNCTION begin_rollups();

-- Invoice lines -----------------------------------------------------------------------------------------------------

ALTER TABLE invoice_lines
  DROP CONSTRAINT invoice_lines_type_check,
  ADD CONSTRAINT invoice_lines_type CHECK (type IN ('fixed', 'usage', 'late_usage', 'minimum')),
  ADD COLUMN group_values jsonb, -- the properties whose values the line's usage has in common
  ADD COLUMN group_key text NOT NULL GENERATED ALWAYS AS (coalesce(md5(group_values::text), '')) STORED;
-- One line for a price, a period and a group, whoever bills it, however often.
DROP INDEX invoice_lines_once;
CREATE UNIQUE INDEX invoice_lines_once ON invoice_lines (subscription_id, price_code, billing, period_start, group_key)
  WHERE type IN ('fixed', 'usage');
