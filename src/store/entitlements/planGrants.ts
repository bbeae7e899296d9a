/** What versions of plans give: immutable, so what was read once is kept. */
import { readGrant } from '../../catalog/entitlement.ts';
import type { Giver } from '../../domain/entitlements/combine.ts';
import type { FeatureType } from '../../domain/entitlements/feature.ts';
import type { PlanGrant } from '../../domain/entitlements/snapshot.ts';
import type { FeatureId, MeterId, PlanId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';

type Named = Pick<Giver, 'planId' | 'version'>;

/** Ids are unique over databases, so one map serves all. */
const cache = new Map<string, readonly PlanGrant[]>();
const cacheLimit = 10_000;

/** What each of these gives; throws where one that was not named is asked for. */
export async function loadPlanGrants(
  db: Queryable,
  named: readonly Named[],
): Promise<(giver: Named) => readonly PlanGrant[]> {
  const grants = new Map(named.map((of) => [keyOf(of), cache.get(keyOf(of))]));
  const unknown = [...new Map(named.map((of) => [keyOf(of), of])).values()].filter(
    (of) => grants.get(keyOf(of)) === undefined,
  );
  for (const [key, read] of await readPlanGrants(db, unknown)) {
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(key, read);
    grants.set(key, read);
  }
  return (giver) => {
    const own = grants.get(keyOf(giver));
    if (!own) throw new Error(`what ${keyOf(giver)} gives was not loaded`);
    return own;
  };
}

interface Row {
  readonly plan_id: PlanId;
  readonly version: number;
  readonly feature_id: FeatureId;
  readonly code: string;
  readonly type: FeatureType;
  readonly meter_id: MeterId | null;
  readonly grants: unknown;
}

async function readPlanGrants(db: Queryable, named: readonly Named[]): Promise<Map<string, PlanGrant[]>> {
  const read = new Map<string, PlanGrant[]>(named.map((of) => [keyOf(of), []]));
  if (named.length === 0) return read;
  const { rows } = await db.query<Row>({
    name: 'readPlanGrants',
    text: `SELECT g.plan_id, g.version, f.id AS feature_id, f.code, f.type, f.meter_id, g.grants
             FROM unnest($1::text[], $2::int[]) AS n(plan_id, version)
             JOIN plan_features g ON g.plan_id = n.plan_id AND g.version = n.version
             JOIN features f ON f.id = g.feature_id
            ORDER BY g.plan_id, g.version, g.position`,
    values: [named.map(({ planId }) => planId), named.map(({ version }) => version)],
  });
  for (const { plan_id: planId, version, feature_id: id, code, type, meter_id: meterId, grants } of rows) {
    read.get(keyOf({ planId, version }))?.push({
      feature: { id, code, type, meterId },
      grant: readGrant(type, grants),
    });
  }
  return read;
}

function keyOf({ planId, version }: Named): string {
  return `${planId}/${String(version)}`;
}
