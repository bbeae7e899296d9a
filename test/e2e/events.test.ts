/** Usage in: durable, once, exact; one bad event never fails its batch. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPool } from '../../src/store/database.ts';
import { ingest } from '../../src/ingest/ingest.ts';
import { sliceArray } from '../../src/ingest/rawEvents.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { aCustomer, aMeter, unique } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
let customer: string;
let type: string;
beforeAll(async () => {
  dunlin = await startDunlin();
  customer = await aCustomer(dunlin, { external_id: unique('ext'), token: null });
  type = unique('call');
  await aMeter(dunlin, { event_type: type, aggregation: 'sum', property: 'n' });
}, 60_000);
afterAll(() => dunlin.stop());

const event = (fields: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: unique('e'),
  source: 'test',
  type,
  subject: customer,
  data: { n: 1 },
  ...fields,
});
const send = async (body: unknown, contentType = 'application/cloudevents-batch+json') => {
  const answer = await dunlin.call('POST', '/v1/events', body, { 'content-type': contentType });
  return {
    status: answer.status,
    ...(answer.body as unknown as {
      accepted: number;
      duplicates: number;
      rejected: { index: number; id: string | null; code: string }[];
    }),
  };
};

test('one event, or many, in each content type', async () => {
  expect(await send(event(), 'application/cloudevents+json')).toEqual({
    status: 202,
    accepted: 1,
    duplicates: 0,
    rejected: [],
  });
  expect(await send([event(), event()])).toMatchObject({ accepted: 2 });
  expect(await send(event(), 'application/json')).toMatchObject({ accepted: 1 });
  expect(await send([], 'application/json')).toMatchObject({ accepted: 0 });
});

test('an event counts once, however often and wherever in a batch it is sent', async () => {
  const same = event();
  expect(await send([same, event(), same])).toMatchObject({ accepted: 2, duplicates: 1 });
  expect(await send([same])).toMatchObject({ accepted: 0, duplicates: 1 });
  expect(await send([{ ...same, source: 'elsewhere' }])).toMatchObject({ accepted: 1 });
});

test('a subject is an id or an external id', async () => {
  const { external_id: external } = await dunlin.client.get<{ external_id: string }>(
    `/v1/customers/${customer}`,
  );
  expect(await send([event({ subject: external })])).toMatchObject({ accepted: 1 });
});

test('one bad event among good ones is refused by name, alone', async () => {
  const deep = `{"specversion":"1.0","id":"deep","source":"test","type":"${type}","subject":"${customer}","data":{"n":1,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
  const good = [JSON.stringify(event()), JSON.stringify(event({ data: { n: '2.000000000001' } }))];
  const bad: [string, string][] = [
    ['{"id":5}', 'event_malformed'],
    ['null', 'event_malformed'],
    [JSON.stringify(event({ time: 'yesterday' })), 'event_malformed'],
    [JSON.stringify(event({ subject: 'nobody' })), 'customer_unknown'],
    [JSON.stringify(event({ type: 'nothing' })), 'meter_unknown'],
    [JSON.stringify(event({ data: {} })), 'value_missing'],
    [JSON.stringify(event({ data: { n: 'many' } })), 'value_missing'],
    [JSON.stringify(event({ data: { n: true } })), 'value_missing'],
    [JSON.stringify(event()).replace('"n":1', '"n":0.1234567890123'), 'value_missing'],
    [JSON.stringify(event()).replace('"n":1', '"n":12345678901.0000000000001'), 'value_missing'],
    [JSON.stringify(event()).replace('"n":1', '"n":1e400000'), 'data_unreadable'],
    [JSON.stringify(event()).replace('"n":1', '"n":1,"x":"\\u0000"'), 'data_unreadable'],
    [JSON.stringify(event()).replace('"n":1', '"n":1,"x":"\\ud800"'), 'data_unreadable'],
    [JSON.stringify(event({ time: new Date(Date.now() + 25 * 3_600_000).toISOString() })), 'time_in_future'],
    [deep, 'data_unreadable'],
  ];
  const body = `[${[good[0], ...bad.map(([text]) => text), good[1]].join(' ,\n')}]`;
  const answer = await send(body);
  expect(answer.rejected.map(({ index, code }) => [index, code])).toEqual(
    bad.map(([, code], index) => [index + 1, code]),
  );
  expect(answer).toMatchObject({ status: 202, accepted: 2, duplicates: 0 });
});

test('a number is stored as it was sent, to the last digit', async () => {
  const id = unique('exact');
  await send(`[${JSON.stringify(event({ id })).replace('"n":1', '"n":123456789012345678.123456789012')}]`);
  const { rows } = await dunlin.pool.query<{ value: string }>(
    `SELECT usage_number(data -> 'n') AS value FROM usage_events WHERE id = $1`,
    [id],
  );
  expect(rows).toEqual([{ value: '123456789012345678.123456789012' }]);
});

test('a body that is neither an event nor a batch is refused', async () => {
  expect((await dunlin.call('POST', '/v1/events', '{"id"')).body.error?.code).toBe('json_malformed');
  expect(await send('5')).toMatchObject({ accepted: 0, rejected: [{ index: 0, code: 'event_malformed' }] });
  expect((await dunlin.call('POST', '/v1/events', `[${'1,'.repeat(10_000)}1]`)).body.error?.code).toBe(
    'batch_too_large',
  );
});

describe('lesson 10: a write that fails between the claim of an id and its commit', () => {
  test('claims nothing: sent again, the event counts once', async () => {
    await dunlin.pool.query(
      `CREATE FUNCTION fail_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$`,
    );
    await dunlin.pool.query(
      `CREATE TRIGGER fail_insert AFTER INSERT ON usage_events FOR EACH ROW EXECUTE FUNCTION fail_insert()`,
    );
    const sent = event();
    expect((await dunlin.call('POST', '/v1/events', [sent])).status).toBe(500);
    await dunlin.pool.query(`DROP TRIGGER fail_insert ON usage_events`);
    expect(await send([sent])).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(await send([sent])).toMatchObject({ accepted: 0, duplicates: 1 });
  });

  test('nor does a connection that breaks', async () => {
    const pool = createPool(dunlin.databaseUrl, { max: 1 });
    const sent = event();
    const client = await pool.connect();
    client.once('error', () => undefined);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    client.release();
    const blocker = await dunlin.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE usage_events IN ACCESS EXCLUSIVE MODE');
    const first = ingest(pool, JSON.stringify([sent]), Date.now() as Instant);
    const settled = first.then(
      () => 'stored',
      () => 'failed',
    );
    await dunlin.pool.query(`SELECT pg_sleep(0.2)`);
    await dunlin.pool.query(`SELECT pg_terminate_backend($1)`, [rows[0]?.pid]);
    expect(await settled).toBe('failed');
    await blocker.query('ROLLBACK');
    blocker.release();
    await pool.end();
    expect(await send([sent])).toMatchObject({ accepted: 1, duplicates: 0 });
  });
});

test('batches with the same events at the same time count each once', async () => {
  const events = Array.from({ length: 200 }, () => event());
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, nth) => send(nth % 2 === 0 ? events : [...events].reverse())),
  );
  expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(200);
  expect(answers.every(({ accepted, duplicates }) => accepted + duplicates === 200)).toBe(true);
});

test('an array is cut into the texts of its elements', () => {
  expect(sliceArray('[]')).toEqual([]);
  expect(sliceArray(' [ 1 ,"a,]\\"[", {"b":[1,2,{"c":"}"}]} ,null, [[]] ] ')).toEqual([
    '1',
    '"a,]\\"["',
    '{"b":[1,2,{"c":"}"}]}',
    'null',
    '[[]]',
  ]);
});
