/** Tells when customers have used 50, 80 and 100% of a metered feature, behind the folding of what they have used. */
import { heartbeat } from '@temporalio/activity';
import type { PoolClient } from 'pg';
import { describeThreshold, reachedThresholds } from '../domain/entitlements/threshold.ts';
import type { CustomerId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import { findMeteredOnClock, noteThresholds, takeLooks } from '../store/entitlements/looks.ts';
import { readEntitlements } from '../store/entitlements/readEntitlements.ts';
import { recordEvents } from '../store/eventLog.ts';
import type { Dependencies } from './dependencies.ts';

const batchSize = 250;
/** It reports back after so long, so that folding goes on. */
const sliceMs = 10_000;

export function entitlementThresholdActivities(deps: Dependencies) {
  return {
    /** Returns how many thresholds were told of. Each batch commits, so it may be killed. */
    async lookAtEntitlements(): Promise<number> {
      const started = Date.now();
      let told = 0;
      while (Date.now() - started < sliceMs) {
        const batch = await inTransaction(deps.pool, async (tx) => {
          const ids = await takeLooks(tx, batchSize);
          return { size: ids.length, told: await tellOfUse(tx, ids) };
        });
        told += batch.told;
        if (batch.size < batchSize) break;
        heartbeat();
      }
      return told;
    },
  };
}

/** Looks at all who live by a clock, which has moved. */
export async function tellOfUseOnClock({ pool }: Dependencies, testClockId: TestClockId): Promise<void> {
  let after = '';
  for (;;) {
    const ids = await findMeteredOnClock(pool, testClockId, after, batchSize);
    const last = ids.at(-1);
    if (last === undefined) return;
    await inTransaction(pool, (tx) => tellOfUse(tx, ids));
    after = last;
  }
}

async function tellOfUse(tx: PoolClient, ids: readonly CustomerId[]): Promise<number> {
  const snapshots = await readEntitlements(tx, ids, Date.now() as Instant);
  const reached = [...snapshots.values()].flatMap((snapshot) =>
    reachedThresholds(snapshot).map((of) => ({
      ...of,
      customerId: snapshot.customerId,
      at: snapshot.at,
    })),
  );
  const told = await noteThresholds(tx, reached);
  await recordEvents(
    tx,
    told.map((threshold) => ({
      type: 'entitlement.threshold_reached' as const,
      objectId: threshold.customerId,
      customerId: threshold.customerId,
      subscriptionId: null,
      occurredAt: threshold.at,
      data: {
        ...describeThreshold(threshold),
        period_start: formatInstant(threshold.period.start),
        ...(threshold.period.end !== null && { resets_at: formatInstant(threshold.period.end) }),
      },
    })),
  );
  return told.length;
}
