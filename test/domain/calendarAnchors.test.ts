/** Where boundaries fall: by each anchor and interval, at the ends of months, in leap years, from any start. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { localTime, type BillingCycle } from '../../src/domain/calendar.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { billingPeriod, nextPeriod } from '../../src/domain/period.ts';
import { aCycle, at, dayMs, local, periods, starts, zones, type CycleFields } from './cycles.ts';

describe('lesson 3: an anchor at the end of a month', () => {
  test.each<[string, CycleFields, string[]]>([
    [
      'the 29th bills on 28 February, and on the 29th in a leap year and in every other month',
      { start: '2026-12-29T00:00:00Z' },
      ['2026-12-29', '2027-01-29', '2027-02-28', '2027-03-29'],
    ],
    [
      'the 29th in a leap year',
      { start: '2027-12-29T00:00:00Z' },
      ['2027-12-29', '2028-01-29', '2028-02-29', '2028-03-29'],
    ],
    [
      'the 30th, by quarter, passes February',
      { start: '2025-11-30T00:00:00Z', intervalCount: 3 },
      ['2025-11-30', '2026-02-28', '2026-05-30', '2026-08-30', '2026-11-30'],
    ],
    [
      'the 31st, by half year',
      { start: '2025-08-31T00:00:00Z', intervalCount: 6 },
      ['2025-08-31', '2026-02-28', '2026-08-31', '2027-02-28', '2027-08-31', '2028-02-29'],
    ],
    [
      '29 February, every 4 years, passes 2100, which has none',
      { start: '2092-02-29T00:00:00Z', interval: 'year', intervalCount: 4 },
      ['2092-02-29', '2096-02-29', '2100-02-28', '2104-02-29'],
    ],
    [
      '29 February, every 12 months, is the same as yearly',
      { start: '2024-02-29T00:00:00Z', intervalCount: 12 },
      ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29'],
    ],
    ['29 February, monthly', { start: '2024-02-29T00:00:00Z' }, ['2024-02-29', '2024-03-29', '2024-04-29']],
    [
      'day 31 of the month, by quarter, from its first such day on',
      { start: '2026-02-10T00:00:00Z', anchor: { day_of_month: 31 }, intervalCount: 3 },
      ['2026-02-10', '2026-02-28', '2026-05-31', '2026-08-31', '2026-11-30'],
    ],
    [
      'day 30 of the month, started on the last day of February, has its first boundary there',
      { start: '2026-02-28T00:00:00Z', anchor: { day_of_month: 30 } },
      ['2026-02-28', '2026-03-30', '2026-04-30'],
    ],
    [
      'day 29 of the month, yearly, from a leap year',
      { start: '2024-02-29T00:00:00Z', anchor: { day_of_month: 29 }, interval: 'year' },
      ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29'],
    ],
  ])('%s', (_name, fields, days) => {
    expect(starts(aCycle(fields), days.length)).toEqual(days.map((day) => `${day}T00:00`));
  });

  test('any anchor from 29 to 31 is kept over 8 years, in short months by their last day', () => {
    for (const day of [29, 30, 31]) {
      periods(aCycle({ start: `2024-01-${String(day)}T12:00:00Z` }), 480).forEach(({ start }) => {
        const date = localTime(start, 'UTC');
        expect(date.day).toBe(Math.min(day, date.daysInMonth));
      });
    }
  });
});

describe('an anchor on the calendar', () => {
  test.each([1, 2, 3, 4, 6, 12])('%d months, which divide the year, begin in January', (intervalCount) => {
    const cycle = aCycle({ start: '2026-02-16T12:00:00Z', anchor: 'calendar', intervalCount });
    const months = periods(cycle, 26).map(({ end }) => {
      const { year, month, day, hour } = localTime(end, 'UTC');
      expect([day, hour]).toEqual([1, 0]);
      return 12 * (year - 2026) + month - 1;
    });
    const march = 2;
    const first = Math.ceil(march / intervalCount) * intervalCount;
    expect(months).toEqual(months.map((_, n) => first + n * intervalCount));
  });

  test.each<[string, CycleFields, string[]]>([
    [
      '5 months',
      { intervalCount: 5 },
      ['2026-02-16T12:00', '2026-03-01T00:00', '2026-08-01T00:00', '2027-01-01T00:00'],
    ],
    ['24 months', { intervalCount: 24 }, ['2026-02-16T12:00', '2026-03-01T00:00', '2028-03-01T00:00']],
    [
      '2 years',
      { interval: 'year', intervalCount: 2 },
      ['2026-02-16T12:00', '2027-01-01T00:00', '2029-01-01T00:00'],
    ],
    [
      '2 weeks',
      { interval: 'week', intervalCount: 2 },
      ['2026-02-16T12:00', '2026-02-23T00:00', '2026-03-09T00:00'],
    ],
    [
      '10 days',
      { interval: 'day', intervalCount: 10 },
      ['2026-02-16T12:00', '2026-02-17T00:00', '2026-02-27T00:00'],
    ],
  ])(
    '%s, which have no place in the year, begin with the first boundary after the start',
    (_name, fields, expected) => {
      const cycle = aCycle({ start: '2026-02-16T12:00:00Z', anchor: 'calendar', ...fields });
      expect(starts(cycle, expected.length)).toEqual(expected);
    },
  );

  test.each<[string, CycleFields]>([
    ['the 1st', { start: '2026-03-01T00:00:00Z', intervalCount: 5 }],
    ['a Monday', { start: '2026-03-02T00:00:00Z', interval: 'week', intervalCount: 2 }],
    ['1 January', { start: '2026-01-01T00:00:00Z', interval: 'year', intervalCount: 3 }],
    ['a midnight', { start: '2026-03-05T00:00:00Z', interval: 'day', intervalCount: 9 }],
  ])('a start on %s has a whole first period', (_name, fields) => {
    const { start, end, whole } = billingPeriod(aCycle({ ...fields, anchor: 'calendar' }), 0);
    expect(whole).toEqual({ start, end });
  });
});

describe('lesson 23: intervals of weeks', () => {
  test('28 days and 4 weeks are the same, 13 of them and a day to the year, whatever the clock does', () => {
    const start = '2026-01-05T09:00:00Z';
    const timezone = 'Europe/Berlin';
    const days = periods(aCycle({ start, timezone, interval: 'day', intervalCount: 28 }), 14);
    const weeks = periods(aCycle({ start, timezone, interval: 'week', intervalCount: 4 }), 14);
    expect(days).toEqual(weeks);
    expect(days.map(({ start: instant }) => local(instant, timezone).slice(-5))).toEqual(
      Array(14).fill('10:00'),
    );
    expect(local(days.at(-1)?.start ?? at(start), timezone)).toBe('2027-01-04T10:00');
  });
});

describe('a start long ago or yet to come', () => {
  test('the periods since a backdated start lead up to today without gap', () => {
    const all = periods(aCycle({ start: '1999-12-31T23:00:00Z', anchor: { day_of_month: 31 } }), 313);
    expect(formatInstant(all[0]?.end ?? at('1970-01-01T00:00:00Z'))).toBe('2000-01-31T00:00:00Z');
    expect(formatInstant(all.at(-1)?.end ?? at('1970-01-01T00:00:00Z'))).toBe('2026-01-31T00:00:00Z');
  });

  test('a future start has its anchor then, not now', () => {
    const cycle = aCycle({ start: '2096-02-29T08:00:00Z', interval: 'year', timezone: 'Asia/Tokyo' });
    expect(starts(cycle, 3)).toEqual(['2096-02-29T17:00', '2097-02-28T17:00', '2098-02-28T17:00']);
  });
});

const anyCycle: fc.Arbitrary<BillingCycle> = fc
  .record({
    startedAt: fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2035, 0) }).map((ms) => ms as Instant),
    anchor: fc.oneof(
      fc.constantFrom('anniversary' as const, 'calendar' as const),
      fc.record({ day_of_month: fc.integer({ min: 1, max: 31 }) }),
    ),
    interval: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'year' as const),
    intervalCount: fc.integer({ min: 1, max: 14 }),
    timezone: fc.constantFrom('Pacific/Apia', 'Pacific/Kwajalein', 'America/St_Johns', ...zones),
  })
  .filter(({ anchor, interval }) => typeof anchor === 'string' || ['month', 'year'].includes(interval));

describe('a period by its index', () => {
  test('is the one that renewals come to, and is found again from its start', () => {
    fc.assert(
      fc.property(anyCycle, (cycle) => {
        periods(cycle, 8).forEach((period, index) => {
          expect(billingPeriod(cycle, index)).toEqual(period);
          expect(nextPeriod(cycle, { index: index - 1, end: period.start })).toEqual(period);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('costs no more after ten years of daily billing than on the first day', () => {
    const cycle = aCycle({ start: '2016-01-05T12:00:00Z', timezone: 'America/New_York', interval: 'day' });
    const began = performance.now();
    for (let index = 3_600; index < 3_700; index += 1) billingPeriod(cycle, index);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(billingPeriod(cycle, 3_653).start).toBe(at('2016-01-05T12:00:00Z') + 3_653 * dayMs);
  });
});
