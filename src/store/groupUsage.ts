/** What usage prices need to know of a customer's usage, read in one snapshot. */
import type { CustomerId } from '../domain/ids.ts';
import type { Period } from '../domain/period.ts';
import type { UsagePrice } from '../domain/pricing/price.ts';
import { eventNeed, groupingOf, groupKey, type EventNeed, type GroupUsage } from '../domain/usage.ts';
import type { Queryable } from './database.ts';
import { readEventAmounts } from './eventAmounts.ts';
import { loadMeters } from './meters.ts';
import { totalUsage, type UsageGroup } from './usage.ts';
import type { ReadOptions } from './usageQuestion.ts';

export interface PriceQuestion {
  readonly customerId: CustomerId;
  readonly price: UsagePrice;
  readonly period: Period;
}

export interface PriceUsage {
  /** The groups of each question, in order. */
  readonly usage: readonly (readonly GroupUsage[])[];
  /** Exactly the events that are visible in this snapshot were counted. */
  readonly snapshot: string;
}

/** Answers for many prices and periods at once. */
export async function readPriceUsage(
  db: Queryable,
  questions: readonly PriceQuestion[],
  options: ReadOptions = {},
): Promise<PriceUsage> {
  const meters = await loadMeters(
    db,
    questions.map(({ price }) => price.meterId),
  );
  const asked = questions.map(({ customerId, price, period }) => {
    const meter = meters.get(price.meterId);
    if (!meter) throw new Error(`there is no meter ${price.meterId}`);
    return { customerId, meter, period, groupBy: groupingOf(price), filters: price.filters };
  });
  const { groups, snapshot } = await totalUsage(db, asked, options);
  const single = asked.flatMap((question, position) => {
    const price = questions[position]?.price;
    const need: EventNeed = price ? eventNeed(price) : 'none';
    return need === 'none' ? [] : [{ ...question, need, position }];
  });
  const usage: (readonly GroupUsage[])[] = [...groups];
  const amounts = await readEventAmounts(
    db,
    single,
    single.map(({ position }) => options.asOf?.[position] ?? snapshot),
  );
  single.forEach(({ position, groupBy }, index) => {
    const ofGroup = new Map(amounts[index]?.map((group) => [JSON.stringify(group.groupValues), group]));
    usage[position] = (groups[position] ?? []).map((group: UsageGroup): GroupUsage => {
      const events = ofGroup.get(groupKey(groupBy, group.group));
      return { ...group, events: { first: events?.first ?? [], rest: events?.rest ?? [] } };
    });
  });
  return { usage, snapshot };
}
