/** Periods: half-open, one after the other, without gap or overlap (semantics.md, section 2). */
import { boundariesOf, firstBoundaryAfter, type BillingCycle } from './calendar.ts';
import type { Instant } from './instant.ts';

/** From `start` up to, not including, `end`. */
export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}

export interface BillingPeriod extends Period {
  readonly index: number;
  /** The whole interval that contains it: the denominator of every proration. */
  readonly whole: Period;
}

/** The period with an index; 0 is the first, which starts exactly at `startedAt` and may be shorter than an interval. */
export function billingPeriod(cycle: BillingCycle, index: number): BillingPeriod {
  const boundary = boundariesOf(cycle);
  const n = firstBoundaryAfter(cycle, boundary, cycle.startedAt) + index;
  const whole = { start: boundary(n - 1), end: boundary(n) };
  return { index, start: index === 0 ? cycle.startedAt : whole.start, end: whole.end, whole };
}

/** The period that begins at an instant, up to the next boundary: a part of an interval, unless it begins at one. */
export function nextPeriod(
  cycle: BillingCycle,
  previous: { readonly index: number; readonly end: Instant },
): BillingPeriod {
  return { index: previous.index + 1, ...periodFrom(cycle, previous.end) };
}

/**
 * The period after one that ended at a boundary. Where the customer has gone to another timezone since, that boundary is
 * none of today's: it stands for the nearest of them, and what lies between the two is no period of its own.
 */
export function followingPeriod(
  cycle: BillingCycle,
  { index, end: start }: { readonly index: number; readonly end: Instant },
): BillingPeriod {
  const boundary = boundariesOf(cycle);
  const n = firstBoundaryAfter(cycle, boundary, start);
  const [previous, next] = [boundary(n - 1), boundary(n)];
  const end = next - start < start - previous ? boundary(n + 1) : next;
  return { index: index + 1, start, end, whole: { start, end } };
}

/** A period that is known to end early: its charges are for what remains, its whole interval stays. */
export function shortened(period: BillingPeriod, end: Instant): BillingPeriod {
  return { ...period, end };
}

function periodFrom(cycle: BillingCycle, start: Instant): Omit<BillingPeriod, 'index'> {
  const boundary = boundariesOf(cycle);
  const n = firstBoundaryAfter(cycle, boundary, start);
  const end = boundary(n);
  return { start, end, whole: { start: boundary(n - 1), end } };
}
