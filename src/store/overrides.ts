/** Negotiated prices, as they come out for a version of a plan. */
import { defineOverrides, type PriceOverride, type WrittenOverride } from '../catalog/override.ts';
import { toPriceUnits } from '../catalog/priceUnits.ts';
import { notFound } from '../domain/errors.ts';
import type { PlanId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';
import { loadMeters } from './meters.ts';
import { readPlanVersions } from './planWrites.ts';

/** Throws a `BillingError` 400 that names what of them a version has no place for. */
export async function overridesFor(
  db: Queryable,
  planId: PlanId,
  version: number,
  written: readonly WrittenOverride[],
): Promise<PriceOverride[]> {
  if (written.length === 0) return [];
  const saved = (await readPlanVersions(db, planId)).find((row) => row.version === version);
  if (!saved) throw notFound('plan version', `${planId}, version ${String(version)}`, 'plan_version');
  const meterIds = saved.prices.flatMap(({ meter_id: id }) => (id === null ? [] : [id]));
  return defineOverrides(
    written,
    saved.prices,
    toPriceUnits(saved.price_units),
    await loadMeters(db, meterIds),
  );
}

/** What was negotiated, as it was written, to be carried over to another version. */
export function writtenOverrides(overrides: readonly { readonly code: string }[]): WrittenOverride[] {
  return (overrides as readonly PriceOverride[]).map(({ written }) => written);
}
