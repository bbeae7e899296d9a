/** How often a card may be tried. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Instant } from '../../src/domain/instant.ts';
import { networkWindowMs, triedAgainFrom, triesAtMost } from '../../src/domain/networkLimit.ts';

const at = (days: number) => (1_800_000_000_000 + days * 86_400_000) as Instant;

test('a card may be tried at once after 14 tries in vain, and after 15 when the oldest of them is 30 days ago', () => {
  const tries = Array.from({ length: 14 }, (_, nth) => at(nth));
  expect(triedAgainFrom(tries, at(20))).toBe(at(20));
  expect(triedAgainFrom([...tries, at(14)], at(20))).toBe(at(30));
  expect(triedAgainFrom([...tries, at(14)], at(30))).toBe(at(30));
  expect(triedAgainFrom([...tries, at(14)], at(31))).toBe(at(31));
});

test('when a card may be tried again, fewer than 15 tries are left in the window, and a moment before there were not', () => {
  const instants = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 });
  fc.assert(
    fc.property(instants, (days) => {
      const tries = days.map((day) => at(day));
      const now = at(60);
      const from = triedAgainFrom(tries, now);
      const left = (instant: number) => tries.filter((tried) => tried + networkWindowMs > instant).length;
      expect(from).toBeGreaterThanOrEqual(now);
      expect(left(from)).toBeLessThan(triesAtMost);
      if (from > now) expect(left(from - 1)).toBeGreaterThanOrEqual(triesAtMost);
    }),
  );
});
