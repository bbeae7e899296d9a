/** Months follow each other over the ends of years. */
import { expect, test } from '@jest/globals';
import { formatInstant } from '../../src/domain/instant.ts';
import { monthsFrom, nextMonth, parseMonth, startOfMonth, type Month } from '../../src/domain/month.ts';

test.each(['2026-00', '2026-13', '2026-1', '1969-12', '3000-01', '2026-01-01', ' 2026-01', ''])(
  '%j is no month',
  (text) => {
    expect(parseMonth(text)).toBeUndefined();
  },
);

test('a month begins where the one before it ends', () => {
  expect(nextMonth('2026-12' as Month)).toBe('2027-01');
  expect(nextMonth('2026-09' as Month)).toBe('2026-10');
  expect(formatInstant(startOfMonth('2026-02' as Month))).toBe('2026-02-01T00:00:00Z');
});

test('months are counted with the first and the last', () => {
  expect(monthsFrom('2025-11' as Month, '2026-02' as Month)).toEqual([
    '2025-11',
    '2025-12',
    '2026-01',
    '2026-02',
  ]);
  expect(monthsFrom('2026-02' as Month, '2026-02' as Month)).toEqual(['2026-02']);
  expect(monthsFrom('2026-02' as Month, '2026-01' as Month)).toEqual([]);
});
