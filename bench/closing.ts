/** What it costs to close a period by how many events it has. */
import { billAllDue } from '../src/activities/billDue.ts';
import type { Dependencies } from '../src/activities/dependencies.ts';
import type { SubscriptionId } from '../src/domain/ids.ts';
import type { Instant } from '../src/domain/instant.ts';
import { foldUsage } from '../src/store/usageRollups.ts';
import { seedDueSubscriptions } from './renewals.ts';

const each = 3;

/** Milliseconds to renew, rate, finalise and collect one subscription, the least of three. */
export async function timeClosings(
  deps: Dependencies,
  events: readonly number[],
): Promise<{ events: number; milliseconds: number }[]> {
  const seeded: { events: number; subscriptions: SubscriptionId[] }[] = [];
  for (const count of events) {
    seeded.push({ events: count, subscriptions: await seedDueSubscriptions(deps.pool, each, count) });
  }
  while ((await foldUsage(deps.pool)) > 0);
  await deps.pool.query('VACUUM ANALYZE');
  const times = seeded.map(() => [] as number[]);
  // Turn by turn, so that whatever else goes on in the machine meets all of them.
  for (let turn = 0; turn < each; turn += 1) {
    for (const [index, { subscriptions }] of seeded.entries()) {
      const subscriptionId = subscriptions[turn];
      if (subscriptionId === undefined) throw new Error('nothing was seeded');
      times[index]?.push(await timeOne(deps, subscriptionId));
    }
  }
  return seeded.map((seed, index) => ({
    events: seed.events,
    milliseconds: Math.min(...(times[index] ?? [])),
  }));
}

async function timeOne(deps: Dependencies, subscriptionId: SubscriptionId): Promise<number> {
  const started = performance.now();
  const scope = { kind: 'subscriptions', subscriptionIds: [subscriptionId] } as const;
  const done = await billAllDue(deps, scope, () => Date.now() as Instant);
  if (done === 0) throw new Error('nothing was due');
  return performance.now() - started;
}
