/** The JSON Schema of catalog files, made from the schema that checks them, by which editors complete them. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { catalogSchema } from '../../catalog/catalogFile.ts';

export const catalogJsonSchemaPath = fileURLToPath(new URL('../../../catalog/schema.json', import.meta.url));

/** Draft 7, which editors know best. */
export function catalogJsonSchema(): string {
  const schema = z.toJSONSchema(catalogSchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'Dunlin catalog', ...schema }, null, 2)}\n`;
}
