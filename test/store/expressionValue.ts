/** What an expression gives for one event, as the database computes it. */
import { expect } from '@jest/globals';
import { compileExpression, numberSql, textSql } from '../../src/store/expressionSql.ts';
import type { TestDatabase } from '../stack/database.ts';

export type Value = string | boolean | null;

/** The value that a meter takes from an event whose data is this JSON text: numbers and texts as texts. */
export async function valueOf({ pool }: TestDatabase, expression: string, json = '{}'): Promise<Value> {
  const compiled = compileExpression(expression, 'e.data', 'expression');
  const sql =
    compiled.type === 'text'
      ? textSql(compiled)
      : compiled.type === 'boolean'
        ? compiled.sql
        : numberSql(compiled);
  const ask = async (fence: string) => {
    const { rows } = await pool.query<{ value: Value }>(
      `SELECT ${sql} AS value FROM (SELECT $1::jsonb AS data ${fence}) e`,
      [json],
    );
    return rows[0]?.value ?? null;
  };
  // Once for each row, and once folded into a constant by the planner, which sees the data then.
  const value = await ask('OFFSET 0');
  expect(await ask('')).toBe(value);
  return value;
}

/** A text as CEL writes it; JSON's escapes are among CEL's. */
export const quoted = (text: string) => JSON.stringify(text);
