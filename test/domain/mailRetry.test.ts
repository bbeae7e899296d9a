/** A mail that no server takes is tried for four days, ever more seldom. */
import { expect, test } from '@jest/globals';
import { nextMailTry } from '../../src/domain/mailRetry.ts';

test('waits of 1, 2, 4 minutes grow to four hours, and end after four days', () => {
  const waits: number[] = [];
  for (let tries = 1, wait = nextMailTry(tries); wait !== null; tries += 1, wait = nextMailTry(tries))
    waits.push(wait / 60_000);
  expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 240]);
  expect(new Set(waits.slice(9))).toEqual(new Set([240]));
  const days = waits.reduce((sum, minutes) => sum + minutes, 0) / 1440;
  expect(days).toBeGreaterThan(3.5);
  expect(days).toBeLessThan(4.5);
});
