/** What several plans give of one feature, and that no order of them makes a difference. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { combine, times, type Given } from '../../../src/domain/entitlements/combine.ts';
import type { Grant } from '../../../src/domain/entitlements/feature.ts';
import { formatDecimal, parseDecimal, zero, type Decimal } from '../../../src/domain/quantity.ts';
import { aGiver } from './entitlementFacts.ts';

const quantity = fc.nat(1_000_000).map((n): Decimal => zero.add(n).div(8));
const giver = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean())
  .map(([plan, isAddOn]) => aGiver(plan, isAddOn));
const grants: Record<Grant['type'], fc.Arbitrary<Grant>> = {
  boolean: fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
  limit: fc.record({ type: fc.constant('limit' as const), limit: fc.option(fc.nat(1000), { nil: null }) }),
  metered: fc.record({
    type: fc.constant('metered' as const),
    allowance: fc.option(quantity, { nil: null }),
    softLimit: fc.option(quantity, { nil: null }),
    hardLimit: fc.option(quantity, { nil: null }),
  }),
  // One version of a plan gives one value.
  config: fc.constant({ type: 'config' as const, value: null }),
};
const givenOf = (type: Grant['type']): fc.Arbitrary<Given> =>
  fc.tuple(giver, grants[type]).map(([by, grant]) => ({
    by,
    grant: grant.type === 'config' ? { type: 'config', value: `${by.planId}${String(by.isAddOn)}` } : grant,
  }));

const told = (given: Given) =>
  JSON.stringify(given, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'toFraction' in value
      ? (value as Decimal).toFraction()
      : value,
  );

describe.each(Object.keys(grants) as Grant['type'][])('of a %s feature', (type) => {
  test('combining is commutative', () => {
    fc.assert(
      fc.property(givenOf(type), givenOf(type), (a, b) => {
        expect(told(combine(a, b))).toBe(told(combine(b, a)));
      }),
    );
  });

  test('combining is associative', () => {
    fc.assert(
      fc.property(givenOf(type), givenOf(type), givenOf(type), (a, b, c) => {
        expect(told(combine(combine(a, b), c))).toBe(told(combine(a, combine(b, c))));
      }),
    );
  });
});

const of = (grant: Grant, plan = 'a', isAddOn = false): Given => ({ grant, by: aGiver(plan, isAddOn) });

test('any true makes it true, and limits and allowances add up', () => {
  expect(combine(of({ type: 'boolean', value: false }), of({ type: 'boolean', value: true })).grant).toEqual({
    type: 'boolean',
    value: true,
  });
  expect(combine(of({ type: 'limit', limit: 3 }), of({ type: 'limit', limit: 4 })).grant).toEqual({
    type: 'limit',
    limit: 7,
  });
  const metered = (allowance: string): Grant => ({
    type: 'metered',
    allowance: parseDecimal(allowance) ?? null,
    softLimit: null,
    hardLimit: parseDecimal('10') ?? null,
  });
  const { grant } = combine(of(metered('0.1')), of(metered('0.2')));
  if (grant.type !== 'metered' || !grant.allowance || !grant.hardLimit) throw new Error('not metered');
  expect([formatDecimal(grant.allowance), formatDecimal(grant.hardLimit)]).toEqual(['0.3', '20']);
});

test('without limit wins over every limit', () => {
  expect(combine(of({ type: 'limit', limit: 3 }), of({ type: 'limit', limit: null })).grant).toEqual({
    type: 'limit',
    limit: null,
  });
});

test("an add-on's configuration wins over a plan's, and of two of a kind the later plan's", () => {
  const config = (value: string): Grant => ({ type: 'config', value });
  expect(combine(of(config('add-on'), 'a', true), of(config('plan'), 'b')).grant).toEqual(config('add-on'));
  expect(combine(of(config('earlier'), 'a'), of(config('later'), 'b')).grant).toEqual(config('later'));
});

test('several of an add-on give so many times its limit, and without limit stays so', () => {
  expect(times({ type: 'limit', limit: 5 }, 3)).toEqual({ type: 'limit', limit: 15 });
  expect(times({ type: 'limit', limit: null }, 3)).toEqual({ type: 'limit', limit: null });
});

test('grants of two types are never combined', () => {
  expect(() => combine(of({ type: 'limit', limit: 1 }), of({ type: 'boolean', value: true }))).toThrow(
    'limit and boolean are of one feature',
  );
});
