/** What an invoice uses of credit: laws of spending, and the order in which it goes (semantics.md, section 7). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { needsTopUp } from '../../src/domain/autoTopUp.ts';
import {
  inSpendingOrder,
  spendGrants,
  type CreditGrant,
  type PayableLine,
} from '../../src/domain/creditGrant.ts';
import type { CreditGrantId, PlanId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { isInScope, isNarrow } from '../../src/domain/lineScope.ts';
import type { Amount } from '../../src/domain/money.ts';

const amountOf = (min: number, max: number) =>
  fc.integer({ min, max }).map((value) => BigInt(value) as Amount);
const priceCode = fc.constantFrom('seat', 'calls', 'fee');
const planId = fc.constantFrom('plan_a', 'plan_b').map((id) => id as PlanId);
const line: fc.Arbitrary<PayableLine> = fc.record({
  priceCode,
  planId: fc.option(planId),
  payable: amountOf(-300, 1000),
  isCreditPurchase: fc.boolean(),
});
const scope = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        prices: fc.uniqueArray(priceCode, { minLength: 1 }),
        plans: fc.uniqueArray(planId, { minLength: 1 }),
      },
      { requiredKeys: [] },
    ),
  },
);
const instant = fc.integer({ min: 1, max: 4 }).map((value) => value as Instant);
const grants = (appliesTo: fc.Arbitrary<CreditGrant['appliesTo']> = scope) =>
  fc
    .array(
      fc.record({
        remaining: amountOf(0, 800),
        paid: fc.boolean(),
        priority: fc.integer({ min: 0, max: 2 }),
        expiresAt: fc.option(instant),
        createdAt: instant,
        appliesTo,
      }),
      { maxLength: 8 },
    )
    .map((all) =>
      all.map((each, nth): CreditGrant => ({
        ...each,
        id: `cg_${String(nth)}` as CreditGrantId,
        name: null,
      })),
    );
const lines = fc.array(line, { maxLength: 6 });

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const due = (all: readonly PayableLine[]) =>
  sum(all.filter(({ isCreditPurchase }) => !isCreditPurchase).map(({ payable }) => payable));

describe('what is spent', () => {
  test('is never more than is due without purchases of credit, nor than a grant has, and each grant is used once', () => {
    fc.assert(
      fc.property(lines, grants(), (all, given) => {
        const used = spendGrants(all, given);
        const total = due(all);
        expect(sum(used.map(({ amount }) => amount)) <= (total > 0n ? total : 0n)).toBe(true);
        for (const { grant, amount } of used) expect(amount > 0n && amount <= grant.remaining).toBe(true);
        expect(new Set(used.map(({ grant }) => grant.id)).size).toBe(used.length);
      }),
    );
  });

  test('of grants for some lines is never more than those lines come to, for any set of such grants', () => {
    fc.assert(
      fc.property(lines, grants(), (all, given) => {
        const narrow = spendGrants(all, given).filter(({ grant }) => isNarrow(grant.appliesTo));
        for (let first = 0; first < narrow.length; first += 1) {
          const some = narrow.slice(first);
          const theirs = all.filter(
            (each) =>
              !each.isCreditPurchase &&
              each.payable > 0n &&
              some.some(({ grant }) => isInScope(grant.appliesTo, each)),
          );
          const most = sum(theirs.map(({ payable }) => payable));
          expect(sum(some.map(({ amount }) => amount)) <= most).toBe(true);
        }
      }),
    );
  });

  test('of grants for all lines is all that is due, or all there is', () => {
    fc.assert(
      fc.property(lines, grants(fc.constant({})), (all, given) => {
        const total = due(all);
        const there = sum(given.map(({ remaining }) => remaining));
        const spent = sum(spendGrants(all, given).map(({ amount }) => amount));
        expect(spent).toBe(total <= 0n ? 0n : total < there ? total : there);
      }),
    );
  });

  test('follows the order: one for all lines is touched only where those before it have nothing left', () => {
    fc.assert(
      fc.property(lines, grants(), (all, given) => {
        const used = spendGrants(all, given);
        const order = inSpendingOrder(given).map(({ id }) => id);
        const places = used.map(({ grant }) => order.indexOf(grant.id));
        expect(places).toEqual([...places].sort((a, b) => a - b));
        const last = places.at(-1) ?? 0;
        for (const { id, remaining, appliesTo } of inSpendingOrder(given).slice(0, last)) {
          if (isNarrow(appliesTo) || remaining === 0n) continue;
          expect(used.find(({ grant }) => grant.id === id)?.amount).toBe(remaining);
        }
      }),
    );
  });

  test('does not depend on the order in which grants are read', () => {
    fc.assert(
      fc.property(
        lines,
        grants().chain((given) =>
          fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
        ),
        (all, [given, shuffled]) => {
          expect(spendGrants(all, shuffled)).toEqual(spendGrants(all, given));
        },
      ),
    );
  });

  test('invoice by invoice never adds up to more than was granted', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 5 }), grants(), (invoices, given) => {
        let left = given;
        let spent = 0n;
        for (const all of invoices) {
          const used = spendGrants(all, left);
          spent += sum(used.map(({ amount }) => amount));
          left = left.map((grant) => {
            const own = used.find((each) => each.grant.id === grant.id);
            return own ? { ...grant, remaining: (grant.remaining - own.amount) as Amount } : grant;
          });
        }
        expect(sum(left.map(({ remaining }) => remaining)) + spent).toBe(
          sum(given.map(({ remaining }) => remaining)),
        );
        expect(left.every(({ remaining }) => remaining >= 0n)).toBe(true);
      }),
    );
  });
});

test.each([
  [500n, 501n, false],
  [500n, 500n, false],
  [500n, 499n, true],
  [500n, 0n, true],
  [0n, 1n, false],
  [0n, 0n, true],
])('with a threshold of %s and %s left, whether credit is bought is %s', (threshold, left, bought) => {
  expect(needsTopUp({ threshold: threshold as Amount }, left as Amount)).toBe(bought);
});
