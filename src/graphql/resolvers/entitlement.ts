/** What the plan of an organization allows, and how much of it is used. */
import { featureCodes } from '../../domain/permissions/permission.ts';
import type { GraphqlContext } from '../context.ts';
import type { Entitlement } from '../generated.ts';

const nothing = { limit: null, used: null, remaining: null, isOver: false, resetsAt: null, value: null };

/** Of the features that bound permissions. */
export async function entitlementsOf(context: GraphqlContext, id: string): Promise<Entitlement[]> {
  const found = await context.access.load(id);
  if (!found) throw new Error(`there is no organization ${id}`);
  const { features, limits, used: usedOf } = found.access.bounds;
  return featureCodes.map((feature): Entitlement => {
    if (!usedOf.has(feature) && !limits.has(feature)) {
      return { ...nothing, feature, kind: 'BOOLEAN', has: features.has(feature) };
    }
    const limit = limits.has(feature) ? (limits.get(feature) ?? null) : 0;
    const used = usedOf.get(feature) ?? 0;
    return {
      ...nothing,
      feature,
      kind: 'LIMIT',
      has: limit !== 0,
      limit: limit === null ? null : String(limit),
      used: String(used),
      remaining: limit === null ? null : String(Math.max(0, limit - used)),
      isOver: limit !== null && used > limit,
    };
  });
}
