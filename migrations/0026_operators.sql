-- What operators settle by hand, and what is kept no longer than it is needed.

-- Why a refund still waits, as its provider has last refused it; null while it is being asked for.
ALTER TABLE refunds ADD COLUMN refused_code text;
CREATE INDEX refunds_reference ON refunds (provider_reference) WHERE provider_reference IS NOT NULL;

-- A method that was given on the pay page is kept only where it pays: until then it is on trial.
ALTER TABLE payment_methods ADD COLUMN on_trial boolean NOT NULL DEFAULT false;
CREATE INDEX payment_methods_on_trial ON payment_methods (id) WHERE on_trial;

-- What is unknown here has nothing that was expected: it could not be told, and its reconciliation never ended.
ALTER TABLE reconciliation_findings ALTER COLUMN expected DROP NOT NULL;

-- What is kept no longer than it is needed (src/store/retention.ts). ------------------------------------------------------

CREATE INDEX webhook_deliveries_event ON webhook_deliveries (sequence);
CREATE INDEX stored_mails_created ON stored_mails (created);

-- As before nothing is changed or removed; but `remove_old_events` removes what is 30 days old and more.
CREATE FUNCTION keep_logged_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('dunlin.removes_events', true) = 'on'
     AND OLD.recorded_at < now() - interval '30 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER event_log_kept ON event_log;
CREATE TRIGGER event_log_kept BEFORE UPDATE OR DELETE ON event_log FOR EACH ROW EXECUTE FUNCTION keep_logged_event();

-- Removes, of `size` events after one, those that were recorded so many days ago, with their deliveries; not what the relay
-- has not passed yet, or what waits to be delivered. Returns from where to go on; null where what follows is younger.
CREATE FUNCTION remove_old_events(days integer, after bigint, size integer) RETURNS bigint
  LANGUAGE plpgsql SET dunlin.removes_events = 'on' AS $$
DECLARE
  before constant timestamptz := now() - make_interval(days => days);
  through bigint;
  is_old boolean;
BEGIN
  IF days < 30 THEN
    RAISE EXCEPTION 'events are kept for 30 days at least' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT max(p.sequence), bool_or(p.recorded_at < before) INTO through, is_old
    FROM (SELECT sequence, recorded_at FROM event_log WHERE sequence > after ORDER BY sequence LIMIT size) p;
  IF is_old IS NOT TRUE THEN RETURN NULL; END IF;
  -- By ranges throughout, so that no plan reads more than these.
  DELETE FROM webhook_deliveries d USING event_log t, webhook_endpoints w
   WHERE t.sequence > after AND t.sequence <= through AND t.recorded_at < before
     AND d.sequence = t.sequence AND d.sequence > after AND d.sequence <= through
     AND w.id = d.endpoint_id AND (d.status <> 'pending' OR w.deleted_at IS NOT NULL)
     AND NOT EXISTS (SELECT FROM webhook_deliveries o JOIN webhook_endpoints e ON e.id = o.endpoint_id
                      WHERE o.sequence = d.sequence AND o.sequence > after AND o.sequence <= through
                        AND o.status = 'pending' AND e.deleted_at IS NULL);
  DELETE FROM event_log t USING event_relay r
   WHERE t.sequence > after AND t.sequence <= through AND t.recorded_at < before
     AND pg_visible_in_snapshot(t.recorded_xid, r.done)
     AND NOT EXISTS (SELECT FROM webhook_deliveries d
                      WHERE d.sequence = t.sequence AND d.sequence > after AND d.sequence <= through);
  RETURN through;
END $$;
