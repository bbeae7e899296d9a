/** How an attempt without an outcome is asked about. */
import { expect, test } from '@jest/globals';
import { howToAsk, isLost } from '../../src/domain/attemptAge.ts';
import type { Instant } from '../../src/domain/instant.ts';

const made = 1_800_000_000_000 as Instant;
const after = (hours: number) => (made + hours * 3_600_000) as Instant;
const unnamed = { attemptedAt: made, reference: null };
const named = { attemptedAt: made, reference: 'ch_1' };

test.each([
  ['of which nobody knows whether it was made is asked for with its key', unnamed, 0, 'charge'],
  ['whose key is about to be forgotten is looked up', unnamed, 23, 'look_up'],
  ['that was made is looked up, since its key answers what it answered first', named, 0, 'look_up'],
] as const)('one %s', (_what, attempt, hours, how) => {
  expect(howToAsk(attempt, after(hours))).toBe(how);
});

test('one that its provider does not know is lost an hour after its key was used last, and never where it had a name', () => {
  expect([23, 23.99, 24].map((hours) => isLost(unnamed, after(hours)))).toEqual([false, false, true]);
  expect(isLost(named, after(1000))).toBe(false);
});
