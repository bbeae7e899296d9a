/** What has been due for long and is not done: done now, for each subject alone, also where it was set aside. */
import { ServiceError } from '@temporalio/client';
import type { Instant } from '../domain/instant.ts';
import { isDatabaseAway } from '../store/database.ts';
import type { DueScope } from '../store/dueScope.ts';
import { findOverdueInvoices, findOverdueSubscriptions } from '../store/repair.ts';
import { setAside } from '../store/setAsides.ts';
import type { RepairAct } from '../workflows/contract/repair.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';

export type OverdueKind = 'subscription' | 'invoice';

export interface Overdue {
  readonly id: string;
  readonly scope: DueScope;
  now(): Promise<Instant>;
}

/** A page of them, in the order of their ids. */
export async function findOverdue(
  { pool }: Dependencies,
  kind: OverdueKind,
  { overdueMs, after, limit }: { readonly overdueMs: number; readonly after: string; readonly limit: number },
): Promise<Overdue[]> {
  if (kind === 'subscription') {
    return (await findOverdueSubscriptions(pool, overdueMs, after, limit)).map(({ id }) => ({
      id,
      scope: { kind: 'subscriptions', subscriptionIds: [id] },
      now: () => currentTime(pool, null),
    }));
  }
  return (await findOverdueInvoices(pool, overdueMs, after, limit)).map((invoice) => ({
    id: invoice.id,
    scope: { kind, invoiceId: invoice.id },
    now: () => currentTime(pool, invoice.test_clock_id),
  }));
}

/** Bills one. What fails is set aside with its reason, so that it holds up nobody. */
export async function billOverdue(deps: Dependencies, overdue: Overdue): Promise<RepairAct | undefined> {
  const { id, scope } = overdue;
  try {
    const at = await overdue.now();
    const done = await billAllDue(deps, scope, () => at);
    // Nothing, where another was quicker, or where the provider does not tell yet.
    return done === 0 ? undefined : { action: 'nudged', subject: id, why: 'it was due and not done' };
  } catch (error) {
    if (isDatabaseAway(error) || error instanceof ServiceError) throw error;
    deps.logger.error({ subject: id, error }, 'set aside');
    const reason = error instanceof Error ? error.message : String(error);
    await setAside(deps.pool, id, 'repair', reason);
    return { action: 'setAside', subject: id, why: reason };
  }
}
