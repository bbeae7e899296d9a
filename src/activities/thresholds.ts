/** Looks for live subscriptions whose usage has passed their threshold, behind the folding of what came in. */
import { heartbeat } from '@temporalio/activity';
import type { Instant } from '../domain/instant.ts';
import type { Dependencies } from './dependencies.ts';
import { invoiceEarly } from './invoiceEarly.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';

/** It reports back after so long, so that folding goes on. */
const sliceMs = 10_000;

export function thresholdActivities(deps: Dependencies) {
  return {
    /** Returns how many are invoiced early now; the billing cycle makes that final. Each page commits, so it may be killed. */
    async lookAtThresholds(): Promise<number> {
      const started = Date.now();
      const reached = await invoiceEarly(deps, null, started as Instant, () => {
        heartbeat();
        return Date.now() - started < sliceMs;
      });
      await tellSubscriptions(deps, reached);
      return reached.length;
    },
  };
}
