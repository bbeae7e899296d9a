/**
 * Meters' expressions: CEL over an event's properties, compiled to SQL, so that ingestion, rollups and previews compute one
 * exact number where the events are.
 *
 * Numbers are decimals, never floats: a literal is the digits that are written, and 7 / 2 is 3.5. A property has the type
 * of what it meets: as a number it is a JSON number or a decimal text, by the rule of the SQL function usage_number. What
 * CEL makes an error (a property that is missing or null, text where a number is expected, a division by zero) is NULL,
 * which `&&` and `||` absorb as CEL has it: no event makes a statement fail.
 */
import { BillingError } from '../domain/errors.ts';
import { compile } from './expression/compile.ts';
import { parse, Refusal } from './expression/parse.ts';
import { sqlOf } from './expression/operands.ts';
import { numberOfText, textOfJson } from './expression/terms.ts';

/** What a compiled expression gives: a number, a text, a truth value, or a property, whose `sql` is a jsonb of any type. */
export interface CompiledExpression {
  readonly sql: string;
  readonly type: 'number' | 'text' | 'boolean' | 'dynamic';
}

/**
 * `dataSql` is the SQL of the event's data, e.g. `e.data`, a jsonb: the expression names it several times. Throws
 * `expression_invalid` about `param`, with what is wrong and at which character.
 */
export function compileExpression(source: string, dataSql: string, param: string): CompiledExpression {
  try {
    const term = compile(parse(source), dataSql);
    return { type: term.type, sql: sqlOf(term, term.type === 'dynamic' ? 'json' : term.type) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const place = error.offset === undefined ? '' : ` (character ${characterAt(source, error.offset)})`;
    const message = `The expression cannot be used${place}: ${error.message}.`;
    throw new BillingError(400, 'expression_invalid', message, param);
  }
}

/**
 * As a number of 12 fractional digits, half away from zero. NULL where there is none: a property that is missing, text that
 * is no number, a truth value, a division by zero, or a magnitude of 10^18 or more.
 */
export function numberSql({ sql, type }: CompiledExpression): string {
  switch (type) {
    case 'number':
      return bounded(`round(${sql}, 12)`);
    case 'text':
      return bounded(numberOfText(sql));
    case 'dynamic':
      return bounded(numberOfText(`(${sql} #>> '{}')`));
    case 'boolean':
      return `NULL::numeric`;
  }
}

/** As text: what is told apart, so 1.0 and 1 are the same. NULL where it is missing, an object or an array. */
export function textSql(compiled: CompiledExpression): string {
  switch (compiled.type) {
    case 'number':
      return `${numberSql(compiled)}::text`;
    case 'text':
      return compiled.sql;
    case 'dynamic':
      return textOfJson(compiled.sql);
    case 'boolean':
      return `${compiled.sql}::text`;
  }
}

/** NULL beyond 10^18, with the number named once; LEAST and GREATEST pass over NULL, which so ends as NULL too. */
function bounded(sql: string): string {
  return `trim_scale(nullif(nullif(least(greatest(${sql}, -1e18), 1e18), 1e18), -1e18))`;
}

/** Counted from 1, by code points. */
function characterAt(source: string, offset: number): string {
  return String(Array.from(source.slice(0, offset)).length + 1);
}
