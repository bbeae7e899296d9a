/**
 * Compares the providers' records with ours: every hour by a Schedule, from a little before the end of the last time, and
 * for any period that is asked for. It may be killed anywhere and run twice at once: whoever comes second finds it done.
 */
import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { ReconciliationPage } from '../activities/reconciliation.ts';
import type { ReconciliationInput } from './contract/providers.ts';

/** A provider may be away for hours, and tells that it is asked too much. */
const activities = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  retry: { maximumInterval: '5 minutes' },
});

type Step = (cursor: string | null) => Promise<ReconciliationPage>;

export async function reconciliation(input: ReconciliationInput = { asked: null, from: null, to: null }) {
  const named = input.asked === null ? await activities.nameReconciliations() : [input.asked];
  for (const { id, provider } of named) {
    const begun = await activities.beginReconciliation(id, provider, input.from, input.to);
    const steps: readonly (readonly [string, Step])[] = [
      ['charges read', (cursor) => activities.stageProviderRecords(begun, 'charge', cursor)],
      ['refunds read', (cursor) => activities.stageProviderRecords(begun, 'refund', cursor)],
      ['disputes read', (cursor) => activities.stageProviderRecords(begun, 'dispute', cursor)],
      ['charges that differ', (cursor) => activities.settleDifferences(begun, 'charge', cursor)],
      ['refunds that differ', (cursor) => activities.settleDifferences(begun, 'refund', cursor)],
      ['disputes without an end', (cursor) => activities.settleDisputes(begun, cursor)],
      ['attempts without an end', (cursor) => activities.settleInFlight(begun, cursor)],
      ['payments that were not told', (cursor) => activities.tellUnseen(begun, cursor)],
    ];
    const done: string[] = [];
    for (const [what, step] of steps) {
      let seen = 0;
      let cursor: string | null = null;
      do {
        const page: ReconciliationPage = await step(cursor);
        seen += page.seen;
        cursor = page.next;
        setCurrentDetails([`**${provider}** ${id}`, ...done, `- ${what}: ${String(seen)}`].join('\n'));
      } while (cursor !== null);
      done.push(`- ${what}: ${String(seen)}`);
    }
    await activities.completeReconciliation(begun);
  }
}
