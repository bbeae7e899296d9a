/** What is given of a feature as it is written: in requests, catalog files and the database (api.md, plans). */
import { z } from 'zod';
import type { Feature, Grant, JsonValue } from '../domain/entitlements/feature.ts';
import { BillingError } from '../domain/errors.ts';
import { formatDecimal, parseDecimal, type Decimal } from '../domain/quantity.ts';

const quantity = z
  .string()
  .regex(/^\d{1,30}(\.\d{1,12})?$/, 'Give a decimal string of 0 or more, such as "1000".');

/** All that may be given; which of it, the type of the feature says. */
export const grantFields = {
  /** Of a boolean: true or false. Of a config: any JSON of up to 4 KB. */
  value: z.unknown().optional(),
  /** Of a limit: how many there may be; null: without limit. */
  limit: z.int().min(0).max(1_000_000_000).nullable().optional(),
  /** Of a metered one, for each period: what is included; null: without limit. */
  allowance: quantity.nullable().optional(),
  /** Beyond it a check says so, and still allows. */
  soft_limit: quantity.optional(),
  /** Beyond it a check does not allow. */
  hard_limit: quantity.optional(),
};
export type WrittenGrant = z.output<z.ZodObject<typeof grantFields>>;

const maximumConfigBytes = 4096;

/**
 * What is given of a feature. Throws a `BillingError` 400 whose `param` is the field where it is not what the feature's
 * type asks for.
 */
export function defineGrant({ code, type }: Pick<Feature, 'code' | 'type'>, written: WrittenGrant): Grant {
  const allowed: Record<typeof type, readonly (keyof WrittenGrant)[]> = {
    boolean: ['value'],
    limit: ['limit'],
    metered: ['allowance', 'soft_limit', 'hard_limit'],
    config: ['value'],
  };
  const [needed] = allowed[type];
  const fields = (Object.keys(grantFields) as (keyof WrittenGrant)[]).filter(
    (field) => written[field] !== undefined,
  );
  const wrong = fields.find((field) => !allowed[type].includes(field));
  if (wrong !== undefined || needed === undefined || written[needed] === undefined) {
    throw new BillingError(
      400,
      'grant_invalid',
      `Feature ${code} is ${type}: give ${allowed[type].join(', ')}${type === 'metered' ? ' (the limits where there are any)' : ''} and nothing else.`,
      wrong ?? needed,
    );
  }
  return toGrant(code, type, written);
}

function toGrant(code: string, type: Feature['type'], written: WrittenGrant): Grant {
  switch (type) {
    case 'boolean':
      if (typeof written.value === 'boolean') return { type, value: written.value };
      throw new BillingError(
        400,
        'grant_invalid',
        `Feature ${code} is boolean: give true or false.`,
        'value',
      );
    case 'limit':
      return { type, limit: written.limit ?? null };
    case 'metered':
      return {
        type,
        allowance: toQuantity(written.allowance),
        softLimit: toQuantity(written.soft_limit),
        hardLimit: toQuantity(written.hard_limit),
      };
    case 'config': {
      const json = JSON.stringify(written.value);
      // As for all text: Postgres stores no NUL, and half a surrogate pair is no text.
      if (Buffer.byteLength(json) > maximumConfigBytes || /\\u(0000|d[89a-f])/i.test(json)) {
        throw new BillingError(
          400,
          'grant_invalid',
          `Give feature ${code} a value of 4 KB or less, without characters that are not text.`,
          'value',
        );
      }
      return { type, value: written.value as JsonValue };
    }
  }
}

function toQuantity(text: string | null | undefined): Decimal | null {
  return text == null ? null : (parseDecimal(text) ?? null);
}

/** As it is stored and answered: the shortest form, so that what is given twice alike reads alike. */
export function writeGrant(grant: Grant): WrittenGrant {
  switch (grant.type) {
    case 'boolean':
      return { value: grant.value };
    case 'config':
      return { value: grant.value };
    case 'limit':
      return { limit: grant.limit };
    case 'metered':
      return {
        allowance: grant.allowance === null ? null : formatDecimal(grant.allowance),
        ...(grant.softLimit && { soft_limit: formatDecimal(grant.softLimit) }),
        ...(grant.hardLimit && { hard_limit: formatDecimal(grant.hardLimit) }),
      };
  }
}

const storedSchema = z.object(grantFields);

/** What was stored by `writeGrant`. */
export function readGrant(type: Feature['type'], stored: unknown): Grant {
  return toGrant('', type, storedSchema.parse(stored));
}
