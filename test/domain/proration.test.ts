import { describe, expect, test } from '@jest/globals';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { fraction } from '../../src/domain/proration.ts';

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

  test('by day, a day begins once: the minute of it before the clock goes back counts as the rest', () => {
    const whole = period('2009-10-15T02:30:00Z', '2009-11-15T03:30:00Z'); // midnights in St John's, 31 days apart
    const share = (start: string) =>
      fraction({ start: at(start), end: whole.end }, whole, 'day', 'America/St_Johns').toFraction();
    expect(share('2009-11-01T02:29:59Z')).toBe('15/31'); // 23:59:59 on 31 October
    expect(share('2009-11-01T02:30:30Z')).toBe('14/31'); // 00:00:30 on 1 November
    expect(share('2009-11-01T03:00:00Z')).toBe('14/31'); // 23:30 on 31 October, again
    expect(share('2009-11-01T03:30:00Z')).toBe('14/31'); // 00:00 on 1 November, again
  });

  test('by day, a month with a day that the zone skips has one day less to be divided by', () => {
    const whole = period('2011-12-01T10:00:00Z', '2011-12-31T10:00:00Z'); // December in Apia, without the 30th
    const share = (start: string) =>
      fraction({ start: at(start), end: whole.end }, whole, 'day', 'Pacific/Apia').toFraction();
    expect(share('2011-12-16T22:00:00Z')).toBe('1/2'); // noon on the 16th: 14 days up to the 29th, and the 31st
    expect(share('2011-12-30T09:59:59Z')).toBe('1/15'); // the end of the 29th
    expect(share('2011-12-30T10:00:00Z')).toBe('1/30'); // the beginning of the 31st
  });

  test('by day, an interval within one local day is divided by time', () => {
    const whole = period('2026-03-29T00:00:00Z', '2026-03-29T23:00:00Z'); // a day in London, seen from UTC
    const part = period('2026-03-29T00:00:00Z', '2026-03-29T11:30:00Z');
    expect(fraction(part, whole, 'day', 'UTC').toFraction()).toBe('1/2');
  });
});
