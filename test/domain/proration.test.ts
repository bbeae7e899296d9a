import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { billingPeriod } from '../../src/domain/period.ts';
import { fraction } from '../../src/domain/proration.ts';
import { localTime } from '../../src/domain/calendar.ts';

const at = (text: string) => parseInstant(text) ?? (0 as Instant);
const period = (start: string, end: string) => ({ start: at(start), end: at(end) });

describe('the share of an interval', () => {
  test.each([
    [
      'half of January, by time',
      period('2026-01-16T12:00:00Z', '2026-02-01T00:00:00Z'),
      period('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
      'second',
      'UTC',
      '1/2',
    ],
    [
      'by day, the day of the change belongs to what is new',
      period('2026-01-16T12:00:00Z', '2026-02-01T00:00:00Z'),
      period('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
      'day',
      'UTC',
      '16/31',
    ],
    [
      'February has its own length',
      period('2026-02-15T00:00:00Z', '2026-03-01T00:00:00Z'),
      period('2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'),
      'day',
      'UTC',
      '1/2',
    ],
    [
      'a day of 23 hours is a day',
      period('2026-03-29T23:00:00Z', '2026-03-31T22:00:00Z'),
      period('2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z'),
      'day',
      'Europe/Berlin',
      '2/31',
    ],
    [
      'a day of 23 hours is 23 hours',
      period('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'),
      period('2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z'),
      'second',
      'Europe/Berlin',
      '23/743',
    ],
  ] as const)('%s', (_name, part, whole, unit, timezone, expected) => {
    expect(fraction(part, whole, unit, timezone).toFraction()).toBe(expected);
  });

  test('a part and the rest make the whole', () => {
    fc.assert(
      fc.property(
        fc.nat(30 * 86_400),
        fc.constantFrom('second' as const, 'day' as const),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
        (seconds, unit, timezone) => {
          const whole = period('2026-03-01T00:00:00Z', '2026-03-31T00:00:00Z');
          const split = (whole.start + seconds * 1000) as Instant;
          const parts = [
            { start: whole.start, end: split },
            { start: split, end: whole.end },
          ].map((part) => fraction(part, whole, unit, timezone));
          expect(parts[0]?.add(parts[1] ?? 0).equals(1)).toBe(true);
        },
      ),
    );
  });
});

test('lesson 5: equal lives in two zones cost equal money', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
      fc.integer({ min: 1, max: 28 }),
      fc.integer({ min: 1, max: 12 }),
      (timezone, day, month) => {
        const local = `2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T12:00:00`;
        const share = (zone: string) => {
          // The instant at which it is noon there.
          let startedAt = at(`${local}Z`);
          const shift = localTime(startedAt, zone).until(localTime(startedAt, 'UTC')).total('milliseconds');
          startedAt = (startedAt + shift) as Instant;
          const first = billingPeriod(
            { startedAt, anchor: 'calendar', interval: 'month', intervalCount: 1, timezone: zone },
            0,
          );
          return fraction(first, first.whole, 'day', zone).toFraction();
        };
        expect(share(timezone)).toBe(share('UTC'));
      },
    ),
    { numRuns: 200 },
  );
});
