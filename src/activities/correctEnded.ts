/** A subscription that has ended has no next invoice: what changes in its usage afterwards gets one of its own. */
import type { PoolClient } from 'pg';
import type { SubscriptionId, TestClockId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import { insertDrafts } from '../store/invoiceDrafts.ts';
import { insertLines } from '../store/invoiceLines.ts';
import { findChangedAfterEnd, findLatePeriods } from '../store/lateUsage.ts';
import { newId } from '../store/newId.ts';
import { lockEndedSubscription } from '../store/subscriptions.ts';
import type { Dependencies } from './dependencies.ts';
import { rateLatePeriods } from './lateUsage.ts';

/** Subscriptions that are looked for at once. */
const pageSize = 100;

/** Adds a draft, due at once, for each difference to what was billed. Done again, it finds nothing. */
export async function correctEnded(
  deps: Dependencies,
  testClockId: TestClockId | null,
  now: Instant,
): Promise<void> {
  for (;;) {
    const changed = await findChangedAfterEnd(deps.pool, testClockId, pageSize);
    for (const id of changed) await inTransaction(deps.pool, (tx) => correct(tx, id, now));
    if (changed.length < pageSize) return;
  }
}

async function correct(tx: PoolClient, id: SubscriptionId, now: Instant): Promise<void> {
  const subscription = await lockEndedSubscription(tx, id);
  if (!subscription) return;
  const late = await findLatePeriods(tx, [{ subscription_id: id, last_index: subscription.period_index }]);
  const lines = await rateLatePeriods(tx, late, new Map([[id, subscription]]));
  const [first] = late;
  const last = late.at(-1);
  if (lines.length === 0 || !first || !last) return;
  const invoiceId = newId('invoice');
  await insertDrafts(tx, [
    {
      id: invoiceId,
      customerId: subscription.customer_id,
      subscriptionId: id,
      testClockId: subscription.test_clock_id,
      currency: subscription.currency,
      createdAt: now,
      boundary: subscription.next_boundary,
      changeId: null,
      period: { start: first.starts_at, end: last.ends_at },
      finalizesAt: now,
    },
  ]);
  await insertLines(
    tx,
    lines.map(({ periodIndex, line }, position) => ({
      invoiceId,
      position,
      subscriptionId: id,
      periodIndex,
      line,
    })),
  );
}
