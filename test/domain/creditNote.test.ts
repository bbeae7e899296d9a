/** However an invoice is credited, the parts end at the whole, and never go beyond (semantics.md, section 7). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  creditPart,
  creditPartWithTax,
  creditRest,
  leftOf,
  leftWithTaxOf,
  spreadOver,
  taxCredited,
  type CreditableLine,
  type LineCredit,
} from '../../src/domain/creditNote.ts';
import type { InvoiceLineId, TaxRateId } from '../../src/domain/ids.ts';
import type { Amount } from '../../src/domain/money.ts';
import { parseDecimal, type Decimal } from '../../src/domain/quantity.ts';
import { taxLines, type LineTax, type TaxRate } from '../../src/domain/tax.ts';

const decimal = (text: string): Decimal => {
  const value = parseDecimal(text);
  if (!value) throw new Error(text);
  return value;
};

function aRate(nth: number, percentage: string, inclusive: boolean): TaxRate {
  const id = `txr_${String(nth)}` as TaxRateId;
  return {
    ...{ id, code: id, name: null, percentage: decimal(percentage), inclusive },
    ...{ country: null, appliesTo: {}, active: true },
  };
}

/** An invoice as it is taxed: lines of either sign, after discounts, with any mix of rates. */
const anInvoice = fc
  .record({
    rates: fc.array(
      fc.tuple(fc.constantFrom('0', '5.5', '7', '8.875', '19', '20', '25', '100'), fc.boolean()),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    nets: fc.array(fc.oneof(fc.integer({ min: -300, max: 300 }), fc.bigInt(-(10n ** 10n), 10n ** 12n)), {
      minLength: 1,
      maxLength: 6,
    }),
    named: fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 6, maxLength: 6 }),
  })
  .map(({ rates: given, nets, named }): CreditableLine[] => {
    const rates = given.map(([percentage, inclusive], nth) => aRate(nth, percentage, inclusive));
    const lines = nets.map((net, index) => ({
      net: BigInt(net) as Amount,
      taxable: true,
      priceCode: 'p',
      planId: null,
      taxRates: rates.filter((_, nth) => named[index]?.[nth] === true).map(({ id }) => id),
    }));
    const taxes = taxLines(lines, { country: null, taxExempt: 'none', taxRates: [] }, rates);
    return lines.map(({ net }, index) => ({
      id: `il_${String(index)}` as InvoiceLineId,
      net,
      taxes: taxes[index] ?? [],
      credited: { amount: 0n as Amount, taxes: [] },
    }));
  });

/** The line when a part of it has been given back. */
const after = ({ line, amount, taxes }: LineCredit): CreditableLine => ({
  ...line,
  credited: {
    amount: (line.credited.amount + amount) as Amount,
    taxes: [...line.credited.taxes, ...taxes],
  },
});

const absolute = (amount: bigint) => (amount < 0n ? -amount : amount);
const sumByRate = (taxes: readonly LineTax[], rate: string, of: 'amount' | 'taxable' = 'amount') =>
  taxes.filter((tax) => tax.rate === rate).reduce((sum, tax) => sum + tax[of], 0n);

function expectWithin(line: CreditableLine): void {
  expect(absolute(line.credited.amount)).toBeLessThanOrEqual(absolute(line.net));
  expect(line.credited.amount * line.net).toBeGreaterThanOrEqual(0n);
  for (const { rate, amount } of line.taxes) {
    const given = sumByRate(line.credited.taxes, rate);
    expect(absolute(given)).toBeLessThanOrEqual(absolute(amount));
    expect(given * amount).toBeGreaterThanOrEqual(0n);
  }
}

function expectDone(line: CreditableLine): void {
  expect(line.credited.amount).toBe(line.net);
  for (const { rate, amount, taxable } of line.taxes) {
    expect(sumByRate(line.credited.taxes, rate)).toBe(amount);
    expect(sumByRate(line.credited.taxes, rate, 'taxable')).toBe(taxable);
  }
  expect(leftWithTaxOf(line)).toBe(0n);
}

/** Of what is left, the part that a share (in millionths) makes. */
const partOf = (left: bigint, share: number) => (left * BigInt(share)) / 1_000_000n;
const shares = fc.array(
  fc.record({
    line: fc.nat(5),
    share: fc.integer({ min: 0, max: 1_000_000 }),
    way: fc.constantFrom('net', 'tax', 'all'),
  }),
  { maxLength: 12 },
);

describe('lesson 15: any sequence of partial credits', () => {
  test('never goes beyond a line or a tax of it, and the rest ends exactly at both', () => {
    fc.assert(
      fc.property(anInvoice, shares, (invoice, steps) => {
        let lines = invoice;
        for (const { line: nth, share, way } of steps) {
          const line = lines[nth % lines.length];
          if (!line) continue;
          const whole = lines.reduce((sum, each) => sum + leftWithTaxOf(each), 0n);
          if (way === 'all' && whole > 0n) {
            const amount = partOf(whole, share) as Amount;
            const credits = spreadOver(lines, amount);
            const given = credits.reduce((sum, each) => sum + each.amount + taxCredited(each).added, 0n);
            expect(given).toBe(amount);
            const byLine = new Map(credits.map((each) => [each.line.id, each]));
            lines = lines.map((each) => {
              const credit = byLine.get(each.id);
              return credit ? after(credit) : each;
            });
          } else {
            const left = way === 'tax' ? leftWithTaxOf(line) : leftOf(line);
            const amount = partOf(left, share) as Amount;
            if (amount === 0n) continue;
            const credit = way === 'tax' ? creditPartWithTax(line, amount) : creditPart(line, amount);
            if (way === 'tax') expect(credit.amount + taxCredited(credit).added).toBe(amount);
            lines = lines.map((each) => (each === line ? after(credit) : each));
          }
          lines.forEach(expectWithin);
        }
        for (const line of lines) {
          const rest = creditRest(line);
          expectDone(rest ? after(rest) : line);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('gives of each rate the rounded share of what is given back by then', () => {
    fc.assert(
      fc.property(
        anInvoice,
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 5 }),
        (invoice, parts) => {
          let [line] = invoice;
          for (const share of parts) {
            if (!line) return;
            const amount = partOf(leftOf(line), share) as Amount;
            if (amount === 0n) return;
            line = after(creditPart(line, amount));
            for (const { rate, amount: tax } of line.taxes) {
              const given = sumByRate(line.credited.taxes, rate);
              const twice = 2n * absolute(given * line.net - tax * line.credited.amount);
              expect(twice).toBeLessThanOrEqual(absolute(line.net));
            }
          }
        },
      ),
    );
  });
});

describe('a credit of a line', () => {
  const line: CreditableLine = {
    id: 'il_1' as InvoiceLineId,
    net: 999n as Amount,
    taxes: [],
    credited: { amount: 900n as Amount, taxes: [] },
  };

  test.each([100n, -1n, 0n])('of %s is refused where 99 is left, with the number', (amount) => {
    expect(() => creditPart(line, amount as Amount, 'lines[0].amount')).toThrow(
      expect.objectContaining({
        status: 422,
        code: 'line_credit_invalid',
        param: 'lines[0].amount',
        message: expect.stringContaining('99'),
      }),
    );
  });

  test('of all that is left of a line that was discounted to nothing is none', () => {
    expect(creditRest({ ...line, net: 0n as Amount, credited: { amount: 0n as Amount, taxes: [] } })).toBe(
      undefined,
    );
  });
});
