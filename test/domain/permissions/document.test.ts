/** docs/permissions.md is what the tables say; `npm run permissions` writes it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { renderPermissions } from '../../../src/domain/permissions/document.ts';
import { expectedMatrix } from './expectedMatrix.ts';

const path = fileURLToPath(new URL('../../../docs/permissions.md', import.meta.url));

test('the document is what the tables render', async () => {
  expect(await readFile(path, 'utf8')).toBe(renderPermissions());
});

test('the document shows each cell of the matrix', () => {
  const lines = renderPermissions().split('\n');
  for (const { permission, byRole } of expectedMatrix) {
    const line = lines.find((text) => text.startsWith(`| \`${permission}\` `)) ?? '';
    const cells = line.split('|').map((cell) => cell.trim());
    const shown = { '+': '✓', '-': '', p: '(✓)' };
    expect([permission, ...cells.slice(2, 9)]).toEqual([
      permission,
      ...[...byRole.values()].map((cell) => shown[cell]),
    ]);
  }
});
