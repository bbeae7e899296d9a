/**
 * The fast way for the many, started every minute by a Schedule: works until nothing is due, and wakes at the next due
 * time within its minute. Pausing the Schedule pauses it.
 */
import { proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { ShardProgress } from '../activities/billingCycle.ts';

const { readBacklog } = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '10 seconds' },
});
const { billShard } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Shards work side by side; two keep two cores busy. */
const shards = 2;
const runMs = 50_000;
const pollMs = 5_000;
/** A run that never idles ends here all the same, so that its history stays short; the Schedule starts the next. */
const maximumRounds = 200;

export interface CycleResult {
  readonly done: number;
}

export async function billingCycle(): Promise<CycleResult> {
  const started = Date.now();
  let done = 0;
  for (let round = 0; round < maximumRounds; round += 1) {
    const backlog = await readBacklog();
    if (backlog.due) {
      const progress = await Promise.all(
        Array.from({ length: shards }, (_, shard) => billShard({ shard, shards })),
      );
      done += progress.reduce((sum, shard) => sum + shard.done, 0);
      setCurrentDetails(describe(progress, done));
      if (progress.some((shard) => shard.done > 0)) continue;
    }
    const elapsed = Date.now() - started;
    if (elapsed >= runMs) break;
    const untilNext = backlog.nextDueAt === null ? pollMs : backlog.nextDueAt - Date.now();
    await sleep(Math.max(100, Math.min(untilNext <= 0 ? pollMs : untilNext, pollMs, runMs - elapsed)));
  }
  return { done };
}

function describe(progress: readonly ShardProgress[], done: number): string {
  const shardLines = progress.map(
    (shard, index) =>
      `- shard ${String(index)}: ${String(shard.done)} done, ${String(shard.perSecond)} a second`,
  );
  return [`**Done in this run:** ${String(done)}`, ...shardLines].join('\n');
}
