/** Whether a customer may use (more of) a feature, and why: deny by default. */
import { formatExact, notBelowZero, parseDecimal, type Decimal } from '../quantity.ts';
import type { Instant } from '../instant.ts';
import type { JsonValue } from './feature.ts';
import type { Entitlement, EntitlementSnapshot, MeteredEntitlement } from './snapshot.ts';

export type CheckReason =
  /** It has the feature. */
  | 'granted'
  | 'unlimited'
  | 'within_limit'
  | 'within_allowance'
  /** More than is included, which may be used all the same. */
  | 'over_allowance'
  /** As above, and it is to be told. */
  | 'over_soft_limit'
  /** Neither a plan nor an override gives it; or there is no such feature. */
  | 'not_entitled'
  /** Given as false. */
  | 'feature_off'
  | 'limit_reached'
  | 'hard_limit_reached';

export interface CheckResult {
  readonly allowed: boolean;
  readonly reason: CheckReason;
  /** What it was decided on; null: the customer is not entitled to it. */
  readonly entitlement: Entitlement | null;
}

const no = (reason: CheckReason, entitlement: Entitlement | null): CheckResult => ({
  allowed: false,
  reason,
  entitlement,
});
const yes = (reason: CheckReason, entitlement: Entitlement): CheckResult => ({
  allowed: true,
  reason,
  entitlement,
});

/**
 * Whether `quantity` more of a feature may be used; 0 asks whether what is used is within its limits. It makes no
 * difference for features that are not counted. Of a limit that Dunlin does not count, it is what there would be in all.
 */
export function checkEntitlement(
  snapshot: EntitlementSnapshot,
  code: string,
  quantity: Decimal,
): CheckResult {
  const entitlement = snapshot.entitlements.get(code);
  if (!entitlement) return no('not_entitled', null);
  switch (entitlement.type) {
    case 'boolean':
      return entitlement.value ? yes('granted', entitlement) : no('feature_off', entitlement);
    case 'config':
      return yes('granted', entitlement);
    case 'limit': {
      if (entitlement.limit === null) return yes('unlimited', entitlement);
      return quantity.add(entitlement.used ?? 0).lte(entitlement.limit)
        ? yes('within_limit', entitlement)
        : no('limit_reached', entitlement);
    }
    case 'metered':
      return checkMetered(entitlement, quantity);
  }
}

function checkMetered(entitlement: Entitlement & MeteredEntitlement, quantity: Decimal): CheckResult {
  const { allowance, softLimit, hardLimit, used } = entitlement;
  const after = used.add(quantity);
  if (hardLimit?.lt(after)) return no('hard_limit_reached', entitlement);
  if (softLimit?.lt(after)) return yes('over_soft_limit', entitlement);
  if (allowance === null) return yes('unlimited', entitlement);
  return yes(allowance.lt(after) ? 'over_allowance' : 'within_allowance', entitlement);
}

/** What an entitlement is, for people and programs to read: quantities as exact decimals. */
export interface DescribedEntitlement {
  readonly type: Entitlement['type'];
  readonly value?: JsonValue;
  /** Beyond it a check says no; null: without limit. */
  readonly limit?: string | null;
  /** Null where Dunlin does not count it. */
  readonly used?: string | null;
  /** What is left up to the limit, and not below zero. */
  readonly remaining?: string | null;
  /** More is used than the limit, as after a downgrade: nothing is taken, nothing may be added. */
  readonly over?: boolean;
  /** What is included in a period; null: without limit. */
  readonly allowance?: string | null;
  /** The allowance less what was used: below zero where more was used. */
  readonly balance?: string | null;
  readonly softLimit?: string | null;
  /** When the next period begins; null while nobody knows, as at a renewal. */
  readonly resetsAt?: Instant | null;
}

export function describeEntitlement(entitlement: Entitlement): DescribedEntitlement {
  switch (entitlement.type) {
    case 'boolean':
    case 'config':
      return { type: entitlement.type, value: entitlement.value };
    case 'limit':
      return describeLimit(entitlement);
    case 'metered':
      return describeMetered(entitlement);
  }
}

/** Counts are safe integers: no fractions are needed for them. */
function describeLimit({ limit, used }: Entitlement & { readonly type: 'limit' }): DescribedEntitlement {
  const left = limit === null ? null : limit - (used ?? 0);
  return {
    type: 'limit',
    limit: limit === null ? null : String(limit),
    used: used === null ? null : String(used),
    remaining: left === null ? null : String(Math.max(0, left)),
    over: left !== null && left < 0,
  };
}

function describeMetered({
  allowance,
  softLimit,
  hardLimit,
  used,
  period,
}: MeteredEntitlement): DescribedEntitlement {
  const left = hardLimit?.sub(used) ?? null;
  return {
    type: 'metered',
    limit: write(hardLimit),
    used: write(used),
    remaining: write(left && notBelowZero(left)),
    over: left?.lt(0) ?? false,
    allowance: write(allowance),
    balance: write(allowance?.sub(used) ?? null),
    softLimit: write(softLimit),
    resetsAt: period.end,
  };
}

function write(value: Decimal | null): string | null {
  return value === null ? null : formatExact(value);
}

/** A quantity that a check asks for; undefined for a text that is none, or below zero. */
export function parseQuantity(text: string): Decimal | undefined {
  const value = parseDecimal(text);
  return value === undefined || value.lt(0) ? undefined : value;
}
