/** Properties of events, as meters and prices name them. */
import { z } from 'zod';
import type { PropertyFilter } from '../domain/usage.ts';

/** `region`, or `request.region` for one inside another. */
export const propertyPath = z
  .string()
  .max(200)
  .regex(
    /^[^\s.\0]+(\.[^\s.\0]+)*$/,
    'give a property of the event\'s data, such as "region" or "request.region"',
  );

const values = z
  .array(z.string().min(1).max(200).regex(/^[^\0]*$/, 'has characters that are not text'))
  .min(1)
  .max(100);

/** Each passes the events whose property has one of the values, or none of them. */
export const propertyFilters = z
  .array(
    z
      .union(
        [
          z.strictObject({ property: propertyPath, in: values }),
          z.strictObject({ property: propertyPath, not_in: values }),
        ],
        { error: 'give a property, and "in" or "not_in" with 1 to 100 values' },
      )
      .transform((filter): PropertyFilter =>
        'in' in filter ? filter : { property: filter.property, notIn: filter.not_in },
      ),
  )
  .max(20);
