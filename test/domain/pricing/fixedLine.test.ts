/** Recurring prices: by the subscription's quantity, for a part of an interval (semantics.md, sections 3 and 4). */
import { describe, expect, test } from '@jest/globals';
import type { PlanId } from '../../../src/domain/ids.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { fixedLine } from '../../../src/domain/invoice.ts';
import { arrearsLine } from '../../../src/domain/periodLines.ts';
import type { FixedPrice, QuantityModel } from '../../../src/domain/pricing/price.ts';
import { arrearsRuns, isFixedRun } from '../../../src/domain/terms.ts';
import { aFixedPrice, dec, flatTier, january, perUnit, unitTier } from './builders.ts';

const inUtc = { unit: 'second', timezone: 'UTC' } as const;
const whole = { index: 0, ...january, whole: january };
const middle = ((january.start + january.end) / 2) as Instant;
const firstHalf = { ...whole, end: middle };

describe('a fixed price of the quantity', () => {
  test.each<[string, QuantityModel, number, bigint]>([
    ['flat', { model: 'flat', amount: dec('99.5') }, 7, 100n],
    ['per unit', perUnit('10.25'), 10, 103n],
    [
      'graduated',
      { model: 'graduated', tiers: [unitTier('5', '10', '1'), unitTier('inf', '2', '3')] },
      6,
      56n,
    ],
    ['volume', { model: 'volume', tiers: [unitTier('5', '10', '1'), unitTier('inf', '2', '3')] }, 6, 15n],
    ['package', { model: 'package', amount: dec(50), packageSize: dec(5), freeUnits: dec(1) }, 7, 100n],
    ['stairstep', { model: 'stairstep', tiers: [flatTier('5', '10'), flatTier('inf', '90')] }, 5, 10n],
    [
      'stairstep of none',
      { model: 'stairstep', tiers: [flatTier('5', '10'), flatTier('inf', '90')] },
      0,
      10n,
    ],
  ])('%s', (_name, model, quantity, amount) => {
    const line = fixedLine(aFixedPrice({ model }), 3, quantity, whole, inUtc);
    expect(line).toMatchObject({ type: 'fixed', group: null, amount, computation: { planVersion: 3 } });
    const one = fixedLine(aFixedPrice({ model, quantityFrom: 'fixed' }), 3, quantity, whole, inUtc);
    expect(one.quantity.equals(1)).toBe(true);
  });

  test.each<[string, Partial<FixedPrice>, bigint]>([
    ['in arrears is due in full', {}, 101n],
    ['in arrears and prorated is due in part', { prorate: true }, 51n],
    ['in advance is always due in part', { billing: 'in_advance' }, 51n],
    ['in a price unit, rounded after it', { prorate: true, priceUnit: { code: 'c', rate: dec('0.5') } }, 25n],
  ])('of half an interval, %s', (_name, fields, amount) => {
    const price = aFixedPrice({ model: perUnit('101'), ...fields });
    expect(fixedLine(price, 1, 1, firstHalf, inUtc).amount).toBe(amount);
  });
});

const plan = {
  planId: 'plan_1' as PlanId,
  version: 1,
  currency: 'USD',
  interval: 'month',
  intervalCount: 1,
  prorationUnit: 'second',
  gracePeriodSeconds: 0,
  trialDays: 0,
  trialUsage: 'free',
  trialEndBehavior: 'invoice',
  seatsDown: 'now',
  priceUnits: [],
} as const;

test.each<[string, number, number, bigint]>([
  ['a whole period', january.start, january.end, 3100n],
  ['the first, which began late', middle, january.end, 1550n],
  ['the last, which ended early', january.start, middle, 1550n],
])('what is prorated in arrears is due for the part that was there: %s', (_name, start, end, amount) => {
  const prices = [aFixedPrice({ model: perUnit('3100'), prorate: true })];
  const terms = { effectiveAt: january.start, plan: { ...plan, prices }, quantity: 1 };
  const period = { start: start as Instant, end: end as Instant };
  const [run] = arrearsRuns([terms], period).filter(isFixedRun);
  if (!run) throw new Error('no price is in arrears');
  expect(arrearsLine(run, { index: 0, whole: january }, 'UTC').line.amount).toBe(amount);
});
