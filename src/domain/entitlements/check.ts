/** Whether a customer may use (more of) a feature, and why: deny by default. */
import { formatExact, parseDecimal, zero, type Decimal } from '../quantity.ts';
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

/** How much there is of something counted; null: without limit, or not known. */
export interface Amounts {
  /** Beyond it a check says no. */
  readonly limit: Decimal | null;
  /** Null where Dunlin does not count it. */
  readonly used: Decimal | null;
  /** What is left up to the limit, and not below zero; null: without limit. */
  readonly remaining: Decimal | null;
  /** More is used than the limit: after a downgrade. Nothing is taken, nothing may be added. */
  readonly over: boolean;
}

export interface MeteredAmounts extends Amounts {
  /** What is included; null: without limit. */
  readonly allowance: Decimal | null;
  /** The allowance less what was used: below zero where more was used. */
  readonly balance: Decimal | null;
  readonly softLimit: Decimal | null;
  /** When the next period begins; null while nobody knows, as at a renewal. */
  readonly resetsAt: Instant | null;
}

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

/** How much there is of an entitlement that is counted. */
export function amountsOf(entitlement: Entitlement & { readonly type: 'limit' }): Amounts;
export function amountsOf(entitlement: Entitlement & MeteredEntitlement): MeteredAmounts;
export function amountsOf(
  entitlement: Entitlement & { readonly type: 'limit' | 'metered' },
): Amounts | MeteredAmounts {
  if (entitlement.type === 'limit') {
    const limit = entitlement.limit === null ? null : zero.add(entitlement.limit);
    return against(limit, entitlement.used === null ? null : zero.add(entitlement.used));
  }
  const { allowance, softLimit, hardLimit, used, period } = entitlement;
  return {
    ...against(hardLimit, used),
    allowance,
    balance: allowance?.sub(used) ?? null,
    softLimit,
    resetsAt: period.end,
  };
}

function against(limit: Decimal | null, used: Decimal | null): Amounts {
  const left = limit?.sub(used ?? zero) ?? null;
  return {
    limit,
    used,
    remaining: left === null ? null : left.lt(0) ? zero : left,
    over: left?.lt(0) ?? false,
  };
}

/** What an entitlement is, for people and programs to read: quantities as exact decimals. */
export interface DescribedEntitlement {
  readonly type: Entitlement['type'];
  readonly value?: JsonValue;
  readonly limit?: string | null;
  readonly used?: string | null;
  readonly remaining?: string | null;
  readonly over?: boolean;
  readonly allowance?: string | null;
  readonly balance?: string | null;
  readonly softLimit?: string | null;
  readonly resetsAt?: Instant | null;
}

export function describeEntitlement(entitlement: Entitlement): DescribedEntitlement {
  switch (entitlement.type) {
    case 'boolean':
    case 'config':
      return { type: entitlement.type, value: entitlement.value };
    case 'limit':
      return { type: 'limit', ...describeAmounts(amountsOf(entitlement)) };
    case 'metered': {
      const amounts = amountsOf(entitlement);
      return {
        type: 'metered',
        ...describeAmounts(amounts),
        allowance: write(amounts.allowance),
        balance: write(amounts.balance),
        softLimit: write(amounts.softLimit),
        resetsAt: amounts.resetsAt,
      };
    }
  }
}

function describeAmounts({ limit, used, remaining, over }: Amounts) {
  return { limit: write(limit), used: write(used), remaining: write(remaining), over };
}

function write(value: Decimal | null): string | null {
  return value === null ? null : formatExact(value);
}

/** A quantity that a check asks for; undefined for a text that is none, or below zero. */
export function parseQuantity(text: string): Decimal | undefined {
  const value = parseDecimal(text);
  return value === undefined || value.lt(0) ? undefined : value;
}
