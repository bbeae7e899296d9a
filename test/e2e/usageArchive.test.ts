/** A month of events that is archived: what was billed of it is final, and nothing of its time is counted again. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import { foldUsage } from '../../src/store/usageRollups.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  invoicesOf,
  sendEvents,
  unique,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { othersHaveEnded } from '../stack/othersHaveEnded.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

/** Each test has a month of arrivals of its own, long past. */
let months = 0;
const aMonth = () => `20${String(10 + (months += 1))}-01-01`;
const archive = (month: string) =>
  dunlin.pool.query(`SELECT archive_usage_partition($1) AS partition`, [month]);

/** A customer on a clock that stands at the end of January 2026, subscribed to two meters of one type of events. */
async function aMeteredCustomer() {
  const month = aMonth();
  await dunlin.pool.query(`SELECT add_usage_partition($1)`, [month]);
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const type = unique('call');
  const prices = [
    { code: 'calls', meter: await aMeter(dunlin, { event_type: type }) },
    {
      code: 'seats',
      meter: await aMeter(dunlin, { event_type: type, aggregation: 'recurring', property: 'n' }),
    },
  ].map((price) => ({ ...price, type: 'usage', model: 'per_unit', unit_amount: '100' }));
  const plan = await aPlan(dunlin, { grace_period: 0, prices });
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id: subscription } = await aSubscription(dunlin, { customer, plan });
  await advanceTo(dunlin.client, clock, '2026-01-31T00:00:00Z');
  /** As if it had arrived in that month. */
  const arrived = async (id: string, time: string, receivedAt = month) => {
    await dunlin.pool.query(`INSERT INTO usage_event_identities (source, id) VALUES ($1, $2)`, [type, id]);
    await dunlin.pool.query(
      `INSERT INTO usage_events (source, id, type, customer_id, time, data, received_at, inserted_xid)
       SELECT $1, $2, $1, $3, $4, '{"n": 1}', $5, inserted_xid FROM usage_event_identities
        WHERE source = $1 AND id = $2`,
      [type, id, customer, time, receivedAt],
    );
  };
  const send = (...events: [id: string, time: string][]) =>
    sendEvents(
      dunlin,
      events.map(([id, time]) => ({ id, source: type, type, subject: customer, time, data: { n: 1 } })),
    );
  const discard = (id: string) => dunlin.call('DELETE', `/v1/events/${type}/${id}`);
  const lines = async () =>
    (await invoicesOf(dunlin, subscription))
      .slice(1)
      .map((invoice) =>
        invoice.lines.data.map(({ type: kind, amount, description }) => [
          kind,
          description.split(',')[0],
          amount,
        ]),
      );
  return { month, clock, subscription, arrived, send, discard, lines };
}

const fold = async () => {
  await othersHaveEnded(dunlin.pool);
  while ((await foldUsage(dunlin.pool)) > 0);
};

test('what is archived was billed for good: no event of its time is accepted, voided or rated, later ones are', async () => {
  const { month, clock, arrived, send, discard, lines } = await aMeteredCustomer();
  await arrived('a', '2026-01-10T10:30:00Z');
  await arrived('b', '2026-01-20T10:30:00Z');
  await send(['elsewhere', '2026-01-12T00:00:00Z']);
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  await fold();
  expect((await archive(month)).rows).toEqual([
    { partition: `usage_events_${month.slice(0, 7).replace('-', '_')}` },
  ]);
  // Alone, by name; what is known is a duplicate, as ever.
  expect(
    await send(
      ['late', '2026-01-31T23:59:59Z'],
      ['a', '2026-01-10T10:30:00Z'],
      ['elsewhere', '2026-01-12T00:00:00Z'],
      ['next', '2026-02-01T00:00:00Z'],
    ),
  ).toMatchObject({
    accepted: 1,
    duplicates: 2,
    rejected: [{ index: 0, id: 'late', code: 'event_too_old' }],
  });
  for (const id of ['a', 'elsewhere']) {
    const { status, body } = await discard(id);
    expect([id, status, body.error?.code]).toEqual([id, 409, 'event_archived']);
  }
  expect((await discard('nothing')).status).toBe(404);
  // However it got in: it would make the period's usage what is left of it.
  await arrived('past the door', '2026-01-15T00:00:00Z', new Date().toISOString());
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  expect(await lines()).toEqual([
    [
      ['usage', 'calls', 300],
      ['usage', 'seats', 300],
    ],
    [
      ['usage', 'calls', 100],
      // What carries over keeps what is archived, in its rollups.
      ['usage', 'seats', 500],
    ],
  ]);
  await fold();
}, 60_000);

test('a later period is corrected as ever', async () => {
  const { month, clock, arrived, send, discard, lines } = await aMeteredCustomer();
  await arrived('a', '2026-01-10T10:30:00Z');
  await advanceTo(dunlin.client, clock, '2026-02-20T00:00:00Z');
  await send(['b', '2026-02-10T00:00:00Z']);
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  await fold();
  await archive(month);
  await send(['late', '2026-02-11T00:00:00Z'], ['later', '2026-02-12T00:00:00Z']);
  expect((await discard('later')).status).toBe(200);
  await advanceTo(dunlin.client, clock, '2026-04-02T00:00:00Z');
  expect((await lines()).at(-1)).toEqual([
    ['usage', 'calls', 0],
    ['usage', 'seats', 300],
    ['late_usage', 'calls', 100],
    ['late_usage', 'seats', 100],
  ]);
}, 60_000);

test('a month is not archived while anything of it is still to be counted', async () => {
  const { month, clock, arrived, discard } = await aMeteredCustomer();
  await arrived('a', '2026-01-10T10:30:00Z');
  await arrived('b', '2026-01-11T10:30:00Z');
  await expect(archive(month)).rejects.toThrow('has not folded the events');
  await fold();
  await expect(archive(month)).rejects.toThrow('has not billed its period yet');
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  await arrived('late', '2026-01-12T00:00:00Z', new Date().toISOString());
  await expect(archive(month)).rejects.toThrow('has not billed late usage yet');
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  expect((await discard('b')).status).toBe(200);
  await expect(archive(month)).rejects.toThrow('has not billed late usage yet');
  await advanceTo(dunlin.client, clock, '2026-04-02T00:00:00Z');
  await fold();
  await archive(month);
  await expect(archive(month)).rejects.toThrow('has no partition');
}, 60_000);

test('events still arrive in this month, so it is not archived', async () => {
  await expect(archive(new Date().toISOString().slice(0, 10))).rejects.toThrow('events still arrive in');
});

test('an archiving that would keep ingestion waiting behind a long reader fails, and is called again', async () => {
  const { month } = await aMeteredCustomer();
  const reader = await dunlin.pool.connect();
  try {
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM usage_events');
    await expect(archive(month)).rejects.toThrow('lock timeout');
  } finally {
    await reader.query('ROLLBACK');
    reader.release();
  }
  await archive(month);
}, 60_000);
