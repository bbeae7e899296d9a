/** Meters' expressions when text is hostile and data is anything: nothing breaks out, and nothing raises. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileExpression, numberSql, textSql } from '../../src/store/expressionSql.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quoted, valueOf } from './expressionValue.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

describe('hostile text', () => {
  const hostile = [
    `'`,
    `''`,
    `\\`,
    `\\'`,
    `'; DROP TABLE usage_events; --`,
    `\\'; DROP TABLE usage_events; --`,
    `x')::text); SELECT pg_sleep(10); --`,
    `$1`,
    `$$`,
    `{}`,
    `%s`,
    `/*`,
    `"`,
    `:name`,
    `?`,
    `0`,
    `-1`,
    `\u202e`,
    `\n\r\t\u0001`,
    '',
  ];
  test.each(hostile)('%j is a literal, a name and data like any other', async (text) => {
    expect(await valueOf(database, quoted(text))).toBe(text);
    const json = JSON.stringify({ [text]: { [text]: text } });
    const place = `data[${quoted(text)}][${quoted(text)}]`;
    expect(
      await valueOf(database, `${place} == ${quoted(text)} && ${place} in [${quoted(text)}]`, json),
    ).toBe(true);
    expect(await valueOf(database, `has(${place}) && ${place}.endsWith(${quoted(text)})`, json)).toBe(true);
    expect(await valueOf(database, `${place} + "" == ${quoted(`${text}.`)}`, json)).toBe(false);
  });

  test('any text is found under any name, whatever the setting of standard_conforming_strings', async () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && value.length < 100);
    await fc.assert(
      fc.asyncProperty(text, text, fc.constantFrom('on', 'off'), async (name, value, setting) => {
        const { sql } = compileExpression(
          `data[${quoted(name)}] == ${quoted(value)} && double("1.5") == 1.5`,
          'e.data',
          'expression',
        );
        const client = await database.pool.connect();
        try {
          await client.query(`SET standard_conforming_strings = ${setting}`);
          const { rows } = await client.query<{ value: boolean }>(
            `SELECT ${sql} AS value FROM (SELECT $1::jsonb AS data) e`,
            [JSON.stringify({ [name]: value })],
          );
          expect(rows[0]?.value).toBe(true);
        } finally {
          await client.query('RESET standard_conforming_strings');
          client.release();
        }
      }),
      { numRuns: 300 },
    );
  });
});

const oddValues = [
  ...['0', '-0', '1.5', '1.000000000000', '1e3', '1E-12', '1e29', '1e30', '-1e30', '1e130000', '1e-16000'],
  ...['true', 'false', 'null', '[]', '[1]', '{}', '{"a": 1}', '{"b": {"c": "x"}}'],
  ...[
    '""',
    '"1"',
    '" 1"',
    '"1 "',
    '"1\\n"',
    '"+1"',
    '"-1"',
    '"--1"',
    '"1."',
    '".5"',
    '"1e5"',
    '"NaN"',
    '"Infinity"',
  ],
  ...[
    '"0x10"',
    '"1_000"',
    '"١"',
    '"007"',
    '"-0.000000000001"',
    '"0.0000000000001"',
    '"true"',
    '"null"',
    '"\\\\"',
  ],
  `"${'9'.repeat(30)}.${'9'.repeat(12)}"`,
  `"${'9'.repeat(31)}"`,
  `"${'9'.repeat(200)}"`,
  `"${'x'.repeat(100_000)}"`,
  `${'9'.repeat(30)}.${'9'.repeat(12)}`,
];

test('a property has the number that usage_number gives it', async () => {
  const { rows } = await database.pool.query<{ data: string; same: boolean }>(
    `SELECT data::text, ${numberSql(compileExpression('data.p', 'e.data', ''))} IS NOT DISTINCT FROM trim_scale(usage_number(data -> 'p'))
              AND ${numberSql(compileExpression('data.p + 0', 'e.data', ''))} IS NOT DISTINCT FROM trim_scale(usage_number(data -> 'p'))
              AND ${numberSql(compileExpression('double(string(data.p))', 'e.data', ''))} IS NOT DISTINCT FROM trim_scale(usage_number(data -> 'p'))
              AS same
         FROM (SELECT jsonb_build_object('p', v) AS data FROM jsonb_array_elements($1) v) e`,
    [`[${oddValues.join()}]`],
  );
  expect(rows.filter((row) => !row.same)).toEqual([]);
});

describe('nothing raises', () => {
  beforeAll(async () => {
    await database.pool.query(`CREATE TABLE hostile (data jsonb NOT NULL)`);
    const json = fc.json({ stringUnit: 'binary', maxDepth: 3 }).filter((value) => !/\\u0000/.test(value));
    const random = fc.sample(
      fc.tuple(json, json, json).map(([a, b, c]) => `{"a": ${a}, "b": ${b}, "c": {"d": ${c}}}`),
      200,
    );
    const odd = oddValues.map((value, at) => {
      const other = oddValues[(at * 7 + 3) % oddValues.length] ?? '';
      return `{"a": ${value}, "b": ${other}, "c": {"d": ${value}}}`;
    });
    const numbers = ['0', '1e-12', `${'9'.repeat(30)}.${'9'.repeat(12)}`, '-3.7'].flatMap((a, _at, all) =>
      all.map((b) => `{"a": ${a}, "b": "${b.replace('1e-12', '0.000000000001')}", "c": {"d": ${b}}}`),
    );
    const roots = ['null', '[]', '"a"', '1', 'true', '{}'];
    await database.pool.query(`INSERT INTO hostile SELECT unnest($1::jsonb[])`, [
      [...random, ...odd, ...numbers, ...roots],
    ]);
  });

  function isSmallEnough(expression: string): boolean {
    try {
      compileExpression(expression, 'e.data', 'expression');
      return true;
    } catch (error) {
      if (error instanceof Error && /more than 100 parts|longer than/.test(error.message)) return false;
      throw error;
    }
  }

  async function runs(expression: string): Promise<void> {
    const compiled = compileExpression(expression, 'e.data', 'expression');
    const { rows } = await database.pool.query<{ fits: boolean }>(
      `SELECT coalesce(bool_and(abs(n) < 1e18 AND scale(n) <= 12), true) AS fits, count(t)
         FROM (SELECT ${numberSql(compiled)} AS n, ${textSql(compiled)} AS t FROM hostile e) v`,
    );
    expect(rows[0]?.fits).toBe(true);
  }

  test('for random expressions over random data', async () => {
    type Kinds = { number: string; text: string; truth: string; property: string };
    const { number, text, truth, property } = fc.letrec<Kinds>((tie) => ({
      property: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'expression' },
        fc.constantFrom('data.a', 'data.b', 'data.c.d', 'data.c', 'data.a.a', 'data.missing'),
        fc.tuple(tie('truth'), tie('property'), tie('property')).map(([c, x, y]) => `(${c} ? ${x} : ${y})`),
      ),
      number: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'expression' },
        tie('property'),
        fc.constantFrom('0', '0.1', '123456789012345678901234567890', '1e-30'),
        fc
          .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/', '%'), tie('number'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        fc
          .tuple(
            fc.constantFrom('-', 'int', 'double', 'math.ceil', 'math.floor', 'math.round', 'math.abs'),
            tie('number'),
          )
          .map(([name, value]) => `${name}(${value})`),
        fc
          .tuple(fc.constantFrom('size', 'int', 'double'), tie('text'))
          .map(([name, value]) => `${name}(${value})`),
        fc.tuple(tie('number'), tie('number')).map(([x, y]) => `math.greatest(${x}, math.least(${y}, 5))`),
        fc.tuple(tie('truth'), tie('number'), tie('number')).map(([c, x, y]) => `(${c} ? ${x} : ${y})`),
      ),
      text: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'expression' },
        fc.constantFrom('"a"', `"\\\\'"`, '"1.5"'),
        tie('property').map((value) => `string(${value})`),
        tie('number').map((value) => `string(${value})`),
        tie('truth').map((value) => `string(${value})`),
        fc.tuple(tie('text'), tie('property')).map(([left, right]) => `(${left} + ${right})`),
        fc.tuple(tie('truth'), tie('text'), tie('text')).map(([c, x, y]) => `(${c} ? ${x} : ${y})`),
      ),
      truth: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'expression' },
        tie('property'),
        fc.constantFrom('true', 'has(data.a)', 'has(data.c.d.e)'),
        fc
          .tuple(tie('number'), fc.constantFrom('==', '!=', '<', '>='), tie('number'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        fc
          .tuple(tie('text'), fc.constantFrom('==', '<'), tie('text'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        fc
          .tuple(tie('text'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('property'))
          .map(([left, name, right]) => `${left}.${name}(${right})`),
        fc
          .tuple(tie('truth'), fc.constantFrom('&&', '||'), tie('truth'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        tie('truth').map((value) => `!(${value})`),
        tie('property').map((value) => `(${value} in ["a", "1"])`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(number, text, truth, property), async (expression) => {
        fc.pre(isSmallEnough(expression));
        await runs(expression);
      }),
      { numRuns: 400 },
    );
  });

  const chain = (parts: number, link: (at: number) => string) =>
    Array.from({ length: parts }, (_, at) => link(at)).join('');
  test.each([
    ['products', `1${chain(13, () => ' * data.a * data.c.d')}`],
    ['quotients', `1${chain(13, () => ' / data.a / data.c.d')}`],
    ['quotients of quotients', `${chain(24, () => 'data.a / (')}data.b${')'.repeat(24)}`],
    ['quotients of sums', `${chain(12, () => '(data.a + 1 / (')}data.b${'))'.repeat(12)}`],
    ['remainders', `1${chain(7, () => ' * data.a * data.a * data.a % data.c.d')}`],
    ['choices', `${chain(12, () => 'data.a == data.b ? data.a : (')}data.b${')'.repeat(12)}`],
    [
      'choices within conditions',
      `${chain(9, () => '(')}true${chain(9, () => ' ? data.a : data.b) == data.c')}`,
    ],
    ['ends of texts', `${chain(16, () => '"true".endsWith(string(')}data.a${'))'.repeat(16)}`],
    ['numbers of texts', `${chain(40, () => 'double(string(')}data.a${'))'.repeat(40)}`],
    ['joined texts', `""${chain(30, () => ' + data.a')}`],
    ['greatest', `math.greatest(${chain(30, () => 'data.a, ')}1)`],
  ])('for the longest chain of %s, nor does it grow beyond its length', async (_what, expression) => {
    const { sql } = compileExpression(expression, 'e.data', 'expression');
    expect(sql.length).toBeLessThan(40 * expression.length);
    const started = performance.now();
    await runs(expression);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
