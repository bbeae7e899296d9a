/**
 * How what several plans give of one feature comes together: any true makes it true, limits and allowances add up, and
 * without limit wins. Of configurations an add-on's wins over a plan's, and of two of a kind the one of the plan that was
 * created later. The order in which they are combined makes no difference.
 */
import type { PlanId } from '../ids.ts';
import type { Decimal } from '../quantity.ts';
import type { Grant } from './feature.ts';

export interface Given {
  readonly grant: Grant;
  readonly by: Giver;
}

/** Which plan gives it. Ids sort by time, so they say which was created later. */
export interface Giver {
  readonly isAddOn: boolean;
  readonly planId: PlanId;
  readonly version: number;
}

/** Throws where they are of different types: both are of one feature, whose type never changes. */
export function combine(one: Given, other: Given): Given {
  const by = outranks(one.by, other.by) ? one.by : other.by;
  const [a, b] = [one.grant, other.grant];
  if (a.type === 'boolean' && b.type === 'boolean') {
    return { by, grant: { type: 'boolean', value: a.value || b.value } };
  }
  if (a.type === 'limit' && b.type === 'limit') {
    const limit = a.limit === null || b.limit === null ? null : a.limit + b.limit;
    return { by, grant: { type: 'limit', limit } };
  }
  if (a.type === 'metered' && b.type === 'metered') {
    return {
      by,
      grant: {
        type: 'metered',
        allowance: sum(a.allowance, b.allowance),
        softLimit: sum(a.softLimit, b.softLimit),
        hardLimit: sum(a.hardLimit, b.hardLimit),
      },
    };
  }
  if (a.type === 'config' && b.type === 'config') return { by, grant: by === one.by ? a : b };
  throw new Error(`${a.type} and ${b.type} are of one feature`);
}

/** What several of an add-on give. */
export function times(grant: Grant, quantity: number): Grant {
  switch (grant.type) {
    case 'boolean':
    case 'config':
      return grant;
    case 'limit':
      return { type: 'limit', limit: grant.limit === null ? null : grant.limit * quantity };
    case 'metered':
      return {
        type: 'metered',
        allowance: grant.allowance?.mul(quantity) ?? null,
        softLimit: grant.softLimit?.mul(quantity) ?? null,
        hardLimit: grant.hardLimit?.mul(quantity) ?? null,
      };
  }
}

function sum(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : a.add(b);
}

function outranks(one: Giver, other: Giver): boolean {
  if (one.isAddOn !== other.isAddOn) return one.isAddOn;
  if (one.planId !== other.planId) return one.planId > other.planId;
  return one.version > other.version;
}
