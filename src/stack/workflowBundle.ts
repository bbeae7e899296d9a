/** The workflows as one file, built ahead: a worker that finds it starts at once. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles the workflows into `path`. */
export async function buildWorkflowBundle(path: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'src', 'workflows', 'index.ts'),
    logger: silentLogger,
  });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.partial`, code);
  await rename(`${path}.partial`, path);
}

/** A bundle of the sources as they are now, built only where they have changed; returns its path. */
export async function workflowBundle(directory: string): Promise<string> {
  const path = resolve(directory, `workflows-${await fingerprint()}.js`);
  const built = await stat(path).then(
    () => true,
    () => false,
  );
  if (!built) await buildWorkflowBundle(path);
  return path;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'package-lock.json')));
  for (const room of ['workflows', 'domain']) {
    const files = await readdir(join(root, 'src', room), { recursive: true });
    for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
      hash.update(file).update(await readFile(join(root, 'src', room, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

const silent = () => undefined;
const silentLogger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
