/** `npm run permissions`: writes docs/permissions.md from the tables that decide; a test fails where they differ. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { renderPermissions } from '../domain/permissions/document.ts';
import { main } from './main.ts';

await main(() =>
  writeFile(fileURLToPath(new URL('../../docs/permissions.md', import.meta.url)), renderPermissions()),
);
