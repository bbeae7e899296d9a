/** Periods: half-open, one after the other, without gap or overlap (semantics.md, section 2). */
import { boundariesOf, firstBoundaryAfter, type BillingCycle } from './calendar.ts';
import { addMilliseconds, type Instant } from './instant.ts';

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

/** The period after one that has ended; by the timezone of today, so that its change moves future boundaries only. */
export function nextPeriod(
  cycle: BillingCycle,
  previous: { readonly index: number; readonly end: Instant },
): BillingPeriod {
  return { index: previous.index + 1, ...periodFrom(cycle, previous.end) };
}

/**
 * A period that has ended, with the interval that contains it; the `last` may have ended early. One that reaches beyond
 * the interval it began in was ended by an earlier timezone: it is whole as it is, and not a part of two intervals.
 */
export function closedPeriod(
  cycle: BillingCycle,
  { index, start, end }: Period & { readonly index: number },
  last: boolean,
): BillingPeriod {
  const { whole } = periodFrom(cycle, start);
  if (index === 0 || end <= whole.end) return { index, start, end, whole };
  if (!last) return { index, start, end, whole: { start, end } };
  const intended = periodFrom(cycle, whole.end);
  return { index, start, end, whole: { start, end: addMilliseconds(start, intended.end - intended.start) } };
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
