/**
 * The parts of a compiled expression: SQL of a known type that gives NULL where CEL would give an error, and never raises.
 *
 * Every template names each operand once. One that named it twice would double with every level of nesting.
 */
import pg from 'pg';
import { Refusal } from './parse.ts';

/**
 * `sql` / `divisor`: a quotient is kept as a fraction while it is only multiplied and divided, so that it is cut to
 * digits once. `exact` is whether `sql` has all its digits.
 */
export interface NumberTerm {
  readonly type: 'number';
  readonly sql: string;
  readonly divisor: string | undefined;
  readonly exact: boolean;
}

export interface TextTerm {
  readonly type: 'text';
  readonly sql: string;
}

export interface BooleanTerm {
  readonly type: 'boolean';
  readonly sql: string;
}

/** A property: of the type that is asked for, or NULL. Asked once, by the part that it is an operand of. */
export interface DynamicTerm {
  readonly type: 'dynamic';
  readonly as: (type: ValueType | 'json') => string;
}

export type ValueType = 'number' | 'text' | 'boolean';
export type Term = NumberTerm | TextTerm | BooleanTerm | DynamicTerm;

export const number = (sql: string, exact = true): NumberTerm => ({
  type: 'number',
  sql,
  divisor: undefined,
  exact,
});
export const text = (sql: string): TextTerm => ({ type: 'text', sql });
export const boolean = (sql: string): BooleanTerm => ({ type: 'boolean', sql });

/**
 * A quotient has 100 fractional digits, and is looked at (compared, cut, given out) at 60: so that 1/3 + 2/3 is 1, a half
 * rounds up whichever way it came about, and no quotient of two properties (42 digits each) is rounded twice.
 */
const lookedAtDigits = 60;

/** The number with all the digits that it is computed with. */
export function valueOf({ sql, divisor }: NumberTerm): string {
  return divisor === undefined ? sql : `(div(${sql} * 1e100, ${divisor}) * 1e-100)`;
}

/** The number as it is compared, cut and given out. */
export function settled(term: NumberTerm): string {
  const exact = term.exact && term.divisor === undefined;
  return exact ? term.sql : `round(${valueOf(term)}, ${String(lookedAtDigits)})`;
}

/** A term that is made of other numbers: exact where all of them are. */
export function madeOf(operands: readonly NumberTerm[], sql: string): NumberTerm {
  return number(
    sql,
    operands.every(({ exact, divisor }) => exact && divisor === undefined),
  );
}

export function multiply(left: NumberTerm, right: NumberTerm): NumberTerm {
  return {
    type: 'number',
    sql: `(${left.sql} * ${right.sql})`,
    divisor: product(left.divisor, right.divisor),
    exact: left.exact && right.exact,
  };
}

/** A division by zero is NULL, also as a part of a divisor, and by what is zero when it is looked at. */
export function divide(left: NumberTerm, right: NumberTerm): NumberTerm {
  const divisor = settled({ ...right, divisor: undefined });
  return {
    type: 'number',
    sql: right.divisor === undefined ? left.sql : `(${left.sql} * ${right.divisor})`,
    divisor: product(left.divisor, `nullif(${divisor}, 0)`),
    exact: left.exact && right.exact,
  };
}

function product(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : `(${left} * ${right})`;
}

/** NULL where the condition is: ELSE would take it for false. */
export function choose(condition: string, then: string, otherwise: string): string {
  return `(CASE ${condition} WHEN true THEN ${then} WHEN false THEN ${otherwise} END)`;
}

/** The number that a text is, by the rule of the SQL function usage_number; of a longer text the cut is no number either. */
export function numberOfText(sql: string): string {
  return `substring(left(${sql}, 64) FROM '^-?[0-9]{1,18}(?:[.][0-9]{1,12})?$')::numeric`;
}

export function textOfNumber(sql: string): string {
  return `trim_scale(${sql})::text`;
}

/** A text, a number or a truth value as text; NULL for an object, an array, null and what is missing. */
export function textOfJson(sql: string): string {
  return `(CASE jsonb_typeof(${sql})
    WHEN 'string' THEN ${sql} #>> '{}'
    WHEN 'number' THEN ${textOfNumber(`(${sql})::numeric`)}
    WHEN 'boolean' THEN ${sql} #>> '{}' END)`;
}

/** The property `path` of the JSON object `data`. JSON's null is as good as missing. */
export function property(data: string, path: readonly [string, ...string[]]): DynamicTerm {
  const { parent, key } = place(data, path);
  const json = `(${parent} -> ${key})`;
  return {
    type: 'dynamic',
    as: (type) => {
      switch (type) {
        case 'json':
          return `nullif(${json}, 'null'::jsonb)`;
        case 'number':
          return `usage_number(${json})`;
        case 'text':
          return textOfJson(json);
        case 'boolean':
          return `(CASE jsonb_typeof(${json}) WHEN 'boolean' THEN ${json}::boolean END)`;
      }
    },
  };
}

export function hasProperty(data: string, path: readonly [string, ...string[]]): BooleanTerm {
  const { parent, key } = place(data, path);
  return boolean(`((${parent} ->> ${key}) IS NOT NULL)`);
}

function place(data: string, path: readonly [string, ...string[]]): { parent: string; key: string } {
  const keys = path.map(quote);
  return {
    parent: keys.slice(0, -1).reduce((parent, key) => `(${parent} -> ${key})`, `(${data})`),
    key: keys.at(-1) ?? '',
  };
}

/** A text as SQL. One that Postgres cannot hold is no part of any event. */
export function quote(value: string): string {
  if (value.includes('\0') || !value.isWellFormed())
    throw new Refusal('a text holds U+0000 or half of a surrogate pair, which no event can hold');
  return `${pg.escapeLiteral(value).trimStart()}::text`;
}
