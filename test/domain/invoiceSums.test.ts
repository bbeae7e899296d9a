/** What coupons, taxes and credit make of an invoice: laws that hold for every one (semantics.md, sections 1 and 7). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import {
  takeDiscounts,
  takesFrom,
  type CouponDuration,
  type CouponValue,
  type RunningDiscount,
} from '../../src/domain/coupon.ts';
import { spendGrants, type CreditGrant } from '../../src/domain/creditGrant.ts';
import { giveBack } from '../../src/domain/givenBack.ts';
import type {
  CouponId,
  CreditGrantId,
  DiscountId,
  PlanId,
  SubscriptionId,
  TaxRateId,
} from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { netOf, taxOf, totalsOf, type SummedLine } from '../../src/domain/invoiceTotals.ts';
import { earningOf, invoiceFinalized } from '../../src/domain/ledger.ts';
import type { LineScope } from '../../src/domain/lineScope.ts';
import { apportion, type Amount } from '../../src/domain/money.ts';
import { taxLines, type TaxedCustomer, type TaxRate } from '../../src/domain/tax.ts';

const codes = ['base', 'calls', 'seats'];
const code = fc.constantFrom(...codes);
const scope: fc.Arbitrary<LineScope> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.subarray(codes, { minLength: 1 }).map((prices) => ({ prices })),
);
const amount = fc.bigInt(-100_000n, 1_000_000n).map((value) => value as Amount);
const line = fc.record({
  priceCode: code,
  planId: fc.constant('plan_a' as PlanId),
  subscriptionId: fc.constant('sub_a' as SubscriptionId),
  amount,
  discountable: fc.boolean(),
  taxable: fc.boolean(),
});
const lines = fc.array(line, { minLength: 1, maxLength: 12 });
const percentage = fc.bigInt(0n, 1_000_000n).map((value) => new Fraction(value, 10_000n));
const value: fc.Arbitrary<CouponValue> = fc.oneof(
  percentage.map((percentOff) => ({ percentOff })),
  fc.bigInt(1n, 2_000_000n).map((amountOff) => ({ amountOff: amountOff as Amount, currency: 'USD' })),
);
const discounts = fc
  .array(fc.record({ value, appliesTo: scope }), { maxLength: 4 })
  .map((given) => given.map((each, nth) => aDiscount({ ...each, id: `di_${String(nth)}` as DiscountId })));
const rates = fc
  .array(fc.record({ percentage: fc.bigInt(0n, 300_000n), inclusive: fc.boolean(), appliesTo: scope }), {
    maxLength: 4,
  })
  .map((given) =>
    given.map((rate, nth) =>
      aRate({
        ...rate,
        id: `txr_${String(nth)}` as TaxRateId,
        percentage: new Fraction(rate.percentage, 10_000n),
      }),
    ),
  );

function aDiscount(fields: Partial<RunningDiscount>): RunningDiscount {
  return {
    id: 'di_a' as DiscountId,
    couponId: 'cpn_a' as CouponId,
    code: 'SAVE',
    name: null,
    value: { percentOff: new Fraction(10) },
    length: { duration: 'forever' },
    appliesTo: {},
    subscriptionId: null,
    ...fields,
  };
}

function aRate(fields: Partial<TaxRate>): TaxRate {
  return {
    id: 'txr_a' as TaxRateId,
    code: 'vat',
    name: null,
    percentage: new Fraction(19),
    inclusive: false,
    country: 'DE',
    appliesTo: {},
    active: true,
    ...fields,
  };
}

const german: TaxedCustomer = { country: 'DE', taxExempt: 'none', taxRates: [] };
type Line = typeof line extends fc.Arbitrary<infer Of> ? Of : never;

function summed(
  of: readonly Line[],
  taken: readonly RunningDiscount[],
  taxed: readonly TaxRate[],
  customer = german,
): (Line & SummedLine)[] {
  const off = takeDiscounts(of, taken);
  const discounted = of.map((each, index) => ({ ...each, discounts: off[index] ?? [], taxes: [] }));
  const taxes = taxLines(
    discounted.map((each) => ({ ...each, net: netOf(each), taxRates: null })),
    customer,
    taxed,
  );
  return discounted.map((each, index) => ({ ...each, taxes: taxes[index] ?? [] }));
}

const minus = (of: bigint) => (0n - of) as Amount;
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, each) => total + each, 0n);

describe('splitting', () => {
  test('parts add up to the rounded whole, and each is less than a minor unit away from its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt(-10_000n, 10_000n), fc.bigInt(1n, 999n)), { maxLength: 20 }),
        (given) => {
          const exact = given.map(([n, d]) => new Fraction(n, d));
          const parts = apportion(exact);
          const whole = exact.reduce((total, each) => total.add(each), new Fraction(0));
          expect(whole.sub(sum(parts)).abs().lte(new Fraction(1, 2))).toBe(true);
          for (const [index, part] of parts.entries()) {
            expect(exact[index]?.sub(part).abs().lt(1)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('coupons', () => {
  test('no line is discounted below nothing, and a percentage of the whole is rounded once', () => {
    fc.assert(
      fc.property(lines, discounts, (of, given) => {
        for (const [index, taken] of takeDiscounts(of, given).entries()) {
          const { amount: of_, discountable } = of[index] ?? { amount: 0n, discountable: false };
          const off = sum(taken.map((each) => each.amount));
          expect(off >= 0n).toBe(true);
          if (!discountable || of_ <= 0n) expect(off).toBe(0n);
          else expect(off <= of_).toBe(true);
        }
      }),
    );
  });

  test('a hundred percent leaves nothing, however many lines there are', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(1n, 10_000n), { minLength: 1 }), (amounts) => {
        const of = amounts.map((each) => ({ ...anyLine, amount: each as Amount }));
        const taken = takeDiscounts(of, [aDiscount({ value: { percentOff: new Fraction(100) } })]);
        expect(taken.map((each) => sum(each.map((part) => part.amount)))).toEqual(amounts);
      }),
    );
  });

  test('an amount takes itself or all there is, whatever the lines', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 10_000n), { minLength: 1 }),
        fc.bigInt(1n, 50_000n),
        (amounts, off) => {
          const of = amounts.map((each) => ({ ...anyLine, amount: each as Amount }));
          const taken = takeDiscounts(of, [
            aDiscount({ value: { amountOff: off as Amount, currency: 'USD' } }),
          ]);
          const all = sum(amounts);
          expect(sum(taken.flat().map((part) => part.amount))).toBe(off < all ? off : all);
        },
      ),
    );
  });

  const occasion = { kind: 'period', currency: 'USD', uses: 0, periodsUsed: 0 } as const;
  const percent: CouponValue = { percentOff: new Fraction(10) };
  const money: CouponValue = { amountOff: 100n as Amount, currency: 'USD' };
  const once: CouponDuration = { duration: 'once' };
  const twice: CouponDuration = { duration: 'repeating', periods: 2 };
  const forever: CouponDuration = { duration: 'forever' };
  test.each([
    ['once, at first', percent, once, {}, true],
    ['once, a second time', percent, once, { uses: 1 }, false],
    ['for two periods, in the second', percent, twice, { periodsUsed: 1 }, true],
    ['for two periods, in the third', percent, twice, { periodsUsed: 2 }, false],
    ['a percentage of a change within a period', percent, forever, { kind: 'other' }, true],
    ['an amount of a change within a period', money, forever, { kind: 'other' }, false],
    ['an amount once, of a one-off invoice', money, once, { kind: 'other' }, true],
    ['an amount of another currency', money, forever, { currency: 'EUR' }, false],
    ['once, of what is given back later', percent, once, { kind: 'threshold' }, false],
    ['a percentage of what is given back later', percent, forever, { kind: 'threshold' }, true],
  ] as const)('a coupon takes: %s', (_name, of, length, fields, takes) => {
    expect(takesFrom(aDiscount({ value: of, length }), { ...occasion, ...fields })).toBe(takes);
  });
});

const anyLine: Line = {
  priceCode: 'base',
  planId: 'plan_a' as PlanId,
  subscriptionId: 'sub_a' as SubscriptionId,
  amount: 0n as Amount,
  discountable: true,
  taxable: true,
};

describe('taxes', () => {
  test('of every rate the parts of the lines add up to the rate of their whole, rounded once', () => {
    fc.assert(
      fc.property(lines, discounts, rates, (of, given, taxed) => {
        const after = summed(of, given, taxed);
        for (const rate of taxed.filter(({ inclusive }) => !inclusive)) {
          const own = after.filter(({ taxes }) => taxes.some(({ rate: id }) => id === rate.id));
          // A line that contains another tax is taxed without that: rounded apart, so it is left out here.
          if (own.some(({ taxes }) => taxes.some(({ inclusive }) => inclusive))) continue;
          const base = sum(own.map(netOf));
          const parts = sum(
            own.map(({ taxes }) => taxes.find(({ rate: id }) => id === rate.id)?.amount ?? 0n),
          );
          const exact = new Fraction(base).mul(rate.percentage).div(100);
          expect(exact.sub(parts).abs().lte(new Fraction(1, 2))).toBe(true);
        }
      }),
    );
  });

  test('an amount with its tax inside comes to the same as one with the tax on top, to the minor unit', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), percentage, (net, percent) => {
        const [[added] = []] = taxLines([taxable(net)], german, [aRate({ percentage: percent })]);
        const gross = net + (added?.amount ?? 0n);
        const [[contained] = []] = taxLines([taxable(gross)], german, [
          aRate({ percentage: percent, inclusive: true }),
        ]);
        expect(contained?.amount).toBe(added?.amount);
        expect(contained?.taxable).toBe(net);
      }),
    );
  });

  test('no line contains more tax than it comes to, however many rates are rounded up on it', () => {
    const small = fc.array(fc.bigInt(-3n, 3n), { minLength: 1, maxLength: 8 });
    const contained = fc.array(fc.bigInt(0n, 2_000_000n), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(small, contained, (nets, percentages) => {
        const own = percentages.map((percent, nth) =>
          aRate({
            id: `txr_${String(nth)}` as TaxRateId,
            ...{ percentage: new Fraction(percent, 10_000n), inclusive: true },
          }),
        );
        const taxed = taxLines(nets.map(taxable), german, own);
        for (const [index, net] of nets.entries()) {
          const { included } = taxOf({ taxes: taxed[index] ?? [] });
          expect(net < 0n ? included <= 0n && included >= net : included >= 0n && included <= net).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
    const half = ['a', 'b'].map((id) =>
      aRate({ id: id as TaxRateId, percentage: new Fraction(60), inclusive: true }),
    );
    const [first = [], second = []] = taxLines([taxable(1n), taxable(1n)], german, half);
    expect([first, second].map((each) => each.map(({ amount: part }) => part))).toEqual([
      [1n, 0n],
      [0n, 1n],
    ]);
  });

  const taxable = (net: bigint) => ({ ...anyLine, net: net as Amount, taxRates: null });
  const named = 'txr_named' as TaxRateId;
  const all = [
    aRate({ id: 'txr_de' as TaxRateId }),
    aRate({ id: 'txr_fr' as TaxRateId, country: 'FR' }),
    aRate({ id: 'txr_own' as TaxRateId, country: null }),
    aRate({ id: 'txr_books' as TaxRateId, appliesTo: { prices: ['books'] } }),
    aRate({ id: 'txr_old' as TaxRateId, active: false }),
    aRate({ id: named, country: null }),
  ];
  test.each([
    ['its country’s', {}, {}, ['txr_de']],
    ['none of another country', {}, { country: 'AT' }, []],
    ['the customer’s own in place of its country’s', {}, { taxRates: ['txr_own'] }, ['txr_own']],
    [
      'that for the product before all others',
      { priceCode: 'books' },
      { taxRates: ['txr_own'] },
      ['txr_books'],
    ],
    ['those that the line names before all others', { priceCode: 'books', taxRates: [named] }, {}, [named]],
    ['none where the line names none', { taxRates: [] }, {}, []],
    ['none of what is not taxable', { taxable: false }, {}, []],
    ['none of who is exempt', {}, { taxExempt: 'exempt' as const }, []],
    ['none of who owes it itself', {}, { taxExempt: 'reverse' as const }, []],
  ])('a line has %s', (_name, ofLine, ofCustomer, expected) => {
    const customer = { ...german, ...ofCustomer } as TaxedCustomer;
    const [taxes = []] = taxLines([{ ...taxable(1000n), ...ofLine }], customer, all);
    expect(taxes.map(({ rate }) => rate)).toEqual(expected);
  });
});

describe('the sums', () => {
  test('of every invoice: the total is its lines less discounts with tax, and the ledger has each part of it', () => {
    fc.assert(
      fc.property(lines, discounts, rates, (of, given, taxed) => {
        const after = summed(of, given, taxed);
        const totals = totalsOf(after);
        expect(totals.total).toBe(totals.subtotal - totals.discount + totals.tax);
        expect(sum(totals.discounts.map((each) => each.amount))).toBe(totals.discount);
        expect(sum(totals.taxes.map((each) => each.amount))).toBe(totals.tax + totals.taxIncluded);
        const postings = invoiceFinalized(
          after.map((each) => ({
            earning: earningOf({ type: 'fixed', billing: 'in_arrears' }),
            earned: (netOf(each) - taxOf(each).included) as Amount,
          })),
          (totals.tax + totals.taxIncluded) as Amount,
          { balance: 0n as Amount, prepaid: 0n as Amount, promotional: 0n as Amount },
        );
        const receivable = sum(
          postings.map(({ debit, amount: of_ }) => (debit === 'accounts_receivable' ? of_ : minus(of_))),
        );
        expect(receivable).toBe(totals.total);
      }),
    );
  });

  test('lesson 15: what gives all of a line back gives back its discount and its tax to the last minor unit', () => {
    fc.assert(
      fc.property(lines, discounts, rates, (of, given, taxed) => {
        for (const each of summed(of, given, taxed)) {
          if (each.amount === 0n) continue;
          const back = giveBack(minus(each.amount), [each]);
          expect(sum(back?.discounts.map((part) => part.amount) ?? [])).toBe(
            -sum(each.discounts.map((part) => part.amount)),
          );
          expect(sum(back?.taxes.map((part) => part.amount) ?? [])).toBe(
            -sum(each.taxes.map((part) => part.amount)),
          );
        }
      }),
    );
  });

  test('lesson 14: a part that is given back is never more than was paid for the line', () => {
    fc.assert(
      fc.property(lines, discounts, rates, fc.bigInt(0n, 1_000n), (of, given, taxed, thousandths) => {
        for (const each of summed(of, given, taxed)) {
          if (each.amount <= 0n) continue;
          const part = (each.amount * thousandths) / 1_000n;
          const back = giveBack(minus(part), [each]);
          const net = minus(part) - sum(back?.discounts.map((taken) => taken.amount) ?? []);
          expect(net <= 0n && -net <= netOf(each)).toBe(true);
        }
      }),
    );
  });
});

describe('granted credit', () => {
  const grants = fc
    .array(
      fc.record({
        remaining: fc.bigInt(1n, 500_000n),
        paid: fc.boolean(),
        priority: fc.integer({ min: 0, max: 3 }),
        expiresAt: fc.option(fc.integer({ min: 1, max: 5 })),
        appliesTo: scope,
      }),
      { maxLength: 6 },
    )
    .map((given) =>
      given.map((grant, nth): CreditGrant => ({
        ...grant,
        id: `cg_${String(nth)}` as CreditGrantId,
        name: null,
        remaining: grant.remaining as Amount,
        expiresAt: grant.expiresAt as Instant | null,
        createdAt: nth as Instant,
      })),
    );
  const payables = fc.array(
    fc.record({
      priceCode: code,
      planId: fc.constant(null),
      payable: amount,
      isCreditPurchase: fc.boolean(),
    }),
    { maxLength: 8 },
  );

  test('never pays more than there is of it, than is due, or than its lines come to', () => {
    fc.assert(
      fc.property(payables, grants, (of, given) => {
        const used = spendGrants(of, given);
        const due = sum(of.filter(({ isCreditPurchase }) => !isCreditPurchase).map(({ payable }) => payable));
        expect(sum(used.map((each) => each.amount)) <= (due > 0n ? due : 0n)).toBe(true);
        for (const { grant, amount: paid } of used) {
          expect(paid > 0n && paid <= grant.remaining).toBe(true);
          const { prices } = grant.appliesTo;
          if (!prices) continue;
          const own = of.filter((each) => !each.isCreditPurchase && prices.includes(each.priceCode));
          expect(paid <= sum(own.map(({ payable }) => payable))).toBe(true);
        }
      }),
    );
  });

  test('that is for all lines pays all that is due, as far as it goes, the first to be spent first', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 1_000_000n), grants, (due, given) => {
        const wide = given.map((grant) => ({ ...grant, appliesTo: {} }));
        const used = spendGrants(
          [{ priceCode: 'base', planId: null, payable: due as Amount, isCreditPurchase: false }],
          wide,
        );
        const all = sum(wide.map(({ remaining }) => remaining));
        expect(sum(used.map((each) => each.amount))).toBe(all < due ? all : due);
        for (const { grant, amount: paid } of used.slice(0, -1)) expect(paid).toBe(grant.remaining);
        const order = used.map(({ grant }) => [grant.priority, grant.expiresAt ?? 9, grant.createdAt]);
        expect(order).toEqual(
          [...order].sort(
            (a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0),
          ),
        );
      }),
    );
  });
});
