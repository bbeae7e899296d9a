/** What happened to a subscription and what will, with times: the same words for clients and operators. */
import { formatInstant, type Instant } from './instant.ts';
import { amountOfText, formatAmount, type Amount } from './money.ts';
import type { TrialEndBehavior } from './plan.ts';
import type { SubscriptionStatus } from './subscription.ts';
import type { TermsChangeContent } from './terms.ts';

export interface TimelineFacts {
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant;
  /** Of a trial that ends without a payment method. */
  readonly trialEndBehavior: TrialEndBehavior;
  readonly hasPaymentMethod: boolean;
  readonly current: { readonly kind: string; readonly end: Instant | null } | null;
  readonly reminderAt: Instant | null;
  readonly cancelAt: Instant | null;
  readonly pauseAt: Instant | null;
  readonly resumeAt: Instant | null;
  readonly events: readonly { readonly at: Instant; readonly type: string; readonly data: object }[];
  readonly invoices: readonly {
    readonly number: string | null;
    readonly status: string;
    readonly total: Amount;
    readonly currency: string;
    readonly finalizesAt: Instant | null;
    readonly finalizedAt: Instant | null;
    readonly nextAttemptAt: Instant | null;
    readonly attemptCount: number;
  }[];
  readonly payments: readonly {
    readonly at: Instant;
    readonly status: string;
    readonly amount: Amount;
    readonly currency: string;
    readonly failureCode: string | null;
    readonly invoiceNumber: string | null;
  }[];
  readonly pending: readonly {
    readonly effectiveAt: Instant | null;
    readonly atPeriod: number | null;
    readonly change: TermsChangeContent;
  }[];
}

export interface TimelineEntry {
  /** Null: with a later period, whose start is not known yet. */
  readonly at: Instant | null;
  readonly type: string;
  readonly description: string;
}

export interface Timeline {
  /** The latest last. */
  readonly past: readonly TimelineEntry[];
  /** The next first. */
  readonly upcoming: readonly TimelineEntry[];
}

export function timelineOf(facts: TimelineFacts): Timeline {
  return { past: inOrder(pastOf(facts)), upcoming: inOrder(upcomingOf(facts)) };
}

const shown = 10;

/** A line for each entry: of the past the last ten, of what comes the next ten. A workflow keeps every such text in its history. */
export function describeTimeline({ past, upcoming }: Timeline): {
  readonly past: readonly string[];
  readonly upcoming: readonly string[];
} {
  const line = ({ at, description }: TimelineEntry) =>
    `${at === null ? 'later' : formatInstant(at)}: ${description}`;
  const more = upcoming.length - shown;
  return {
    past: past.slice(-shown).map(line),
    upcoming: [...upcoming.slice(0, shown).map(line), ...(more > 0 ? [`later: ${String(more)} more`] : [])],
  };
}

/** By time; of one time, in the order given. What has no time comes last. */
function inOrder(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return entries.toSorted((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || 0);
}

const said: Readonly<Record<string, string>> = {
  'subscription.created': 'created',
  'subscription.started': 'started',
  'subscription.renewed': 'renewed',
  'subscription.changed': 'changed',
  'subscription.change_failed': 'a change could not be made any more, and was given up',
  'subscription.paused': 'paused',
  'subscription.resumed': 'resumed',
  'subscription.ended': 'ended',
  'subscription.change_requested': 'a change was asked for',
  'subscription.cancel_requested': 'its end was asked for',
  'subscription.pause_requested': 'a pause was asked for',
  'subscription.resume_requested': 'its resumption was asked for',
  'trial.started': 'its trial began',
  'trial.will_end': 'its trial will end soon',
  'trial.ended': 'its trial ended',
};

function describeEvent({ type, data }: TimelineFacts['events'][number]): string {
  if (type === 'subscription.seats_changed') {
    return `its organization has ${String((data as { readonly seats: number }).seats)} members that take a seat`;
  }
  if (type !== 'invoice.threshold_reached') return said[type] ?? type;
  const { amount, currency } = data as { readonly amount: number | string; readonly currency: string };
  return `its usage has passed its threshold: ${formatAmount(amountOfText(String(amount)), currency)} are invoiced early`;
}

function pastOf({ events, invoices, payments }: TimelineFacts): TimelineEntry[] {
  return [
    ...events.map((event) => ({ at: event.at, type: event.type, description: describeEvent(event) })),
    ...invoices.flatMap(({ number, total, currency, finalizedAt: at }) =>
      at === null
        ? []
        : [
            {
              at,
              type: 'invoice.finalized',
              description: `invoice ${String(number)} of ${formatAmount(total, currency)}`,
            },
          ],
    ),
    ...payments.map(({ at, status, amount, currency, failureCode, invoiceNumber }) => ({
      at,
      type: `payment.${status}`,
      description: `payment of ${formatAmount(amount, currency)} for ${String(invoiceNumber)} ${status}${
        failureCode === null ? '' : `: ${failureCode}`
      }`,
    })),
  ];
}

function upcomingOf(facts: TimelineFacts): TimelineEntry[] {
  const { status, cancelAt, pauseAt, resumeAt, reminderAt, current } = facts;
  const entry = (at: Instant | null, type: string, description: string): TimelineEntry[] =>
    at === null ? [] : [{ at, type, description }];
  const ofInvoices = facts.invoices.flatMap(
    ({ status: is, finalizesAt, nextAttemptAt, number, attemptCount }) =>
      is === 'draft'
        ? entry(finalizesAt, 'invoice.finalized', 'an invoice becomes final')
        : is === 'open'
          ? entry(
              nextAttemptAt,
              'payment.attempted',
              `payment of ${String(number)} is tried for the ${String(attemptCount + 1)}. time`,
            )
          : [],
  );
  if (status === 'canceled') return ofInvoices;
  const end = current?.end ?? null;
  // Nothing comes at the end, or after it.
  const before = (at: Instant | null) => cancelAt === null || (at !== null && at < cancelAt);
  const pauses = status !== 'paused' && pauseAt !== null && before(pauseAt);
  const ofLife = [
    ...entry(reminderAt, 'trial.will_end', 'the end of its trial is announced'),
    ...facts.pending.map(({ effectiveAt, change }) => ({
      at: effectiveAt,
      type: 'subscription.changed',
      description: describeChange(change, effectiveAt),
    })),
    ...(current === null
      ? entry(facts.startedAt, 'subscription.started', 'starts')
      : pauses && end !== null && pauseAt <= end
        ? []
        : current.kind === 'trial'
          ? trialEnd(facts, end)
          : entry(end, 'subscription.renewed', 'renews')),
    ...entry(pauses ? pauseAt : null, 'subscription.paused', 'pauses'),
    ...entry(resumeAt, 'subscription.resumed', 'resumes'),
  ];
  return [
    ...ofInvoices,
    ...ofLife.filter(({ at }) => before(at)),
    ...entry(cancelAt, 'subscription.ended', 'ends'),
  ];
}

function trialEnd(
  { trialEndBehavior: behavior, hasPaymentMethod }: TimelineFacts,
  end: Instant | null,
): TimelineEntry[] {
  if (end === null) return [];
  const without = 'its trial ends without a payment method, and so';
  if (!hasPaymentMethod && behavior === 'cancel')
    return [{ at: end, type: 'subscription.ended', description: `${without} it does` }];
  if (!hasPaymentMethod && behavior === 'pause')
    return [{ at: end, type: 'subscription.paused', description: `${without} it pauses` }];
  return [{ at: end, type: 'trial.ended', description: 'its trial ends, and its first period begins' }];
}

const changedFields = {
  planId: 'plan',
  planVersion: 'plan version',
  quantity: 'quantity',
  quantities: 'quantities',
  addOns: 'add-ons',
  priceOverrides: 'negotiated prices',
  billingCycleAnchor: 'anchor',
  seats: 'seats',
} as const satisfies Record<keyof TermsChangeContent, string>;

function describeChange(change: TermsChangeContent, at: Instant | null): string {
  const names = (Object.keys(changedFields) as (keyof TermsChangeContent)[])
    .filter((field) => change[field] !== undefined)
    .map((field) => changedFields[field]);
  return `${names.join(', ')} ${names.length === 1 ? 'changes' : 'change'}${at === null ? ' with a later period' : ''}`;
}
