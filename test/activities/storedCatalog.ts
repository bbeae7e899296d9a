/** Plans to live by: fees and seats in advance, usage in tiers and groups, other intervals, an add-on, a second version. */
import type { PoolClient } from 'pg';
import type { PriceDefinition } from '../../src/catalog/price.ts';
import type { MeterId, PlanId } from '../../src/domain/ids.ts';
import type { Queryable } from '../../src/store/database.ts';
import { insertMeter } from '../../src/store/meters.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { addPlanVersion, insertPlan, type NewPlanVersion } from '../../src/store/planWrites.ts';

export const eventType = 'call';
const [count, size] = [newId('meter'), newId('meter')];
export const planIds: readonly PlanId[] = [newId('plan'), newId('plan'), newId('plan'), newId('plan')];
export const addOn = newId('plan');

interface WrittenPrice {
  readonly code: string;
  readonly meterId: MeterId | null;
  readonly definition: PriceDefinition;
}

const advance = { type: 'fixed', billing: 'in_advance', taxable: true } as const;
const fee = (amount: string, code = 'fee'): WrittenPrice => ({
  code,
  meterId: null,
  definition: { ...advance, quantity_from: 'fixed', model: 'flat', amount },
});
const seats = (unit: string): WrittenPrice => ({
  code: 'seat',
  meterId: null,
  definition: { ...advance, quantity_from: 'subscription', model: 'per_unit', unit_amount: unit },
});
const later = (unit: string): WrittenPrice => ({
  code: 'later',
  meterId: null,
  definition: {
    ...advance,
    billing: 'in_arrears',
    prorate: true,
    quantity_from: 'subscription',
    model: 'per_unit',
    unit_amount: unit,
  },
});
const usage = { type: 'usage', billing: 'in_arrears', taxable: true } as const;
const calls = (unit: string): WrittenPrice => ({
  code: 'calls',
  meterId: count,
  definition: {
    ...usage,
    model: 'graduated',
    included_units: '1',
    tiers: [
      { up_to: '3', unit_amount: unit, flat_amount: '0' },
      { up_to: 'inf', unit_amount: '7.5', flat_amount: '3' },
    ],
  },
});
const volume = (unit: string): WrittenPrice => ({
  code: 'size',
  meterId: size,
  definition: {
    ...usage,
    model: 'per_unit',
    unit_amount: unit,
    group_by: ['region'],
    minimum_amount: '20',
    prorate: true,
  },
});

const version = (prices: readonly WrittenPrice[], fields: Partial<NewPlanVersion> = {}): NewPlanVersion => ({
  operationId: newOperationId(),
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
  prices,
  ...fields,
});

/** Adds all of them. */
export async function addCatalog(db: Queryable): Promise<void> {
  for (const [id, aggregation] of [
    [count, 'count'],
    [size, 'sum'],
  ] as const) {
    await insertMeter(db, {
      id,
      code: aggregation,
      name: aggregation,
      eventType,
      aggregation,
      property: aggregation === 'sum' ? 'size' : null,
      expression: null,
      filters: [],
      groupBy: aggregation === 'sum' ? ['region'] : [],
      metadata: {},
    });
  }
  const tx = db as PoolClient; // a pool runs each statement by itself
  const [monthly, dearer, weekly, yearly] = planIds;
  for (const [id, first] of [
    [monthly, version([fee('1000'), seats('333.3'), calls('10'), volume('2')])],
    [
      dearer,
      version([fee('1000'), seats('2500.5'), calls('20'), volume('2'), later('77')], {
        gracePeriodSeconds: 3600,
        prorationUnit: 'day',
        seatsDown: 'period_end',
      }),
    ],
    [weekly, version([seats('70'), calls('10')], { interval: 'week', trialUsage: 'billed' })],
    [yearly, version([fee('99999'), volume('1.5')], { interval: 'year', trialDays: 7 })],
    [addOn, version([fee('250', 'support')])],
  ] as const) {
    if (id)
      await insertPlan(tx, { id, code: id.slice(-20).toLowerCase(), name: 'A plan', metadata: {} }, first);
  }
  if (monthly)
    await addPlanVersion(tx, monthly, version([fee('1100'), seats('400'), calls('12'), volume('2')]));
}
