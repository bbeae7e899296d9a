/** What customers are entitled to, as clients see it: quantities as decimal strings. */
import { z } from 'zod';
import { describeEntitlement } from '../domain/entitlements/check.ts';
import { featureTypes } from '../domain/entitlements/feature.ts';
import type { Entitlement } from '../domain/entitlements/snapshot.ts';
import { optionalTime, toOptionalTime } from './fields.ts';

/** Those that its type has: of a limit the first four of the amounts, of a metered feature all. */
export const entitlementFields = {
  type: z.enum(featureTypes).optional(),
  source: z.enum(['subscription', 'fallback', 'override']).optional(),
  override: z.string().optional(),
  override_ends_at: optionalTime.optional(),
  /** Of a boolean and of a config. */
  value: z.unknown().optional(),
  /** Beyond it a check says no; null: without limit. */
  limit: z.string().nullable().optional(),
  /** Null where Dunlin does not count it. */
  used: z.string().nullable().optional(),
  remaining: z.string().nullable().optional(),
  /** More is used than the limit: nothing is taken, nothing may be added. */
  over: z.boolean().optional(),
  /** What is included in a period; null: without limit. */
  allowance: z.string().nullable().optional(),
  /** The allowance less what was used. */
  balance: z.string().nullable().optional(),
  soft_limit: z.string().nullable().optional(),
  resets_at: optionalTime.optional(),
};

export type EntitlementAnswer = z.input<z.ZodObject<typeof entitlementFields>>;

export function toEntitlement(entitlement: Entitlement): EntitlementAnswer {
  const { source } = entitlement;
  const { value, softLimit, resetsAt, ...described } = describeEntitlement(entitlement);
  return {
    ...described,
    source: source.from,
    ...(source.from === 'override' && {
      override: source.overrideId,
      override_ends_at: toOptionalTime(source.endsAt),
    }),
    ...(value !== undefined && { value }),
    ...(softLimit !== undefined && { soft_limit: softLimit }),
    ...(resetsAt !== undefined && { resets_at: toOptionalTime(resetsAt) }),
  };
}
