/** What the meters counted: the rollups, the tail that is not in them yet, and the raw events of hours that a period cuts. */
import { createHash } from 'node:crypto';
import type { CustomerId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { carriesOver, type Meter } from '../domain/meter.ts';
import type { Period } from '../domain/period.ts';
import { parseDecimal, zero, type Decimal } from '../domain/quantity.ts';
import type { PropertyFilter } from '../domain/usage.ts';
import type { Queryable } from './database.ts';
import { meterBranch } from './usageSql.ts';

export interface UsageQuestion {
  readonly customerId: CustomerId;
  readonly meter: Meter;
  readonly period: Period;
  /** Properties of the meter's `group_by`; the quantity is told for each combination of their values. */
  readonly groupBy?: readonly string[];
  /** On properties of the meter's `group_by`, beside the filters of the meter itself. */
  readonly filters?: readonly PropertyFilter[];
}

export interface UsageGroup {
  readonly group: Readonly<Record<string, string | null>>;
  readonly quantity: Decimal;
}

export interface UsageTotals {
  /** One for each question, in order. Without a `group_by` each has exactly one group, also where nothing was counted. */
  readonly groups: readonly (readonly UsageGroup[])[];
  /** Exactly the events that are visible in this snapshot were counted. */
  readonly snapshot: string;
}

export interface TotalOptions {
  /** Reads the events themselves and no rollups: for a meter that is not saved, and to check the rollups. */
  readonly raw?: boolean;
  /** With `raw`: for each question, the snapshot whose events count; null for all there are now. */
  readonly asOf?: readonly (string | null)[];
}

interface Row {
  readonly position: number;
  readonly group_values: readonly (string | null)[];
  readonly quantity: string;
}

/** Answers all questions in one statement, and so in one snapshot. */
export async function totalUsage(
  db: Queryable,
  questions: readonly UsageQuestion[],
  { raw = false, asOf = [] }: TotalOptions = {},
): Promise<UsageTotals> {
  const meters = [...new Map(questions.map(({ meter }) => [meter.id, meter])).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const text = `WITH q AS MATERIALIZED (
      SELECT * FROM json_to_recordset($1) AS q(
        position int, meter text, customer_id text, start_ms numeric, end_ms numeric, carry_before timestamptz,
        edge_start timestamptz, first_hour timestamptz, last_hour timestamptz, edge_end timestamptz,
        group_by int[], filters json, as_of pg_snapshot))
    SELECT pg_current_snapshot()::text AS snapshot, coalesce(json_agg(t), '[]') AS rows
      FROM (${meters.map((meter) => meterBranch(meter, raw)).join('\nUNION ALL\n') || 'SELECT WHERE false'}) t`;
  const values = [
    JSON.stringify(questions.map((question, index) => toRow(question, index, raw, asOf[index] ?? null))),
  ];
  // A plan's meters are asked for together, so there are as many statements as there are plans; a meter that is not
  // saved is asked for once.
  const name = raw ? {} : { name: `usage ${createHash('sha1').update(text).digest('base64url')}` };
  const { rows: answers } = await db.query<{ snapshot: string; rows: Row[] }>({ ...name, text, values });
  const [answer] = answers;
  if (!answer) throw new Error('usage was not totalled');
  const groups: UsageGroup[][] = questions.map(() => []);
  for (const row of answer.rows) {
    const question = questions[row.position];
    const quantity = parseDecimal(row.quantity);
    if (!question || quantity === undefined) throw new Error(`usage total ${row.quantity} is out of range`);
    // A group that came back to nothing, as the seats of a region that has none any more, is not worth a line.
    if (carriesOver(question.meter.aggregation) && question.groupBy?.length && quantity.equals(0)) continue;
    const group = Object.fromEntries(
      (question.groupBy ?? []).map((property, index) => [property, row.group_values[index] ?? null]),
    );
    groups[row.position]?.push({ group, quantity });
  }
  questions.forEach(({ groupBy = [] }, index) => {
    if (groupBy.length === 0 && groups[index]?.length === 0) groups[index].push({ group: {}, quantity: zero });
  });
  return { groups, snapshot: answer.snapshot };
}

const hourMs = 3_600_000;

/** A period is its whole hours (UTC), which the rollups answer, and the two hours that it cuts, which they cannot. */
function toRow(question: UsageQuestion, position: number, raw: boolean, asOf: string | null) {
  const { customerId, meter, period, groupBy = [], filters = [] } = question;
  const { start, end } = period;
  const cutHour = (Math.floor(start / hourMs) * hourMs) as Instant;
  const ceiling = (Math.ceil(start / hourMs) * hourMs) as Instant;
  const floor = (Math.floor(end / hourMs) * hourMs) as Instant;
  // A recurring total begins with the first event ever, so all hours before the one that the end cuts are whole.
  const wholeHours = !raw && (ceiling <= floor || meter.aggregation === 'recurring');
  const firstHour = wholeHours ? ceiling : end;
  const lastHour = wholeHours ? floor : end;
  return {
    position,
    meter: meter.id,
    customer_id: customerId,
    start_ms: String(start),
    end_ms: String(end),
    carry_before: raw ? '-infinity' : formatInstant(cutHour),
    edge_start: raw && carriesOver(meter.aggregation) ? '-infinity' : formatInstant(carriesOver(meter.aggregation) ? cutHour : start),
    first_hour: formatInstant(firstHour),
    last_hour: formatInstant(lastHour),
    edge_end: formatInstant(end),
    group_by: groupBy.map((property) => place(meter, property)),
    filters: filters.map((filter) => ({
      place: place(meter, filter.property),
      values: filter.in ?? filter.notIn ?? [],
      negated: filter.in === undefined,
    })),
    as_of: asOf,
  };
}

/** Where in the meter's `group_by` a property is, from 1. */
function place(meter: Meter, property: string): number {
  const index = meter.groupBy.indexOf(property);
  if (index < 0) throw new Error(`meter ${meter.code} does not group by ${property}`);
  return index + 1;
}
