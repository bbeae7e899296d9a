/** What of differences of usage is waived, since it was given back before (semantics.md, section 5). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LineTax } from '../../src/domain/tax.ts';
import type { Amount } from '../../src/domain/money.ts';
import type { SummedLine } from '../../src/domain/invoiceTotals.ts';
import type { DiscountId, TaxRateId } from '../../src/domain/ids.ts';
import { giveBackDifference, mirrored, stillCharged } from '../../src/domain/stillCharged.ts';
import { waivedOf } from '../../src/domain/waiver.ts';

const waived = (differences: readonly (readonly [amount: number, charged: number])[], isBounded: boolean) =>
  waivedOf(
    differences.map(([amount, charged]) => ({
      amount: BigInt(amount) as Amount,
      charged: BigInt(charged) as Amount,
    })),
    isBounded,
  ).map(Number);

test.each<[string, [number, number][], boolean, number[]]>([
  ['nothing was given back', [[-28, 28]], false, [0]],
  ['all was given back', [[-28, 0]], false, [28]],
  ['half was given back', [[-28, 14]], false, [14]],
  ['half was given back, and less than the rest falls', [[-10, 14]], false, [0]],
  ['usage rises', [[15, 0]], false, [0]],
  [
    'another group is charged still',
    [
      [-28, 0],
      [-10, 60],
    ],
    false,
    [28, 0],
  ],
  [
    'another group rises by itself',
    [
      [-28, 0],
      [30, 0],
    ],
    false,
    [28, 0],
  ],
  [
    'a minimum takes the place of usage that was given back',
    [
      [-60, 0],
      [20, 0],
    ],
    true,
    [60, -20],
  ],
  [
    'usage takes the place of a minimum that was given back',
    [
      [15, 0],
      [-15, 0],
    ],
    true,
    [-15, 15],
  ],
  [
    'a maximum is split anew',
    [
      [-50, 0],
      [25, 0],
      [25, 0],
    ],
    true,
    [50, -25, -25],
  ],
])('%s', (_case, differences, isBounded, expected) => {
  expect(waived(differences, isBounded)).toEqual(expected);
});

const differences = fc.array(fc.record({ amount: fc.integer({ min: -99, max: 99 }), charged: fc.nat(99) }), {
  minLength: 1,
  maxLength: 5,
});

test('what is charged stays at or above zero, line by line, and no fall is turned into a rise', () => {
  fc.assert(
    fc.property(differences, fc.boolean(), (all, isBounded) => {
      const parts = waived(
        all.map(({ amount, charged }) => [amount, charged]),
        isBounded,
      );
      for (const [index, { amount, charged }] of all.entries()) {
        const part = parts[index] ?? 0;
        expect(charged + amount + part).toBeGreaterThanOrEqual(0);
        expect(Math.abs(part)).toBeLessThanOrEqual(Math.abs(amount));
        expect(part * amount).toBeLessThanOrEqual(0);
      }
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeGreaterThanOrEqual(0);
    }),
  );
});

const tax = (amount: bigint, inclusive = false): LineTax => ({
  ...{ rate: 'r' as TaxRateId, code: 'vat', name: null, percentage: '19', inclusive },
  ...{ taxable: 100n as Amount, amount: amount as Amount },
});
const line = (amount: bigint, discount: bigint, ofTax: bigint): SummedLine => ({
  amount: amount as Amount,
  discounts: [{ discount: 'd' as DiscountId, coupon: 'c', name: null, amount: discount as Amount }],
  taxes: [tax(ofTax)],
});
const sumsOf = ({ amount, discounts, taxes }: SummedLine) => [
  Number(amount),
  Number(discounts.reduce((sum, each) => sum + each.amount, 0n)),
  Number(taxes.reduce((sum, each) => sum + each.amount, 0n)),
];

describe('what credit notes have left of a line', () => {
  test.each([
    ['nothing was credited', 0n, 0n, [100, 30, 13]],
    ['half', 35n, 7n, [50, 15, 6]],
    ['all', 70n, 13n, [0, 0, 0]],
    ['an odd part', 1n, 0n, [99, 30, 13]],
  ])('%s', (_case, amount, ofTax, expected) => {
    const credited = { amount: amount as Amount, taxes: ofTax === 0n ? [] : [tax(ofTax)] };
    expect(sumsOf(stillCharged(line(100n, 30n, 13n), credited))).toEqual(expected);
  });
});

test('a difference and what waives it give back exactly what was left, with its discounts and taxes', () => {
  const parts = fc.record({
    amount: fc.integer({ min: 1, max: 500 }),
    discount: fc.nat(100),
    tax: fc.nat(100),
    credited: fc.nat(100),
  });
  fc.assert(
    fc.property(parts, ({ amount, discount: percent, tax: ofTax, credited: part }) => {
      const whole = line(BigInt(amount), BigInt(Math.floor((amount * percent) / 100)), BigInt(ofTax));
      const net = amount - Math.floor((amount * percent) / 100);
      const credited = {
        amount: BigInt(Math.floor((net * part) / 100)) as Amount,
        taxes: [tax(BigInt(Math.floor((ofTax * part) / 100)))],
      };
      const left = stillCharged(whole, credited);
      const charged = { amount: left.amount, lines: [left] };
      const fall = BigInt(-amount) as Amount;
      const back = giveBackDifference(fall, charged, [whole]);
      const [beyond] = waivedOf([{ amount: fall, charged: left.amount }], false);
      if (!back || beyond === undefined) throw new Error('nothing is known of what was charged');
      const rest = [left, { ...back.whole, amount: fall }, { ...mirrored(back.beyond), amount: beyond }].map(
        sumsOf,
      );
      const sum = rest.reduce((total, each) => total.map((of, index) => of + (each[index] ?? 0)));
      expect(sum).toEqual([0, 0, 0]);
    }),
  );
});
