/** A subscription's states as a table, and what is known of it when something falls due (semantics.md, section 6). */
import type { BillingCycleAnchor } from './calendar.ts';
import { BillingError } from './errors.ts';
import { addMilliseconds, earliest, type Instant } from './instant.ts';
import type { Period } from './period.ts';

export const subscriptionStatuses = [
  'incomplete',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
] as const;
export type SubscriptionStatus = (typeof subscriptionStatuses)[number];
export type SubscriptionEvent =
  | 'trial_started'
  | 'started'
  | 'payment_failed'
  /** Dunning has given up what it owes. */
  | 'payment_given_up'
  | 'payment_recovered'
  | 'paused'
  | 'resumed'
  | 'ended';

const transitions: Record<SubscriptionEvent, Partial<Record<SubscriptionStatus, SubscriptionStatus>>> = {
  trial_started: { incomplete: 'trialing', paused: 'trialing' },
  started: { incomplete: 'active', trialing: 'active' },
  payment_failed: { active: 'past_due', unpaid: 'past_due' },
  payment_given_up: { active: 'unpaid', past_due: 'unpaid' },
  payment_recovered: { past_due: 'active', unpaid: 'active' },
  paused: { trialing: 'paused', active: 'paused', past_due: 'paused', unpaid: 'paused' },
  resumed: { paused: 'active' },
  ended: {
    incomplete: 'canceled',
    trialing: 'canceled',
    active: 'canceled',
    past_due: 'canceled',
    unpaid: 'canceled',
    paused: 'canceled',
  },
};

/** The status after an event; an event that means nothing in a status leaves it. */
export function nextStatus(status: SubscriptionStatus, event: SubscriptionEvent): SubscriptionStatus {
  return transitions[event][status] ?? status;
}

/** `trial`: nothing is charged in advance. `paused`: nothing is billed, and its end may not be known. */
export type PeriodKind = 'billed' | 'trial' | 'paused';

export interface SubscriptionPeriod {
  readonly index: number;
  readonly kind: PeriodKind;
  readonly start: Instant;
  /** Null only while it is paused and nobody has said until when. */
  readonly end: Instant | null;
  /** The interval that contains it: the denominator of every proration. */
  readonly whole: Period;
  /** Whether what was used in it is billed. */
  readonly billsUsage: boolean;
}

/** The facts that a step is decided on. */
export interface SubscriptionState {
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant;
  /** When it was asked for: a start before that is billed up to then at once. */
  readonly createdAt: Instant;
  readonly anchor: BillingCycleAnchor;
  /** What the boundaries are counted from: the start, or the last change of interval, end of a trial or of a pause. */
  readonly anchoredAt: Instant;
  readonly timezone: string;
  /** Null before the first. */
  readonly current: SubscriptionPeriod | null;
  readonly trialEnd: Instant | null;
  /** When the end of the trial is to be announced; null: it has been, or there is none. */
  readonly reminderAt: Instant | null;
  readonly cancelAt: Instant | null;
  readonly cancelCreditUnused: boolean;
  readonly pauseAt: Instant | null;
  readonly pauseCreditUnused: boolean;
  readonly resumeAt: Instant | null;
  readonly hasPaymentMethod: boolean;
  /** Whether it has a commitment, which is settled on its last invoice. */
  readonly committed: boolean;
  /** Whether lines wait for its next invoice. */
  readonly linesWait: boolean;
  readonly dueAt: Instant;
}

export type Moment = 'now' | 'period_end' | Instant;

/**
 * The instant of something that was asked for: refused with the name of its field where it has passed. Before the first
 * period, and while its end is not known, the period's end is now.
 */
export function instantOfMoment(
  moment: Moment,
  currentPeriodEnd: Instant | null,
  now: Instant,
  param: string,
): Instant {
  if (moment === 'now') return now;
  if (moment === 'period_end') return currentPeriodEnd ?? now;
  if (moment >= now) return moment;
  throw new BillingError(
    400,
    'instant_in_the_past',
    'That instant has passed. Give a later one, or "now".',
    param,
  );
}

/** What of a subscription's state makes something due. */
export type DueState = Pick<
  SubscriptionState,
  'startedAt' | 'current' | 'reminderAt' | 'cancelAt' | 'pauseAt' | 'resumeAt'
>;

/**
 * When something of a subscription falls due next, where `changeAt` is the earliest instant of a pending change; null:
 * nothing is known to come, as of one that is paused.
 */
export function nextDueAt(state: DueState, changeAt: Instant | null): Instant | null {
  const { startedAt, current, reminderAt, cancelAt, pauseAt, resumeAt } = state;
  if (current === null) return earliest(startedAt, cancelAt);
  if (current.kind === 'paused') return earliest(resumeAt, cancelAt, changeAt);
  return earliest(current.end, reminderAt, cancelAt, pauseAt, changeAt);
}

const reminderMs = 3 * 86_400_000;

/** The end of a trial is announced three days before, or at once where that has passed (as at Stripe). */
export function trialReminderAt(trialEnd: Instant, now: Instant): Instant {
  const before = addMilliseconds(trialEnd, -reminderMs);
  return before > now ? before : now;
}
