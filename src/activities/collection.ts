/** The steps of collecting one invoice whose first payment did not succeed. */
import { addMilliseconds, formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceId, TestClockId } from '../domain/ids.ts';
import { findCollectionFacts, type CollectionFacts } from '../store/invoices.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';

export interface CollectionCheckup {
  readonly open: boolean;
  /** When to look again; null: a test clock or a signal says when. */
  readonly checkAt: Instant | null;
  readonly happened: string;
  readonly next: string;
}

/** After so long the provider is asked again about an attempt whose outcome is not known. */
const askAgainMs = 30_000;
/** What changed without a word is noticed after so long at the latest. */
const lookAgainMs = 86_400_000;

export function collectionActivities(deps: Dependencies) {
  return {
    /** Makes the attempt that is due, whoever asked for it, and tells how the collection stands. */
    async collect(invoiceId: InvoiceId, testClockId: TestClockId | null): Promise<CollectionCheckup> {
      const now = await currentTime(deps.pool, testClockId);
      await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
      const facts = await findCollectionFacts(deps.pool, invoiceId);
      if (!facts) throw new Error(`invoice ${invoiceId} is gone`);
      const open = facts.status === 'open';
      return {
        open,
        checkAt: open ? nextCheck(facts, now, testClockId !== null) : null,
        happened: describePast(facts),
        next: describeFuture(facts),
      };
    },
  };
}

function nextCheck(facts: CollectionFacts, now: Instant, onClock: boolean): Instant | null {
  const { next_attempt_at: attemptAt, pending } = facts;
  if (onClock) return pending ? null : attemptAt;
  const soon = addMilliseconds(now, askAgainMs);
  if (pending) return (facts.ask_after ?? soon) > soon ? facts.ask_after : soon;
  if (attemptAt !== null && attemptAt <= now) return soon;
  return attemptAt ?? addMilliseconds(now, lookAgainMs);
}

function describePast(facts: CollectionFacts): string {
  if (facts.status !== 'open') return `Invoice ${facts.number} is ${facts.status}.`;
  const why =
    facts.last_failure_code === null ? '' : `: ${facts.last_failure_code} (${String(facts.last_decline)})`;
  if (facts.attempt_count === 0) return `Invoice ${facts.number}: nothing could be tried${why}.`;
  return `Invoice ${facts.number}: attempt ${String(facts.attempt_count)} failed${why}.`;
}

function describeFuture(facts: CollectionFacts): string {
  if (facts.status !== 'open') return 'Nothing: collection has ended.';
  if (facts.pending) return 'The provider is asked how the attempt went that is under way.';
  if (facts.waiting) return 'Waits for the customer to confirm the payment, or for another payment method.';
  if (facts.next_attempt_at === null) return 'Waits for another payment method, or a payment by hand.';
  return `Attempt ${String(facts.attempt_count + 1)} at ${formatInstant(facts.next_attempt_at)}.`;
}
