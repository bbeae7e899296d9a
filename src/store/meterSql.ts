/** What a meter reads of an event, as SQL over a row of `usage_events` called `e`: one way for all that counts events. */
import pg from 'pg';
import { BillingError } from '../domain/errors.ts';
import type { Aggregation, Meter } from '../domain/meter.ts';
import type { PropertyFilter } from '../domain/usage.ts';
import { compileExpression, numberSql, textSql, type CompiledExpression } from './expressionSql.ts';

const { escapeLiteral } = pg;

export type MeterDefinition = Omit<Meter, 'id' | 'code'>;

export interface MeterSql {
  /** Whether the meter counts the event, whatever its value: type and filters. */
  readonly matches: string;
  /** What it aggregates: a numeric; null where it only counts, or where the event has none. */
  readonly value: string;
  /** Whether a value is there that can be counted. */
  readonly hasValue: string;
  /** The values that it is grouped by: a text[]. */
  readonly groupValues: string;
  /** Of unique_count: what is told apart; '' otherwise. */
  readonly uniqueValue: string;
}

export function meterSql(meter: MeterDefinition): MeterSql {
  const matches = [
    `e.type = ${escapeLiteral(meter.eventType)}`,
    ...meter.filters.map((filter) => filterSql(filter)),
  ].join(' AND ');
  const unique = meter.aggregation === 'unique_count';
  const value = meter.aggregation === 'count' || unique ? 'NULL::numeric' : numberOf(meter);
  const uniqueValue = unique ? `usage_text(${uniqueTextOf(meter)})` : `''`;
  return {
    matches,
    value,
    hasValue: meter.aggregation === 'count' ? 'true' : `${unique ? uniqueValue : value} IS NOT NULL`,
    groupValues: `ARRAY[${meter.groupBy.map((property) => `usage_text(${textOf(property)})`).join(', ')}]::text[]`,
    uniqueValue,
  };
}

function numberOf({ property, expression }: MeterDefinition): string {
  if (property !== null) return `usage_number(${jsonOf(property)})`;
  return numberSql(compiled(expression));
}

function uniqueTextOf({ property, expression }: MeterDefinition): string {
  return property === null ? textSql(compiled(expression)) : textOf(property);
}

function compiled(expression: string | null): CompiledExpression {
  if (expression === null) throw new Error('a meter that does not count has a property or an expression');
  return compileExpression(expression, 'e.data', 'expression');
}

/** What is at a path such as `region` or `request.region`, as text; null where there is nothing. */
function textOf(property: string): string {
  return `(e.data ${at(property, '->>', '#>>')})`;
}

/** The same as jsonb. */
function jsonOf(property: string): string {
  return `(e.data ${at(property, '->', '#>')})`;
}

function at(property: string, ofOne: string, ofPath: string): string {
  const path = property.split('.').map((name) => escapeLiteral(name));
  const [only] = path;
  return path.length === 1 && only !== undefined ? `${ofOne} ${only}` : `${ofPath} ARRAY[${path.join(', ')}]`;
}

function filterSql({ property, in: included, notIn: excluded = [] }: PropertyFilter): string {
  const list = (values: readonly string[]) => values.map((value) => escapeLiteral(value)).join(', ');
  return included
    ? `coalesce(${textOf(property)} IN (${list(included)}), false)`
    : `coalesce(${textOf(property)} NOT IN (${list(excluded)}), true)`;
}

/** Throws a `BillingError` 400 for an expression that cannot be used, or that has no value which can be aggregated. */
export function checkExpression({ aggregation, expression }: MeterDefinition): void {
  if (expression === null) return;
  const { type } = compileExpression(expression, 'e.data', 'expression');
  if (aggregation === 'unique_count' || type === 'number' || type === 'dynamic') return;
  throw new BillingError(
    400,
    'expression_invalid',
    `"${aggregation}" is made of numbers, and the expression gives a ${type === 'text' ? 'text' : 'truth value'}.`,
    'expression',
  );
}

/** A column of `usage_rollups` that an aggregation needs, from one event and from many. */
interface StateColumn {
  readonly name: string;
  readonly type: string;
  /** Of an event `e` whose value is `e.value`. */
  readonly ofEvent: string;
  /** Of a group of such events. */
  readonly ofEvents: string;
  /** Of a rollup and one that is added to it. */
  readonly merged: string;
}

const milliseconds = `(extract(epoch FROM e.time) * 1000)`;
const identity = `(e.id || E'\\x1f' || e.source) COLLATE "C"`;
const isLater = `(excluded.latest_at, excluded.latest_event) > (r.latest_at, r.latest_event)`;

const sum: StateColumn = {
  name: 'sum',
  type: 'numeric',
  ofEvent: 'e.value',
  ofEvents: 'sum(e.value)',
  merged: 'r.sum + excluded.sum',
};
const min: StateColumn = {
  name: 'min',
  type: 'numeric',
  ofEvent: 'e.value',
  ofEvents: 'min(e.value)',
  merged: 'least(r.min, excluded.min)',
};
const max: StateColumn = {
  name: 'max',
  type: 'numeric',
  ofEvent: 'e.value',
  ofEvents: 'max(e.value)',
  merged: 'greatest(r.max, excluded.max)',
};
const moment: StateColumn = {
  name: 'moment',
  type: 'numeric',
  ofEvent: `e.value * ${milliseconds}`,
  ofEvents: `sum(e.value * ${milliseconds})`,
  merged: 'r.moment + excluded.moment',
};
const latest: readonly StateColumn[] = [
  {
    name: 'latest',
    type: 'numeric',
    ofEvent: 'e.value',
    ofEvents: `(array_agg(e.value ORDER BY e.time DESC, ${identity} DESC))[1]`,
    merged: `CASE WHEN ${isLater} THEN excluded.latest ELSE r.latest END`,
  },
  {
    name: 'latest_at',
    type: 'timestamptz',
    ofEvent: 'e.time',
    ofEvents: 'max(e.time)',
    merged: `CASE WHEN ${isLater} THEN excluded.latest_at ELSE r.latest_at END`,
  },
  {
    name: 'latest_event',
    type: 'text',
    ofEvent: identity,
    ofEvents: `(array_agg(${identity} ORDER BY e.time DESC, ${identity} DESC))[1]`,
    merged: `CASE WHEN ${isLater} THEN excluded.latest_event ELSE r.latest_event END`,
  },
];

const stateOf: Record<Aggregation, readonly StateColumn[]> = {
  count: [],
  unique_count: [],
  sum: [sum],
  recurring: [sum],
  avg: [sum],
  min: [min],
  max: [max],
  latest,
  weighted_sum: [sum, moment],
};

/** What is kept of a group of events beside their number, by aggregation. */
export function stateColumns(aggregation: Aggregation): readonly StateColumn[] {
  return stateOf[aggregation];
}
