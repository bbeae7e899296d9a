/** Fields of the catalog, wherever they are written: in a request, in a file, in a stored definition. */
import { z } from 'zod';
import { idPrefixes, isId, type Id, type Resource } from '../domain/ids.ts';
import { isCurrency } from '../domain/money.ts';
import { parseDecimal, type Decimal } from '../domain/quantity.ts';

/** Whether Postgres can store a text: a NUL cannot be, and half a surrogate pair is no text. */
export const storable = (text: string) => !text.includes('\0') && text.isWellFormed();

/** Text for people, of a bounded length. */
export const text = (maximum = 500) =>
  z.string().min(1).max(maximum).refine(storable, { error: 'has characters that are not text' });

/** A name for programs. */
export const code = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/, 'use 1 to 100 letters, digits, and _ . : -');

export const idOf = <R extends Resource>(resource: R) =>
  z.string().refine((id): id is Id<R> => isId(resource, id), {
    error: `give the id of a ${resource.replaceAll('_', ' ')}, which starts with ${idPrefixes[resource]}_`,
  });

/** A decimal of up to 12 fractional digits, as a string. */
export const decimal = z.string().refine((given) => parseDecimal(given) !== undefined, {
  error: 'give a decimal string with up to 12 fractional digits, such as "0.0025"',
});

/** The number that a checked `decimal` names. */
export function toDecimal(checked: string): Decimal {
  const value = parseDecimal(checked);
  if (value === undefined) throw new Error(`decimal ${checked} was not checked`);
  return value;
}

/** The number that an optional `decimal` names; null where there is none. */
export function toOptionalDecimal(checked: string | undefined): Decimal | null {
  return checked === undefined ? null : toDecimal(checked);
}

/** A count of whole things: a JSON integer, or its digits as a string. */
export const count = z.union([z.int().min(0), z.string().regex(/^\d{1,15}$/)], {
  error: 'give a whole number, such as 100',
});

export const currency = z
  .string()
  .refine(isCurrency, { error: 'give an ISO 4217 currency code, such as USD' });

/** What clients keep with a resource, for themselves. */
export const metadata = z
  .record(
    z.string().min(1).max(40).refine(storable, { error: 'is not text' }),
    z.string().max(500).refine(storable, { error: 'is not text' }),
  )
  .refine((entries) => Object.keys(entries).length <= 50, { error: 'give 50 entries at most' });
