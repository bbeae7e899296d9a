import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  allocate,
  amount,
  formatAmount,
  isCurrency,
  minorUnitDigits,
  type Amount,
} from '../../src/domain/money.ts';

const anyAmount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }).map((value) => value as Amount);
const weight = fc.bigInt({ min: 0n, max: 10n ** 12n }).map((value) => value as Amount);

describe('splitting an amount', () => {
  test('the parts always add up to the whole, and none is a unit away from its share', () => {
    fc.assert(
      fc.property(anyAmount, fc.array(weight, { minLength: 1, maxLength: 20 }), (total, weights) => {
        const whole = weights.reduce((sum, part) => sum + part, 0n);
        fc.pre(whole > 0n);
        const parts = allocate(total, weights);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total);
        parts.forEach((part, index) => {
          const distance = part * whole - total * (weights[index] ?? 0n);
          expect(distance < whole && distance > -whole).toBe(true);
        });
      }),
    );
  });

  test.each([
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]], // ties go to the earlier
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [5n, [0n, 3n, 1n], [0n, 4n, 1n]],
    [0n, [0n, 0n], [0n, 0n]],
  ])('%s over %s is %s', (total, weights, parts) => {
    expect(allocate(total as Amount, weights as Amount[])).toEqual(parts);
  });

  test('weights that are all zero, or negative, are refused', () => {
    expect(() => allocate(1n as Amount, [0n as Amount])).toThrow(RangeError);
    expect(() => allocate(1n as Amount, [2n as Amount, -1n as Amount])).toThrow(RangeError);
  });
});

describe('currencies', () => {
  test.each([
    ['USD', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['CLF', 4],
    ['IQD', 3],
  ])('%s has %i digits', (currency, digits) => {
    expect(minorUnitDigits(currency)).toBe(digits);
  });

  test.each(['usd', 'XXX', 'DEM', '', 'US'])('%p is no active currency', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => minorUnitDigits(code)).toThrow('ISO 4217');
  });

  test.each([
    [123456789n, 'USD', '1,234,567.89 USD'],
    [-5n, 'USD', '-0.05 USD'],
    [1234n, 'JPY', '1,234 JPY'],
    [1n, 'KWD', '0.001 KWD'],
  ])('%s of %s reads %s', (value, currency, text) => {
    expect(formatAmount(value as Amount, currency)).toBe(text);
  });
});

test('an amount is an integer', () => {
  expect(amount(12)).toBe(12n);
  expect(() => amount(1.5)).toThrow('integer');
  expect(() => amount(2 ** 53)).toThrow('integer');
});
