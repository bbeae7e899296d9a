/** Which part of an interval a period is (semantics.md, section 3). */
import Fraction from 'fraction.js';
import { localTime } from './calendar.ts';
import type { Instant } from './instant.ts';
import type { Period } from './period.ts';
import type { Decimal } from './quantity.ts';

export type ProrationUnit = 'second' | 'day';

/**
 * The share of `whole` that `part` covers, between 0 and 1: by time, or by whole local days, of which the day of a
 * change belongs to the new state. The denominator is the actual length of the whole.
 */
export function fraction(part: Period, whole: Period, unit: ProrationUnit, timezone: string): Decimal {
  if (part.start === whole.start && part.end === whole.end) return new Fraction(1);
  const length = unit === 'second' ? milliseconds : (period: Period) => localDays(period, timezone);
  const covered = Math.min(Math.max(length(part), 0), length(whole));
  return new Fraction(covered, length(whole));
}

function milliseconds({ start, end }: Period): number {
  return end - start;
}

function localDays({ start, end }: Period, timezone: string): number {
  return localDate(start, timezone).until(localDate(end, timezone)).total('days');
}

function localDate(at: Instant, timezone: string) {
  return localTime(at, timezone).toPlainDate();
}
