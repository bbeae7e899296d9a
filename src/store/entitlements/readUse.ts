/** How much of what they are entitled to customers have used: by the rollups that are billed, and by counting. */
import { countedFeatures, type CountedFeature } from '../../domain/entitlements/feature.ts';
import type { MeteredUse, Use } from '../../domain/entitlements/snapshot.ts';
import type { CustomerId, FeatureId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { FeatureCode } from '../../domain/permissions/permission.ts';
import type { Decimal } from '../../domain/quantity.ts';
import { notBelowZero } from '../../domain/quantity.ts';
import type { Queryable } from '../database.ts';
import { loadMeters } from '../meters.ts';
import { totalUsage } from '../usage.ts';

export interface UseQuestion {
  readonly customerId: CustomerId;
  readonly at: Instant;
  readonly metered: readonly MeteredUse[];
}

/** The use of each customer that is asked about. */
export async function readUse(
  db: Queryable,
  questions: readonly UseQuestion[],
): Promise<(id: CustomerId) => Use> {
  const metered = await readMetered(db, questions);
  const counted = await readCounted(
    db,
    questions.map(({ customerId }) => customerId),
  );
  return (id) => ({
    metered: metered.get(id) ?? new Map<FeatureId, Decimal>(),
    counted: counted.get(id) ?? new Map<FeatureCode, number>(),
  });
}

/** What was used up to now of the open periods, and not below zero: it is billed so, too. */
async function readMetered(
  db: Queryable,
  questions: readonly UseQuestion[],
): Promise<Map<CustomerId, Map<FeatureId, Decimal>>> {
  const asked = questions.flatMap(({ customerId, at, metered }) =>
    metered.map(({ feature, period }) => ({ customerId, at, feature, period })),
  );
  const used = new Map<CustomerId, Map<FeatureId, Decimal>>();
  if (asked.length === 0) return used;
  const meters = await loadMeters(
    db,
    asked.flatMap(({ feature: { meterId } }) => (meterId === null ? [] : [meterId])),
  );
  const { groups } = await totalUsage(
    db,
    asked.map(({ customerId, at, feature, period: { start } }) => {
      const meter = feature.meterId === null ? undefined : meters.get(feature.meterId);
      if (!meter) throw new Error(`feature ${feature.code} has no meter`);
      return { customerId, meter, period: { start, end: at > start ? at : start } };
    }),
  );
  for (const [nth, { customerId, feature }] of asked.entries()) {
    const quantity = groups[nth]?.[0]?.quantity;
    const own = used.get(customerId) ?? new Map<FeatureId, Decimal>();
    if (quantity) own.set(feature.id, notBelowZero(quantity));
    used.set(customerId, own);
  }
  return used;
}

type CountedRow = { readonly customer_id: CustomerId } & Readonly<Record<CountedFeature, number>>;

/** What the organizations of customers have of what bounds permissions. */
async function readCounted(
  db: Queryable,
  customerIds: readonly CustomerId[],
): Promise<Map<CustomerId, Map<FeatureCode, number>>> {
  if (customerIds.length === 0) return new Map();
  const { rows } = await db.query<CountedRow>({
    name: 'readCountedUse',
    text: countedSql,
    values: [customerIds],
  });
  return new Map(
    rows.map((row) => [row.customer_id, new Map(countedFeatures.map((code) => [code, row[code]]))]),
  );
}

/** A graph that was deleted takes its variants with it, whether they say so or not. */
export const countedSql = `
  SELECT o.customer_id,
         (SELECT count(*)::int FROM billable_members b WHERE b.organization_id = o.id) AS seats,
         (SELECT count(*)::int FROM graphs g WHERE g.organization_id = o.id AND g.deleted_at IS NULL) AS graphs,
         (SELECT count(*)::int FROM variants v JOIN graphs g ON g.id = v.graph_id
           WHERE v.organization_id = o.id AND v.deleted_at IS NULL AND g.deleted_at IS NULL) AS variants
    FROM organizations o
   WHERE o.customer_id = ANY($1) AND o.deleted_at IS NULL`;
