/** /v1/meters/{id}/usage and /preview: what a meter counted, and what another definition would have counted. */
import { z } from 'zod';
import { meterFields, toMeterDefinition, type MeterRequest } from '../../catalog/meter.ts';
import { fromFilter, propertyFilters, propertyPath, toFilter } from '../../catalog/property.ts';
import { BillingError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Meter } from '../../domain/meter.ts';
import type { Period } from '../../domain/period.ts';
import { formatDecimal } from '../../domain/quantity.ts';
import type { PropertyFilter } from '../../domain/usage.ts';
import { usageWindows, type UsageWindow } from '../../domain/usageWindows.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { checkExpression } from '../../store/meterSql.ts';
import { selectMeters, toMeter, type MeterRow } from '../../store/meters.ts';
import { totalUsage } from '../../store/usage.ts';
import { idOf, instant, time, toTime } from '../fields.ts';
import { findNamed, findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

/** A question for each: two months by the hour. */
const maximumWindows = 1500;

const window = z.enum(['hour', 'day', 'month']);
const usage = z.object({
  object: z.literal('usage'),
  meter: z.string().nullable(),
  customer: z.string(),
  from: time,
  to: time,
  window: window.nullable(),
  data: z.array(
    z.object({
      start: time,
      end: time,
      group: z.record(z.string(), z.string().nullable()),
      value: z.string(),
    }),
  ),
});
const params = z.object({ id: z.string() });
const span = { customer: idOf('customer'), from: instant, to: instant, window: window.optional() };

/** Filters in a query are the JSON that they are in a body. */
const filtersQuery = z
  .string()
  .transform((given, context): unknown => {
    try {
      return JSON.parse(given);
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'give a JSON array such as [{"property":"region","in":["eu"]}]',
      });
      return z.NEVER;
    }
  })
  .pipe(propertyFilters)
  .openapi({ type: 'string' });

interface UsageRequest {
  readonly customer: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly window?: UsageWindow | undefined;
  readonly groupBy: readonly string[];
  readonly filters: readonly PropertyFilter[];
}

export function addUsageRoutes(to: Registrar): void {
  const { pool } = to;

  async function answer(meter: Meter, saved: boolean, request: UsageRequest) {
    const customer = await findNamed<CustomerRow>(
      pool,
      selectCustomers,
      'customer',
      request.customer,
      'customer',
    );
    const { from, to: end, groupBy, filters } = request;
    refuseUngrouped(meter, groupBy, filters);
    const windows = windowsOf(request, customer.timezone);
    const { groups } = await totalUsage(
      pool,
      windows.map((period) => ({ customerId: customer.id, meter, period, groupBy, filters })),
      { raw: !saved },
    );
    return {
      object: 'usage' as const,
      meter: saved ? meter.id : null,
      customer: customer.id,
      from: toTime(from),
      to: toTime(end),
      window: request.window ?? null,
      data: windows.flatMap((period, index) =>
        (groups[index] ?? []).map(({ group, quantity }) => ({
          start: toTime(period.start),
          end: toTime(period.end),
          group,
          value: formatDecimal(quantity),
        })),
      ),
    };
  }

  addRoute(to, {
    method: 'get',
    path: '/v1/meters/{id}/usage',
    summary:
      "What a meter counted of a customer, by the hours, days or months of the customer's timezone, complete to the last event accepted.",
    scope: 'read',
    params,
    query: z.strictObject({ ...span, group_by: z.string().optional(), filters: filtersQuery.optional() }),
    answer: usage,
    async handle({ params: { id }, query: { group_by: groupBy, filters = [], ...request } }) {
      const meter = toMeter(await findOne<MeterRow>(pool, selectMeters, 'meter', id));
      return answer(meter, true, {
        ...request,
        groupBy: groupBy?.split(',') ?? [],
        filters: filters.map(toFilter),
      });
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/meters/{id}/preview',
    summary:
      'What a meter would count of the stored events if it were defined otherwise; the fields that are not given are those of the meter. Nothing is saved.',
    scope: 'read',
    params,
    body: z.strictObject({ ...span, ...changedFields }),
    answer: usage,
    async handle({ params: { id }, body: { customer, from, to: end, window: by, ...changes } }) {
      const saved = toMeter(await findOne<MeterRow>(pool, selectMeters, 'meter', id));
      const definition = toMeterDefinition(redefined(saved, changes));
      checkExpression(definition);
      const meter: Meter = { ...definition, id: saved.id, code: saved.code };
      const groupBy = changes.group_by ?? [];
      return answer(meter, false, { customer, from, to: end, window: by, groupBy, filters: [] });
    },
  });
}

const changedFields = {
  event_type: meterFields.event_type.optional(),
  aggregation: meterFields.aggregation.optional(),
  property: meterFields.property,
  expression: meterFields.expression,
  filters: propertyFilters.optional(),
  group_by: z.array(propertyPath).optional(),
};
type Changes = z.output<z.ZodObject<typeof changedFields>>;

/** The meter with what is changed of it: a value that is given takes the place of the one there was. */
function redefined(saved: Meter, changes: Changes): MeterRequest {
  const aggregation = changes.aggregation ?? saved.aggregation;
  const changesValue = (changes.property ?? changes.expression) !== undefined;
  const keepsValue = !changesValue && aggregation !== 'count';
  return {
    event_type: changes.event_type ?? saved.eventType,
    aggregation,
    property: changes.property ?? (keepsValue ? (saved.property ?? undefined) : undefined),
    expression: changes.expression ?? (keepsValue ? (saved.expression ?? undefined) : undefined),
    filters: changes.filters ?? saved.filters.map(fromFilter),
    group_by: changes.group_by ?? [...saved.groupBy],
  };
}

function windowsOf({ from, to: end, window: by }: UsageRequest, timezone: string): Period[] {
  if (end <= from) {
    throw new BillingError(400, 'span_empty', '"to" must be later than "from".', 'to');
  }
  if (by === undefined) return [{ start: from, end }];
  const windows = usageWindows({ start: from, end }, by, timezone, maximumWindows);
  if (windows) return windows;
  throw new BillingError(
    400,
    'span_too_long',
    `That is more than ${String(maximumWindows)} windows. Ask for a shorter span, or for longer windows.`,
    'window',
  );
}

function refuseUngrouped(meter: Meter, groupBy: readonly string[], filters: readonly PropertyFilter[]): void {
  const check = (properties: readonly string[], param: string) => {
    const unknown = properties.find((property) => !meter.groupBy.includes(property));
    if (unknown === undefined) return;
    const known = meter.groupBy.length === 0 ? 'nothing' : meter.groupBy.join(', ');
    throw new BillingError(
      400,
      'property_not_grouped',
      `Meter ${meter.code} does not group by ${unknown} but by ${known}. Choose of these, or create a meter that groups by it.`,
      param,
    );
  };
  check(groupBy, 'group_by');
  check(
    filters.map(({ property }) => property),
    'filters',
  );
}
