/** Calendar months in UTC, as reports count them. */
import type { Instant } from './instant.ts';

declare const month: unique symbol;
/** Such as `2026-01`: text that sorts by time. */
export type Month = string & { readonly [month]: true };

/** The month that a text names, of the years 1970 to 2999; undefined where it names none. */
export function parseMonth(text: string): Month | undefined {
  return /^(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])$/.test(text) ? (text as Month) : undefined;
}

/** The first instant of a month. */
export function startOfMonth(of: Month): Instant {
  return Date.UTC(Number(of.slice(0, 4)), Number(of.slice(5)) - 1) as Instant;
}

export function nextMonth(of: Month): Month {
  const year = Number(of.slice(0, 4));
  const number = Number(of.slice(5));
  const [nextYear, next] = number === 12 ? [year + 1, 1] : [year, number + 1];
  return `${String(nextYear)}-${String(next).padStart(2, '0')}` as Month;
}

/** The months from one to another, both with it; none where the second is the earlier. */
export function monthsFrom(first: Month, last: Month): Month[] {
  const months: Month[] = [];
  for (let at = first; at <= last; at = nextMonth(at)) months.push(at);
  return months;
}
