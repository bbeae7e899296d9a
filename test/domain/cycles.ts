/** Billing cycles for tests, said in texts, and the real changes of the clocks that they must survive. */
import { Temporal } from 'temporal-polyfill';
import { localTime, type BillingCycle } from '../../src/domain/calendar.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { billingPeriod, nextPeriod, type BillingPeriod } from '../../src/domain/period.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const zones = Intl.supportedValuesOf('timeZone');

export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`${text} is no instant`);
  return instant;
}

export type CycleFields = Partial<BillingCycle> & { readonly start?: string };

/** A monthly cycle in UTC from the first of 2026, but for what is given. */
export function aCycle({ start = '2026-01-01T00:00:00Z', ...fields }: CycleFields): BillingCycle {
  return {
    startedAt: at(start),
    anchor: 'anniversary',
    interval: 'month',
    intervalCount: 1,
    timezone: 'UTC',
    ...fields,
  };
}

/** The first periods of a cycle, each from the end of the one before, as renewals find them. */
export function periods(cycle: BillingCycle, count: number): BillingPeriod[] {
  const all = [billingPeriod(cycle, 0)];
  for (let last = all[0]; last && all.length < count; last = all.at(-1)) all.push(nextPeriod(cycle, last));
  return all;
}

export const local = (instant: Instant, zone: string) =>
  localTime(instant, zone).toString({ smallestUnit: 'minute' });

/** The local times at which the first periods start. */
export const starts = (cycle: BillingCycle, count: number) =>
  periods(cycle, count).map(({ start }) => local(start, cycle.timezone));

/** The instant of a local time that exists once, or undefined. */
export function onlyInstant(text: string, zone: string): Instant | undefined {
  const time = Temporal.PlainDateTime.from(text);
  const [earlier, later] = (['earlier', 'later'] as const).map(
    (disambiguation) => time.toZonedDateTime(zone, { disambiguation }).epochMilliseconds as Instant,
  );
  return earlier === later ? earlier : undefined;
}

export interface ClockChange {
  readonly zone: string;
  readonly at: Instant;
  /** By how much the clock goes forward; negative where it goes back. */
  readonly shiftMs: number;
}

/** Every change of a zone's offset in a span of years. */
export function clockChanges(zone: string, fromYear: number, toYear: number): ClockChange[] {
  const changes: ClockChange[] = [];
  const last = Date.UTC(toYear, 0);
  let moment = Temporal.Instant.fromEpochMilliseconds(Date.UTC(fromYear, 0)).toZonedDateTimeISO(zone);
  for (;;) {
    const next = moment.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= last) return changes;
    const before = next.subtract({ nanoseconds: 1 });
    const shiftMs = (next.offsetNanoseconds - before.offsetNanoseconds) / 1_000_000;
    if (shiftMs !== 0) changes.push({ zone, at: next.epochMilliseconds as Instant, shiftMs });
    moment = next;
  }
}

/**
 * The changes of all zones. Zones whose clocks have gone alike (Europe/Berlin, Europe/Paris) stand for one another: the
 * rules know a zone by nothing but its clock.
 */
export function allClockChanges(fromYear: number, toYear: number): ClockChange[] {
  const histories = new Map<string, ClockChange[]>();
  for (const zone of zones) {
    const changes = clockChanges(zone, fromYear, toYear);
    const key = changes.map(({ at: instant, shiftMs }) => [instant, shiftMs].join(':')).join();
    const offset = localTime(Date.UTC(fromYear, 0) as Instant, zone).toString();
    if (!histories.has(offset + key)) histories.set(offset + key, changes);
  }
  return [...histories.values()].flat();
}
