/** What is asked of usage, and how a statement is told: a row for each question. */
import type { CustomerId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { carriesOver, type Meter } from '../domain/meter.ts';
import type { Period } from '../domain/period.ts';
import type { PropertyFilter } from '../domain/usage.ts';

export interface UsageQuestion {
  readonly customerId: CustomerId;
  readonly meter: Meter;
  readonly period: Period;
  /** Properties of the meter's `group_by`; the quantity is told for each combination of their values. */
  readonly groupBy?: readonly string[];
  /** On properties of the meter's `group_by`, beside the filters of the meter itself. */
  readonly filters?: readonly PropertyFilter[];
}

export interface ReadOptions {
  /** Reads the events themselves and no rollups: for a meter that is not saved, and to check the rollups. */
  readonly raw?: boolean;
  /** With `raw`: for each question, the snapshot whose events count; null for all there are now. */
  readonly asOf?: readonly (string | null)[];
}

/** The questions as a table: `questionRows` as the first parameter. */
export const questionsSql = `SELECT * FROM json_to_recordset($1) AS q(
        position int, meter text, customer_id text, start_ms numeric, end_ms numeric, carry_before timestamptz,
        edge_start timestamptz, first_hour timestamptz, last_hour timestamptz, edge_end timestamptz,
        group_by int[], filters json, as_of pg_snapshot)`;

export function questionRows(
  questions: readonly UsageQuestion[],
  { raw = false, asOf = [] }: ReadOptions,
): readonly object[] {
  return questions.map((question, index) => toRow(question, index, raw, asOf[index] ?? null));
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
    edge_start:
      raw && carriesOver(meter.aggregation)
        ? '-infinity'
        : formatInstant(carriesOver(meter.aggregation) ? cutHour : start),
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
