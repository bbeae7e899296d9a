/** Postgres refuses to run as root: then it runs as the user `postgres`, who must be able to reach its files. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './stackError.ts';

const run = promisify(execFile);

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Whom Postgres runs as; undefined for the user who runs this. */
export async function postgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const found = await lookUp();
  if (found) return found;
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']).catch(() => undefined);
  const added = await lookUp();
  if (added) return added;
  throw new StackError(
    'Postgres cannot run as root, and no user "postgres" could be added: add one, or set DATABASE_URL to a server.',
  );
}

async function lookUp(): Promise<SystemUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Makes a directory that belongs to that user. One below a folder that is closed to others moves to a public place. */
export async function ownedDirectory(wanted: string, user: SystemUser | undefined): Promise<string> {
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  if (!user) return wanted;
  await chown(wanted, user.uid, user.gid);
  if (await canReach(wanted, user)) return wanted;
  const name = `dunlin-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  const reachable = join(tmpdir(), '..', 'var', 'tmp', name);
  await mkdir(reachable, { recursive: true, mode: 0o700 });
  await chown(reachable, user.uid, user.gid);
  return reachable;
}

/** Whether the user can use a path. */
export async function canReach(path: string, user: SystemUser): Promise<boolean> {
  return run('/bin/sh', ['-c', 'test -x "$0"', path], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
