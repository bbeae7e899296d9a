/** What customers have in each state of their subscriptions, and to the very millisecond how long. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boundsOf } from '../../../src/domain/entitlements/snapshot.ts';
import { standingOf } from '../../../src/domain/entitlements/standing.ts';
import type { SubscriptionId } from '../../../src/domain/ids.ts';
import { formatInstant, type Instant } from '../../../src/domain/instant.ts';
import { featureCodes } from '../../../src/domain/permissions/permission.ts';
import { zero } from '../../../src/domain/quantity.ts';
import { subscriptionStatuses } from '../../../src/domain/subscription.ts';
import {
  after,
  aFeature,
  aGiver,
  anOverride,
  aSubscription,
  day,
  factsOf,
  given,
  noon,
  snapshotOf,
} from './entitlementFacts.ts';

const graphs = (limit: number | null) => given('graphs', { type: 'limit', limit });
const sso = given('sso', { type: 'boolean', value: true });
const plans = { pro: [graphs(10), sso], free: [graphs(1)], more: [graphs(5)] };
const fallback = aGiver('free');
const limitOf = (fields: Parameters<typeof factsOf>[1]) => {
  const graphsOf = snapshotOf(factsOf(plans, { fallback, ...fields })).entitlements.get('graphs');
  return graphsOf?.type === 'limit' ? graphsOf.limit : undefined;
};

describe('the state of a subscription says whether its plan gives anything', () => {
  const entitled: Record<(typeof subscriptionStatuses)[number], boolean> = {
    incomplete: false,
    trialing: true,
    active: true,
    past_due: true, // within its grace
    unpaid: false,
    paused: false,
    canceled: false,
  };
  test.each(subscriptionStatuses)('%s', (status) => {
    const subscription = aSubscription({ status, pastDueSince: after(-day) });
    expect(standingOf(subscription, noon).entitles).toBe(entitled[status]);
    expect(limitOf({ subscriptions: [subscription] })).toBe(entitled[status] ? 10 : 1);
  });
});

test('one that is past due has what its plan gives until its grace is over, and not at that instant', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 365 }), fc.integer({ min: -2, max: 2 }), (graceDays, off) => {
      const pastDueSince = after(-3 * day);
      const at = (pastDueSince + graceDays * day + off) as Instant;
      const subscription = aSubscription({ status: 'past_due', pastDueSince, graceDays });
      const standing = standingOf(subscription, at);
      expect(standing.entitles).toBe(off < 0);
      if (off < 0) expect(standing.until).toBe(pastDueSince + graceDays * day);
    }),
  );
});

test('one that is to be canceled has nothing from that very instant on, whenever that is carried out', () => {
  const cancelAt = after(day);
  const subscription = aSubscription({ cancelAt });
  expect(standingOf(subscription, (cancelAt - 1) as Instant)).toMatchObject({
    entitles: true,
    until: cancelAt,
  });
  expect(standingOf(subscription, cancelAt).entitles).toBe(false);
});

test('an override is in force from its start up to its end, and not at it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: -3, max: 3 }), (length, off) => {
      const startsAt = noon;
      const endsAt = after(length);
      const override = anOverride('graphs', { type: 'limit', limit: 99 }, { startsAt, endsAt });
      const subscriptions = [aSubscription()];
      expect(limitOf({ subscriptions, overrides: [override], at: (endsAt + off) as Instant })).toBe(
        off < 0 && endsAt + off >= startsAt ? 99 : 10,
      );
      expect(limitOf({ subscriptions, overrides: [override], at: (startsAt - 1) as Instant })).toBe(10);
    }),
  );
});

test('an override takes the place of what plans give, also where it is less', () => {
  const overrides = [anOverride('graphs', { type: 'limit', limit: 2 })];
  expect(limitOf({ subscriptions: [aSubscription()], overrides })).toBe(2);
});

test('several live subscriptions add up, and those that are not live give nothing', () => {
  const [one, two, ended] = ['sub_1', 'sub_2', 'sub_3'] as SubscriptionId[];
  if (!one || !two || !ended) throw new Error('there are three');
  expect(
    limitOf({
      subscriptions: [
        aSubscription({ id: one }),
        aSubscription({ id: two, plan: 'more' }),
        aSubscription({ id: ended, status: 'canceled' }),
      ],
    }),
  ).toBe(15);
});

test('three of an add-on give three times its limit, none of it gives nothing', () => {
  const withAddOns = (quantity: number) =>
    aSubscription({
      plans: [
        { ...aGiver('pro'), quantity: 1 },
        { ...aGiver('more', true), quantity },
      ],
    });
  expect(limitOf({ subscriptions: [withAddOns(3)] })).toBe(25);
  expect(limitOf({ subscriptions: [withAddOns(0)] })).toBe(10);
});

test('the fallback gives nothing beside a live subscription, and without one there is nothing else', () => {
  expect(snapshotOf(factsOf(plans, { fallback })).standing).toBe('fallback');
  expect(limitOf({})).toBe(1);
  expect(limitOf({ subscriptions: [aSubscription({ plan: 'nothing' })] })).toBeUndefined();
  expect(snapshotOf(factsOf(plans)).standing).toBe('none');
});

test('a snapshot is valid until the first instant at which time alone changes it', () => {
  const graceEnd = after(6 * day);
  const facts = factsOf(plans, {
    subscriptions: [aSubscription({ status: 'past_due', pastDueSince: after(-day) })],
    overrides: [anOverride('sso', { type: 'boolean', value: false }, { endsAt: after(3 * day) })],
  });
  expect(snapshotOf(facts)).toMatchObject({ standing: 'grace', validUntil: after(3 * day) });
  expect(snapshotOf({ ...facts, overrides: [] }).validUntil).toBe(graceEnd);
  expect(snapshotOf({ ...facts, overrides: [], at: graceEnd }).validUntil).toBeNull();
});

test('the period of a metered feature is that of the oldest live subscription that gives it', () => {
  const calls = given('calls', {
    type: 'metered',
    allowance: zero.add(100),
    softLimit: null,
    hardLimit: null,
  });
  const [older, newer] = ['sub_1', 'sub_2'] as SubscriptionId[];
  if (!older || !newer) throw new Error('there are two');
  const subscriptions = [
    aSubscription({
      id: newer,
      plan: 'calls',
      startedAt: after(-day),
      periodStart: after(-day),
      periodEnd: after(29 * day),
    }),
    aSubscription({ id: older }),
  ];
  const facts = factsOf({ ...plans, calls: [calls] }, { subscriptions, fallback });
  expect(snapshotOf(facts).entitlements.get('calls')).toMatchObject({
    period: { start: after(-day), end: after(29 * day) },
  });
  // It is over and not renewed yet: what is used now is of the next period.
  expect(snapshotOf({ ...facts, at: after(29 * day) }).entitlements.get('calls')).toMatchObject({
    period: { start: after(29 * day), end: null },
  });
});

test("without a subscription the period is the calendar month where the customer lives, with summer time's hour", () => {
  const calls = given('calls', { type: 'metered', allowance: null, softLimit: null, hardLimit: null });
  const facts = factsOf({ free: [calls] }, { fallback, timezone: 'Europe/Berlin' });
  const entitlement = snapshotOf(facts).entitlements.get('calls');
  if (entitlement?.type !== 'metered' || entitlement.period.end === null) throw new Error('not metered');
  expect([formatInstant(entitlement.period.start), formatInstant(entitlement.period.end)]).toEqual([
    '2026-02-28T23:00:00Z',
    '2026-03-31T22:00:00Z',
  ]);
});

test('what bounds permissions is what the snapshot has of the codes that do, and nothing else', () => {
  const everything = featureCodes.map((code) =>
    ['seats', 'graphs', 'variants'].includes(code)
      ? given(code, { type: 'limit', limit: code === 'seats' ? null : 3 })
      : given(code, { type: 'boolean', value: code !== 'roles' }),
  );
  const other = {
    ...given('colour', { type: 'config', value: 'red' }),
    feature: aFeature('colour', 'config'),
  };
  const used = new Map([['graphs' as const, 2]]);
  const bounds = boundsOf(
    snapshotOf(factsOf({ pro: [...everything, other] }, { subscriptions: [aSubscription()] }), {
      metered: new Map(),
      counted: used,
    }),
  );
  expect([...bounds.features].sort()).toEqual(['audit_log', 'custom_roles', 'protected_variants', 'sso']);
  expect(Object.fromEntries(bounds.limits)).toEqual({ seats: null, graphs: 3, variants: 3 });
  expect(bounds.used).toBe(used);
});
