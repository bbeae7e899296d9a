/** Plans, their immutable versions and prices. */
import { z } from 'zod';
import type { Interval } from '../domain/calendar.ts';
import { notFound } from '../domain/errors.ts';
import type { MeterId, PlanId, PriceId } from '../domain/ids.ts';
import type { PlanVersion } from '../domain/plan.ts';
import type { Model, Price } from '../domain/pricing/price.ts';
import type { ProrationUnit } from '../domain/proration.ts';
import { parseDecimal, type Decimal } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';

/** How a price is stored: the contract's fields, decimals as strings. */
export const priceDefinition = z
  .discriminatedUnion('model', [
    z.object({ model: z.literal('flat'), amount: z.string() }),
    z.object({ model: z.literal('per_unit'), unit_amount: z.string() }),
    z.object({
      model: z.literal('graduated'),
      tiers: z.array(z.object({ up_to: z.string(), unit_amount: z.string(), flat_amount: z.string() })),
    }),
  ])
  .and(
    z.object({
      type: z.enum(['fixed', 'usage']),
      billing: z.enum(['in_advance', 'in_arrears']),
      quantity_from: z.enum(['subscription', 'fixed']),
    }),
  );
export type PriceDefinition = z.infer<typeof priceDefinition>;

interface VersionRow {
  readonly currency: string;
  readonly interval: Interval;
  readonly interval_count: number;
  readonly proration_unit: ProrationUnit;
  readonly grace_period_seconds: number;
  readonly prices: readonly { id: PriceId; code: string; meter_id: MeterId | null; definition: unknown }[];
}

/** Versions never change, so one that was read once is kept. The database's name keeps those of two databases apart. */
const cache = new Map<string, PlanVersion>();
const cacheLimit = 10_000;

/** Throws a `BillingError` 404 where there is no such version. */
export async function loadPlanVersion(db: Queryable, planId: PlanId, version: number): Promise<PlanVersion> {
  const key = `${planId}/${String(version)}`;
  const known = cache.get(key);
  if (known) return known;
  const { rows } = await db.query<VersionRow>(
    `SELECT v.currency, v.interval, v.interval_count, v.proration_unit, v.grace_period_seconds,
            coalesce((SELECT json_agg(json_build_object('id', p.id, 'code', p.code, 'meter_id', p.meter_id,
                                                        'definition', p.definition) ORDER BY p.position)
                        FROM prices p WHERE p.plan_id = v.plan_id AND p.version = v.version), '[]') AS prices
       FROM plan_versions v WHERE v.plan_id = $1 AND v.version = $2`,
    [planId, version],
  );
  const [row] = rows;
  if (!row) throw notFound('plan version', `${planId}, version ${String(version)}`, 'plan');
  const loaded: PlanVersion = {
    planId,
    version,
    currency: row.currency,
    interval: row.interval,
    intervalCount: row.interval_count,
    prorationUnit: row.proration_unit,
    gracePeriodSeconds: row.grace_period_seconds,
    prices: row.prices.map(toPrice),
  };
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(key, loaded);
  return loaded;
}

function toPrice(row: VersionRow['prices'][number]): Price {
  const definition = priceDefinition.parse(row.definition);
  const base = { id: row.id, code: row.code, model: toModel(definition) };
  if (definition.type === 'usage') {
    if (row.meter_id === null) throw new Error(`usage price ${row.id} has no meter`);
    return { ...base, type: 'usage', billing: 'in_arrears', meterId: row.meter_id };
  }
  return { ...base, type: 'fixed', billing: definition.billing, quantityFrom: definition.quantity_from };
}

/** The pricing model of a stored or requested definition. */
export function toModel(definition: PriceDefinition): Model {
  switch (definition.model) {
    case 'flat':
      return { model: 'flat', amount: decimal(definition.amount) };
    case 'per_unit':
      return { model: 'per_unit', unitAmount: decimal(definition.unit_amount) };
    case 'graduated':
      return {
        model: 'graduated',
        tiers: definition.tiers.map((tier) => ({
          upTo: tier.up_to === 'inf' ? 'inf' : decimal(tier.up_to),
          unitAmount: decimal(tier.unit_amount),
          flatAmount: decimal(tier.flat_amount),
        })),
      };
  }
}

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`stored decimal ${text} cannot be read`);
  return value;
}
