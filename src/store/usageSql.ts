/** The statement that answers what a meter counted. */
import pg from 'pg';
import { carriesOver, type Aggregation, type Meter } from '../domain/meter.ts';
import { meterSql, stateColumns } from './meterSql.ts';

const { escapeLiteral } = pg;

/**
 * A select over the questions `q` of one meter: `position`, `group_values`, `quantity`. It adds up the rollups of whole
 * hours, the events of those hours that are not in the rollups yet, and the raw events of the hours that a period cuts;
 * `raw` reads events alone.
 */
export function meterBranch(meter: Meter, raw: boolean): string {
  const sources = raw ? [rawEvents(meter, ownState(meter))] : [...rolledUp(meter), ...cutHours(meter)];
  return `SELECT q.position, u.group_values, u.quantity
      FROM q CROSS JOIN LATERAL (
        SELECT g.group_values, trim_scale(${quantities[meter.aggregation]})::text AS quantity
          FROM (SELECT ${priceGroup(meter)} AS group_values, ${['unique_value', 'event_count', ...columnsOf(meter)].map((name) => `s.${name}`).join(', ')}
                  FROM (${sources.join('\n UNION ALL ')}) s
                 WHERE ${priceFilter(meter)}) g
         GROUP BY g.group_values) u
     WHERE q.meter = ${escapeLiteral(meter.id)}`;
}

/** Enough digits for the one rounding that follows a division. */
const exact = '0.000000000000000000000000';

/** The quantity of a group of states `g`. */
const quantities: Record<Aggregation, string> = {
  count: 'sum(g.event_count)',
  unique_count: 'count(DISTINCT g.unique_value)::numeric',
  sum: 'sum(g.sum)',
  recurring: 'sum(g.sum)',
  avg: `round((sum(g.sum) + ${exact}) / sum(g.event_count), 12)`,
  min: 'min(g.min)',
  max: 'max(g.max)',
  latest: '(array_agg(g.latest ORDER BY g.latest_at DESC, g.latest_event DESC))[1]',
  weighted_sum: `round((sum(g.weighted) + ${exact}) / (q.end_ms - q.start_ms), 12)`,
};

const weighs = ({ aggregation }: Meter) => aggregation === 'weighted_sum';

function columnsOf(meter: Meter): string[] {
  const columns = stateColumns(meter.aggregation).map(({ name }) => name);
  return weighs(meter) ? [...columns, 'weighted'] : columns;
}

function rolledUp(meter: Meter): string[] {
  const hours = carriesOver(meter.aggregation)
    ? weighs(meter)
      ? (column: string) =>
          `(${column} < q.carry_before OR (${column} >= q.first_hour AND ${column} < q.last_hour))`
      : (column: string) => `${column} < q.last_hour`
    : (column: string) => `${column} >= q.first_hour AND ${column} < q.last_hour`;
  const columns = stateColumns(meter.aggregation).map(({ name }) => `, r.${name}`);
  const weighted = weighs(meter)
    ? `, CASE WHEN r.hour < q.first_hour THEN r.sum * (q.end_ms - q.start_ms) ELSE r.sum * q.end_ms - r.moment END AS weighted`
    : '';
  const id = escapeLiteral(meter.id);
  return [
    `SELECT r.group_values, r.unique_value, r.event_count${columns.join('')}${weighted}
       FROM usage_rollups r
      WHERE r.customer_id = q.customer_id AND r.meter_id = ${id} AND ${hours('r.hour')}`,
    // The fence keeps the search for what is new apart from the period, whose index may hold a million events.
    unfolded(
      meter,
      `(SELECT * FROM usage_events n
         WHERE n.customer_id = q.customer_id AND n.type = ${escapeLiteral(meter.eventType)}
           AND n.inserted_xid >= (SELECT p.folded_below FROM usage_rollup_progress p WHERE p.meter_id = ${id})
        OFFSET 0)`,
      hours('e.time'),
    ),
  ];
}

function cutHours(meter: Meter): string[] {
  const before = `e.customer_id = q.customer_id AND e.time >= q.edge_start AND e.time < q.first_hour`;
  const after = `e.customer_id = q.customer_id AND e.time >= q.last_hour AND e.time < q.edge_end`;
  return meter.aggregation === 'recurring'
    ? [unfolded(meter, 'usage_events', after)]
    : [unfolded(meter, 'usage_events', before), unfolded(meter, 'usage_events', after)];
}

/** The events of the questions' periods, whether or not they are rolled up; `columns` of an event `e`. */
export function rawEvents(meter: Meter, columns: string): string {
  return eventsOf(
    meter,
    'usage_events',
    `e.customer_id = q.customer_id AND e.time >= q.edge_start AND e.time < q.edge_end`,
    `(q.as_of IS NULL AND e.voided_xid IS NULL
      OR pg_visible_in_snapshot(e.inserted_xid, q.as_of) AND (e.voided_xid IS NULL OR NOT pg_visible_in_snapshot(e.voided_xid, q.as_of)))`,
    columns,
  );
}

function unfolded(meter: Meter, from: string, when: string): string {
  return eventsOf(meter, from, when, 'e.voided_xid IS NULL', ownState(meter));
}

/** Each event as a state of its own, so that it can be added to the rollups' states. */
function ownState(meter: Meter): string {
  const columns = stateColumns(meter.aggregation).map(({ name, ofEvent }) => `, ${ofEvent} AS ${name}`);
  const weighted = weighs(meter)
    ? `, e.value * (q.end_ms - greatest(extract(epoch FROM e.time) * 1000, q.start_ms)) AS weighted`
    : '';
  return `e.unique_value, 1::bigint AS event_count${columns.join('')}${weighted}`;
}

function eventsOf(meter: Meter, from: string, when: string, counted: string, columns: string): string {
  const sql = meterSql(meter);
  return `SELECT e.group_values, ${columns}
       FROM (SELECT e.id, e.source, e.time, ${sql.value} AS value, ${sql.groupValues} AS group_values,
                    ${sql.uniqueValue} AS unique_value
               FROM ${from} e
              WHERE ${sql.matches} AND ${when} AND ${counted} AND ${sql.hasValue}) e`;
}

/** A price groups by some of what its meter groups by. */
export function priceGroup({ groupBy }: Meter): string {
  return groupBy.length === 0
    ? `'{}'::text[]`
    : `CASE WHEN q.group_by = '{}' THEN '{}'::text[]
            ELSE ARRAY(SELECT s.group_values[b.place] FROM unnest(q.group_by) WITH ORDINALITY AS b(place, nth) ORDER BY b.nth) END`;
}

export function priceFilter({ groupBy }: Meter): string {
  return groupBy.length === 0
    ? 'true'
    : `NOT EXISTS (SELECT FROM json_to_recordset(q.filters) AS f(place int, "values" text[], negated boolean)
                    WHERE ((s.group_values[f.place] = ANY (f."values")) IS TRUE) = f.negated)`;
}
