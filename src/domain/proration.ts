/** Which part of an interval a period is (semantics.md, section 3). */
import Fraction from 'fraction.js';
import { instantOf, localTime } from './calendar.ts';
import type { Instant } from './instant.ts';
import type { Period } from './period.ts';
import type { Decimal } from './quantity.ts';

export type ProrationUnit = 'second' | 'day';

const dayMs = 86_400_000;

/**
 * The share of `whole` that `part` covers, between 0 and 1: by time, or by whole local days, of which the day of a
 * change belongs to the new state. The denominator is the actual length of the whole.
 */
export function fraction(part: Period, whole: Period, unit: ProrationUnit, timezone: string): Decimal {
  if (part.start === whole.start && part.end === whole.end) return new Fraction(1);
  const elapsed = unitsSince(whole, unit, timezone);
  const length = elapsed(whole.end);
  const covered = elapsed(part.end) - elapsed(part.start);
  return new Fraction(Math.min(Math.max(covered, 0), length), length);
}

/** How many units of an interval have passed at an instant: parts are differences of it, so that they add up. */
function unitsSince({ start, end }: Period, unit: ProrationUnit, timezone: string): (at: Instant) => number {
  const milliseconds = (at: Instant) => at - start;
  if (unit === 'second') return milliseconds;
  const days = (at: Instant) => localDays(start, at, timezone);
  // A short day of another timezone may begin and end on one local day: it has no days to be divided by.
  return days(end) > 0 ? days : milliseconds;
}

/**
 * The local days begun after an instant and up to another, counted by the time between their midnights: a day that the
 * timezone skips is none. A day begins once: where the clock goes back from just after midnight, it stays begun.
 */
function localDays(start: Instant, at: Instant, timezone: string): number {
  const startOfDay = (instant: Instant) => localTime(instant, timezone).withPlainTime();
  const tomorrow = instantOf(startOfDay(at).add({ days: 1 }), timezone);
  const midnight = start <= tomorrow && tomorrow <= at ? tomorrow : instantOf(startOfDay(at), timezone);
  return Math.max(Math.round((midnight - instantOf(startOfDay(start), timezone)) / dayMs), 0);
}
