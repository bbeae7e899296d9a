/** Meters' expressions: what each gives for an event, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BillingError } from '../../src/domain/errors.ts';
import { compileExpression, numberSql, textSql } from '../../src/store/expressionSql.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { valueOf, type Value } from './expressionValue.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const event = `{
  "bytes": 1536, "price": 0.25, "count": "3.5", "padded": 2.50, "region": "eu", "name": "Zoë 🦆", "on": true, "off": false,
  "nothing": null, "list": [1, 2], "request": {"size": 7, "x-y": "deep"}, "x-y": 4, "tiny": 0.000000000001,
  "thirteen": 0.0000000000001, "exponent": 1.5e3, "small": 25E-2, "huge": 1e1000, "word": "12a", "negative": -7, "zero": 0
}`;

describe('an expression over', () => {
  test.each<[string, Value]>([
    // Properties
    ['data.bytes', '1536'],
    ['data.request.size', '7'],
    ['data["x-y"]', '4'],
    ['data["request"].size * 2', '14'],
    ['data.count', '3.5'],
    ['data.padded', '2.5'],
    ['data.exponent', '1500'],
    ['data.small', '0.25'],
    ['data.missing', null],
    ['data.request.missing', null],
    ['data.missing.size', null],
    ['data.bytes.size', null],
    ['data.nothing', null],
    ['data.list', null],
    ['data.request', null],
    ['data.on', null],
    ['data.word', null],
    ['data.huge', null],
    ['data.thirteen', null],
    ['data.region', null],
    // Numbers
    ['7', '7'],
    ['0x1F', '31'],
    ['0.1 + 0.2', '0.3'],
    ['0.10', '0.1'],
    ['1.5e-3', '0.0015'],
    ['123456789012345678', '123456789012345678'],
    ['0.000000000931322574615478515625 * 1073741824', '1'],
    ['data.tiny + data.tiny', '0.000000000002'],
    ['data.bytes / 1024', '1.5'],
    ['data.bytes * data.price', '384'],
    ['data.bytes + data.count', '1539.5'],
    ['2 + 3 * 4 - 1', '13'],
    ['-data.bytes', '-1536'],
    ['- -5', '5'],
    ['7 / 2', '3.5'],
    ['-7 % 3', '-1'],
    ['7.5 % 2', '1.5'],
    ['1 / 3', '0.333333333333'],
    ['2 / 3', '0.666666666667'],
    ['-2 / 3', '-0.666666666667'],
    ['1 / 3 * 3', '1'],
    ['1 / 3 + 2 / 3', '1'],
    ['data.tiny / 2', '0.000000000001'],
    ['-data.tiny / 2', '-0.000000000001'],
    ['data.tiny / 3 * 1.5', '0.000000000001'],
    ['data.tiny / 3 + data.tiny / 6', '0.000000000001'],
    ['data.tiny * 0.499999999999', '0'],
    ['999999999999999999.4999999999994', '999999999999999999.499999999999'],
    ['999999999999999999.9999999999995', null],
    ['999999999999999999 + 1', null],
    ['1e17 * 10 / 10', '100000000000000000'],
    ['-1e17 * 10', null],
    ['1 / 0', null],
    ['1 % 0', null],
    ['data.bytes / data.zero', null],
    ['1 / (1 / data.zero)', null],
    ['0 / (1 / 3 + 2 / 3 - 1)', null],
    ['data.bytes / data.missing', null],
    ['data.bytes + data.region', null],
    ['data.bytes + data.on', null],
    // Truth values
    ['0.1 + 0.2 == 0.3', true],
    ['1 / 3 + 2 / 3 == 1', true],
    ['data.bytes > 1000', true],
    ['data.bytes <= 1000', false],
    ['1000 < data.bytes', true],
    ['data.padded == 2.5', true],
    ['data.count == 3.5', true],
    ['data.region == "eu"', true],
    ['data.region != "eu"', false],
    ['data.missing == "eu"', null],
    ['data.region == 3', null],
    ['data.missing > 1', null],
    ['data.on', null],
    ['data.on == true', true],
    ['!data.on', false],
    ['!data.off && data.on', true],
    ['data.on && data.missing == 1', null],
    ['data.off && data.missing == 1', false],
    ['data.missing == 1 || data.on', true],
    ['data.missing == 1 || data.off', null],
    ['data.missing', null],
    ['data.price == data.small', true],
    ['data.region == data.word', false],
    ['data.region == data.missing', null],
    ['data.nothing == data.nothing', null],
    ['data.price < data.count', true],
    ['"Z" < "a"', true],
    ['data.region < "eua"', true],
    ['true != false', true],
    ['data.region in ["eu", "us"]', true],
    ['data.bytes in [1, -2.5, 1536.0]', true],
    ['data.negative in [-7]', true],
    ['data.off in [true]', false],
    ['data.missing in ["eu"]', null],
    ['has(data.region)', true],
    ['has(data.request.size)', true],
    ['has(data["x-y"])', true],
    ['has(data.missing)', false],
    ['has(data.missing.size)', false],
    ['has(data.nothing)', false],
    ['data.name.contains("ë 🦆")', true],
    ['data.name.startsWith("Zo")', true],
    ['data.name.endsWith("🦆")', true],
    ['data.name.endsWith("Zo")', false],
    ['data.name.contains("%")', false],
    ['data.name.endsWith("")', true],
    ['data.missing.contains("a")', null],
    ['data.list.contains("1")', null],
    // Choices
    ['data.region == "eu" ? 2 : 1', '2'],
    ['data.region == "us" ? 2 : 1', '1'],
    ['data.missing == "us" ? 2 : 1', null],
    ['data.on ? data.bytes : data.missing', '1536'],
    ['has(data.missing) ? data.missing : 0', '0'],
    ['(data.on ? data.region : data.word) == "eu"', true],
    ['(data.on ? data.bytes : data.word) / 2', '768'],
    ['data.off ? "a" : data.region', 'eu'],
    ['data.on ? data.on : false', true],
    // Functions
    ['size(data.name)', '5'],
    ['size("") + size(data.region)', '2'],
    ['size(data.list)', null],
    ['int(3.9)', '3'],
    ['int(-3.9)', '-3'],
    ['int("42")', '42'],
    ['int(data.count)', '3'],
    ['int(1 / 3 + 2 / 3)', '1'],
    ['int("x")', null],
    ['double("0.10")', '0.1'],
    ['double(data.count) + 1', '4.5'],
    ['double("1e3")', null],
    ['string(data.padded)', '2.5'],
    ['string(1.50)', '1.5'],
    ['string(true)', 'true'],
    ['string(data.on)', 'true'],
    ['string(data.list)', null],
    ['string(data.request)', null],
    ['string(data.missing)', null],
    ['data.region + "/" + data.name', 'eu/Zoë 🦆'],
    ['data.region + string(data.bytes)', 'eu1536'],
    ['data.missing + "x"', null],
    ['math.greatest(data.bytes, 2000, 3)', '2000'],
    ['math.least(data.bytes, 2000)', '1536'],
    ['math.greatest(data.missing, 1)', null],
    ['math.greatest(5)', '5'],
    ['math.abs(data.negative)', '7'],
    ['math.ceil(1.000000000001)', '2'],
    ['math.floor(-1.5)', '-2'],
    ['math.round(2.5)', '3'],
    ['math.round(-2.5)', '-3'],
    ['math.ceil(data.bytes / 1000)', '2'],
    ['math.ceil(1 / 3 + 2 / 3)', '1'],
    ['data.bytes // what was sent', '1536'],
  ])('the event: %s is %p', async (expression, value) => {
    expect(await valueOf(database, expression, event)).toBe(value);
  });

  test.each(['[]', '[{"a": 1}]', 'null', '"a"', '1', 'true'])(
    'data that is %s has no property',
    async (json) => {
      expect(await valueOf(database, 'data.a', json)).toBeNull();
      expect(await valueOf(database, 'has(data.a)', json)).toBe(false);
      expect(await valueOf(database, 'data.a.b == "1" || data.a == 1', json)).toBeNull();
    },
  );

  test('what is told apart as text is the value, not how it was written', async () => {
    const texts = async (expression: string) => {
      const sql = textSql(compileExpression(expression, 'e.data', 'expression'));
      const { rows } = await database.pool.query<{ text: string | null }>(
        `SELECT ${sql} AS text FROM jsonb_array_elements($1) AS e(data)`,
        ['[{"a": 1.0}, {"a": 1}, {"a": "1"}, {"a": true}, {"a": null}, {"a": []}, {"a": {}}, {}]'],
      );
      return rows.map((row) => row.text);
    };
    expect(await texts('data.a')).toEqual(['1', '1', '1', 'true', null, null, null, null]);
    expect(await texts('data.a * 2.50')).toEqual(['2.5', '2.5', '2.5', null, null, null, null, null]);
    expect(await texts('data.a == 1')).toEqual(['true', 'true', 'true', null, null, null, null, null]);
  });

  test('texts are ordered by code point, whatever the collation of the database', () => {
    expect(compileExpression('data.a < "b"', 'e.data', 'expression').sql).toContain('COLLATE "C"');
  });

  test('a truth value has no number', async () => {
    const compiled = compileExpression('1 < 2', 'e.data', 'expression');
    const { rows } = await database.pool.query(`SELECT ${numberSql(compiled)} AS value`);
    expect(rows).toEqual([{ value: null }]);
  });
});

function refusal(expression: string): BillingError {
  try {
    compileExpression(expression, 'e.data', 'meter[expression]');
  } catch (error) {
    if (error instanceof BillingError) return error;
    throw error;
  }
  throw new Error(`${expression} was not refused`);
}

const refused: readonly (readonly [expression: string, message: string])[] = [
  ['', 'the expression is empty'],
  ['data.a +', '(character 9): unexpected token: end of the expression'],
  ['data.a = 1', '(character 8): unexpected character: ='],
  ['"🦆" data.a', '(character 5): unexpected character'],
  ['"abc', '(character 1): unterminated string'],
  ['data', '`data` is the whole event'],
  ['data + 1', '`data` is the whole event'],
  ['1 + region', '(character 5): `region` is unknown'],
  ['event.region', '(character 1): `event` is unknown'],
  ['math', '`math` is unknown'],
  ['data.items[0]', '(character 12): only a text is supported in `[...]`'],
  ['data[data.a]', '(character 6): only a text is supported in `[...]`'],
  ['"a".b', "(character 1): only an event's properties can be reached into"],
  [
    'data.items.map(x, x * 2)',
    "`data.items.map(...)` is not supported in a meter's expression: it has has()",
  ],
  ['data.items.filter(x, x > 2)', '`data.items.filter(...)` is not supported'],
  ['data.items.all(x, x > 2)', '`data.items.all(...)` is not supported'],
  ['data.items.exists(x, x > 2)', '`data.items.exists(...)` is not supported'],
  ['data.name.matches("a*")', '`data.name.matches(...)` is not supported'],
  ['data.name.size()', '`data.name.size(...)` is not supported'],
  ['1 + cel.bind(x, 1, x)', '(character 5): `cel.bind(...)` is not supported'],
  ['timestamp(data.at)', '`timestamp(...)` is not supported'],
  ['duration("1s")', '`duration(...)` is not supported'],
  ['uint(1)', '`uint(...)` is not supported'],
  ['type(data.a)', '`type(...)` is not supported'],
  ['dyn(data.a)', '`dyn(...)` is not supported'],
  ['pg_sleep(10)', '`pg_sleep(...)` is not supported'],
  ['math.sqrt(2)', '`math.sqrt(...)` is not supported'],
  ['math.greatest()', 'math.greatest() takes one number or more'],
  ['math.greatest([1, 2])', 'a list is supported'],
  ['math.abs(1, 2)', 'math.abs() takes one argument, not 2'],
  ['size()', 'size() takes one argument, not 0'],
  ['has(data)', '`data` is the whole event'],
  ['has(1)', "only an event's properties"],
  ['[1, 2]', "a list is supported in a meter's expression only after `in`"],
  ['{"a": 1}', 'a map `{...}` is not supported'],
  ['data.?a', 'expected IDENTIFIER, got QUESTION'],
  ['data.a == null', '(character 11): `null` is not supported'],
  ['b"abc"', "bytes such as b'...' are not supported"],
  ['1u', 'an unsigned number such as 1u is not supported'],
  ['"a" + 1', '(character 7): `+` takes two values of one type, not a text and a number'],
  ['"a" - "b"', '`-` takes a number, not a text'],
  ['true + true', '`+` takes a number, not a truth value'],
  ['-"a"', '`-` takes a number, not a text'],
  ['"a" == 1', '`==` compares two values of one type, not a text and a number'],
  ['true < false', '`<` compares numbers or texts, not a truth value'],
  ['1 && true', '`&&` takes a truth value, not a number'],
  ['!1', '`!` takes a truth value, not a number'],
  ['1 ? 2 : 3', '`? :` takes a truth value, not a number'],
  ['data.a ? 2 : "b"', '`? :` gives two values of one type, not a number and a text'],
  ['size(1)', 'size() takes a text, not a number'],
  ['int(true)', 'int() takes a number, not a truth value'],
  ['data.a.startsWith(1)', 'startsWith() takes a text, not a number'],
  ['data.a in data.b', 'takes a list of literals'],
  ['data.a in []', 'takes a list of literals'],
  ['data.a in [data.b]', 'holds literals only'],
  ['data.a in [1, "a"]', 'holds literals of one type'],
  ['1 in ["a"]', '`in` compares two values of one type'],
  ['1000000000000000000000000000000', 'more than 30 digits before or after the point'],
  ['1e30', 'more than 30 digits'],
  ['1e-31', 'more than 30 digits'],
  ['1e400', 'invalid number'],
  ['data.a == "\\u0000"', 'a text holds U+0000'],
  ['data["\\000"]', 'a text holds U+0000'],
  [`data.a == "\ud800"`, 'half of a surrogate pair'],
  [Array(60).fill('1').join('+'), 'more than 100 parts'],
  [`${'('.repeat(300)}1${')'.repeat(300)}`, 'nested too deeply'],
  ['!'.repeat(1_900) + 'data.a', 'more than 100 parts'],
  [`"${'a'.repeat(2_000)}"`, 'longer than 2000 characters'],
];

describe('refused, by name:', () => {
  test.each(refused.map(([expression, message]) => [expression.slice(0, 60), message, expression] as const))(
    '%s: %s',
    (_start, message, expression) => {
      const error = refusal(expression);
      expect(error).toMatchObject({ status: 400, code: 'expression_invalid', param: 'meter[expression]' });
      expect(error.message).toContain(message);
    },
  );

  test('any text is either compiled or refused, and what is compiled runs', async () => {
    const token = fc.constantFrom(
      ...[
        'data',
        '.a',
        '["b"]',
        '1',
        '0.5',
        '"t"',
        "'",
        '"',
        '+',
        '-',
        '*',
        '/',
        '%',
        '==',
        '<',
        '&&',
        '||',
        '!',
      ],
      ...[
        '?',
        ':',
        '(',
        ')',
        '[',
        ']',
        ',',
        'in',
        'has(',
        'size(',
        'math.',
        '.map(',
        'null',
        '{',
        '}',
        ' ',
        ';',
        '$1',
      ],
    );
    const source = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
    );
    await fc.assert(
      fc.asyncProperty(source, async (expression) => {
        let compiled;
        try {
          compiled = compileExpression(expression, `'{}'::jsonb`, 'expression');
        } catch (error) {
          expect(error).toBeInstanceOf(BillingError);
          return;
        }
        await database.pool.query(`SELECT ${numberSql(compiled)}, ${textSql(compiled)}`);
      }),
      { numRuns: 2_000 },
    );
  });
});
