/** What is known of a customer's usage when a price rates it (semantics.md, sections 4 and 5). */
import type { UsagePrice, UsageTerms } from './pricing/price.ts';
import type { Decimal } from './quantity.ts';

/** The values of the properties that usage is grouped by; null: the event lacks the property. */
export type Group = Readonly<Record<string, string | null>>;

/** What a meter counted for one group of a price. */
export interface GroupUsage {
  /** The values of the price's `group_by`, or of its dimensions; {} where it has none. */
  readonly group: Group;
  /** The meter's quantity; may be negative (billed as 0 and reported in the computation as `measured`). */
  readonly quantity: Decimal;
  /** Only for models that price each event (percentage); amounts in minor units, or in the price's unit. */
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

/**
 * What must be read of the events of a price, beside the quantity: nothing, or, for percentage, how many first events
 * or how much first amount in order (null: no such allowance), and whether the events of a run must be equal.
 */
export type EventNeed =
  | 'none'
  | {
      readonly freeEvents: bigint | null;
      readonly freeAmount: Decimal | null;
      readonly equalRuns: boolean;
    };

export function eventNeed(price: UsagePrice): EventNeed {
  const { model } = price;
  if (model.model !== 'percentage') return 'none';
  return {
    freeEvents: model.freeEvents,
    freeAmount: model.freeAmount,
    equalRuns: model.perEventMin !== null || model.perEventMax !== null,
  };
}

/**
 * One filter on an event property path, such as "region" or "request.region". An event passes where its value (as text;
 * a missing property is null and is in no list) is in `in`, or not in `notIn`.
 */
export interface PropertyFilter {
  readonly property: string;
  readonly in?: readonly string[];
  readonly notIn?: readonly string[];
}

/** The properties that a price has a line for each combination of: its `group_by`, or its dimensions. */
export function groupingOf(price: UsageTerms): readonly string[] {
  return price.model.model === 'dimensional' ? price.model.dimensions : price.groupBy;
}

/** The values of a group in the order of the properties. */
export function valuesOf(properties: readonly string[], group: Group): (string | null)[] {
  return properties.map((property) => (Object.hasOwn(group, property) ? (group[property] ?? null) : null));
}

/** One text for each group, by which groups are told apart and put in order, the same however events arrived. */
export function groupKey(properties: readonly string[], group: Group): string {
  return JSON.stringify(valuesOf(properties, group));
}
