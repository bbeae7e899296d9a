/** A subscription's life: its states as a table, and what a boundary of its periods does (semantics.md, sections 2, 6). */
import type { BillingCycleAnchor } from './calendar.ts';
import { billingCycleOf } from './plan.ts';
import type { FixedPrice } from './pricing/price.ts';
import { BillingError } from './errors.ts';
import { addMilliseconds, earliest, type Instant } from './instant.ts';
import { fixedLine, prorationLine, type InvoiceLine } from './invoice.ts';
import {
  billingPeriod,
  closedPeriod,
  nextPeriod,
  shortened,
  type BillingPeriod,
  type Period,
} from './period.ts';

import {
  arrearsRuns,
  changesWithin,
  charges,
  isFixedRun,
  isUsageRun,
  termsAt,
  type PriceRun,
  type Terms,
  type TermsHistory,
} from './terms.ts';

export type SubscriptionStatus = 'incomplete' | 'active' | 'past_due' | 'canceled';
export type SubscriptionEvent = 'started' | 'payment_failed' | 'payment_recovered' | 'ended';

const transitions: Record<SubscriptionEvent, Partial<Record<SubscriptionStatus, SubscriptionStatus>>> = {
  started: { incomplete: 'active' },
  payment_failed: { active: 'past_due' },
  payment_recovered: { past_due: 'active' },
  ended: { incomplete: 'canceled', active: 'canceled', past_due: 'canceled' },
};

/** The status after an event; an event that means nothing in a status leaves it. */
export function nextStatus(status: SubscriptionStatus, event: SubscriptionEvent): SubscriptionStatus {
  return transitions[event][status] ?? status;
}

/** The facts that a boundary is decided on. */
export interface SubscriptionState {
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant;
  readonly anchor: BillingCycleAnchor;
  readonly timezone: string;
  /** The current period; null before the first. */
  readonly current: (Period & { readonly index: number }) | null;
  readonly cancelAt: Instant | null;
  /** Whether it has a commitment, which is settled on its last invoice. */
  readonly committed: boolean;
  readonly dueAt: Instant;
}

export interface DraftInvoice {
  /** The index of the period that it opens: a subscription has one invoice for each. */
  readonly boundary: number;
  readonly period: Period;
  /** The index of the period whose usage it bills. */
  readonly usagePeriod: number | null;
  readonly finalizesAt: Instant;
  readonly lines: readonly InvoiceLine[];
}

/** What one boundary does, all of it in one transaction. */
export interface Renewal {
  readonly status: SubscriptionStatus;
  readonly closes: (Period & { readonly index: number }) | null;
  readonly opens: BillingPeriod | null;
  readonly endedAt: Instant | null;
  readonly nextDueAt: Instant | null;
  /** What it is billed by from here on. */
  readonly terms: Terms;
  /** When the grace period after `nextDueAt` (or after the end) is over: everything must be billed by then. */
  readonly billedBy: Instant;
  readonly invoice: DraftInvoice | null;
}

/**
 * Decides a boundary: the first period of a new subscription, the renewal at a period's end, or its end. In-arrears
 * prices are billed for the period that closes and in-advance prices for the one that opens, on one invoice; usage is
 * added when the grace period is over.
 */
export function renew(state: SubscriptionState, history: TermsHistory): Renewal {
  const { current, cancelAt, dueAt } = state;
  const terms = termsAt(history, dueAt);
  const { plan } = terms;
  const closes = current && { index: current.index, start: current.start, end: dueAt };
  const ends = cancelAt !== null && cancelAt <= dueAt;
  const opens = ends ? null : openPeriod(state, plan);
  const graceMs = plan.prices.some((price) => price.type === 'usage') ? plan.gracePeriodSeconds * 1000 : 0;
  const invoice = draftInvoice(state, history, closes, opens);
  return {
    status: nextStatus(state.status, ends ? 'ended' : 'started'),
    closes,
    opens,
    endedAt: ends ? dueAt : null,
    nextDueAt: opens && opens.end,
    terms,
    billedBy: addMilliseconds(opens ? opens.end : dueAt, graceMs),
    invoice,
  };
}

function openPeriod(state: SubscriptionState, plan: Terms['plan']): BillingPeriod {
  const { current, cancelAt, dueAt } = state;
  const cycle = billingCycleOf(plan, state);
  const period = current ? nextPeriod(cycle, { index: current.index, end: dueAt }) : billingPeriod(cycle, 0);
  return cancelAt !== null && cancelAt < period.end ? shortened(period, cancelAt) : period;
}

function draftInvoice(
  state: SubscriptionState,
  history: TermsHistory,
  closes: Renewal['closes'],
  opens: BillingPeriod | null,
): DraftInvoice | null {
  // A subscription that ends at its period's first instant has no period to bill.
  const billed = closes && termsAt(history, closes.start);
  const closed =
    billed && closes.end > closes.start
      ? closedPeriod(billingCycleOf(billed.plan, state), closes, opens === null)
      : null;
  const runs = closed ? arrearsRuns(history, closed) : [];
  const usage = runs.filter(isUsageRun);
  const lines: InvoiceLine[] = [
    ...(closed ? prorationsOf(state, history, closed) : []),
    ...(closed ? runs.filter(isFixedRun).map((run) => arrearsLine(state, run, closed)) : []),
    ...(opens ? advanceLines(state, termsAt(history, state.dueAt), opens) : []),
  ];
  const metered = closed !== null && usage.length > 0;
  const graceSeconds = Math.max(0, ...usage.map(({ terms }) => terms.plan.gracePeriodSeconds));
  // A last invoice without anything on it would only puzzle; every other boundary has its invoice.
  if (opens === null && lines.length === 0 && !metered && !state.committed) return null;
  const period = closed ?? opens;
  if (period === null) return null;
  return {
    boundary: (closes?.index ?? -1) + 1,
    period: { start: period.start, end: period.end },
    usagePeriod: metered ? closed.index : null,
    finalizesAt: addMilliseconds(state.dueAt, metered ? graceSeconds * 1000 : 0),
    lines,
  };
}

function prorationOf({ plan }: Terms, { timezone }: SubscriptionState) {
  return { unit: plan.prorationUnit, timezone };
}

function advanceLines(state: SubscriptionState, terms: Terms, period: BillingPeriod): InvoiceLine[] {
  const { plan, quantity } = terms;
  return plan.prices
    .filter((price): price is FixedPrice => price.type === 'fixed' && price.billing === 'in_advance')
    .map((price) => fixedLine(price, plan.version, quantity, period, prorationOf(terms, state)));
}

function arrearsLine(
  state: SubscriptionState,
  { price, terms, period }: PriceRun<FixedPrice>,
  { index, whole }: BillingPeriod,
): InvoiceLine {
  const run = { ...period, index, whole };
  return fixedLine(price, terms.plan.version, terms.quantity, run, prorationOf(terms, state));
}

/**
 * What changes inside of a period come to for the prices that were billed in advance for all of it: a credit for the
 * old price and a charge for the new one, each for what was left of the period (section 3). A price that stays what it
 * was has neither.
 */
function prorationsOf(state: SubscriptionState, history: TermsHistory, closed: BillingPeriod): InvoiceLine[] {
  // It was billed up to here, also where the subscription ends before.
  const end = state.current?.end ?? closed.end;
  return changesWithin(history, closed).flatMap(({ at, before, after }) => {
    const left = { index: closed.index, start: at, end, whole: closed.whole };
    const [old, next] = [before, after].map((terms) => advanceLines(state, terms, left)) as [
      InvoiceLine[],
      InvoiceLine[],
    ];
    const charged = (terms: Terms) =>
      new Set(terms.plan.prices.map((price) => charges(price, terms.quantity)));
    const [chargedBefore, chargedAfter] = [charged(before), charged(after)];
    const stays = (terms: Terms, others: ReadonlySet<string>) => (line: InvoiceLine) => {
      const price = terms.plan.prices.find(({ id }) => id === line.priceId);
      return price !== undefined && others.has(charges(price, terms.quantity));
    };
    return [
      ...old.filter((line) => !stays(before, chargedAfter)(line)).map((line) => prorationLine(line, -1n)),
      ...next.filter((line) => !stays(after, chargedBefore)(line)).map((line) => prorationLine(line, 1n)),
    ];
  });
}

export type CancelAt = 'now' | 'period_end' | Instant;

/**
 * The instant at which a cancellation takes effect. Refused where the subscription has ended or the instant has passed.
 */
export function cancellationInstant(
  state: { readonly status: SubscriptionStatus; readonly currentPeriodEnd: Instant | null },
  at: CancelAt,
  now: Instant,
): Instant {
  if (state.status === 'canceled') {
    throw new BillingError(
      409,
      'subscription_canceled',
      'The subscription has ended. Create a new one to go on.',
    );
  }
  if (at === 'now') return now;
  if (at === 'period_end') return state.currentPeriodEnd ?? now;
  if (at < now) {
    throw new BillingError(
      400,
      'instant_in_the_past',
      'A subscription cannot be canceled in the past. Give a later instant, or "now".',
      'at',
    );
  }
  return at;
}

/** When a subscription is due next: at its period's end, or at its cancellation where that comes first. */
export function nextDueAt(currentPeriodEnd: Instant | null, cancelAt: Instant | null): Instant | null {
  return earliest(currentPeriodEnd, cancelAt);
}
