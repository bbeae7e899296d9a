/** `npm run catalog -- diff|apply [files and directories]`: meters and plans as they are written in files. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeChange, type CatalogChange } from '../../catalog/catalogChanges.ts';
import { BillingError } from '../../domain/errors.ts';
import { applyCatalog, compareCatalog } from '../../store/catalog.ts';
import { main } from '../main.ts';
import { StackError } from '../stackError.ts';
import { withDatabase } from '../withDatabase.ts';
import { catalogJsonSchema, catalogJsonSchemaPath } from './jsonSchema.ts';
import { readCatalog, type CatalogFiles } from './readCatalog.ts';

const usage = `npm run catalog -- diff [files and directories]   what applying them would change; exit code 2 where it is something
npm run catalog -- apply [files and directories]  changes it, in one transaction
npm run catalog -- schema                         writes catalog/schema.json, by which editors complete the files
Without files: the directory catalog.`;

await main(async () => {
  const [command, ...paths] = parseArgs({ allowPositionals: true }).positionals;
  const read = () => readCatalog(paths.length === 0 ? ['catalog'] : paths);
  switch (command) {
    case 'diff': {
      const files = await read();
      const changes = await placed(files, () => withDatabase((pool) => compareCatalog(pool, files.catalog)));
      print(changes);
      return process.exit(changes.length === 0 ? 0 : 2);
    }
    case 'apply': {
      const files = await read();
      print(await placed(files, () => withDatabase((pool) => applyCatalog(pool, files.catalog))));
      return process.exit(0);
    }
    case 'schema':
      return writeFile(catalogJsonSchemaPath, catalogJsonSchema());
    default:
      throw new StackError(usage);
  }
});

function print(changes: readonly CatalogChange[]): void {
  for (const line of changes.flatMap(describeChange)) console.log(line);
  if (changes.length === 0) console.log('Nothing to change.');
}

/** What the catalog's rules refuse is shown at its place in the files. */
async function placed<T>(files: CatalogFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    const { message, param } = error;
    throw new StackError(param === undefined ? message : `${files.locate(param)}: ${param}: ${message}`);
  }
}
