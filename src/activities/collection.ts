/** The steps of collecting one invoice whose first payment did not succeed. */
import { addMilliseconds, earliest, formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { findCollectionFacts, type CollectionFacts } from '../store/invoicesInCollection.ts';
import { billAllDue } from './billDue.ts';
import { readDunning, type Dunning } from '../store/reads/dunning.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';

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
    /** Makes the attempt and takes the steps that are due, whoever asked for them, and tells how the collection stands. */
    async collect(invoiceId: InvoiceId, testClockId: TestClockId | null): Promise<CollectionCheckup> {
      const now = await currentTime(deps.pool, testClockId);
      const turned: SubscriptionId[] = [];
      await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now, undefined, undefined, turned);
      // A final action is carried out by them.
      await tellSubscriptions(deps, turned);
      const facts = await findCollectionFacts(deps.pool, invoiceId);
      if (!facts) throw new Error(`invoice ${invoiceId} is gone`);
      const dunning = await readDunning(deps.pool, invoiceId);
      const open = facts.status === 'open';
      return {
        open,
        checkAt: open ? nextCheck(facts, now, testClockId !== null) : null,
        happened: describePast(facts, dunning),
        next: describeFuture(facts, dunning),
      };
    },
  };
}

function nextCheck(facts: CollectionFacts, now: Instant, onClock: boolean): Instant | null {
  const { pending } = facts;
  const nextAt = earliest(facts.next_attempt_at, facts.next_step_at);
  if (onClock) return pending ? null : nextAt;
  const soon = addMilliseconds(now, askAgainMs);
  if (pending) return (facts.ask_after ?? soon) > soon ? facts.ask_after : soon;
  if (nextAt !== null && nextAt <= now) return soon;
  return nextAt ?? addMilliseconds(now, lookAgainMs);
}

function describePast(facts: CollectionFacts, dunning: Dunning | undefined): string {
  const steps = (dunning?.steps ?? []).flatMap(({ action, takenAt, outcome, status }) =>
    takenAt === null ? [] : [`${formatInstant(takenAt)}: ${action} ${status} (${String(outcome)})`],
  );
  if (facts.status !== 'open') return [`Invoice ${facts.number} is ${facts.status}.`, ...steps].join('\n');
  const why =
    facts.last_failure_code === null ? '' : `: ${facts.last_failure_code} (${String(facts.last_decline)})`;
  return [`Invoice ${facts.number}${describeFailure(facts)}${why}.`, ...steps].join('\n');
}

function describeFailure({ attempt_count: count, last_failure_code: code }: CollectionFacts): string {
  if (count > 0) return `: attempt ${String(count)} failed`;
  return code === null ? ' is overdue' : ': nothing could be tried';
}

function describeFuture(facts: CollectionFacts, dunning: Dunning | undefined): string {
  if (facts.status !== 'open') return 'Nothing: collection has ended.';
  return [describeAttempt(facts, dunning), ...describeDunning(dunning)].join('\n');
}

function describeAttempt(facts: CollectionFacts, dunning: Dunning | undefined): string {
  if (facts.pending) return 'The provider is asked how the attempt went that is under way.';
  if (facts.waiting) return 'Waits for the customer to confirm the payment, or for another payment method.';
  const { next_attempt_at: nextAt, collection_method: method } = facts;
  if (nextAt !== null) return `Attempt ${String(facts.attempt_count + 1)} at ${formatInstant(nextAt)}.`;
  if (method === 'send_invoice')
    return 'Waits for the customer to pay: the invoice was sent, and nothing is charged by itself.';
  if (dunning !== undefined && dunning.paused_at !== null)
    return 'No attempt is made while dunning is paused.';
  return 'Waits for another payment method, or a payment by hand.';
}

/** Which step comes next and when, and all that are to come after it. */
function describeDunning(dunning: Dunning | undefined): string[] {
  if (!dunning) return [];
  const { campaign_code: code, version } = dunning;
  const campaign = `Dunning by campaign ${code}, version ${String(version)}`;
  if (dunning.ended_at !== null) {
    return [`${campaign}, has ended at ${formatInstant(dunning.ended_at)} (${String(dunning.ended_by)}).`];
  }
  const held =
    dunning.paused_at !== null
      ? [`${campaign}, is paused since ${formatInstant(dunning.paused_at)}: resume_dunning goes on.`]
      : dunning.promised && dunning.promised_until !== null
        ? [
            `${campaign}, waits: the customer has promised to pay until ${formatInstant(dunning.promised_until)}.`,
          ]
        : [`${campaign}:`];
  const coming = dunning.steps
    .filter(({ status }) => status === 'upcoming')
    .map(({ action, kind, dueAt, position }) => {
      const what = action === 'final' ? `final action ${dunning.policy.final_action}` : (kind ?? action);
      return `Step ${String(position + 1)} of ${String(dunning.steps.length)}: ${what} at ${formatInstant(dueAt)}.`;
    });
  return [...held, ...coming];
}
