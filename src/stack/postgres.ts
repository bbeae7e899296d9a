/** Postgres for one machine: a real server, its data in a directory, whatever stopped the last one. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, cp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import getPort from 'get-port';
import pg from 'pg';
import { postgresBinaries, type PostgresBinaries } from './postgresBinaries.ts';
import { canReach, ownedDirectory, postgresUser, type SystemUser } from './postgresUser.ts';
import { commandLine, endProcess, isAlive, untilGone } from './process.ts';
import { StackError } from './stackError.ts';

export interface PostgresServer {
  /** Of the database `dunlin`, with its password. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const database = 'dunlin';
const startPatienceMs = 60_000;

export interface PostgresOptions {
  /**
   * Whether what is committed outlives a machine that loses power; else only processes that die, Postgres among them, as
   * is enough for data that is thrown away.
   */
  readonly outlivesPowerLoss?: boolean;
}

/** Starts Postgres with its data under `directory`. Throws a `StackError` that says what to do where it will not start. */
export async function startPostgres(
  directory: string,
  { outlivesPowerLoss = true }: PostgresOptions = {},
): Promise<PostgresServer> {
  const user = await postgresUser();
  const data = await dataOf(directory);
  const binaries = await reachableBinaries(await postgresBinaries(), data, user);
  await stopPostgresOrphan(directory);
  const password = await passwordOf(data, binaries, user);
  const port = await getPort({ host: '127.0.0.1' });
  const logPath = resolve(directory, 'postgres.log');
  const log = await open(logPath, 'a');
  const child = spawn(
    binaries.postgres,
    ['-D', data, '-p', String(port), ...settings, ...(outlivesPowerLoss ? [] : unsynced)],
    {
      ...user,
      cwd: data,
      stdio: ['ignore', log.fd, log.fd],
      // A Ctrl-C is for the stack, which stops Postgres last.
      detached: true,
    },
  );
  await log.close();
  const { pid } = child;
  if (pid === undefined)
    throw new StackError(`Postgres could not be started: ${binaries.postgres} does not run here.`);
  const url = (name: string) => `postgres://postgres:${password}@127.0.0.1:${String(port)}/${name}`;
  try {
    await untilReady(url('postgres'), pid);
    await ensureDatabase(url('postgres'));
  } catch (error) {
    await endProcess(pid, 'SIGINT', 5_000);
    const last = (await readFile(logPath, 'utf8')).trimEnd().split('\n').at(-1) ?? String(error);
    throw new StackError(
      `Postgres does not start from ${data} (${last.slice(0, 200)}): see ${logPath}, or move ${data} away to start afresh.`,
    );
  }
  return { url: url(database), pid, stop: () => endProcess(pid, 'SIGINT', 30_000) };
}

/** Where the server's files are: under `directory`, or where its user can reach them. */
async function dataOf(directory: string): Promise<string> {
  return ownedDirectory(resolve(directory, 'postgres'), await postgresUser());
}

/** Removes the data under `directory`, after its server was stopped. */
export async function removePostgresData(directory: string): Promise<void> {
  await stopPostgresOrphan(directory);
  await rm(await dataOf(directory), { recursive: true, force: true });
}

const settings = asOptions([
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
  ['max_connections', '200'],
  ['shared_buffers', '256MB'],
  ['max_wal_size', '4GB'],
  ['checkpoint_timeout', '15min'],
  ['log_min_messages', 'warning'],
  ['log_min_error_statement', 'panic'],
]);
/** The operating system writes when it likes. */
const unsynced = asOptions([
  ['fsync', 'off'],
  ['full_page_writes', 'off'],
]);

function asOptions(values: readonly (readonly [name: string, value: string])[]): string[] {
  return values.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The address of the server that runs on the data under `directory`, or undefined where none does. */
export async function findRunningPostgres(directory: string): Promise<string | undefined> {
  const data = await dataOf(directory);
  const [lock, password] = await Promise.all(
    ['postmaster.pid', 'dunlin.password'].map((name) =>
      readFile(join(data, name), 'utf8').catch(() => undefined),
    ),
  );
  const [pid, , , port] = lock?.split('\n') ?? [];
  if (password === undefined || port === undefined || !isAlive(Number(pid))) return undefined;
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

/** A server that an earlier stack left behind on the same data is stopped; it would refuse a second one. */
export async function stopPostgresOrphan(directory: string): Promise<void> {
  const data = await dataOf(directory);
  const lock = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const pid = Number(lock?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return;
  const command = await commandLine(pid);
  if (command.includes(data)) await endProcess(pid, 'SIGINT', 30_000);
  // Killed a moment ago and not yet cleared away: a new server would take it for running.
  else if (command === '') await untilGone(pid, 5_000);
}

/** Makes the cluster where there is none, and returns its password. */
async function passwordOf(
  data: string,
  { initdb }: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<string> {
  const passwordFile = join(data, 'dunlin.password');
  const known = await readFile(passwordFile, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  if (await exists(join(data, 'PG_VERSION'))) {
    throw new StackError(
      `${data} holds a database that is not Dunlin's: move it away, or set DATA_DIRECTORY.`,
    );
  }
  // An initdb that was cut short leaves files, which the next one refuses.
  const cluster = await readdir(data);
  await Promise.all(cluster.map((name) => rm(join(data, name), { recursive: true })));
  const password = randomBytes(24).toString('hex');
  const given = `${data}.password`;
  await writeFile(given, password, { mode: 0o600 });
  if (user) await chown(given, user.uid, user.gid);
  const options = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${given}`, '--encoding=UTF8'];
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    await promisify(execFile)(initdb, ['-D', data, ...options, ...locale], { ...user, cwd: '/' });
  } catch (error) {
    throw new StackError(
      `Postgres could not make its files in ${data}: ${String(error).split('\n').at(1) ?? String(error)}`,
    );
  } finally {
    await rm(given, { force: true });
  }
  await writeFile(passwordFile, password, { mode: 0o600 });
  return password;
}

/** Binaries below a folder that is closed to others are copied beside the data. */
async function reachableBinaries(
  binaries: PostgresBinaries,
  data: string,
  user: SystemUser | undefined,
): Promise<PostgresBinaries> {
  if (!user || (await canReach(binaries.initdb, user))) return binaries;
  const copy = `${data}.binaries`;
  await cp(join(dirname(binaries.initdb), '..'), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

async function untilReady(url: string, pid: number): Promise<void> {
  const deadline = Date.now() + startPatienceMs;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (!isAlive(pid) || Date.now() > deadline) throw error;
      await new Promise((resume) => setTimeout(resume, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
