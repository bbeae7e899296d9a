/** A meter as it is written: in a request, and in a catalog file. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import { aggregations, type Meter } from '../domain/meter.ts';
import { text } from './fields.ts';
import { propertyFilters, propertyPath, toFilter } from './property.ts';

/** More would make every combination of values a rollup of its own, and slow. */
const maximumGroupBy = 10;

export const meterFields = {
  event_type: text(200),
  aggregation: z.enum(aggregations),
  property: propertyPath.optional(),
  expression: z.string().min(1).max(2000).optional(),
  filters: propertyFilters.default([]),
  group_by: z.array(propertyPath).default([]),
};

export const meterRequest = z.strictObject(meterFields);
export type MeterRequest = z.output<typeof meterRequest>;

/** What the meter counts. Throws a `BillingError` 400 that names what is wrong. */
export function toMeterDefinition(request: MeterRequest): Omit<Meter, 'id' | 'code'> {
  const { aggregation, property, expression, group_by: groupBy } = request;
  if (aggregation === 'count' && (property ?? expression) !== undefined) {
    throw invalid(
      'property_invalid',
      'A "count" counts events, not a value of theirs: leave out the property and the expression.',
      property === undefined ? 'expression' : 'property',
    );
  }
  if (aggregation !== 'count' && property === undefined && expression === undefined) {
    throw invalid(
      'property_missing',
      `Give the property, or an expression, whose value "${aggregation}" is made of.`,
      'property',
    );
  }
  if (property !== undefined && expression !== undefined) {
    throw invalid('expression_invalid', 'Give a property or an expression, not both.', 'expression');
  }
  if (groupBy.length > maximumGroupBy) {
    throw invalid('group_by_too_many', `Group by ${String(maximumGroupBy)} properties at most.`, 'group_by');
  }
  const repeated = groupBy.findIndex((name, index) => groupBy.indexOf(name) < index);
  if (repeated >= 0) {
    throw invalid('property_repeated', 'A property is given twice.', `group_by[${String(repeated)}]`);
  }
  return {
    eventType: request.event_type,
    aggregation,
    property: property ?? null,
    expression: expression ?? null,
    filters: request.filters.map(toFilter),
    groupBy,
  };
}

function invalid(code: string, message: string, param: string): BillingError {
  return new BillingError(400, code, message, param);
}
