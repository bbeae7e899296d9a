/** Folds what came in into the hourly rollups, behind the ingestion. */
import { heartbeat } from '@temporalio/activity';
import { foldUsage } from '../store/usageRollups.ts';
import type { Dependencies } from './dependencies.ts';

/** It reports back after so long, so that it shows and can be stopped. */
const sliceMs = 10_000;

export function usageRollupActivities({ pool }: Dependencies) {
  return {
    /** Folds until nothing is left or the slice is over; each step commits, so it may be killed. True where more is left. */
    async foldUsage(): Promise<boolean> {
      const started = Date.now();
      while ((await foldUsage(pool)) > 0) {
        if (Date.now() - started > sliceMs) return true;
        heartbeat();
      }
      return false;
    },
  };
}
