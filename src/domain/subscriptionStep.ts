/** One step of a subscription's life: all that falls due at one instant, decided as a whole (semantics.md, sections 2, 3, 6). */
import { after } from './billable.ts';
import type { BillingCycleAnchor } from './calendar.ts';
import type { Charge } from './charge.ts';
import { earliest, type Instant } from './instant.ts';
import { eventsOf, type LifeEvent } from './lifeEvents.ts';
import { followingPeriod, nextPeriod, shortened, type BillingPeriod } from './period.ts';
import {
  advanceLines,
  arrearsLine,
  changeLines,
  creditLines,
  prorationRule,
  type PeriodLine,
} from './periodLines.ts';
import { billingCycleOf } from './plan.ts';
import { invoiceOf, type StepInvoice } from './stepInvoice.ts';
import { dueOf, prorated, startsNewPeriod, type PendingChange } from './pendingChange.ts';
import {
  nextStatus,
  trialReminderAt,
  type SubscriptionEvent,
  type SubscriptionPeriod,
  type SubscriptionState,
  type SubscriptionStatus,
} from './subscription.ts';
import {
  arrearsRuns,
  isFixedRun,
  termsAt,
  type Terms,
  type TermsContent,
  type TermsHistory,
} from './terms.ts';
import { decideTurn, type TermsInForce, type Turn } from './turn.ts';

/** What a step does, all of it in one transaction. */
export interface Step {
  readonly status: SubscriptionStatus;
  /** With its end as it has come to be. */
  readonly closes: (SubscriptionPeriod & { readonly end: Instant }) | null;
  readonly opens: SubscriptionPeriod | null;
  readonly endedAt: Instant | null;
  readonly pausedAt: Instant | null;
  readonly pauseAt: Instant | null;
  readonly resumeAt: Instant | null;
  readonly reminderAt: Instant | null;
  readonly anchor: BillingCycleAnchor;
  readonly anchoredAt: Instant;
  readonly nextDueAt: Instant | null;
  /** New terms, where changes took effect. */
  readonly newTerms: TermsContent | null;
  readonly terms: Terms;
  readonly applied: readonly PendingChange[];
  /** Changes that were due and cannot be any more. */
  readonly refused: readonly PendingChange[];
  /** Whether what was to begin with the next period begins with the one after it: a pause takes the place of one. */
  readonly postpones: boolean;
  /** They are on the invoice, or wait for the next one where there is none. */
  readonly lines: readonly PeriodLine[];
  readonly invoice: StepInvoice | null;
  readonly events: readonly LifeEvent[];
}

/**
 * Decides all that falls due at `state.dueAt`: changes take effect in the order they were accepted, a period closes, the
 * next one opens, the subscription pauses, resumes or ends. In-arrears prices are billed for the period that closes and
 * in-advance prices for the one that opens, on one invoice; usage is added when its grace period is over.
 */
export function takeStep(
  state: SubscriptionState,
  inForce: TermsInForce,
  pending: readonly PendingChange[],
  charged: readonly Charge[],
): Step {
  const { current, dueAt: at } = state;
  const before = termsAt(inForce.history, at);
  const { turn, applied, refused } = decideTurn(state, before, inForce, pending);
  const { content, anchor } = after({ content: inForce.content, anchor: state.anchor }, applied);
  const newTerms = applied.length === 0 ? null : content;
  const terms = newTerms ? inForce.build(newTerms, at) : before;
  const trialEnds = current?.kind === 'trial' && (turn === 'renews' || turn === 'restarts');
  // A new interval, or another anchor, is counted from where it begins.
  const reanchored =
    turn === 'resumes' ||
    trialEnds ||
    ((turn === 'renews' || turn === 'restarts') && startsNewPeriod(before.plan, terms.plan, applied));
  const anchoredAt = reanchored ? at : state.anchoredAt;
  const opens = openPeriod({ ...state, anchor, anchoredAt }, terms, turn, reanchored);
  const closes = turn === 'goes_on' || current === null ? null : { ...current, end: at };
  const lines = [
    ...(closes ? arrearsLines(state, inForce.history, closes) : []),
    ...unusedLines(state, before, turn, applied, charged),
    ...(turn === 'goes_on' ? prorationLines(state, inForce, before, applied, charged) : []),
    ...(opens?.kind === 'billed' ? advanceLines(terms, billingPeriodOf(opens), state.timezone) : []),
  ];
  const rest = pending.filter((change) => !applied.includes(change) && !refused.includes(change));
  const pauseAt = turn === 'pauses' ? null : state.pauseAt;
  const resumeAt = turn === 'resumes' ? null : state.resumeAt;
  const reminderAt = reminderAfter(state, opens, turn);
  const ends = turn === 'ends';
  return {
    status: statusAfter(state.status, turn, opens),
    closes,
    opens,
    endedAt: ends ? at : null,
    pausedAt:
      turn === 'pauses' ? at : current?.kind === 'paused' && turn === 'goes_on' ? current.start : null,
    pauseAt,
    resumeAt,
    reminderAt: reminderAt.next,
    anchor,
    anchoredAt,
    nextDueAt: ends
      ? null
      : dueOf(
          {
            startedAt: state.startedAt,
            current: opens ?? current,
            reminderAt: reminderAt.next,
            cancelAt: state.cancelAt,
            pauseAt,
            resumeAt,
          },
          rest,
        ),
    newTerms,
    terms,
    applied,
    refused,
    postpones: opens?.kind === 'paused' || (turn === 'resumes' && opens?.kind === 'trial'),
    lines,
    invoice: invoiceOf(state, inForce.history, { turn, closes, opens, lineCount: lines.length, applied }),
    events: eventsOf(turn, opens, { applied, refused }, trialEnds, reminderAt.announced),
  };
}

function openPeriod(
  state: SubscriptionState,
  terms: Terms,
  turn: Turn,
  reanchored: boolean,
): SubscriptionPeriod | null {
  const { current, trialEnd, dueAt: at } = state;
  const index = (current?.index ?? -1) + 1;
  const endsEarly = earliest(state.cancelAt, turn === 'pauses' ? null : state.pauseAt);
  switch (turn) {
    case 'goes_on':
    case 'ends':
      return null;
    case 'pauses':
      return {
        index,
        kind: 'paused',
        start: at,
        end: null,
        whole: { start: at, end: at },
        billsUsage: false,
      };
    case 'starts':
    case 'resumes':
      // A trial charges nothing in advance that would have to know of an end before its own, which may be undone.
      if (trialEnd !== null && trialEnd > at) {
        const whole = { start: at, end: trialEnd };
        return { index, kind: 'trial', ...whole, whole, billsUsage: terms.plan.trialUsage === 'billed' };
      }
      break;
    case 'renews':
    case 'restarts':
      break;
  }
  const cycle = billingCycleOf(terms.plan, { ...state, startedAt: state.anchoredAt });
  const endedAtBoundary = current?.kind === 'billed' && current.end === current.whole.end;
  const follows = turn === 'renews' && endedAtBoundary && !reanchored;
  const whole = (follows ? followingPeriod : nextPeriod)(cycle, { index: index - 1, end: at });
  const period = endsEarly !== null && endsEarly < whole.end ? shortened(whole, endsEarly) : whole;
  return { ...period, kind: 'billed', billsUsage: true };
}

function billingPeriodOf({ index, start, end, whole }: SubscriptionPeriod): BillingPeriod {
  return { index, start, end: end ?? whole.end, whole };
}

function arrearsLines(
  { timezone }: SubscriptionState,
  history: TermsHistory,
  closes: NonNullable<Step['closes']>,
): PeriodLine[] {
  // A period that ends at its first instant has nothing to bill; of a trial only usage may be.
  if (closes.kind !== 'billed' || closes.end <= closes.start) return [];
  return arrearsRuns(history, closes)
    .filter(isFixedRun)
    .map((run) => arrearsLine(run, closes, timezone));
}

/**
 * What is given back where a period ends before it was over: of what that period charged, not of what an earlier one
 * keeps. Whoever ends for good with a credit gets back all that was charged beyond the end.
 */
function unusedLines(
  state: SubscriptionState,
  before: Terms,
  turn: Turn,
  applied: readonly PendingChange[],
  charged: readonly Charge[],
): PeriodLine[] {
  const asked =
    (turn === 'ends' && state.cancelCreditUnused) ||
    (turn === 'pauses' && state.pauseCreditUnused) ||
    (turn === 'restarts' && prorated(applied).length > 0);
  if (!asked) return [];
  const unused = turn === 'ends' ? charged : ofCurrent(state, charged);
  return creditLines(unused, state.dueAt, prorationRule(before, state.timezone));
}

/** A credit is taken from the line that billed the period (section 3). */
function ofCurrent({ current }: SubscriptionState, charged: readonly Charge[]): Charge[] {
  return charged.filter(({ periodIndex }) => periodIndex === current?.index);
}

/** What changes inside of a period come to: those that ask for it, as if the others were not there yet. */
function prorationLines(
  state: SubscriptionState,
  { content, build }: TermsInForce,
  before: Terms,
  applied: readonly PendingChange[],
  charged: readonly Charge[],
): PeriodLine[] {
  const { current, anchor, dueAt, timezone } = state;
  const settled = prorated(applied);
  if (current?.kind !== 'billed' || current.end === null || settled.length === 0) return [];
  const next = build(after({ content, anchor }, settled).content, dueAt);
  const left = { index: current.index, start: dueAt, end: current.end, whole: current.whole };
  return changeLines(before, next, left, ofCurrent(state, charged), timezone);
}

function reminderAfter(
  { trialEnd, reminderAt, dueAt: at }: SubscriptionState,
  opens: SubscriptionPeriod | null,
  turn: Turn,
): { readonly next: Instant | null; readonly announced: boolean } {
  const due = opens?.kind === 'trial' && trialEnd !== null ? trialReminderAt(trialEnd, at) : reminderAt;
  if (due === null || (turn !== 'goes_on' && opens?.kind !== 'trial'))
    return { next: null, announced: false };
  return due <= at ? { next: null, announced: true } : { next: due, announced: false };
}

function statusAfter(
  status: SubscriptionStatus,
  turn: Turn,
  opens: SubscriptionPeriod | null,
): SubscriptionStatus {
  if (turn === 'goes_on') return status;
  if (opens?.kind === 'trial') return nextStatus(status, 'trial_started');
  return nextStatus(status, eventOf[turn]);
}

const eventOf = {
  starts: 'started',
  renews: 'started',
  restarts: 'started',
  pauses: 'paused',
  resumes: 'resumed',
  ends: 'ended',
} as const satisfies Record<Exclude<Turn, 'goes_on'>, SubscriptionEvent>;
