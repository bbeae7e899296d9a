/** What the fixed prices of a subscription come to in a month, however often they are billed. */
import { expect, test } from '@jest/globals';
import type { Interval } from '../../src/domain/calendar.ts';
import { monthlyRecurring } from '../../src/domain/monthlyRecurring.ts';
import type { PriceId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { PlanVersion } from '../../src/domain/plan.ts';
import type { Price } from '../../src/domain/pricing/price.ts';
import { subscriptionStatuses } from '../../src/domain/subscription.ts';
import type { Terms } from '../../src/domain/terms.ts';
import { aPlanVersion, fee, seats } from './aLife.ts';
import { aFixedPrice, aUsagePrice, dec, unitTier } from './pricing/builders.ts';

const terms = (
  prices: readonly Price[],
  {
    quantity = 1,
    quantities = {},
    ...plan
  }: Partial<PlanVersion & Pick<Terms, 'quantity' | 'quantities'>> = {},
): Terms => ({
  effectiveAt: 0 as Instant,
  plan: aPlanVersion('plan_1', { ...plan, prices }),
  quantity,
  quantities,
});

const of = (...given: Parameters<typeof terms>) => Number(monthlyRecurring('active', terms(...given)));

test.each<[Interval, number, string, number]>([
  ['month', 1, '1000', 1000],
  ['month', 3, '1000', 333], // 333.33…
  ['month', 3, '500', 167], // 166.67…
  ['year', 1, '12000', 1000],
  ['year', 2, '12000', 500],
  ['year', 1, '6', 1], // a half, away from zero
  ['year', 1, '5', 0],
  ['week', 1, '84', 365], // 365/12/7 weeks in a month
  ['week', 4, '336', 365],
  ['day', 1, '12', 365],
  ['day', 30, '360', 365],
])('each %s, every %s, a price of %s is %s a month', (interval, intervalCount, amount, monthly) => {
  expect(of([fee(amount)], { interval, intervalCount })).toBe(monthly);
});

test('prices are added up before they are rounded, once', () => {
  const third = (code: string) => fee('1', code);
  expect(of([third('a'), third('b')], { intervalCount: 3 })).toBe(1); // 2/3; each by itself would be 0
  expect(of([third('a')], { intervalCount: 3 })).toBe(0);
});

test('seats count by the quantity of the subscription, of the add-on, or of the price', () => {
  const prices = [fee('1000'), seats('300'), seats('7', 'support')];
  expect(of(prices, { quantity: 5, quantities: { support: 2 } })).toBe(1000 + 1500 + 14);
});

test('tiers are priced by the quantity', () => {
  const graduated = aFixedPrice({
    model: { model: 'graduated', tiers: [unitTier('2', '100'), unitTier('inf', '50', '10')] },
  });
  expect(of([graduated], { quantity: 5 })).toBe(200 + 150 + 10);
});

test('what is billed in arrears recurs, what is used does not', () => {
  expect(of([aFixedPrice({ billing: 'in_arrears' }), aUsagePrice()], { quantity: 3 })).toBe(3);
});

test('a price in a unit of its own counts by what that is worth', () => {
  const priced = { ...fee('10'), id: 'price_9' as PriceId, priceUnit: { code: 'credit', rate: dec('2.5') } };
  expect(of([priced])).toBe(25);
});

test.each(subscriptionStatuses)('of one that is %s', (status) => {
  const recurs = ['active', 'past_due', 'unpaid'].includes(status);
  expect(monthlyRecurring(status, terms([fee('1000')]))).toBe(recurs ? 1000n : 0n);
});
