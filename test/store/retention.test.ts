/** What grows with each day goes when it is old enough, and nothing that is still needed goes with it. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookEndpointId } from '../../src/domain/ids.ts';
import { inTransaction } from '../../src/store/database.ts';
import { removeOld } from '../../src/store/retention.ts';
import { anEndpoint, happen, relayAll } from '../activities/webhookLife.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

const select = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await database.pool.query<Row>(sql, values)).rows;
const remove = (days = 400) => removeOld(database.pool, days, () => undefined);
const events = async () =>
  (await select<{ id: string }>(`SELECT object_id AS id FROM event_log ORDER BY sequence`)).map(
    ({ id }) => id,
  );

/** Past the rule that nothing of the log changes: so many days older. */
async function age(days: number): Promise<void> {
  await inTransaction(database.pool, async (tx) => {
    await tx.query(`SET LOCAL session_replication_role = replica`);
    await tx.query(`UPDATE event_log SET recorded_at = recorded_at - make_interval(days => $1)`, [days]);
  });
}
const settle = (endpoint: WebhookEndpointId, status: string, object: string) =>
  select(
    `UPDATE webhook_deliveries SET status = $2, settled_at = now(), next_attempt_at = NULL
      WHERE endpoint_id = $1 AND object_id = $3`,
    [endpoint, status, object],
  );

test('events go with their deliveries after so many days, and younger ones stay', async () => {
  const endpoint = await anEndpoint(database.pool);
  await happen(database.pool, 'delivered', 0);
  await happen(database.pool, 'given up', 0);
  await relayAll(database.pool);
  await settle(endpoint, 'succeeded', 'delivered');
  await settle(endpoint, 'failed', 'given up');
  await age(399);
  await happen(database.pool, 'new', 0);
  await relayAll(database.pool);
  await remove();
  expect(await events()).toEqual(['delivered', 'given up', 'new']);
  await age(2);
  await remove();
  expect(await events()).toEqual(['new']);
  expect(await select(`SELECT object_id AS id FROM webhook_deliveries`)).toEqual([{ id: 'new' }]);
});

test('what waits to be delivered stays however old it is, with all its deliveries, unless its endpoint is deleted', async () => {
  const [one, other] = [await anEndpoint(database.pool), await anEndpoint(database.pool)];
  await happen(database.pool, 'waiting', 0);
  await relayAll(database.pool);
  await settle(one, 'succeeded', 'waiting');
  await age(1000);
  await remove();
  expect(await events()).toEqual(['waiting']);
  expect(await select(`SELECT FROM webhook_deliveries`)).toHaveLength(2);
  await select(`UPDATE webhook_endpoints SET deleted_at = now() WHERE id = $1`, [other]);
  await remove();
  expect(await events()).toEqual([]);
});

test('what the relay has not passed yet stays', async () => {
  await anEndpoint(database.pool);
  await happen(database.pool, 'untold', 0);
  await age(1000);
  await remove();
  expect(await events()).toEqual(['untold']);
});

test('nothing else removes or changes an event, nor what is younger than 30 days', async () => {
  await happen(database.pool, 'kept', 0);
  await relayAll(database.pool);
  await age(29);
  const refused = [
    `DELETE FROM event_log`,
    `UPDATE event_log SET type = 'other'`,
    `BEGIN; SET LOCAL dunlin.removes_events = 'on'; DELETE FROM event_log; COMMIT`,
    `SELECT remove_old_events(29, 0, 10)`,
  ];
  for (const sql of refused) {
    await expect(database.pool.query(sql)).rejects.toMatchObject({ code: '23001' });
  }
  await age(1000);
  await expect(database.pool.query(`DELETE FROM event_log`)).rejects.toThrow('append-only');
  await remove();
  await expect(database.pool.query(`SELECT remove_old_events(29, 0, 10)`)).rejects.toThrow('30 days');
});

test("a provider's webhooks go when they were applied so long ago, and stay while they are not", async () => {
  await select(
    `INSERT INTO provider_events (provider, event_id, type, subject_kind, body, headers, received_at, applied_at, result)
     SELECT 'sandbox', 'event_' || n, 'other', 'none', '', '{}', now() - interval '500 days',
            CASE WHEN n > 1 THEN now() - interval '200 days' * n END, CASE WHEN n > 1 THEN 'ignored' END
       FROM generate_series(1, 3) n`,
  );
  await remove();
  expect(await select(`SELECT event_id AS id FROM provider_events ORDER BY 1`)).toEqual([{ id: 'event_1' }]);
});

test('of many rows only the old ones are looked at, by their indexes, batch by batch', async () => {
  const endpoint = await anEndpoint(database.pool);
  await select(
    `INSERT INTO event_log (type, object_id, occurred_at, recorded_at, data)
     SELECT 'customer.updated', 'o' || n, now(), now() - interval '1 day' * (50000 - n) / 100, '{}'
       FROM generate_series(1, 50000) n`,
  );
  await select(
    `INSERT INTO webhook_deliveries (endpoint_id, sequence, object_id, status, next_attempt_at, settled_at)
     SELECT $1, sequence, object_id, 'succeeded', NULL, now() FROM event_log`,
    [endpoint],
  );
  await select(
    `INSERT INTO provider_events (provider, event_id, type, subject_kind, body, headers, applied_at, result)
     SELECT 'sandbox', 'event_' || n, 'other', 'none', '', '{}', now() - interval '1 day' * (50000 - n) / 100, 'ignored'
       FROM generate_series(1, 50000) n`,
  );
  await select(
    `INSERT INTO stored_mails (message_id, livemode, sender, recipient, subject, text, html, attachments, created)
     SELECT 'm' || n, true, 'a', 'b', 'c', 'd', 'e', '[]', now() - interval '1 day' * (50000 - n) / 100
       FROM generate_series(1, 50000) n`,
  );
  // All of it has been told.
  await select(`UPDATE event_relay SET done = pg_current_snapshot(), doing = NULL`);
  await select(`ANALYZE`);
  const read = await inTransaction(database.pool, async (tx) => {
    await removeOld(tx, 400, () => undefined);
    const scanned = await tx.query<{ relname: string }>(
      `SELECT relname FROM pg_stat_xact_user_tables
        WHERE seq_scan > 0 AND relname IN ('event_log', 'webhook_deliveries', 'provider_events', 'stored_mails')`,
    );
    return scanned.rows;
  });
  expect(read).toEqual([]);
  const left = await select<{ count: number }>(
    `SELECT count(*)::int FROM event_log UNION ALL SELECT count(*)::int FROM webhook_deliveries
      UNION ALL SELECT count(*)::int FROM provider_events UNION ALL SELECT count(*)::int FROM stored_mails`,
  );
  for (const { count } of left) expect(Math.abs(count - 40_000)).toBeLessThanOrEqual(1);
}, 60_000);
