/** Numbers and dates as the customer writes them, by `Intl` on exact decimals. */
import { instantOf, localTime } from '../domain/calendar.ts';
import { minorUnitDigits } from '../domain/money.ts';
import type { Instant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';
import { isDecimal, pointLeft } from './exactDecimal.ts';

/** A unit price has 12 digits after the point of a minor unit, which itself has 4 at most. */
const mostDigits = 20;

export interface Formats {
  readonly amount: (minorUnits: bigint) => string;
  /** Of minor units; in full, never rounded. */
  readonly unitPrice: (minorUnits: string) => string;
  readonly quantity: (decimal: string) => string;
  readonly percentage: (decimal: string) => string;
  readonly count: (value: number) => string;
  readonly date: (at: Instant) => string;
  readonly period: (period: Period) => string;
  /** Of a day such as `2026-03-01`. */
  readonly day: (day: string) => string;
}

export function formatsOf(locale: string, timezone: string, currency: string): Formats {
  const digits = minorUnitDigits(currency);
  const money = { style: 'currency', currency, minimumFractionDigits: digits } as const;
  const amounts = new Intl.NumberFormat(locale, { ...money, maximumFractionDigits: digits });
  const prices = new Intl.NumberFormat(locale, { ...money, maximumFractionDigits: mostDigits });
  const quantities = new Intl.NumberFormat(locale, { maximumFractionDigits: mostDigits });
  const percentages = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'percent',
    maximumFractionDigits: mostDigits,
  });
  const dates = new Intl.DateTimeFormat(locale, { timeZone: timezone, dateStyle: 'long' });
  const days = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium' });
  return {
    amount: (minorUnits) => amounts.format(exact(pointLeft(String(minorUnits), digits))),
    unitPrice: (minorUnits) =>
      isDecimal(minorUnits) ? prices.format(exact(pointLeft(minorUnits, digits))) : minorUnits,
    quantity: (decimal) => (isDecimal(decimal) ? quantities.format(exact(decimal)) : decimal),
    percentage: (decimal) => (isDecimal(decimal) ? percentages.format(exact(decimal)) : decimal),
    count: (value) => quantities.format(value),
    date: (at) => dates.format(at),
    period: periodFormat(locale, timezone),
    day: (day) => days.format(Date.parse(`${day}T00:00:00Z`)),
  };
}

const momentMs = 1;

/** `Intl` reads a decimal text digit by digit; a number would be rounded to a float first. */
function exact(decimal: string): Intl.StringNumericLiteral {
  return decimal as Intl.StringNumericLiteral;
}

/**
 * A period is half-open. People read the last day as included: one that ends at a local midnight is shown up to the day
 * before. One within a single day shows its times, but for a moment: it has a length only so that no period is empty.
 */
function periodFormat(locale: string, timezone: string): (period: Period) => string {
  const days = new Intl.DateTimeFormat(locale, { timeZone: timezone, dateStyle: 'medium' });
  const times = new Intl.DateTimeFormat(locale, {
    timeZone: timezone,
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const dayOf = (at: Instant) => localTime(at, timezone).toPlainDate().toString();
  return ({ start, end }) => {
    if (end - start <= momentMs) return days.format(start);
    const wholeDays = isMidnight(end, timezone);
    const last = wholeDays && end > start ? ((end - 1) as Instant) : end;
    if (dayOf(start) !== dayOf(last)) return days.formatRange(start, last);
    const wholeDay = wholeDays && isMidnight(start, timezone);
    return wholeDay ? days.format(start) : times.formatRange(start, end);
  };
}

/** Whether a local day begins: at 01:00 where its midnight is skipped. */
function isMidnight(at: Instant, timezone: string): boolean {
  return instantOf(localTime(at, timezone).withPlainTime(), timezone) === at;
}
