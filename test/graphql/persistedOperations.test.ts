/** The manifest of persisted operations: what is taken, and what stops the start. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readPersistedOperations } from '../../src/graphql/persistedOperations.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dunlin-test-'));
});
afterAll(() => rm(directory, { recursive: true }));

const operation = '{ me { kind } }';
const hash = createHash('sha256').update(operation).digest('hex');

async function manifest(content: unknown): Promise<string> {
  const path = join(directory, `${createHash('sha256').update(JSON.stringify(content)).digest('hex')}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test.each([
  ['by hash', { [hash]: operation }],
  [
    "Apollo's",
    {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: hash, body: operation, name: 'Me' }],
    },
  ],
])('a manifest %s is taken', async (_name, content) => {
  expect(readPersistedOperations(await manifest(content))).toEqual(new Map([[hash, operation]]));
});

test.each([
  ['that is no JSON', '{', /cannot be read/],
  ['that is a list', '[1]', /no manifest/],
  ['whose operations are no list', { operations: 1 }, /no manifest/],
  ['whose operation has no text', { operations: [{ id: hash }] }, /no manifest/],
  ['whose hash is of another operation', { ['0'.repeat(64)]: operation }, /is not the SHA-256/],
])('one %s stops the start, and is told', async (_name, content, message) => {
  const path = await manifest(content);
  expect(() => readPersistedOperations(path)).toThrow(message);
});

test('one that is not there stops the start', () => {
  expect(() => readPersistedOperations(join(directory, 'none.json'))).toThrow(/cannot be read/);
});
