/** A catalog as a whole, compared with what is stored and written in one transaction. */
import type pg from 'pg';
import {
  featureChanges,
  meterChanges,
  planChanges,
  type CatalogChange,
  type StoredFeature,
  type StoredMeter,
  type StoredPlan,
} from '../catalog/catalogChanges.ts';
import {
  defineCatalogFeatures,
  defineCatalogMeters,
  defineCatalogPlans,
  type WrittenCatalog,
} from '../catalog/catalogFile.ts';
import { readGrant } from '../catalog/entitlement.ts';
import { definitionSchema, toTerms } from '../catalog/price.ts';
import { toPriceUnits } from '../catalog/priceUnits.ts';
import { BillingError } from '../domain/errors.ts';
import { inTransaction, type Queryable } from './database.ts';
import { insertFeature, readFeatures, toFeature, updateFeature } from './entitlements/features.ts';
import { selectMeters, insertMeter, toMeter, updateMeter, type MeterRow } from './meters.ts';
import { checkExpression } from './meterSql.ts';
import { newId, newOperationId } from './newId.ts';
import {
  addPlanVersion,
  insertPlan,
  savePlanFallback,
  selectPlans,
  updatePlan,
  type NewPlanVersion,
  type PlanVersionRow,
} from './planWrites.ts';

/**
 * What a catalog would change, in the order in which it is written. Throws a `BillingError` that names the place of what
 * is wrong.
 */
export async function compareCatalog(db: Queryable, written: WrittenCatalog): Promise<CatalogChange[]> {
  const described = defineCatalogMeters(written, checkExpression);
  const named = [
    ...described.map(({ code }) => code),
    ...written.plans.flatMap(({ prices }) => prices.flatMap(({ meter }) => meter ?? [])),
    ...written.features.flatMap(({ meter }) => meter ?? []),
  ];
  const stored = await readMeters(db, named);
  const ofMeters = meterChanges(described, stored, () => newId('meter'));
  const meters = new Map<string, StoredMeter>(stored);
  for (const change of ofMeters) {
    if (change.type === 'meter_added') meters.set(change.meter.code, change.meter);
  }
  const features = new Map<string, StoredFeature>(
    await readStoredFeatures(db, [
      ...written.features.map(({ code }) => code),
      ...written.plans.flatMap((plan) => plan.features.map(({ feature }) => feature)),
    ]),
  );
  const ofFeatures = featureChanges(defineCatalogFeatures(written, meters), features, () => newId('feature'));
  for (const change of ofFeatures) {
    if (change.type === 'feature_added') features.set(change.feature.code, change.feature);
  }
  const plans = defineCatalogPlans(written, meters, features);
  return [
    ...ofMeters,
    ...ofFeatures,
    ...planChanges(
      plans,
      await readPlans(
        db,
        plans.map(({ code }) => code),
      ),
    ),
  ];
}

/**
 * Writes what a catalog changes, all of it or nothing; applied again, it changes nothing. Two that are applied at once
 * wait for each other. Throws as `compareCatalog` does.
 */
export async function applyCatalog(pool: pg.Pool, written: WrittenCatalog): Promise<CatalogChange[]> {
  return inTransaction(pool, async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('catalog'))`);
    // Versions that the API adds meanwhile wait as well.
    await tx.query(`SELECT FROM plans WHERE code = ANY($1) ORDER BY id FOR UPDATE`, [
      written.plans.map(({ code }) => code),
    ]);
    const changes = await compareCatalog(tx, written);
    for (const change of changes) await writeChange(tx, change);
    return changes;
  }).catch((error: unknown) => {
    if (isSecondFallback(error)) {
      throw new BillingError(
        409,
        'fallback_taken',
        'Another plan is the fallback. Say "fallback: false" of it in the catalog, or change it first.',
      );
    }
    throw isTaken(error)
      ? new BillingError(
          409,
          'code_taken',
          'A meter or plan of the catalog was just created elsewhere. Run it again.',
        )
      : error;
  });
}

function isSecondFallback(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'plans_fallback';
}

function isTaken(error: unknown): boolean {
  if (!(error instanceof Error) || !('constraint' in error)) return false;
  if (error.constraint === 'features_code_key') return true;
  return error.constraint === 'meters_code_key' || error.constraint === 'plans_code_key';
}

async function writeChange(tx: pg.PoolClient, change: CatalogChange): Promise<void> {
  switch (change.type) {
    case 'meter_added':
      return insertMeter(tx, change.meter);
    case 'meter_renamed':
      return updateMeter(tx, change.meter.id, change.meter);
    case 'feature_added':
      return insertFeature(tx, change.feature);
    case 'feature_renamed':
      return updateFeature(tx, change.feature.id, change.feature);
    case 'fallback_changed':
      return savePlanFallback(tx, change.id, change.fallback);
    case 'plan_added':
      return insertPlan(tx, { ...change.plan, id: newId('plan') }, toNewVersion(change.plan));
    case 'plan_renamed':
      return updatePlan(tx, change.id, change.plan);
    case 'version_added':
      return addPlanVersion(tx, change.id, toNewVersion(change.plan));
  }
}

function toNewVersion({
  version,
  currency,
}: {
  readonly version: StoredPlan['version'];
  readonly currency: string;
}): NewPlanVersion {
  return { ...version, currency, operationId: newOperationId() };
}

async function readMeters(db: Queryable, codes: readonly string[]): Promise<Map<string, StoredMeter>> {
  const { rows } = await db.query<MeterRow>(`${selectMeters} WHERE t.code = ANY($1)`, [codes]);
  return new Map(rows.map((row) => [row.code, { ...toMeter(row), name: row.name, metadata: row.metadata }]));
}

async function readStoredFeatures(
  db: Queryable,
  codes: readonly string[],
): Promise<(readonly [string, StoredFeature])[]> {
  return [...(await readFeatures(db, codes))].map(([code, row]) => [
    code,
    { ...toFeature(row), name: row.name, unit: row.unit, metadata: row.metadata },
  ]);
}

type PlanRow = PlanVersionRow & { readonly id: StoredPlan['id'] };

async function readPlans(db: Queryable, codes: readonly string[]): Promise<Map<string, StoredPlan>> {
  const { rows } = await db.query<PlanRow>(`${selectPlans} WHERE t.code = ANY($1)`, [codes]);
  return new Map(rows.map((row) => [row.code, toStoredPlan(row)]));
}

function toStoredPlan(row: PlanRow): StoredPlan {
  const units = toPriceUnits(row.price_units);
  return {
    id: row.id,
    number: row.version,
    code: row.code,
    name: row.name,
    currency: row.currency,
    metadata: row.metadata,
    fallback: row.fallback,
    version: {
      interval: row.interval,
      intervalCount: row.interval_count,
      prorationUnit: row.proration_unit,
      gracePeriodSeconds: row.grace_period_seconds,
      trialDays: row.trial_days,
      trialUsage: row.trial_usage,
      trialEndBehavior: row.trial_end_behavior,
      seatsDown: row.seats_down,
      priceUnits: row.price_units,
      units,
      pastDueGraceDays: row.past_due_grace_days,
      features: row.features.map(({ id, code, type, meter_id: meterId, grants }) => ({
        feature: { id, code, type, meterId },
        grant: readGrant(type, grants),
      })),
      prices: row.prices.map(({ code, meter_id: meterId, definition: saved }) => {
        const definition = definitionSchema.parse(saved);
        const unit = units.find((known) => known.code === definition.price_unit) ?? null;
        return { code, meterId, definition, terms: toTerms(definition, meterId, unit) };
      }),
    },
  };
}
