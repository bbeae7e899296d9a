/** Postgres or Temporal away: 503 with Retry-After, and all goes on by itself when they are back. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import getPort from 'get-port';
import { pino } from 'pino';
import { startApi } from '../../src/api/server.ts';
import { loadConfig } from '../../src/config.ts';
import { eventually, unique } from '../stack/builders.ts';
import { freshDatabase } from '../stack/database.ts';
import { adminKey, callerOf, lineTo, startApiOnly, temporalAway, type ApiOnly } from './apiOnly.ts';

let api: ApiOnly;
beforeAll(async () => {
  api = await startApiOnly();
});
afterEach(() => api.line.mend());
afterAll(() => api.stop());

const polling = { pollers: [{ lastAccessTime: { seconds: Math.floor(Date.now() / 1000) } }] };

describe('while Postgres is away', () => {
  test.each<[string, string, unknown]>([
    ['GET', '/v1/customers', undefined],
    ['POST', '/v1/customers', { name: 'Ada' }],
    ['PATCH', '/v1/meters/mtr_01kk0000000000000000000000', { name: 'm' }],
    ['POST', '/v1/events', []],
    ['GET', '/v1/ledger/accounts', undefined],
  ])('%s %s is told to come back', async (method, path, body) => {
    await api.call('GET', '/v1/customers'); // a connection that is open, and breaks
    await api.line.cut();
    const reply = await api.call(method, path, body, { 'idempotency-key': unique('key') });
    expect([reply.status, reply.body.error?.code, reply.body.error?.type]).toEqual([
      503,
      'database_unavailable',
      'unavailable_error',
    ]);
    expect(reply.headers.get('retry-after')).toBe('5');
  });

  test('it lives, is not ready, says what is away, and keeps its other metrics', async () => {
    api.temporal(({ name }) => (name === 'describeTaskQueue' ? polling : {}));
    await api.line.cut();
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    const ready = await api.call('GET', '/readyz');
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '5']);
    const checks = ready.body['checks'] as Record<string, string>;
    expect(checks).toMatchObject({ temporal: 'ok', worker: 'ok' });
    expect(checks['postgres']).not.toBe('ok');
    const metrics = await api.call('GET', '/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.text).toMatch(/^dunlin_due_not_done nan$/im);
    expect(metrics.text).toMatch(/^process_cpu_seconds_total /m);
  });

  test('nothing is half done, and it goes on by itself when Postgres is back', async () => {
    const headers = { 'idempotency-key': unique('key') };
    const body = { name: unique('Ada') };
    await api.line.cut();
    expect((await api.call('POST', '/v1/customers', body, headers)).status).toBe(503);
    await api.line.mend();
    const made = await eventually(
      () => api.call('POST', '/v1/customers', body, headers),
      ({ status }) => status === 201,
    );
    expect((await api.call('GET', `/v1/customers/${String(made.body.id)}`)).status).toBe(200);
    const { rowCount } = await api.pool.query('SELECT FROM customers WHERE name = $1', [body.name]);
    expect(rowCount).toBe(1);
  });
});

test('it starts while Postgres is away, and takes its first key when Postgres comes', async () => {
  const database = await freshDatabase();
  const line = await lineTo(database.url);
  await line.cut();
  const late = await startApi({
    config: loadConfig({ PORT: '0', API_KEY: adminKey }),
    databaseUrl: line.url,
    temporalAddress: '127.0.0.1:1',
    logger: pino({ level: 'silent' }),
    providerWebhooks: {},
  });
  try {
    const call = callerOf(late.url);
    expect((await call('GET', '/v1/customers')).status).toBe(503);
    await line.mend();
    const reply = await eventually(
      () => call('GET', '/v1/customers'),
      ({ status }) => status === 200,
    );
    expect(reply.body.data).toEqual([]);
  } finally {
    await late.stop();
    await line.cut();
    await database.drop();
  }
});

test('a database without tables stops the start, and leaves the port free', async () => {
  const database = await freshDatabase();
  await database.pool.query('DROP TABLE api_keys CASCADE');
  const start = (port: number) =>
    startApi({
      config: loadConfig({ PORT: String(port), API_KEY: adminKey }),
      databaseUrl: database.url,
      temporalAddress: '127.0.0.1:1',
      logger: pino({ level: 'silent' }),
      providerWebhooks: {},
    });
  const port = await getPort();
  for (let nth = 0; nth < 2; nth += 1) await expect(start(port)).rejects.toMatchObject({ code: '42P01' });
  await database.drop();
});

describe('while Temporal is away', () => {
  test('what needs a workflow is told to come back; everything else works', async () => {
    api.temporal(temporalAway);
    const clock = await api.call('POST', '/v1/test_clocks', {
      name: 'c',
      frozen_time: '2026-01-01T00:00:00Z',
    });
    expect(clock.status).toBe(201);
    const advance = await api.call('POST', `/v1/test_clocks/${String(clock.body.id)}/advance`, {
      frozen_time: '2026-02-01T00:00:00Z',
    });
    expect([advance.status, advance.body.error?.code, advance.headers.get('retry-after')]).toEqual([
      503,
      'temporal_unavailable',
      '5',
    ]);
    const after = await api.call('GET', `/v1/test_clocks/${String(clock.body.id)}`);
    expect(after.body).toMatchObject({ status: 'ready', frozen_time: '2026-01-01T00:00:00Z' });
  });

  test('it is not ready, and says so', async () => {
    api.temporal(temporalAway);
    const ready = await api.call('GET', '/readyz');
    expect(ready.status).toBe(503);
    const checks = ready.body['checks'] as Record<string, string>;
    expect(checks).toMatchObject({ postgres: 'ok', migrations: 'ok' });
    expect(checks['temporal']).not.toBe('ok');
  });
});

test('without a worker that polls it is not ready', async () => {
  api.temporal(({ name }) => (name === 'describeTaskQueue' ? { pollers: [] } : {}));
  const ready = await api.call('GET', '/readyz');
  expect([ready.status, (ready.body['checks'] as Record<string, string>)['worker']]).toEqual([
    503,
    'no worker polls test',
  ]);
});

test('without the newest migration it is not ready, and names it', async () => {
  api.temporal(({ name }) => (name === 'describeTaskQueue' ? polling : {}));
  const { rows } = await api.pool.query<{ name: string }>(
    `DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING name`,
  );
  const ready = await api.call('GET', '/readyz');
  expect([ready.status, (ready.body['checks'] as Record<string, string>)['migrations']]).toEqual([
    503,
    `pending: ${String(rows[0]?.name)}`,
  ]);
});
