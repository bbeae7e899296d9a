/** What every report by month is asked by: a book, months, a currency, a format. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import { monthsFrom, parseMonth, type Month } from '../domain/month.ts';
import { book } from './book.ts';
import { currency } from './fields.ts';

const maximumMonths = 120;

const month = z
  .string()
  .transform((given, context): Month => {
    const named = parseMonth(given);
    if (named !== undefined) return named;
    context.addIssue({
      code: 'custom',
      message: 'give a month of the years 1970 to 2999, such as 2026-01',
    });
    return z.NEVER;
  })
  .openapi({ type: 'string', pattern: '^\\d{4}-\\d{2}$' });

export const format = z.enum(['json', 'csv']).default('json');

export const monthlyQuery = z.strictObject({
  book,
  currency: currency.optional(),
  /** The first month and the last one, in UTC. */
  from: month,
  to: month,
  format,
});

type MonthlyQuery = z.output<typeof monthlyQuery>;

/** Throws a `BillingError` 400 for months that end before they begin, or are too many. */
export function monthlyQuestion({ book: of, currency: only, from, to }: MonthlyQuery) {
  if (to < from) {
    throw new BillingError(400, 'months_out_of_order', 'The last month is before the first one.', 'to');
  }
  if (monthsFrom(from, to).length > maximumMonths) {
    throw new BillingError(
      400,
      'months_too_many',
      `Ask for ${String(maximumMonths)} months at most, and for the others by another request.`,
      'to',
    );
  }
  return { book: of, currency: only ?? null, from, to };
}
