import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import { formatDecimal, parseDecimal, roundHalfAwayFromZero } from '../../src/domain/quantity.ts';

describe('decimals', () => {
  test.each(['0', '0.1', '-12.000000000001', '999999999999999999999999999999', '1000'])(
    '%s is read and written back',
    (text) => {
      const value = parseDecimal(text);
      expect(value && formatDecimal(value)).toBe(text);
    },
  );

  test.each([
    '',
    '.5',
    '5.',
    '+1',
    ' 1',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '1,000',
    '0.1234567890123',
    '1'.repeat(31),
    "0.1'3'",
    '1/3',
  ])('%p is no decimal', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  test('0.1 + 0.2 is 0.3', () => {
    const sum = parseDecimal('0.1')?.add(parseDecimal('0.2') ?? 0);
    expect(sum && formatDecimal(sum)).toBe('0.3');
  });

  test('what is written is what was read, for every decimal', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(12), (digits, places) => {
        const value = new Fraction(digits, 10n ** BigInt(places));
        const back = parseDecimal(formatDecimal(value));
        expect(back?.equals(value)).toBe(true);
      }),
    );
  });

  test('a third has no decimal', () => {
    expect(() => formatDecimal(new Fraction(1, 3))).toThrow('no decimal');
  });
});

describe('rounding, half away from zero', () => {
  test.each([
    ['0.5', 1n],
    ['-0.5', -1n],
    ['1.5', 2n],
    ['2.5', 3n],
    ['-2.5', -3n],
    ['2.499999999999', 2n],
    ['-2.499999999999', -2n],
    ['0', 0n],
  ])('%s rounds to %s', (text, rounded) => {
    expect(roundHalfAwayFromZero(parseDecimal(text) ?? new Fraction(99))).toBe(rounded);
  });

  test('is symmetric, and never more than a half away', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        (numerator, denominator) => {
          const value = new Fraction(numerator, denominator);
          const rounded = roundHalfAwayFromZero(value);
          expect(roundHalfAwayFromZero(value.neg())).toBe(0n - rounded);
          expect(value.sub(new Fraction(rounded)).abs().lte(new Fraction(1, 2))).toBe(true);
        },
      ),
    );
  });
});
