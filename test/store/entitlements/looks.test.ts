/** Whose use is looked at: nobody is forgotten by a look that comes between, and none waits for another for ever. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import { one } from '../../../src/domain/quantity.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { inTransaction } from '../../../src/store/database.ts';
import { noteLooks, noteThresholds, takeLooks } from '../../../src/store/entitlements/looks.ts';
import { insertOverride } from '../../../src/store/entitlements/overrides.ts';
import { loadMeters } from '../../../src/store/meters.ts';
import { newId } from '../../../src/store/newId.ts';
import { foldSql } from '../../../src/store/usageRollups.ts';
import { eventually } from '../../stack/builders.ts';
import { freshDatabase, type TestDatabase } from '../../stack/database.ts';
import { aStoredCustomer, aStoredFeature, aStoredMeter } from './entitledCustomers.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const grant = { type: 'metered', allowance: one, softLimit: null, hardLimit: null } as const;

async function aMeteredCustomer(eventType: string) {
  const meterId = await aStoredMeter(database.pool, eventType);
  const { feature } = await aStoredFeature(database.pool, eventType, grant, meterId);
  const customerId = await aStoredCustomer(database.pool);
  const anOverride = (tx: PoolClient) =>
    insertOverride(tx, {
      id: newId('entitlement_override'),
      customerId,
      feature,
      grant,
      reason: '',
      startsAt: Date.now() as Instant,
      endsAt: null,
      metadata: {},
    });
  return { meterId, feature, customerId, anOverride };
}

test('a customer is not taken by a look before what it was noted for is committed, also where it was noted before', async () => {
  const { customerId, anOverride } = await aMeteredCustomer('taken');
  await inTransaction(database.pool, (tx) => noteLooks(tx, [customerId]));
  await inTransaction(database.pool, async (tx) => {
    await anOverride(tx);
    expect(await inTransaction(database.pool, (look) => takeLooks(look, 10))).toEqual([]);
  });
  expect(await inTransaction(database.pool, (look) => takeLooks(look, 10))).toEqual([customerId]);
});

test('nor before what is folded of it is', async () => {
  const { customerId, meterId } = await aMeteredCustomer('folded');
  const meter = (await loadMeters(database.pool, [meterId])).get(meterId);
  if (!meter) throw new Error('there is no meter');
  await database.pool.query(
    `INSERT INTO usage_events (source, id, type, customer_id, time, data) VALUES ('test', 'a', 'folded', $1, now(), '{}')`,
    [customerId],
  );
  await inTransaction(database.pool, (tx) => noteLooks(tx, [customerId]));
  await inTransaction(database.pool, async (tx) => {
    await tx.query(foldSql(meter, 'true', true));
    expect(await inTransaction(database.pool, (look) => takeLooks(look, 10))).toEqual([]);
  });
  expect(await inTransaction(database.pool, (look) => takeLooks(look, 10))).toEqual([customerId]);
});

test('an override that is set while a look tells of its customer comes after it', async () => {
  const { customerId, feature, anOverride } = await aMeteredCustomer('both');
  await inTransaction(database.pool, (tx) => noteLooks(tx, [customerId]));
  const at = Date.now() as Instant;
  const waiting = () =>
    database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
  const { set } = await inTransaction(database.pool, async (look) => {
    expect(await takeLooks(look, 10)).toEqual([customerId]);
    const setting = inTransaction(database.pool, anOverride);
    await eventually(waiting, ({ rowCount }) => rowCount === 1);
    const reached = {
      customerId,
      at,
      featureId: feature.id,
      feature: 'both',
      period: { start: at, end: null },
      percent: 50,
      used: one,
      of: one,
    } as const;
    expect(await noteThresholds(look, [reached])).toHaveLength(1);
    return { set: setting };
  });
  await set;
  expect(await inTransaction(database.pool, (look) => takeLooks(look, 10))).toEqual([customerId]);
});
