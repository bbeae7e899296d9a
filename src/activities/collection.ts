/** The steps of collecting one invoice whose first payment did not succeed. */
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceId, TestClockId } from '../domain/ids.ts';
import { findCollectionFacts, requestAttempt } from '../store/invoices.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';

export interface CollectionCheckup {
  readonly open: boolean;
  readonly attemptCount: number;
  /** When to try again; null: not before the payment method changes or someone pays by hand. */
  readonly nextAttemptAt: Instant | null;
  readonly happened: string;
  readonly next: string;
}

export function collectionActivities(deps: Dependencies) {
  async function checkup(invoiceId: InvoiceId): Promise<CollectionCheckup> {
    const facts = await findCollectionFacts(deps.pool, invoiceId);
    if (!facts) throw new Error(`invoice ${invoiceId} is gone`);
    const open = facts.status === 'open';
    const why =
      facts.last_failure_code === null ? '' : `: ${facts.last_failure_code} (${String(facts.last_decline)})`;
    return {
      open,
      attemptCount: facts.attempt_count,
      nextAttemptAt: open ? facts.next_attempt_at : null,
      happened: open
        ? `Invoice ${facts.number}: attempt ${String(facts.attempt_count)} failed${why}.`
        : `Invoice ${facts.number} is ${facts.status}.`,
      next: !open
        ? 'Nothing: collection has ended.'
        : facts.next_attempt_at === null
          ? 'Waits for another payment method, or a payment by hand.'
          : `Attempt ${String(facts.attempt_count + 1)} at ${formatInstant(facts.next_attempt_at)}.`,
    };
  }

  return {
    readCollection: checkup,

    /** Makes the attempt that follows `attemptCount` others; where it was made before, only tells how it went. */
    async attemptPayment(
      invoiceId: InvoiceId,
      attemptCount: number,
      testClockId: TestClockId | null,
    ): Promise<CollectionCheckup> {
      const now = await currentTime(deps.pool, testClockId);
      await requestAttempt(deps.pool, invoiceId, attemptCount, now);
      await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
      return checkup(invoiceId);
    },
  };
}
