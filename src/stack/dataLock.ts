/** One stack at a time on a data directory. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, isAlive } from './process.ts';
import { StackError } from './stackError.ts';

/** Takes the directory; returns how to give it back. Throws a `StackError` that names the process that has it. */
export async function lockDataDirectory(directory: string): Promise<() => Promise<void>> {
  const file = join(directory, 'stack.pid');
  try {
    await mkdir(directory, { recursive: true });
    // Two that start at once: the file is made by one of them only.
    await writeFile(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new StackError(
        `${directory} cannot be written to (${String(error)}): set DATA_DIRECTORY to another folder.`,
      );
    }
    const pid = Number(await readFile(file, 'utf8').catch(() => ''));
    const running =
      Number.isInteger(pid) && pid > 0 && isAlive(pid) && (await commandLine(pid)).includes('node');
    if (running && pid !== process.pid) {
      throw new StackError(
        `${directory} is in use by process ${String(pid)}: stop it, or set DATA_DIRECTORY to another folder.`,
      );
    }
    await writeFile(file, String(process.pid));
  }
  return () => rm(file, { force: true });
}
