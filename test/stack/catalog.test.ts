/** `npm run catalog` as its user meets it: output, exit codes, mistakes with their place. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { catalogJsonSchema, catalogJsonSchemaPath } from '../../src/stack/catalog/jsonSchema.ts';
import { temporaryDirectory } from '../../src/stack/temporaryDirectory.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await freshDatabase();
  directory = await temporaryDirectory('catalog');
});
afterAll(() => database.drop());

function catalog(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'src/stack/catalog/catalog.ts', ...args],
      { cwd: root, env: { ...process.env, DATABASE_URL: database.url } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

async function aFile(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

test('the JSON Schema is the one that the zod schemas make', async () => {
  // `npm run catalog -- schema` writes it.
  expect(await readFile(catalogJsonSchemaPath, 'utf8')).toBe(catalogJsonSchema());
});

test('diff ends with 2 where something would change, with 0 where nothing would; apply applies it', async () => {
  expect(await catalog('diff')).toEqual({
    code: 2,
    output: expect.stringContaining('+ plan airport, version 1'),
  });
  expect(await catalog('apply')).toEqual({
    code: 0,
    output: expect.stringContaining('+ meter miles: sum of flight'),
  });
  expect(await catalog('diff')).toEqual({ code: 0, output: 'Nothing to change.\n' });
}, 60_000);

test('every mistake of a file is named with its place', async () => {
  const path = await aFile(
    'mistakes.yaml',
    `meters:
  - code: a
    event_type: x
    aggregation: average
coupons: []
plans:
  - code: p
    name: P
    currency: USD
    interval: month
    prices:
      - code: u
        type: fixed
        model: flat
        amount: 0.5
`,
  );
  const { code, output } = await catalog('diff', path);
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toEqual([
    expect.stringMatching(/mistakes\.yaml:4:18: meters\[0\]\.aggregation: /),
    expect.stringMatching(
      /mistakes\.yaml:15:17: plans\[0\]\.prices\[0\]\.amount: give text; put a number in quotes/,
    ),
    expect.stringMatching(/mistakes\.yaml:5:10: coupons: is not known here: take it out\./),
  ]);
});

test('what a rule of the catalog refuses is named with its place, also in the second of two files', async () => {
  const meters = await aFile(
    'meters.yaml',
    'meters:\n  - { code: calls, event_type: call, aggregation: count }\n',
  );
  const plans = await aFile(
    'plans.yaml',
    `plans:
  - code: q
    name: Q
    currency: USD
    interval: month
    prices:
      - code: calls
        type: usage
        meter: calls
        model: graduated
        tiers:
          - { up_to: "10", unit_amount: "1" }
          - { up_to: "5", unit_amount: "2" }
          - { up_to: "inf", unit_amount: "3" }
`,
  );
  const { code, output } = await catalog('apply', meters, plans);
  expect(code).toBe(1);
  expect(output).toMatch(/plans\.yaml:13:22: plans\[0\]\.prices\[0\]\.tiers\[1\]\.up_to: /);
}, 30_000);

test.each([
  ['no YAML', 'plans: [', /broken\.yaml:\d+:\d+: /],
  ['a key twice', 'plans: []\nplans: []\n', /broken\.yaml:2:1: /],
  ['two documents', 'plans: []\n---\nplans: []\n', /broken\.yaml:2:1: /],
  ['a text', 'plans\n', /broken\.yaml:1:1: /],
])('%s is refused with its place', async (_, text, expected) => {
  const { code, output } = await catalog('diff', await aFile('broken.yaml', text));
  expect(code).toBe(1);
  expect(output).toMatch(expected);
  expect(output).not.toContain('    at ');
});

test('a path that is not there, and a command that is none, say what to do', async () => {
  expect(await catalog('diff', join(directory, 'nowhere'))).toEqual({
    code: 1,
    output: expect.stringMatching(/^There is no file or directory .*nowhere\.\n$/),
  });
  expect(await catalog('push')).toEqual({
    code: 1,
    output: expect.stringContaining('npm run catalog -- diff'),
  });
});
