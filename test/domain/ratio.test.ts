/** Shares are exact, and rounded once. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatRatio } from '../../src/domain/ratio.ts';

test.each([
  [1n, 3n, '0.3333'],
  [2n, 3n, '0.6667'],
  [1n, 20_000n, '0.0001'], // a half, away from zero
  [-1n, 20_000n, '-0.0001'],
  [1n, 20_001n, '0.0000'],
  [-1n, 20_001n, '0.0000'],
  [0n, 5n, '0.0000'],
  [5n, 5n, '1.0000'],
  [12n, 5n, '2.4000'],
  [9_007_199_254_740_993n, 9_007_199_254_740_993_0000n, '0.0001'],
])('%s of %s is %s', (part, whole, ratio) => {
  expect(formatRatio(part, whole)).toBe(ratio);
});

test('of nothing there is no share', () => {
  expect(formatRatio(5n, 0n)).toBeNull();
});

test('a share is never further from the exact one than half of its last digit', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.bigInt(1n, 10n ** 18n), (part, whole) => {
      const shown = BigInt((formatRatio(part, whole) ?? '').replace('.', ''));
      const distance = 2n * (shown * whole - part * 10_000n);
      return distance <= whole && distance >= -whole;
    }),
  );
});
