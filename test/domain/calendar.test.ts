import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { isTimezone, localTime, type BillingCycle } from '../../src/domain/calendar.ts';
import { formatInstant, parseInstant, type Instant } from '../../src/domain/instant.ts';
import { billingPeriod } from '../../src/domain/period.ts';
import { aCycle, periods, starts, zones } from './cycles.ts';

describe('boundaries', () => {
  test.each<[string, Partial<BillingCycle> & { start: string }, string[]]>([
    [
      'the 31st, monthly',
      { start: '2026-01-31T10:00:00Z' },
      ['2026-01-31T10:00', '2026-02-28T10:00', '2026-03-31T10:00', '2026-04-30T10:00', '2026-05-31T10:00'],
    ],
    [
      'the 30th, in a leap year',
      { start: '2024-01-30T00:00:00Z' },
      ['2024-01-30T00:00', '2024-02-29T00:00', '2024-03-30T00:00'],
    ],
    [
      '29 February, yearly',
      { start: '2024-02-29T00:00:00Z', interval: 'year' },
      ['2024-02-29T00:00', '2025-02-28T00:00', '2026-02-28T00:00', '2027-02-28T00:00', '2028-02-29T00:00'],
    ],
    [
      'every 28 days',
      { start: '2026-01-01T00:00:00Z', interval: 'day', intervalCount: 28 },
      ['2026-01-01T00:00', '2026-01-29T00:00', '2026-02-26T00:00'],
    ],
    [
      'every 4 weeks',
      { start: '2026-01-01T00:00:00Z', interval: 'week', intervalCount: 4 },
      ['2026-01-01T00:00', '2026-01-29T00:00'],
    ],
    [
      'calendar months',
      { start: '2026-01-16T12:00:00Z', anchor: 'calendar' },
      ['2026-01-16T12:00', '2026-02-01T00:00', '2026-03-01T00:00'],
    ],
    [
      'calendar quarters',
      { start: '2026-02-16T12:00:00Z', anchor: 'calendar', intervalCount: 3 },
      ['2026-02-16T12:00', '2026-04-01T00:00', '2026-07-01T00:00'],
    ],
    [
      'calendar weeks start on Monday',
      { start: '2026-01-07T12:00:00Z', anchor: 'calendar', interval: 'week' },
      ['2026-01-07T12:00', '2026-01-12T00:00'],
    ],
    [
      'calendar years',
      { start: '2026-05-05T00:00:00Z', anchor: 'calendar', interval: 'year' },
      ['2026-05-05T00:00', '2027-01-01T00:00'],
    ],
    [
      'the 31st of the month, from a short one',
      { start: '2026-02-10T00:00:00Z', anchor: { day_of_month: 31 } },
      ['2026-02-10T00:00', '2026-02-28T00:00', '2026-03-31T00:00', '2026-04-30T00:00'],
    ],
    [
      'the 15th, started on it',
      { start: '2026-02-15T00:00:00Z', anchor: { day_of_month: 15 } },
      ['2026-02-15T00:00', '2026-03-15T00:00'],
    ],
    [
      'the 15th, started after it',
      { start: '2026-02-15T00:00:01Z', anchor: { day_of_month: 15 } },
      ['2026-02-15T00:00', '2026-03-15T00:00'],
    ],
    [
      'a time that does not exist moves forward by the gap',
      { start: '2026-02-28T01:30:00Z', timezone: 'Europe/Berlin', interval: 'day', intervalCount: 29 },
      ['2026-02-28T02:30', '2026-03-29T03:30', '2026-04-27T02:30'],
    ],
  ])('%s', (_name, fields, expected) => {
    expect(starts(aCycle(fields), expected.length)).toEqual(expected);
  });

  test('a time that exists twice means the earlier', () => {
    const cycle = aCycle({ start: '2026-10-24T00:30:00Z', timezone: 'Europe/Berlin', interval: 'day' });
    expect(formatInstant(billingPeriod(cycle, 1).start)).toBe('2026-10-25T00:30:00Z'); // 02:30 in summer time
  });

  test('a short first period lies in a whole interval', () => {
    const first = billingPeriod(aCycle({ start: '2026-01-16T00:00:00Z', anchor: 'calendar' }), 0);
    expect([first.whole.start, first.whole.end].map(formatInstant)).toEqual([
      '2026-01-01T00:00:00Z',
      '2026-02-01T00:00:00Z',
    ]);
  });

  test('a day of the month is refused for weeks', () => {
    expect(() =>
      billingPeriod(
        aCycle({ start: '2026-01-01T00:00:00Z', interval: 'week', anchor: { day_of_month: 3 } }),
        0,
      ),
    ).toThrow('day of the month');
  });
});

const anyCycle: fc.Arbitrary<BillingCycle> = fc.record({
  startedAt: fc
    .integer({ min: Date.UTC(2000, 0), max: Date.UTC(2035, 0) })
    .map((seconds) => (seconds - (seconds % 1000)) as Instant),
  anchor: fc.constantFrom('anniversary' as const, 'calendar' as const),
  interval: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'year' as const),
  intervalCount: fc.integer({ min: 1, max: 14 }),
  timezone: fc.constantFrom(...zones),
});

describe('periods', () => {
  test('lesson 3: tile time without gap or overlap, and keep their anchor after February', () => {
    fc.assert(
      fc.property(anyCycle, fc.integer({ min: 1, max: 31 }), (cycle, day) => {
        const monthly = cycle.interval === 'month' || cycle.interval === 'year';
        const all = periods(
          monthly && day % 2 === 0 ? { ...cycle, anchor: { day_of_month: day } } : cycle,
          15,
        );
        expect(all[0]?.start).toBe(cycle.startedAt);
        all.forEach((period, index) => {
          expect(period.index).toBe(index);
          expect(period.end).toBeGreaterThan(period.start);
          expect(period.whole.start).toBeLessThanOrEqual(period.start);
          expect(period.whole.end).toBe(period.end);
          if (index > 0) expect(period.start).toBe(all[index - 1]?.end);
        });
        if (cycle.anchor === 'anniversary' && cycle.interval === 'month' && day % 2 === 1) {
          const wanted = localTime(cycle.startedAt, cycle.timezone).day;
          for (const { end } of all) {
            const date = localTime(end, cycle.timezone);
            const skipped = date.day !== Math.min(wanted, date.daysInMonth);
            // Only a local time that does not exist can fall on another day.
            if (skipped)
              expect(
                Temporal.PlainDate.compare(
                  date.toPlainDate(),
                  date.with({ day: Math.min(wanted, date.daysInMonth) }).toPlainDate(),
                ),
              ).toBe(1);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('lesson 1: every instant lies in exactly one period, whatever the timezone', () => {
    fc.assert(
      fc.property(anyCycle, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (cycle, share) => {
        const all = periods(cycle, 8);
        const [first, last] = [all[0]?.start ?? 0, all.at(-1)?.end ?? 0];
        const instant = first + Math.floor((last - first) * share);
        expect(all.filter(({ start, end }) => start <= instant && instant < end)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['+02:00', false],
  ['Mars/Base', false],
  ['', false],
])('%p is a timezone: %p', (name, expected) => {
  expect(isTimezone(name)).toBe(expected);
});

test.each([
  '2026-02-30T00:00:00Z',
  '2026-01-01',
  '2026-01-01T25:00:00Z',
  '2026-01-01T00:00:00',
  'yesterday',
  '2026-13-01T00:00:00Z',
])('%p is no instant', (text) => {
  expect(parseInstant(text)).toBeUndefined();
});
test('an instant is read with any offset, cut to the millisecond', () => {
  expect(parseInstant('2026-01-01T01:00:00.1239+01:00')).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
});
