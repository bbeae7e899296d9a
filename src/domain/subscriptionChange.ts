/** What may be changed of a subscription, and from when it is billed by that (semantics.md, sections 3 and 6). */
import { after, refuseUnbillable, type BuildTerms } from './billable.ts';
import type { BillingCycleAnchor } from './calendar.ts';
import { BillingError } from './errors.ts';
import type { Instant } from './instant.ts';
import { hasInterval, type PendingChange } from './pendingChange.ts';
import type { Price } from './pricing/price.ts';
import type { Moment, SubscriptionPeriod, SubscriptionStatus } from './subscription.ts';
import {
  countsQuantity,
  isBySeats,
  withChange,
  type Terms,
  type TermsChangeContent,
  type TermsContent,
} from './terms.ts';

/** What a change is decided on. */
export interface ChangeCandidate {
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant;
  readonly current: SubscriptionPeriod | null;
  readonly cancelAt: Instant | null;
  readonly anchor: BillingCycleAnchor;
  readonly timezone: string;
  readonly committed: boolean;
  readonly content: TermsContent;
  /** Since when it is billed by that. */
  readonly contentSince: Instant;
  readonly pending: readonly PendingChange[];
}

export interface AskedChange {
  readonly change: TermsChangeContent;
  /** Left out: at once, but for fewer seats where the plan says so. */
  readonly effective?: Moment | undefined;
}

export type ChangeEffect =
  | { readonly effectiveAt: Instant; readonly atPeriod: null }
  | { readonly effectiveAt: null; readonly atPeriod: number };

/** Throws `subscription_canceled` for one that has ended. */
export function refuseEnded(status: SubscriptionStatus): void {
  if (status !== 'canceled') return;
  throw new BillingError(
    409,
    'subscription_canceled',
    'The subscription has ended. Create a new one to go on.',
  );
}

/**
 * When a change takes effect. Throws a `BillingError` that names what forbids it: an end before it, an instant before
 * the period, another currency, negotiated prices or quantities that would be lost, or terms that cannot be billed.
 */
export function decideChange(
  candidate: ChangeCandidate,
  asked: AskedChange,
  build: BuildTerms,
  now: Instant,
): ChangeEffect {
  refuseEnded(candidate.status);
  const { pending } = candidate;
  const current = build(candidate.content, now);
  const effect = effectOf(candidate, asked, current, now);
  const planPending = pending.some(({ change }) => change.planId !== undefined);
  if (effect.effectiveAt !== null && effect.effectiveAt <= now && asked.change.planId && planPending) {
    throw new BillingError(
      409,
      'change_pending',
      'Another change of the plan is pending, and would undo this one. Withdraw that one first, by "pending_change": null.',
    );
  }
  const takesEffect = effectsOf(candidate.current);
  const [earlier, later] = [
    pending.filter((other) => takesEffect(other, { ...effect, sequence: Infinity }) < 0),
    pending.filter((other) => takesEffect(other, { ...effect, sequence: Infinity }) >= 0),
  ].map((changes) => changes.toSorted(takesEffect));
  const before = after(candidate, earlier ?? []);
  const changed = after(before, [asked]);
  refuseLost(before.content, changed.content, asked.change, build(changed.content, now));
  checkTerms(changed, current, build(changed.content, now));
  checkPending(changed, later ?? [], build, now);
  return effect;
}

/** In which order changes take effect, as far as it is known: by time, those with a later period after all others. */
function effectsOf(current: SubscriptionPeriod | null) {
  type Effect = Pick<PendingChange, 'effectiveAt' | 'atPeriod' | 'sequence'>;
  const timeOf = ({ effectiveAt, atPeriod }: Effect): number => {
    if (effectiveAt !== null) return effectiveAt;
    return current !== null && atPeriod === current.index + 1 ? (current.end ?? Infinity) : Infinity;
  };
  return (one: Effect, other: Effect): number => {
    const [time, otherTime] = [timeOf(one), timeOf(other)];
    if (time !== otherTime) return time < otherTime ? -1 : 1;
    const periods = time === Infinity ? (one.atPeriod ?? 0) - (other.atPeriod ?? 0) : 0;
    return periods || (one.sequence < other.sequence ? -1 : 1);
  };
}

function effectOf(
  candidate: ChangeCandidate,
  { change, effective: asked }: AskedChange,
  terms: Terms,
  now: Instant,
): ChangeEffect {
  const effective = asked ?? defaultMoment(candidate.content, change, terms);
  const { current, cancelAt, startedAt, contentSince } = candidate;
  if (effective === 'period_end' && current !== null) {
    refuseEnding(cancelAt, current.end ?? now);
    return { effectiveAt: null, atPeriod: current.index + 1 };
  }
  // Before it has begun, it begins with what was asked for, unless that is to come later.
  if (current === null) {
    const starts = typeof effective === 'number' ? latest(effective, startedAt) : startedAt;
    refuseEnding(cancelAt, starts);
    return { effectiveAt: starts, atPeriod: null };
  }
  const from = latest(current.start, contentSince);
  const at = effective === 'now' || effective === 'period_end' ? latest(now, from) : effective;
  if (at < from) {
    throw new BillingError(
      400,
      'instant_before_period',
      'That instant lies before the current period or an earlier change. Give a later one, or "now".',
      'effective',
    );
  }
  refuseEnding(cancelAt, at);
  return { effectiveAt: at, atPeriod: null };
}

function defaultMoment(content: TermsContent, change: TermsChangeContent, { plan }: Terms): Moment {
  const fields = Object.entries(change).filter(([, value]) => value !== undefined);
  const seatsAlone = fields.every(([name]) => name === 'quantity' || name === 'quantities');
  if (!seatsAlone || plan.seatsDown === 'now') return 'now';
  const next = withChange(content, change);
  const counts = plan.prices
    .filter((price) => price.type === 'fixed' && price.quantityFrom !== 'seats')
    .map(
      ({ code }) =>
        [content.quantities[code] ?? content.quantity, next.quantities[code] ?? next.quantity] as const,
    );
  const fewer = counts.some(([before, after]) => after < before);
  const more = counts.some(([before, after]) => after > before);
  return fewer && !more ? 'period_end' : 'now';
}

function latest(at: Instant, other: Instant): Instant {
  return other > at ? other : at;
}

/** Nothing takes effect at the end of a subscription, or after it. */
export function refuseEnding(cancelAt: Instant | null, at: Instant, param = 'effective'): void {
  if (cancelAt === null || cancelAt > at) return;
  throw new BillingError(
    409,
    'subscription_ending',
    'The subscription ends before that would take effect. Undo the cancellation first, or choose an earlier instant.',
    param,
  );
}

/** What was negotiated for a price goes on, or is given up in words; never in silence. */
function refuseLost(
  before: TermsContent,
  after: TermsContent,
  change: TermsChangeContent,
  { plan }: Terms,
): void {
  const lacks = (code: string) => !plan.prices.some((price) => price.code === code);
  const override = change.priceOverrides ? undefined : before.priceOverrides.find(({ code }) => lacks(code));
  if (override) {
    throw new BillingError(
      422,
      'override_lost',
      `The subscription has a negotiated price ${override.code}, and what it is changed to has none. Give price_overrides as they are to be.`,
      'price_overrides',
    );
  }
  refuseQuantities(after, plan.prices);
  if (change.quantity !== undefined) refuseSeatQuantity(plan.prices);
}

/** Throws a `BillingError` 422 where a quantity that was given would be of nothing, because seats are billed instead. */
export function refuseSeatQuantity(prices: readonly Price[]): void {
  if (!prices.some(isBySeats) || prices.some(countsQuantity)) return;
  throw new BillingError(
    422,
    'quantity_from_seats',
    'The plan is billed by the members of the organization that take a seat. Leave quantity out; invite or remove members to change it.',
    'quantity',
  );
}

/** A quantity is of a price that counts one. Throws a `BillingError` 422 that names it. */
export function refuseQuantities({ quantities }: TermsContent, prices: readonly Price[]): void {
  for (const code of Object.keys(quantities)) {
    const price = prices.find((known) => known.code === code);
    if (price && countsQuantity(price)) continue;
    if (price && isBySeats(price)) {
      throw new BillingError(
        422,
        'quantity_from_seats',
        `The price ${code} is billed by the members of the organization that take a seat. Leave it out of quantities; invite or remove members to change it.`,
        'quantities',
      );
    }
    throw new BillingError(
      422,
      price ? 'quantity_not_applicable' : 'quantity_lost',
      price
        ? `The price ${code} is billed by no quantity of the subscription. Leave it out of quantities.`
        : `There is a quantity for the price ${code}, and there is no such price. Give quantities as they are to be.`,
      'quantities',
    );
  }
}

function checkTerms(candidate: ChangeCandidate, { plan: before }: Terms, terms: Terms): void {
  const { plan } = terms;
  if (plan.currency !== before.currency) {
    throw new BillingError(
      422,
      'currency_mismatch',
      `The subscription is billed in ${before.currency} and the plan in ${plan.currency}. Choose a plan in ${before.currency}.`,
      'plan',
    );
  }
  if (candidate.committed && !hasInterval(before, plan)) {
    throw new BillingError(
      422,
      'commitment_interval_invalid',
      'The subscription has a commitment, which counts periods of its interval. Choose a plan with the same interval.',
      'plan',
    );
  }
  refuseUnbillable(terms, candidate);
}

/** What is pending must still be possible, one after the other. */
function checkPending(
  changed: ChangeCandidate,
  later: readonly PendingChange[],
  build: BuildTerms,
  now: Instant,
): void {
  let billed = changed;
  try {
    for (const change of later) {
      billed = after(billed, [change]);
      refuseUnbillable(build(billed.content, now), billed);
    }
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    throw new BillingError(
      409,
      'pending_change_conflicts',
      `With it the change that is pending would be impossible: ${error.message} Withdraw that one first, by "pending_change": null.`,
    );
  }
}
