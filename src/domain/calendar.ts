/** Billing boundaries: local times in the customer's timezone, counted from an anchor (semantics.md, section 2). */
import { Temporal } from 'temporal-polyfill';
import { BillingError } from './errors.ts';
import type { Instant } from './instant.ts';

export type BillingCycleAnchor = 'anniversary' | 'calendar' | { readonly day_of_month: number };
export type Interval = 'day' | 'week' | 'month' | 'year';

export interface BillingCycle {
  readonly startedAt: Instant;
  readonly anchor: BillingCycleAnchor;
  readonly interval: Interval;
  readonly intervalCount: number;
  readonly timezone: string;
}

/** Whether `name` is an IANA timezone, such as `Europe/Berlin`; an offset such as `+02:00` is none. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The local date and time at an instant. */
export function localTime(at: Instant, timezone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toPlainDateTime();
}

/** The instant of a local time: one that does not exist moves forward by the gap, of one that exists twice the earlier. */
export function instantOf(local: Temporal.PlainDateTime, timezone: string): Instant {
  return local.toZonedDateTime(timezone, { disambiguation: 'compatible' }).epochMilliseconds as Instant;
}

/** Boundary `n` of a cycle: always anchor + n × interval, never counted from the boundary before. */
export type Boundaries = (n: number) => Instant;

/**
 * The boundaries of a cycle. Boundary 0 is the anchor: for `anniversary` the start itself, otherwise a grid point next
 * to it. Throws a `BillingError` 422 for a day of the month with an interval that has no months.
 */
export function boundariesOf(cycle: BillingCycle): Boundaries {
  const { startedAt, anchor, timezone } = cycle;
  const unit = unitOf(cycle);
  if (anchor === 'anniversary') {
    const start = localTime(startedAt, timezone);
    return onDaysThatExist(unit, (n) =>
      n === 0 ? startedAt : instantOf(start.add(times(unit, n)), timezone),
    );
  }
  if (anchor === 'calendar') {
    const first = calendarAnchor(cycle);
    return onDaysThatExist(unit, (n) => instantOf(first.add(times(unit, n)), timezone));
  }
  if (unit.months === undefined) {
    throw new BillingError(
      422,
      'anchor_not_applicable',
      `A day of the month cannot anchor an interval of ${cycle.interval}s. Use "anniversary" or "calendar".`,
      'billing_cycle_anchor',
    );
  }
  const { day_of_month: day } = anchor;
  const month = monthOfFirstDay(cycle, day);
  return (n) => instantOf(dayOfMonth(month.add(times(unit, n)), day), timezone);
}

/**
 * A day that the timezone skips is no daily interval: its boundary would fall on that of the next day. Boundary `n` is
 * then that of the n-th day that there was, so that boundaries strictly increase.
 */
function onDaysThatExist(unit: Unit, boundary: Boundaries): Boundaries {
  if (unit.days !== 1) return boundary;
  const origin = boundary(0);
  return (n) => {
    const at = boundary(n);
    const skipped = n - Math.round((at - origin) / approximateMs.day);
    return skipped > 0 ? boundary(n + skipped) : at;
  };
}

interface Unit {
  readonly days?: number;
  readonly months?: number;
}

function unitOf({ interval, intervalCount }: BillingCycle): Unit {
  switch (interval) {
    case 'day':
      return { days: intervalCount };
    case 'week':
      return { days: 7 * intervalCount };
    case 'month':
      return { months: intervalCount };
    case 'year':
      return { months: 12 * intervalCount };
  }
}

function times({ days, months }: Unit, n: number): { days: number } | { months: number } {
  return months === undefined ? { days: (days ?? 0) * n } : { months: months * n };
}

/**
 * Where the grid of whole intervals is fixed by the calendar (single units, and months that divide the year), a grid
 * point on or before the start; otherwise the first calendar boundary on or after it.
 */
function calendarAnchor(cycle: BillingCycle): Temporal.PlainDateTime {
  const { interval, intervalCount } = cycle;
  const midnight = localTime(cycle.startedAt, cycle.timezone).withPlainTime();
  const yearStart = midnight.with({ month: 1, day: 1 });
  if (interval === 'month' && 12 % intervalCount === 0) return yearStart;
  const before = {
    day: midnight,
    week: midnight.subtract({ days: midnight.dayOfWeek - 1 }),
    month: midnight.with({ day: 1 }),
    year: yearStart,
  }[interval];
  if (intervalCount === 1) return before;
  const single = unitOf({ ...cycle, intervalCount: 1 });
  const candidate = (n: number) => before.add(times(single, n));
  return candidate(firstFromStart(cycle, candidate));
}

/** The first of the month that has the first such day on or after the start. */
function monthOfFirstDay(cycle: BillingCycle, day: number): Temporal.PlainDateTime {
  const month = localTime(cycle.startedAt, cycle.timezone).withPlainTime().with({ day: 1 });
  return month.add({ months: firstFromStart(cycle, (n) => dayOfMonth(month.add({ months: n }), day)) });
}

/** The first candidate on or after the start: as instants, for local midnights may not exist, or exist twice. */
function firstFromStart(
  { startedAt, timezone }: BillingCycle,
  candidate: (n: number) => Temporal.PlainDateTime,
): number {
  let n = 0;
  while (instantOf(candidate(n), timezone) < startedAt) n += 1;
  return n;
}

/** A short month has its last day for one that it lacks. */
function dayOfMonth(month: Temporal.PlainDateTime, day: number): Temporal.PlainDateTime {
  return month.with({ day: Math.min(day, month.daysInMonth) });
}

const approximateMs = {
  day: 86_400_000,
  week: 604_800_000,
  month: 2_629_746_000,
  year: 31_556_952_000,
} as const;

/** The number of the first boundary after an instant. */
export function firstBoundaryAfter(cycle: BillingCycle, boundary: Boundaries, at: Instant): number {
  const length = approximateMs[cycle.interval] * cycle.intervalCount;
  let n = Math.floor((at - boundary(0)) / length);
  while (boundary(n) > at) n -= 1;
  while (boundary(n) <= at) n += 1;
  return n;
}
