/** A directory for one run, which other users may enter: Postgres runs as one of them where this runs as root. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function temporaryDirectory(purpose: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `dunlin-${purpose}-`));
  await chmod(directory, 0o755);
  return directory;
}
