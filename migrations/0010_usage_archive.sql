-- Events can be archived, a month of arrivals at a time: what was billed of them is final, so nothing of their time is
-- counted again.

-- A customer of whom events are archived. No event before `closed_before` is accepted or voided any more, and no period
-- that begins in the hour of `archived_through`, or before, is rated or audited again; later ones are as ever.
CREATE TABLE usage_archive_marks (
  customer_id      text PRIMARY KEY,
  archived_through timestamptz NOT NULL, -- the time of the last archived event
  closed_before    timestamptz NOT NULL, -- the end of that event's hour, or of the last period that has archived events
  CHECK (closed_before > archived_through)
);
CREATE INDEX usage_archive_marks_closed ON usage_archive_marks (closed_before);
CREATE FUNCTION keep_archive_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.customer_id <> OLD.customer_id OR NEW.archived_through < OLD.archived_through
     OR NEW.closed_before < OLD.closed_before THEN
    RAISE EXCEPTION 'the archive mark of % cannot go back', OLD.customer_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER usage_archive_marks_forward BEFORE UPDATE OR DELETE ON usage_archive_marks
  FOR EACH ROW EXECUTE FUNCTION keep_archive_mark();

-- The types of events that a subscription is, or was, billed by.
CREATE VIEW billed_event_types AS
  SELECT t.subscription_id, m.event_type, bool_or(m.aggregation IN ('weighted_sum', 'recurring')) AS carries_over
    FROM terms_plans t
    JOIN prices pr ON pr.plan_id = t.plan_id AND pr.version = t.plan_version
    JOIN meters m ON m.id = pr.meter_id
   GROUP BY t.subscription_id, m.event_type;

-- Takes a month (UTC) of arrivals out of `usage_events`, and returns the name of the table, to be dumped and dropped.
-- Refused while anything of it is still to be counted. It reads without a lock, and locks out ingestion for the moment of
-- the detaching alone; where it does not get that lock at once, it fails, and is called again.
CREATE FUNCTION archive_usage_partition(month date) RETURNS text LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
DECLARE
  partition text := 'usage_events_' || to_char(month, 'YYYY_MM');
  since xid8 := pg_snapshot_xmin(pg_current_snapshot());
  trouble text;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'archive in a transaction that reads what is committed' USING ERRCODE = 'invalid_transaction_state';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('add_usage_partition'));
  IF NOT EXISTS (SELECT FROM pg_inherits
                  WHERE inhrelid = to_regclass(partition) AND inhparent = 'usage_events'::regclass) THEN
    RAISE EXCEPTION 'usage_events has no partition %', partition USING ERRCODE = 'undefined_table';
  END IF;
  IF date_trunc('month', month) + interval '1 month' > now() AT TIME ZONE 'UTC' THEN
    RAISE EXCEPTION 'events still arrive in %', partition USING ERRCODE = 'restrict_violation';
  END IF;

  EXECUTE format($sql$
    SELECT m.code FROM meters m JOIN usage_rollup_progress p ON p.meter_id = m.id
     WHERE EXISTS (SELECT FROM %I e WHERE e.type = m.event_type AND e.inserted_xid >= p.folded_below)
     LIMIT 1 $sql$, partition) INTO trouble;
  IF trouble IS NOT NULL THEN
    RAISE EXCEPTION 'meter % has not folded the events of % into its rollups yet', trouble, partition
      USING ERRCODE = 'restrict_violation';
  END IF;

  EXECUTE format($sql$
    WITH marked AS (
      INSERT INTO usage_archive_marks AS m (customer_id, archived_through, closed_before)
      SELECT a.customer_id, a.through,
             greatest(date_trunc('hour', a.through, 'UTC') + interval '1 hour',
                      (SELECT max(p.ends_at)
                         FROM subscriptions s
                         JOIN subscription_periods p ON p.subscription_id = s.id
                        WHERE s.customer_id = a.customer_id AND date_trunc('hour', p.starts_at, 'UTC') <= a.through
                          AND s.id IN (SELECT subscription_id FROM billed_event_types)))
        FROM (SELECT customer_id, max(time) AS through FROM %I GROUP BY customer_id) a
      ON CONFLICT (customer_id) DO UPDATE
         SET archived_through = greatest(m.archived_through, excluded.archived_through),
             closed_before = greatest(m.closed_before, excluded.closed_before)
      RETURNING m.customer_id, m.archived_through
    ), billed AS (
      SELECT m.archived_through, s.*
        FROM marked m
        JOIN subscriptions s ON s.customer_id = m.customer_id
        LEFT JOIN test_clocks c ON c.id = s.test_clock_id
       WHERE c.status IS DISTINCT FROM 'deleted' AND s.id IN (SELECT subscription_id FROM billed_event_types)
    ), changed AS (
      SELECT b.id, b.archived_through, t.carries_over, e.time, e.changed_by
        FROM billed b
        JOIN billed_event_types t ON t.subscription_id = b.id
       CROSS JOIN LATERAL (
         SELECT pg_snapshot_xmin(p.usage_snapshot) AS since FROM subscription_periods p
          WHERE p.subscription_id = b.id AND p.usage_snapshot IS NOT NULL ORDER BY p.index DESC LIMIT 1) counted
       CROSS JOIN LATERAL (
         SELECT u.time, u.inserted_xid AS changed_by FROM usage_events u
          WHERE u.customer_id = b.customer_id AND u.type = t.event_type AND u.inserted_xid >= counted.since
         UNION ALL
         SELECT u.time, u.voided_xid FROM usage_events u
          WHERE u.customer_id = b.customer_id AND u.type = t.event_type AND u.voided_xid >= counted.since) e
    )
    SELECT * FROM (
      SELECT format('subscription %%s has not billed its period yet', b.id)
        FROM billed b
       WHERE b.status NOT IN ('canceled', 'paused')
             AND date_trunc('hour', b.current_period_start, 'UTC') <= b.archived_through
          OR EXISTS (SELECT FROM invoices i WHERE i.subscription_id = b.id AND i.status = 'draft')
             AND EXISTS (SELECT FROM subscription_periods p
                          WHERE p.subscription_id = b.id AND p.usage_snapshot IS NULL
                            AND date_trunc('hour', p.starts_at, 'UTC') <= b.archived_through)
       UNION ALL
      SELECT format('subscription %%s has not billed late usage yet', c.id)
        FROM changed c
        JOIN subscription_periods p
          ON p.subscription_id = c.id AND c.time < p.ends_at AND (c.carries_over OR p.starts_at <= c.time)
         AND date_trunc('hour', p.starts_at, 'UTC') <= c.archived_through
         AND NOT pg_visible_in_snapshot(c.changed_by, p.usage_snapshot)) t
     LIMIT 1 $sql$, partition) INTO trouble;
  IF trouble IS NOT NULL THEN
    RAISE EXCEPTION '% cannot be archived: %', partition, trouble USING ERRCODE = 'restrict_violation';
  END IF;

  -- From here on no event comes in, until the marks can be seen.
  LOCK TABLE usage_events IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM usage_events e JOIN usage_archive_marks m ON m.customer_id = e.customer_id AND e.time < m.closed_before
              WHERE e.type IN (SELECT event_type FROM meters) AND e.inserted_xid >= since)
     OR EXISTS (SELECT FROM usage_events e JOIN usage_archive_marks m ON m.customer_id = e.customer_id AND e.time < m.closed_before
                 WHERE e.voided_xid >= since) THEN
    RAISE EXCEPTION '% cannot be archived: usage of its time has just changed', partition USING ERRCODE = 'restrict_violation';
  END IF;
  EXECUTE format('ALTER TABLE usage_events DETACH PARTITION %I', partition);
  RETURN partition;
END $$;
