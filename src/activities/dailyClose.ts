/** What is done once a day, beside billing and never in its way. */
import type { Instant } from '../domain/instant.ts';
import { addUsagePartitions } from '../store/events.ts';
import { removeExpiredClientMutations, removeExpiredIdempotencyKeys } from '../store/idempotencyExpiry.ts';
import { removeOld } from '../store/retention.ts';
import { correctEnded } from './correctEnded.ts';
import type { Dependencies } from './dependencies.ts';
import { dropRefusedMethods } from './dropRefusedMethods.ts';
import { runDueStep } from './dueStep.ts';
import { expireCredit } from './expireCredit.ts';
import { tellOfExpiringCards } from './expiringCards.ts';
import { withHeartbeat } from './heartbeat.ts';
import { recognizeDaily } from './recognizeDaily.ts';

export function dailyCloseActivities(deps: Dependencies) {
  return {
    /** Revenue of the days that have ended, corrections after the end, credit that has expired, cards that will, old idempotency keys and ids of mutations, cards that were refused, what is older than it is kept, room for events. */
    async closeDay(): Promise<void> {
      await withHeartbeat(async (progress) => {
        const now = Date.now() as Instant;
        await addUsagePartitions(deps.pool);
        await recognizeDaily(deps, 'live', now);
        await correctEnded(deps, null, now);
        // The billing cycle does so as it comes; here also where that stands still.
        while ((await runDueStep(deps, expireCredit, { kind: 'live', shard: 0, shards: 1 }, now)) > 0);
        await tellOfExpiringCards(deps, null, now, now);
        await removeExpiredIdempotencyKeys(deps.pool);
        await removeExpiredClientMutations(deps.pool);
        await dropRefusedMethods(deps, null).catch((error: unknown) => {
          // Its provider is away: the next close does it, and what follows does not wait for that.
          deps.logger.warn({ error }, 'methods that were refused could not be detached yet');
        });
        await removeOld(deps.pool, deps.retentionDays, () => progress.goOn());
      });
    },
  };
}
