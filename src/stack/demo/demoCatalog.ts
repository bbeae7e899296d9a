/** The demo's meters and plan, as its catalog file describes them. */
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { applyCatalog } from '../../store/catalog.ts';
import { readCatalog } from '../catalog/readCatalog.ts';

export const demoCatalogPath = fileURLToPath(new URL('../../../catalog/demo.yaml', import.meta.url));

export async function applyDemoCatalog(pool: pg.Pool): Promise<void> {
  const { catalog } = await readCatalog([demoCatalogPath]);
  await applyCatalog(pool, catalog);
}
