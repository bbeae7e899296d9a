/** What a meter counted, as prices see it (semantics.md, sections 4 and 5). */
import type { Decimal } from './quantity.ts';

/** What a meter counted for one group of a price. */
export interface GroupUsage {
  /** The values of the price's `group_by` (or dimensions), {} where it has none; null: the event lacks the property. */
  readonly group: Readonly<Record<string, string | null>>;
  /** The meter's quantity; may be negative. */
  readonly quantity: Decimal;
  /** Only for models that price each event. */
  readonly events?: EventAmounts;
}

/**
 * The events of a group in order of time, then id: `first` one by one, at least as many as a free allowance can reach;
 * `rest` in runs, in any order.
 */
export interface EventAmounts {
  readonly first: readonly Decimal[];
  readonly rest: readonly EventRun[];
}

/** `count` events whose amounts add up to `total`; where the price bounds each event, all of a run are equal. */
export interface EventRun {
  readonly count: bigint;
  readonly total: Decimal;
}

/** One filter on an event property: an event passes where its value (as text) is in `in`, or not in `notIn`. */
export interface PropertyFilter {
  readonly property: string;
  readonly in?: readonly string[];
  readonly notIn?: readonly string[];
}
