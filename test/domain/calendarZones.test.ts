/** Every zone, and every real change of its clock from 2009 to 2025: where billing days are not 24 hours long. */
import { describe, expect, test } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { localTime, type BillingCycleAnchor, type Interval } from '../../src/domain/calendar.ts';
import { addMilliseconds, type Instant } from '../../src/domain/instant.ts';
import { nextPeriod, type Period } from '../../src/domain/period.ts';
import { aCycle, allClockChanges, dayMs, periods, zones, type ClockChange } from './cycles.ts';

const changes = allClockChanges(2009, 2026);
const minutesAround = [-90, -30, 0, 30, 90];

/** The changes for which a rule does not hold: gathered, as asserting each would take longer than all of the rules. */
const failing = (holds: (change: ClockChange, index: number) => boolean) =>
  changes.filter((change, index) => !holds(change, index));

/** How far a boundary is behind the local time that it should have. */
function drift(boundary: Instant, wanted: Temporal.PlainTime, { zone }: ClockChange): number {
  const ms = wanted.until(localTime(boundary, zone).toPlainTime()).total('milliseconds');
  return ms < -dayMs / 2 ? ms + dayMs : ms;
}

function isStartOfDay(boundary: Instant, { zone }: ClockChange): boolean {
  const zoned = Temporal.Instant.fromEpochMilliseconds(boundary).toZonedDateTimeISO(zone);
  return zoned.startOfDay().epochMilliseconds === boundary;
}

describe('lesson 4: in all IANA zones, over each change of the clock', () => {
  test('there are changes of many kinds: at midnight, from midnight back to the day before, of a whole day', () => {
    const where = (is: (change: ClockChange, before: number, after: number) => boolean) => {
      const hour = (instant: Instant, zone: string) => localTime(instant, zone).hour;
      return new Set(
        changes
          .filter((change) =>
            is(change, hour(addMilliseconds(change.at, -1), change.zone), hour(change.at, change.zone)),
          )
          .map(({ zone }) => zone),
      );
    };
    expect(zones.length).toBeGreaterThan(400);
    expect(changes.length).toBeGreaterThan(1_500);
    const skipsMidnight = where((_, before, after) => before === 23 && after === 1);
    expect(skipsMidnight).toEqual(
      new Set([...skipsMidnight, 'America/Sao_Paulo', 'America/Asuncion', 'Asia/Beirut']),
    );
    const repeatsMidnight = where(({ shiftMs }, before, after) => shiftMs < 0 && after > before);
    expect(repeatsMidnight).toEqual(new Set([...repeatsMidnight, 'America/St_Johns', 'Antarctica/Casey']));
    const skipsDay = where(({ shiftMs }) => shiftMs === dayMs);
    expect(skipsDay).toEqual(new Set(['Pacific/Apia', 'Pacific/Fakaofo']));
  });

  test('daily periods tile time, each keeps its local time, and only a time that does not exist is moved, by the gap', () => {
    const holds = (change: ClockChange, index: number) => {
      const minutes = minutesAround[index % minutesAround.length] ?? 0;
      const startedAt = addMilliseconds(change.at, -dayMs + minutes * 60_000);
      const all = periods(aCycle({ startedAt, timezone: change.zone, interval: 'day' }), 3);
      const wanted = localTime(startedAt, change.zone).toPlainTime();
      const moved = all.map(({ end }) => drift(end, wanted, change)).filter((ms) => ms !== 0);
      const lasts = ({ start, end }: Period) =>
        end > start && Math.abs(end - start - dayMs) <= Math.abs(change.shiftMs) % dayMs;
      const tiles = all.every((period, n) => lasts(period) && (n === 0 || period.start === all[n - 1]?.end));
      return tiles && moved.length <= 1 && moved.every((ms) => ms === change.shiftMs);
    };
    expect(failing(holds)).toEqual([]);
  });

  test.each<[Interval, BillingCycleAnchor]>([
    ['day', 'calendar'],
    ['month', { day_of_month: 1 }],
  ])('the %s that holds it starts and ends at the first instant of a local day: %j', (interval, anchor) => {
    const holds = (change: ClockChange) => {
      const startedAt = addMilliseconds(change.at, -400 * dayMs);
      const cycle = aCycle({ startedAt, timezone: change.zone, interval, anchor });
      const { whole } = nextPeriod(cycle, { index: 7, end: change.at });
      return (
        whole.start <= change.at &&
        change.at < whole.end &&
        [whole.start, whole.end].every((boundary) => isStartOfDay(boundary, change))
      );
    };
    expect(failing(holds)).toEqual([]);
  });

  test('the period is the same one from each of its instants, and the next begins with its end', () => {
    const holds = (change: ClockChange) => {
      const startedAt = addMilliseconds(change.at, -100 * dayMs);
      const cycle = aCycle({ startedAt, timezone: change.zone, interval: 'day' });
      const from = (instant: number) => nextPeriod(cycle, { index: 0, end: instant as Instant }).whole;
      const { start, end } = from(change.at);
      return from(start).end === end && from(end - 1).start === start && from(end).start === end;
    };
    expect(failing(holds)).toEqual([]);
  });
});
