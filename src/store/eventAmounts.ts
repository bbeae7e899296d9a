/** The amounts that single events carry, for prices that price each event (semantics.md, section 4, percentage). */
import type { Meter } from '../domain/meter.ts';
import { formatDecimal, parseDecimal, type Decimal } from '../domain/quantity.ts';
import type { EventAmounts, EventNeed, EventRun } from '../domain/usage.ts';
import type { Queryable } from './database.ts';
import { questionRows, questionsSql, type UsageQuestion } from './usageQuestion.ts';
import { priceFilter, priceGroup, rawEvents } from './usageSql.ts';

export interface EventAmountsQuestion extends UsageQuestion {
  readonly need: Exclude<EventNeed, 'none'>;
}

export interface GroupEventAmounts extends EventAmounts {
  /** In the order of the question's `groupBy`. */
  readonly groupValues: readonly (string | null)[];
}

interface Row {
  readonly position: number;
  readonly group_values: readonly (string | null)[];
  readonly first: readonly string[] | null;
  readonly count: string;
  readonly total: string;
}

/** For each question, its groups, of exactly the events that are visible in its snapshot. Reads the events themselves. */
export async function readEventAmounts(
  db: Queryable,
  questions: readonly EventAmountsQuestion[],
  snapshots: readonly string[],
): Promise<GroupEventAmounts[][]> {
  const answers: GroupEventAmounts[][] = questions.map(() => []);
  if (questions.length === 0) return answers;
  const meters = new Map(questions.map(({ meter }) => [meter.id, meter]));
  const rows = questionRows(questions, { raw: true, asOf: snapshots });
  const { rows: found } = await db.query<Row>(
    `WITH q AS MATERIALIZED (${questionsSql}),
          need AS MATERIALIZED (
            SELECT * FROM json_to_recordset($2) AS n(position int, free_events bigint, free_amount numeric, equal_runs boolean))
     ${[...meters.values()].map(amountsBranch).join('\nUNION ALL\n')}`,
    [JSON.stringify(rows), JSON.stringify(questions.map(({ need }, position) => needRow(need, position)))],
  );
  for (const [position, ofQuestion] of groupRows(found)) {
    answers[position] = ofQuestion;
  }
  return answers;
}

function needRow(need: EventAmountsQuestion['need'], position: number) {
  return {
    position,
    free_events: need.freeEvents === null ? null : String(need.freeEvents),
    free_amount: need.freeAmount === null ? null : formatDecimal(need.freeAmount),
    equal_runs: need.equalRuns,
  };
}

/**
 * The events that the allowance may reach, one by one: while fewer events and less amount came before. The running
 * maximum keeps them a beginning of the order where amounts are negative. All others are counted and added up, those of
 * equal amounts together where each is bounded.
 */
function amountsBranch(meter: Meter): string {
  return `SELECT q.position, u.group_values, u.first, u.count, u.total
      FROM q JOIN need n USING (position) CROSS JOIN LATERAL (
        SELECT b.group_values, b.is_first, CASE WHEN n.equal_runs AND NOT b.is_first THEN b.value END AS run,
               CASE WHEN b.is_first THEN array_agg(trim_scale(b.value)::text ORDER BY b.nth) END AS first,
               count(*)::text AS count, trim_scale(sum(b.value))::text AS total
          FROM (SELECT a.*, (n.free_events IS NOT NULL OR n.free_amount IS NOT NULL)
                            AND (n.free_events IS NULL OR a.nth <= n.free_events)
                            AND (n.free_amount IS NULL
                                 OR max(a.before) OVER (PARTITION BY a.group_values ORDER BY a.nth) < n.free_amount) AS is_first
                  FROM (SELECT o.*, row_number() OVER given AS nth, sum(o.value) OVER given - o.value AS before
                          FROM (SELECT s.value, s.time, s.id, s.source, ${priceGroup(meter)} AS group_values
                                  FROM (${rawEvents(meter, 'e.value, e.time, e.id, e.source')}) s WHERE ${priceFilter(meter)}) o
                        WINDOW given AS (PARTITION BY o.group_values ORDER BY o.time, o.id COLLATE "C", o.source COLLATE "C")) a) b
         GROUP BY 1, 2, 3) u
     WHERE q.meter = '${meter.id}'`;
}

function groupRows(rows: readonly Row[]): Map<number, GroupEventAmounts[]> {
  const positions = new Map<number, Map<string, { first: Decimal[]; rest: EventRun[] }>>();
  for (const { position, group_values: groupValues, first, count, total } of rows) {
    const groups = positions.get(position) ?? new Map<string, { first: Decimal[]; rest: EventRun[] }>();
    positions.set(position, groups);
    const key = JSON.stringify(groupValues);
    const group = groups.get(key) ?? { first: [], rest: [] };
    groups.set(key, group);
    if (first) group.first.push(...first.map(decimal));
    else group.rest.push({ count: BigInt(count), total: decimal(total) });
  }
  return new Map(
    [...positions].map(([position, groups]) => [
      position,
      [...groups].map(([key, amounts]) => ({
        ...amounts,
        groupValues: JSON.parse(key) as (string | null)[],
      })),
    ]),
  );
}

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`amount ${text} is out of range`);
  return value;
}
