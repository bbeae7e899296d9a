/** What the meters of subscriptions have counted in their open periods so far, by the terms that are billed. */
import type { Pool } from 'pg';
import type { CustomerId, SubscriptionId } from '../domain/ids.ts';
import type { Period } from '../domain/period.ts';
import { formatDecimal } from '../domain/quantity.ts';
import { arrearsRuns, isUsageRun } from '../domain/terms.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { loadMeters } from '../store/meters.ts';
import { readTerms, termsOf } from '../store/terms.ts';
import type { MeterUsage } from './generated.ts';

export interface OpenPeriod {
  readonly id: SubscriptionId;
  readonly customerId: CustomerId;
  readonly period: Period;
}

/** For each subscription the quantities of its metered prices, one for each group that a price knows. */
export async function readOpenUsage(
  pool: Pool,
  subscriptions: readonly OpenPeriod[],
): Promise<Map<SubscriptionId, MeterUsage[]>> {
  const read = await readTerms(
    pool,
    subscriptions.map(({ id, period }) => ({ id, since: period.start })),
  );
  const questions = subscriptions.flatMap(({ id, customerId, period }) =>
    arrearsRuns(termsOf(read, id).history, period)
      .filter(isUsageRun)
      .map((run) => ({ id, customerId, price: run.price, period: run.period })),
  );
  const usage = new Map<SubscriptionId, MeterUsage[]>(subscriptions.map(({ id }) => [id, []]));
  if (questions.length === 0) return usage;
  const meters = await loadMeters(
    pool,
    questions.map(({ price }) => price.meterId),
  );
  const counted = await readPriceUsage(pool, questions);
  for (const [nth, { id, price }] of questions.entries()) {
    for (const { group, quantity } of counted.usage[nth] ?? []) {
      usage.get(id)?.push({
        price: price.code,
        meter: meters.get(price.meterId)?.code ?? price.meterId,
        group,
        quantity: formatDecimal(quantity),
      });
    }
  }
  return usage;
}
