/** What an organization is entitled to, and how much of it is used. */
import type { Entitlement as Standing } from '../../domain/entitlements/snapshot.ts';
import { formatDecimal } from '../../domain/quantity.ts';
import type { GraphqlContext } from '../context.ts';
import type { Entitlement } from '../generated.ts';

/** By the code of the feature; none where its customer is deleted. */
export async function entitlementsOf(context: GraphqlContext, customerId: string): Promise<Entitlement[]> {
  const snapshot = await context.entitlements.load(customerId);
  return [...(snapshot?.entitlements ?? [])]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([feature, entitlement]) => describe(feature, entitlement));
}

function describe(feature: string, given: Standing): Entitlement {
  const nothing = { limit: null, used: null, remaining: null, isOver: false, resetsAt: null, value: null };
  switch (given.type) {
    case 'boolean':
      return { ...nothing, feature, kind: 'BOOLEAN', has: given.value };
    case 'config':
      return { ...nothing, feature, kind: 'CONFIG', has: true, value: given.value };
    case 'limit': {
      const { limit, used } = given;
      return {
        ...nothing,
        feature,
        kind: 'LIMIT',
        has: limit !== 0,
        limit: limit === null ? null : String(limit),
        used: used === null ? null : String(used),
        remaining: limit === null || used === null ? null : String(Math.max(0, limit - used)),
        isOver: limit !== null && used !== null && used > limit,
      };
    }
    case 'metered': {
      const { allowance, used } = given;
      const left = allowance?.sub(used) ?? null;
      return {
        ...nothing,
        feature,
        kind: 'METERED',
        has: allowance === null || allowance.compare(0) > 0,
        limit: allowance && formatDecimal(allowance),
        used: formatDecimal(used),
        remaining: left && (left.compare(0) < 0 ? '0' : formatDecimal(left)),
        isOver: left !== null && left.compare(0) < 0,
        resetsAt: given.period.end,
      };
    }
  }
}
