/** The rules of the house hold by force: what a room may not import or use fails the linter. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';

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
    `import { sandboxProvider } from '../ports/payment/sandbox/provider.ts';\nexport { sandboxProvider };\n`,
    'no-restricted-imports',
  ],
  [
    'activities',
    `import { createSandbox } from '../sandbox/sandbox.ts';\nexport { createSandbox };\n`,
    'no-restricted-imports',
  ],
  [
    'ports',
    `import { createSandbox } from '../sandbox/sandbox.ts';\nexport { createSandbox };\n`,
    'no-restricted-imports',
  ],
  [
    'sandbox',
    `import { createPool } from '../store/database.ts';\nexport { createPool };\n`,
    'no-restricted-imports',
  ],
  [
    'sandbox',
    `import { sandboxProvider } from '../ports/payment/sandbox/provider.ts';\nexport { sandboxProvider };\n`,
    'no-restricted-imports',
  ],
  [
    'catalog',
    `import { createPool } from '../store/database.ts';\nexport { createPool };\n`,
    'no-restricted-imports',
  ],
  ['catalog', `import pg from 'pg';\nexport { pg };\n`, 'no-restricted-imports'],
  [
    'domain',
    `import { priceSchema } from '../catalog/price.ts';\nexport { priceSchema };\n`,
    'no-restricted-imports',
  ],
  ['store', `import express from 'express';\nexport { express };\n`, 'no-restricted-imports'],
  [
    'api',
    `import { sandboxProvider } from '../ports/payment/sandbox/provider.ts';\nexport { sandboxProvider };\n`,
    'no-restricted-imports',
  ],
  [
    'api',
    `import { createActivities } from '../activities/activities.ts';\nexport { createActivities };\n`,
    'no-restricted-imports',
  ],
  [
    'stack',
    `import { repair } from '../workflows/repair.ts';\nexport { repair };\n`,
    'no-restricted-imports',
  ],
  [
    'pages',
    `import { createPool } from '../store/database.ts';\nexport { createPool };\n`,
    'no-restricted-imports',
  ],
  [
    'organizations',
    `import { createApp } from '../api/app.ts';\nexport { createApp };\n`,
    'no-restricted-imports',
  ],
  ['organizations', `import express from 'express';\nexport { express };\n`, 'no-restricted-imports'],
  [
    'store',
    `import { createGraph } from '../organizations/graphs.ts';\nexport { createGraph };\n`,
    'no-restricted-imports',
  ],
  ['pages', `import express from 'express';\nexport { express };\n`, 'no-restricted-imports'],
  ['pages', `export const printedAt = () => new Date();\n`, 'no-restricted-syntax'],
  ['api', `export enum Colour {\n  Red,\n}\n`, 'no-restricted-syntax'],
  ['api', `export const anything = (value: any): unknown => value;\n`, 'no-explicit-any'],
  ['api', `export const first = (values: string[]): string => values[0]!;\n`, 'no-non-null-assertion'],
  ['api', `export default 5;\n`, 'no-restricted-syntax'],
];

/** The rules that each snippet breaks, in a process of its own. */
async function lint(snippets: readonly { filePath: string; code: string }[]): Promise<string[][]> {
  const linter = spawn(process.execPath, ['test/lintSnippets.mjs'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  linter.stdin.end(JSON.stringify(snippets));
  let answer = '';
  for await (const chunk of linter.stdout) answer += String(chunk);
  return JSON.parse(answer) as string[][];
}

test('each wrong import or construct is an error, and what is right is none', async () => {
  const right = {
    filePath: 'src/workflows/snippet.ts',
    code: `import type { Activities } from '../activities/activities.ts';\nexport type { Activities };\n`,
  };
  const snippets = wrong.map(([room, code]) => ({ filePath: `src/${room}/snippet.ts`, code }));
  const broken = await lint([...snippets, right]);
  wrong.forEach(([room, code, rule], index) => {
    expect(`${room}: ${code}${(broken[index] ?? []).join(' ')}`).toContain(rule);
  });
  expect(broken.at(-1)).toEqual([]);
});
