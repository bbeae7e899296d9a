/** Whatever is invoiced early, and whatever races with it, all invoices together come to the same (semantics.md, section 7). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { correctEnded } from '../../src/activities/correctEnded.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { audit } from '../../src/audit/audit.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import type { Amount } from '../../src/domain/money.ts';
import { inTransaction } from '../../src/store/database.ts';
import { voidEvent } from '../../src/store/eventVoids.ts';
import { saveThreshold } from '../../src/store/thresholds.ts';
import { dayMs } from '../domain/cycles.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { anEarlyLife, day, live, lookAt, prepare, start, use } from './earlyLife.ts';
import { addCatalog } from './storedCatalog.ts';
import {
  advanceStored,
  askStored,
  aStoredLife,
  sendUsage,
  type StoredLife,
  type StoredRequest,
} from './storedLife.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterAll(() => database.drop());

const runs = Number(process.env.RUNS ?? 6);

test('looks, renewals, ends and changes at once make one early invoice of one period, and the books are right', async () => {
  for (let run = 0; run < runs; run += 1) {
    const life = await anEarlyLife(deps, 30);
    await use(life, day(20), 40, 50);
    await advanceStored(life, day(30), 'each');
    const at = day(run % 2 === 0 ? 30 : 31);
    await database.pool.query(`UPDATE test_clocks SET target_time = $2, frozen_time = $2 WHERE id = $1`, [
      life.clock,
      formatInstant(at),
    ]);
    await Promise.all([
      lookAt(life, at),
      askStored(life, { ask: 'cancel', at: 'now', credit: true }, at),
      lookAt(life, (at - 1) as Instant),
      advanceStored(life, at, 'last'),
      askStored(life, { ask: 'change', plan: 1, behavior: 'always_invoice' }, at),
      lookAt(life, at),
    ]);
    await advanceStored(life, day(90), 'each');
    const { rows } = await database.pool.query<{ early: number }>(
      `SELECT count(*)::int AS early FROM invoices WHERE subscription_id = $1 AND billing_reason = 'threshold'`,
      [life.id],
    );
    expect(rows[0]?.early).toBeLessThanOrEqual(1);
  }
  expect((await database.pool.query('SELECT step, reason FROM set_asides')).rows).toEqual([]);
  expect(await audit(database.pool)).toEqual([]);
});

const anyRequest: fc.Arbitrary<StoredRequest> = fc.oneof(
  fc.constant({ ask: 'change', plan: 1, behavior: 'always_invoice' }),
  fc.constant({ ask: 'change', plan: 0, quantity: 3, behavior: 'create_prorations' }),
  fc.constant({ ask: 'change', plan: 3, behavior: 'create_prorations' }),
  fc.constant({ ask: 'migrate', effective: 'now' }),
  fc.constant({ ask: 'pause', at: 'now', credit: true, resumesAfter: 5 * dayMs }),
  fc.constant({ ask: 'cancel', at: 'now', credit: true }),
);

const anyLife = fc.record({
  plan: fc.nat(2),
  threshold: fc.integer({ min: 1, max: 90 }),
  grouped: fc.boolean(),
  committed: fc.boolean(),
  percentOff: fc.option(fc.integer({ min: 1, max: 100 }), { nil: null }),
  taxes: fc.array(fc.record({ percentage: fc.integer({ min: 1, max: 2500 }), inclusive: fc.boolean() }), {
    maxLength: 2,
  }),
  acts: fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 12 * 24 }),
      size: fc.integer({ min: -4, max: 30 }),
      late: fc.boolean(),
      voids: fc.boolean(),
      request: fc.option(anyRequest, { freq: 3, nil: null }),
    }),
    { minLength: 2, maxLength: 14 },
  ),
});
type AnyLife = typeof anyLife extends fc.Arbitrary<infer Value> ? Value : never;

async function totalOf({ customerId }: StoredLife) {
  const { rows } = await database.pool.query<{ total: string; tax: string; discount: string }>(
    `SELECT sum(total)::text AS total, sum(tax + tax_included)::text AS tax, sum(discount)::text AS discount
       FROM invoices WHERE customer_id = $1 AND status NOT IN ('draft', 'void')`,
    [customerId],
  );
  return rows[0];
}

/** Lives it with a threshold or without, to its end and all that came late; what all invoices come to. */
async function lived(of: AnyLife, threshold: number | null) {
  const life = await aStoredLife(deps, start, 'UTC', { plan: of.plan });
  await prepare(life, of);
  await advanceStored(life, start, 'each');
  if (threshold !== null) await saveThreshold(database.pool, life.id, BigInt(threshold) as Amount);
  let early = 0;
  let now = start;
  for (const [nth, { after, size, late, voids, request }] of of.acts.entries()) {
    now = (now + after * 3_600_000) as Instant;
    early += await live(life, now);
    const time = (late ? Math.max(start, now - 20 * dayMs) : now) as Instant;
    await sendUsage(life, [{ nth, size, time }], now);
    if (voids && nth > 0) {
      await inTransaction(database.pool, (tx) => voidEvent(tx, life.customerId, String(nth - 1)));
    }
    early += (await lookAt(life, now)).length;
    await advanceStored(life, now, 'each');
    if (request) await askStored(life, request, now);
    await advanceStored(life, now, 'each');
  }
  const end = (now + 45 * dayMs) as Instant;
  early += await live(life, end);
  await askStored(life, { ask: 'cancel', at: 'now', credit: false }, end);
  const done = (end + dayMs) as Instant;
  await advanceStored(life, done, 'each');
  await correctEnded(deps, life.clock, done);
  await advanceStored(life, done, 'each');
  return { early, total: await totalOf(life) };
}

test('all invoices together come to what they would have come to without a threshold', async () => {
  let early = 0;
  await fc.assert(
    fc.asyncProperty(anyLife, async (of) => {
      const without = await lived(of, null);
      const withOne = await lived(of, of.threshold);
      early += withOne.early;
      expect((await database.pool.query('SELECT step, reason FROM set_asides')).rows).toEqual([]);
      expect(withOne.total).toEqual(without.total);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  expect(early).toBeGreaterThan(0);
  expect(await audit(database.pool)).toEqual([]);
});
