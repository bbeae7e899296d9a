/** The rules of the house hold by force: what a room may not import or use fails the linter. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

const wrong: readonly (readonly [room: string, code: string, rule: string])[] = [
  [
    'domain',
    `import { createPool } from '../store/database.ts';\nexport { createPool };\n`,
    'no-restricted-imports',
  ],
  ['domain', `import pg from 'pg';\nexport { pg };\n`, 'no-restricted-imports'],
  ['domain', `import { readFile } from 'node:fs/promises';\nexport { readFile };\n`, 'no-restricted-imports'],
  ['domain', `export const now = () => Date.now();\n`, 'no-restricted-syntax'],
  ['domain', `export const now = () => new Date();\n`, 'no-restricted-syntax'],
  ['domain', `export const luck = () => Math.random();\n`, 'no-restricted-syntax'],
  [
    'workflows',
    `import { createPool } from '../store/database.ts';\nexport { createPool };\n`,
    'no-restricted-imports',
  ],
  [
    'workflows',
    `import { createActivities } from '../activities/activities.ts';\nexport { createActivities };\n`,
    'no-restricted-imports',
  ],
  [
    'workflows',
    `import { readFile } from 'node:fs/promises';\nexport { readFile };\n`,
    'no-restricted-imports',
  ],
  [
    'activities',
    `import { collection } from '../workflows/collection.ts';\nexport { collection };\n`,
    'no-restricted-imports',
  ],
  [
    'store',
    `import { sandboxProvider } from '../ports/payment/sandbox.ts';\nexport { sandboxProvider };\n`,
    'no-restricted-imports',
  ],
  ['store', `import express from 'express';\nexport { express };\n`, 'no-restricted-imports'],
  [
    'api',
    `import { sandboxProvider } from '../ports/payment/sandbox.ts';\nexport { sandboxProvider };\n`,
    'no-restricted-imports',
  ],
  [
    'api',
    `import { createActivities } from '../activities/activities.ts';\nexport { createActivities };\n`,
    'no-restricted-imports',
  ],
  ['api', `export enum Colour {\n  Red,\n}\n`, 'no-restricted-syntax'],
  ['api', `export const anything = (value: any): unknown => value;\n`, 'no-explicit-any'],
  ['api', `export const first = (values: string[]): string => values[0]!;\n`, 'no-non-null-assertion'],
  ['api', `export default 5;\n`, 'no-restricted-syntax'],
];

test('each wrong import or construct is an error, and what is right is none', async () => {
  const files = wrong.map(([room], index) => `${root}src/${room}/houseRule${String(index)}.ts`);
  const right = `${root}src/workflows/houseRuleRight.ts`;
  try {
    await Promise.all(files.map((file, index) => writeFile(file, wrong[index]?.[1] ?? '')));
    await writeFile(
      right,
      `import type { Activities } from '../activities/activities.ts';\nexport type { Activities };\n`,
    );
    const eslint = promisify(execFile)(
      process.execPath,
      ['node_modules/eslint/bin/eslint.js', '--format', 'json', ...files, right],
      { cwd: root },
    );
    const { stdout } = await eslint.catch((error: unknown) => error as { stdout: string });
    const results = JSON.parse(stdout) as { filePath: string; messages: { ruleId: string }[] }[];
    const found = new Map(
      results.map(({ filePath, messages }) => [filePath, messages.map(({ ruleId }) => ruleId).join(' ')]),
    );
    wrong.forEach(([room, code, rule], index) => {
      expect(`${room}: ${code}${found.get(files[index] ?? '') ?? ''}`).toContain(rule);
    });
    expect(found.get(right)).toBe('');
  } finally {
    await Promise.all([...files, right].map((file) => rm(file, { force: true })));
  }
});
