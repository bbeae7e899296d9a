/** Plans, their immutable versions and prices. */
import { definitionSchema, toTerms } from '../catalog/price.ts';
import { priceUnitsSchema, toPriceUnits } from '../catalog/priceUnits.ts';
import type { Interval } from '../domain/calendar.ts';
import { notFound } from '../domain/errors.ts';
import type { MeterId, PlanId, PriceId } from '../domain/ids.ts';
import type { PlanVersion } from '../domain/plan.ts';
import type { Price, PriceUnit } from '../domain/pricing/price.ts';
import type { ProrationUnit } from '../domain/proration.ts';
import type { Queryable } from './database.ts';

interface VersionRow {
  readonly currency: string;
  readonly interval: Interval;
  readonly interval_count: number;
  readonly proration_unit: ProrationUnit;
  readonly grace_period_seconds: number;
  readonly trial_days: number;
  readonly trial_usage: PlanVersion['trialUsage'];
  readonly trial_end_behavior: PlanVersion['trialEndBehavior'];
  readonly seats_down: PlanVersion['seatsDown'];
  readonly price_units: unknown;
  readonly prices: readonly PriceRow[];
}

interface PriceRow {
  readonly id: PriceId;
  readonly code: string;
  readonly meter_id: MeterId | null;
  readonly definition: unknown;
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
    `SELECT v.currency, v.interval, v.interval_count, v.proration_unit, v.grace_period_seconds, v.trial_days,
            v.trial_usage, v.trial_end_behavior, v.seats_down, v.price_units,
            coalesce((SELECT json_agg(json_build_object('id', p.id, 'code', p.code, 'meter_id', p.meter_id,
                                                        'definition', p.definition) ORDER BY p.position)
                        FROM prices p WHERE p.plan_id = v.plan_id AND p.version = v.version), '[]') AS prices
       FROM plan_versions v WHERE v.plan_id = $1 AND v.version = $2`,
    [planId, version],
  );
  const [row] = rows;
  if (!row) throw notFound('plan version', `${planId}, version ${String(version)}`, 'plan');
  const priceUnits = toPriceUnits(priceUnitsSchema.parse(row.price_units));
  const loaded: PlanVersion = {
    planId,
    version,
    currency: row.currency,
    interval: row.interval,
    intervalCount: row.interval_count,
    prorationUnit: row.proration_unit,
    gracePeriodSeconds: row.grace_period_seconds,
    trialDays: row.trial_days,
    trialUsage: row.trial_usage,
    trialEndBehavior: row.trial_end_behavior,
    seatsDown: row.seats_down,
    priceUnits,
    prices: row.prices.map((price) => toPrice(price, priceUnits)),
  };
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(key, loaded);
  return loaded;
}

function toPrice({ id, code, meter_id, definition }: PriceRow, units: readonly PriceUnit[]): Price {
  const stored = definitionSchema.parse(definition);
  const unit = units.find((known) => known.code === stored.price_unit) ?? null;
  if (stored.price_unit !== undefined && unit === null) {
    throw new Error(`price ${id} is in ${stored.price_unit}, which its plan version does not have`);
  }
  return { id, code, ...toTerms(stored, meter_id, unit) };
}

/** One of these ids that is no plan's; undefined: all are. */
export async function findUnknownPlan(db: Queryable, ids: readonly PlanId[]): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM unnest($1::text[]) AS given(id) WHERE NOT EXISTS (SELECT FROM plans p WHERE p.id = given.id) LIMIT 1`,
    [ids],
  );
  return rows[0]?.id;
}
