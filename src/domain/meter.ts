/** A meter: which events it counts, and how it makes one quantity of them (semantics.md, section 5). */
import type { MeterId } from './ids.ts';
import type { PropertyFilter } from './usage.ts';

export const aggregations = [
  'count',
  'sum',
  'max',
  'min',
  'avg',
  'latest',
  'unique_count',
  'weighted_sum',
  'recurring',
] as const;

/**
 * - `avg` is rounded to 12 fractional digits, half away from zero, and so is `weighted_sum`.
 * - `latest` is the value of the event with the latest time; of events of one time, the one with the greatest id.
 * - `weighted_sum` adds values up to a level that carries over from period to period, and weights it by how long it held.
 * - `recurring` is that level at the end of the period, as seats are.
 */
export type Aggregation = (typeof aggregations)[number];

export interface Meter {
  readonly id: MeterId;
  readonly code: string;
  readonly eventType: string;
  readonly aggregation: Aggregation;
  /** The property whose value is aggregated, such as `size` or `request.size`; null where it only counts, or computes. */
  readonly property: string | null;
  /** A CEL expression over the event's data whose value is aggregated, in place of a property. */
  readonly expression: string | null;
  readonly filters: readonly PropertyFilter[];
  /** The properties that its prices may group and filter by; up to 10. */
  readonly groupBy: readonly string[];
}

/** Whether events before a period bear on its quantity. */
export function carriesOver(aggregation: Aggregation): boolean {
  return aggregation === 'weighted_sum' || aggregation === 'recurring';
}
