/** Checks of each type of feature: allowed or not, why, and how much is left. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkEntitlement, describeEntitlement } from '../../../src/domain/entitlements/check.ts';
import type { Grant } from '../../../src/domain/entitlements/feature.ts';
import { reachedThresholds } from '../../../src/domain/entitlements/threshold.ts';
import { parseDecimal, zero, type Decimal } from '../../../src/domain/quantity.ts';
import { aFeature, aSubscription, factsOf, given, snapshotOf } from './entitlementFacts.ts';

const dec = (text: string): Decimal => {
  const value = parseDecimal(text);
  if (!value) throw new Error(`${text} is no decimal`);
  return value;
};

function snapshot(code: string, grant: Grant, used: number | string = 0) {
  const facts = factsOf({ pro: [given(code, grant)] }, { subscriptions: [aSubscription()] });
  return snapshotOf(facts, {
    metered: new Map([[aFeature(code, 'metered').id, dec(String(used))]]),
    counted: new Map([['graphs' as const, Number(used)]]),
  });
}
const check = (of: ReturnType<typeof snapshot>, code: string, quantity: string) => {
  const { allowed, reason, entitlement } = checkEntitlement(of, code, dec(quantity));
  return [allowed, reason, entitlement && describeEntitlement(entitlement)] as const;
};

const metered = (allowance: string | null, soft: string | null, hard: string | null): Grant => ({
  type: 'metered',
  allowance: allowance === null ? null : dec(allowance),
  softLimit: soft === null ? null : dec(soft),
  hardLimit: hard === null ? null : dec(hard),
});

test('what nothing gives is not allowed, whatever it is', () => {
  const of = snapshot('sso', { type: 'boolean', value: true });
  expect(check(of, 'nothing', '1')).toEqual([false, 'not_entitled', null]);
  expect(check(of, 'sso', '1')).toEqual([true, 'granted', { type: 'boolean', value: true }]);
  expect(check(snapshot('sso', { type: 'boolean', value: false }), 'sso', '1')[1]).toBe('feature_off');
});

test('up to a limit one more is allowed, at it not; over it after a downgrade that is told', () => {
  const at = (used: number, quantity = '1') =>
    check(snapshot('graphs', { type: 'limit', limit: 3 }, used), 'graphs', quantity);
  expect(at(2)).toEqual([
    true,
    'within_limit',
    { type: 'limit', limit: '3', used: '2', remaining: '1', over: false },
  ]);
  expect(at(3)).toEqual([
    false,
    'limit_reached',
    { type: 'limit', limit: '3', used: '3', remaining: '0', over: false },
  ]);
  expect(at(3, '0')[0]).toBe(true);
  expect(at(5, '0')).toEqual([
    false,
    'limit_reached',
    { type: 'limit', limit: '3', used: '5', remaining: '0', over: true },
  ]);
});

test('of a limit that is not counted here, the quantity is what there would be in all', () => {
  const of = snapshot('domains', { type: 'limit', limit: 3 });
  expect(check(of, 'domains', '3')[0]).toBe(true);
  expect(check(of, 'domains', '4')[0]).toBe(false);
  expect(check(of, 'domains', '4')[2]).toMatchObject({ used: null });
});

test.each([
  ['99', '1', true, 'within_allowance'],
  ['99', '1.5', true, 'over_allowance'],
  ['100', '50', true, 'over_allowance'],
  ['100', '50.5', true, 'over_soft_limit'],
  ['199.5', '0.5', true, 'over_soft_limit'],
  ['199.5', '0.6', false, 'hard_limit_reached'],
  ['250', '0', false, 'hard_limit_reached'],
])('with %s used, %s more is %s: %s', (used, quantity, allowed, reason) => {
  const of = snapshot('calls', metered('100', '150', '200'), used);
  expect(check(of, 'calls', quantity).slice(0, 2)).toEqual([allowed, reason]);
});

test('a metered feature tells its balance, which may be below zero, and what is left', () => {
  expect(check(snapshot('calls', metered('100', '150', '200'), '120.5'), 'calls', '1')[2]).toMatchObject({
    allowance: '100',
    balance: '-20.5',
    limit: '200',
    remaining: '79.5',
    softLimit: '150',
    over: false,
  });
  expect(check(snapshot('calls', metered(null, null, null), '1000'), 'calls', '1')).toMatchObject([
    true,
    'unlimited',
    { allowance: null, balance: null, limit: null, remaining: null },
  ]);
});

test('what was allowed stays allowed for less, and the more is used the less is allowed', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.nat(300), fc.nat(300), (used, more, quantity, less) => {
      const allowed = (of: number, wanted: number) =>
        check(snapshot('calls', metered('50', '80', '200'), of), 'calls', String(wanted))[0];
      if (allowed(used, quantity)) expect(allowed(used, Math.min(quantity, less))).toBe(true);
      if (!allowed(used, quantity)) expect(allowed(used + more, quantity)).toBe(false);
    }),
  );
});

test('thresholds are 50, 80 and 100% of the allowance, or of the hard limit without one, and are reached at them', () => {
  const reached = (grant: Grant, used: string) =>
    reachedThresholds(snapshot('calls', grant, used)).map(({ percent }) => percent);
  const grant = metered('100', null, null);
  expect([
    reached(grant, '49.999'),
    reached(grant, '50'),
    reached(grant, '80'),
    reached(grant, '1000'),
  ]).toEqual([[], [50], [50, 80], [50, 80, 100]]);
  expect(reached(metered(null, null, '10'), '8')).toEqual([50, 80]);
  expect(reached(metered(null, null, null), '8')).toEqual([]);
  expect(reached(metered('0', null, null), '0')).toEqual([]);
  expect(reached({ ...grant, type: 'metered', allowance: zero } as Grant, '1')).toEqual([50, 80, 100]);
});
