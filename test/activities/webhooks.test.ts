/** Deliveries: each event once for each endpoint that asks for it, of each object in order, whoever commits when and whatever fails. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { disabledAfterMs } from '../../src/domain/webhookDelivery.ts';
import { deliverDue } from '../../src/activities/deliverDue.ts';
import { enableWebhookEndpoint, makeWaitingDue } from '../../src/store/webhookEndpoints.ts';
import { inTransaction } from '../../src/store/database.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import {
  anEndpoint,
  begin,
  broken,
  deliverAll,
  happen,
  memoryReceiver,
  ok,
  relayAll,
  unreachable,
  type Arrival,
} from './webhookLife.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const hourMs = 3_600_000;
const deliveriesOf = async (id: string) =>
  (
    await database.pool.query<{
      object_id: string;
      status: string;
      attempt_count: number;
      error: string | null;
    }>(
      `SELECT object_id, status, attempt_count, error FROM webhook_deliveries WHERE endpoint_id = $1 ORDER BY sequence`,
      [id],
    )
  ).rows;
const isInOrder = (arrivals: readonly Arrival[]) => {
  const last = new Map<string, number>();
  return arrivals.every(({ subject, nth }) => {
    const before = last.get(subject) ?? -1;
    last.set(subject, nth);
    return nth > before;
  });
};

test('what commits late is relayed late, and once', async () => {
  const id = await anEndpoint(database.pool);
  const late = await begin(database.pool);
  await happen(late, 'late', 0);
  await happen(database.pool, 'early', 0);
  await relayAll(database.pool);
  expect((await deliveriesOf(id)).map((one) => one.object_id)).toEqual(['early']);
  await relayAll(database.pool);
  await late.commit();
  await relayAll(database.pool);
  await relayAll(database.pool);
  expect((await deliveriesOf(id)).map((one) => one.object_id).sort()).toEqual(['early', 'late']);
});

test('of one object the earlier event comes first, also where a transaction that began before wrote the later one', async () => {
  const id = await anEndpoint(database.pool);
  const waiting = await begin(database.pool);
  await waiting.query('SELECT pg_current_xact_id()'); // it has its id before the others
  const running = await begin(database.pool);
  await running.query('SELECT pg_current_xact_id()'); // and this one does not end meanwhile
  await happen(database.pool, 'object', 0);
  await happen(waiting, 'object', 1);
  await waiting.commit();
  await relayAll(database.pool);
  const { rows } = await database.pool.query<{ nth: number }>(
    `SELECT (e.data ->> 'nth')::int AS nth FROM webhook_deliveries d JOIN event_log e ON e.sequence = d.sequence
      WHERE d.endpoint_id = $1 ORDER BY d.id`,
    [id],
  );
  await running.commit();
  expect(rows.map(({ nth }) => nth)).toEqual([0, 1]);
});

test('an endpoint gets what is committed after it was added, also of a transaction that had begun before', async () => {
  const before = await begin(database.pool);
  await happen(before, 'begun before', 0);
  await happen(database.pool, 'committed before', 0);
  const id = await anEndpoint(database.pool);
  await before.commit();
  await happen(database.pool, 'begun after', 0);
  await relayAll(database.pool);
  expect((await deliveriesOf(id)).map((one) => one.object_id).sort()).toEqual([
    'begun after',
    'begun before',
  ]);
});

test('many more events than one step takes are each relayed once, by several relays at once', async () => {
  const id = await anEndpoint(database.pool, ['customer.*']);
  await database.pool.query(
    `INSERT INTO event_log (type, object_id, occurred_at) SELECT 'customer.updated', 'o' || n, now() FROM generate_series(1, 5000) n`,
  );
  await Promise.all([1, 2, 3].map(() => relayAll(database.pool)));
  await relayAll(database.pool);
  const deliveries = await deliveriesOf(id);
  expect([deliveries.length, new Set(deliveries.map((one) => one.object_id)).size]).toEqual([5000, 5000]);
});

test('lesson 24: whatever fails, all arrive, and of each object in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 25 }),
      fc.array(fc.constantFrom(ok, ok, broken, unreachable), { minLength: 1, maxLength: 60 }),
      async (objects, answers) => {
        const id = await anEndpoint(database.pool);
        let asked = 0;
        const receiver = memoryReceiver(() => answers[asked++] ?? ok);
        const names = objects.map((object) => `${id}/${String(object)}`);
        for (const [nth, name] of names.entries()) {
          await happen(database.pool, name, nth);
          if (nth % 7 === 3) {
            await relayAll(database.pool);
            await deliverAll(database.pool, receiver, id, Date.now() + 2000);
          }
        }
        await relayAll(database.pool);
        await deliverAll(database.pool, receiver, id);
        const own = receiver.received.filter(({ subject }) => subject.startsWith(`${id}/`));
        expect(own.map(({ nth }) => nth).sort((a, b) => a - b)).toEqual(names.map((_name, nth) => nth));
        expect(isInOrder(own)).toBe(true);
        await database.pool.query(
          `UPDATE webhook_endpoints SET enabled = false, disabled_reason = 'request', disabled_at = now() WHERE id = $1`,
          [id],
        );
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 12) },
  );
}, 120_000);

test('an object that is refused for seven days is given up, and what waited behind it goes on', async () => {
  const id = await anEndpoint(database.pool);
  await happen(database.pool, 'refused', 0);
  await happen(database.pool, 'refused', 1);
  await happen(database.pool, 'fine', 0);
  await relayAll(database.pool);
  const attempts: number[] = [];
  const receiver = memoryReceiver(({ subject, nth }) => {
    if (subject !== 'refused' || nth !== 0) return ok;
    attempts.push(nth);
    return broken;
  });
  const started = Date.now();
  // Something else is received each day, so the endpoint as a whole is well.
  let ended = await deliverAll(database.pool, receiver, id, started + disabledAfterMs - hourMs);
  await happen(database.pool, 'fine', 1);
  await relayAll(database.pool);
  await database.pool.query(`UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1`, [id]);
  await deliverDue({ pool: database.pool, webhooks: receiver }, id, ended, { goOn: () => undefined });
  ended = await deliverAll(database.pool, receiver, id);
  expect(receiver.received.map(({ subject, nth }) => `${subject} ${String(nth)}`)).toEqual(
    expect.arrayContaining(['fine 0', 'fine 1', 'refused 1']),
  );
  expect((await deliveriesOf(id))[0]).toMatchObject({ status: 'failed', error: 'answered 500' });
  expect(attempts.length).toBeGreaterThan(25);
  expect(attempts.length).toBeLessThan(40);
});

test('after five days of nothing but failure the endpoint is disabled, an event tells, and nothing that waits is lost', async () => {
  const id = await anEndpoint(database.pool);
  await happen(database.pool, 'x', 0);
  await relayAll(database.pool);
  const dead = memoryReceiver(() => unreachable);
  const started = Date.now();
  const ended = await deliverAll(database.pool, dead, id);
  expect(ended - started).toBeGreaterThanOrEqual(disabledAfterMs);
  expect(ended - started).toBeLessThan(disabledAfterMs + 8 * hourMs);
  const { rows } = await database.pool.query(
    `SELECT w.enabled, w.disabled_reason, e.data FROM webhook_endpoints w JOIN event_log e ON e.object_id = w.id WHERE w.id = $1`,
    [id],
  );
  expect(rows).toEqual([{ enabled: false, disabled_reason: 'failing', data: { reason: 'failing' } }]);
  await inTransaction(database.pool, async (tx) => {
    await makeWaitingDue(tx, id);
    await enableWebhookEndpoint(tx, id);
  });
  const alive = memoryReceiver(() => ok);
  await deliverAll(database.pool, alive, id);
  expect(alive.received.filter(({ subject }) => subject === 'x')).toHaveLength(1);
});

test('a receiver that hangs for one object delays no other, and no more than 16 requests are under way', async () => {
  const id = await anEndpoint(database.pool);
  for (let nth = 0; nth < 60; nth += 1) await happen(database.pool, `many ${String(nth)}`, nth);
  await relayAll(database.pool);
  let underWay = 0;
  let most = 0;
  let letGo: () => void = () => undefined;
  const hanging = new Promise<void>((resolve) => (letGo = resolve));
  const receiver = memoryReceiver(async ({ subject }) => {
    underWay += 1;
    most = Math.max(most, underWay);
    if (subject === 'many 0') await hanging;
    else await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    if (receiver.received.length === 58) letGo();
    return ok;
  });
  await deliverAll(database.pool, receiver, id);
  expect(most).toBeLessThanOrEqual(16);
  expect(receiver.received).toHaveLength(60);
  expect(receiver.received.at(-1)?.subject).toBe('many 0');
});

test('what waits behind a failure is not looked through again and again', async () => {
  const id = await anEndpoint(database.pool);
  for (let nth = 0; nth < 5; nth += 1) await happen(database.pool, 'behind', nth);
  await relayAll(database.pool);
  const now = (Date.now() + 1000) as Instant;
  const sender = { pool: database.pool, webhooks: memoryReceiver(() => broken) };
  await deliverDue(sender, id, now, { goOn: () => undefined });
  await deliverDue(sender, id, now, { goOn: () => undefined });
  const { rows } = await database.pool.query<{ due: number }>(
    `SELECT count(*)::int AS due FROM webhook_deliveries WHERE endpoint_id = $1 AND next_attempt_at <= $2`,
    [id, formatInstant(now)],
  );
  expect(rows).toEqual([{ due: 0 }]);
  expect((await deliveriesOf(id)).map((one) => one.attempt_count)).toEqual([1, 0, 0, 0, 0]);
});
