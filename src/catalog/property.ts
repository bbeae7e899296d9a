/** Properties of events, as meters and prices name them. */
import { z } from 'zod';
import type { PropertyFilter } from '../domain/usage.ts';
import { storable, text } from './fields.ts';

/** The path of an event property, such as "region" or "request.region". */
export const propertyPath = text(200).regex(
  /^[^.]+(\.[^.]+)*$/,
  'give the names of a property, joined by points, such as "region" or "request.region"',
);

/** Longer values are told apart by a hash, which no price can name. */
const maximumValueBytes = 200;

/** A value that an event property may have, as text. */
export const propertyValue = z
  .string()
  .refine((value) => storable(value) && new TextEncoder().encode(value).length <= maximumValueBytes, {
    error: `give text of ${String(maximumValueBytes)} bytes at most`,
  });

const values = z.array(propertyValue).min(1).max(100).optional();

const propertyFilter = z
  .strictObject({ property: propertyPath, in: values, not_in: values })
  .refine((given) => (given.in === undefined) !== (given.not_in === undefined), {
    error: 'give either "in" or "not_in", with the values',
  });
export type PropertyFilterDefinition = z.output<typeof propertyFilter>;

/** Each passes the events whose property has one of the values, or none of them. */
export const propertyFilters = z.array(propertyFilter).max(20);

export function toFilter({
  property,
  in: included,
  not_in: notIn,
}: PropertyFilterDefinition): PropertyFilter {
  return { property, ...(included && { in: included }), ...(notIn && { notIn }) };
}

/** As it is written. */
export function fromFilter({ property, in: included, notIn }: PropertyFilter): PropertyFilterDefinition {
  return { property, ...(included && { in: [...included] }), ...(notIn && { not_in: [...notIn] }) };
}
