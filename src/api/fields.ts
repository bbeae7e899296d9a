/** Fields that many resources share, with what makes them valid. */
import './zodExtension.ts';
import { z } from 'zod';
import { storable } from '../catalog/fields.ts';
import { isTimezone } from '../domain/calendar.ts';
import { formatInstant, parseInstant, type Instant } from '../domain/instant.ts';
import type { PageRequest } from '../store/reads/page.ts';

export { code, currency, decimal, idOf, metadata, text } from '../catalog/fields.ts';

// Outside of these years Postgres has no such time, or the periods that follow from it soon leave its range.
const firstInstant = Date.UTC(1970, 0);
const lastInstant = Date.UTC(3000, 0);

export const instant = z
  .string()
  .transform((given, context): Instant => {
    const at = parseInstant(given);
    if (at !== undefined && at >= firstInstant && at < lastInstant) return at;
    context.addIssue({
      code: 'custom',
      message: 'give an RFC 3339 time of the years 1970 to 2999, such as 2026-01-31T00:00:00Z',
    });
    return z.NEVER;
  })
  .openapi({ type: 'string', format: 'date-time' });

/** An amount of money in minor units, more than nothing and within what can be billed. */
export const amount = z
  .int()
  .min(1)
  .max(1_000_000_000_000_000)
  .transform(BigInt)
  .openapi({ type: 'integer', format: 'int64', minimum: 1 });

/** From 0 to 100, exact. */
export const percentage = z
  .string()
  .regex(
    /^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)$/,
    'give a percentage from 0 to 100 with up to 4 fractional digits, such as "8.875"',
  );

export const country = z.string().regex(/^[A-Z]{2}$/, 'give an ISO 3166 country code, such as DE');

export const timezone = z
  .string()
  .refine(isTimezone, { error: 'give an IANA timezone, such as Europe/Berlin' });

export const pageQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'give a number from 1 to 100')
    .transform(Number)
    .default(20)
    .openapi({ type: 'integer', minimum: 1, maximum: 100, default: 20 }),
  cursor: z.string().max(100).refine(storable, { error: 'give a next_cursor' }).optional(),
};

/** What every resource has. */
export const resourceFields = {
  id: z.string(),
  created: z.string(),
  livemode: z.boolean(),
  metadata: z.record(z.string(), z.string()),
};

export const integer = z.bigint().openapi({ type: 'integer', format: 'int64' });
export const time = z.string().openapi({ format: 'date-time' });
export const optionalTime = time.nullable();

/** A list in the contract's form. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  });

export function toList<Row extends { readonly id: string }, Item>(
  { rows, hasMore }: { readonly rows: readonly Row[]; readonly hasMore: boolean },
  toResource: (row: Row) => Item,
) {
  return {
    object: 'list' as const,
    data: rows.map(toResource),
    has_more: hasMore,
    next_cursor: hasMore ? (rows.at(-1)?.id ?? null) : null,
  };
}

/** A list that is never long. */
export function allOf<Item>(data: Item[]) {
  return { object: 'list' as const, data, has_more: false, next_cursor: null };
}

export function pageOf(query: PageRequest): PageRequest {
  return { limit: query.limit, cursor: query.cursor };
}

export function toTime(at: Instant): string {
  return formatInstant(at);
}

export function toOptionalTime(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
