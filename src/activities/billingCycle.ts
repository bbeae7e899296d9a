/** The fast way for the many: whatever is due by the real clock, in shards, hundreds a transaction. */
import { heartbeat } from '@temporalio/activity';
import type { SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { readBacklog, type Backlog } from '../store/backlog.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';

export interface Shard {
  readonly shard: number;
  readonly shards: number;
}

export interface ShardProgress {
  readonly done: number;
  readonly perSecond: number;
}

/** A shard reports back after so long, so that its progress shows and the cycle can be stopped. */
const shardSliceMs = 20_000;

export function billingCycleActivities(deps: Dependencies) {
  const now = () => Date.now() as Instant;
  return {
    /** How much is due now, and when something will be next. */
    async readBacklog(): Promise<Backlog> {
      return readBacklog(deps.pool, now());
    },

    /** Works on one shard until nothing of it is due or the slice is over. Each batch commits, so it may be killed. */
    async billShard({ shard, shards }: Shard): Promise<ShardProgress> {
      const started = Date.now();
      const turned: SubscriptionId[] = [];
      const done = await billAllDue(
        deps,
        { kind: 'live', shard, shards },
        now,
        (doneSoFar) => heartbeat({ done: doneSoFar, seconds: (Date.now() - started) / 1000 }),
        () => Date.now() - started < shardSliceMs,
        turned,
      );
      await tellSubscriptions(deps, turned);
      return { done, perSecond: Math.round((done * 1000) / Math.max(Date.now() - started, 1)) };
    },
  };
}
