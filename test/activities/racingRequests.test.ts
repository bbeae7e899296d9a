/** Everything at once to the same subscriptions: each request is carried out once or refused by name, and the books are right. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { dayMs } from '../domain/cycles.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { addCatalog } from './storedCatalog.ts';
import {
  advanceStored,
  askStored,
  aStoredLife,
  preview,
  changeRequest,
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

const runs = Number(process.env.RUNS ?? 4);
const start = Date.UTC(2027, 0, 1) as Instant;
/** The first renewal, to the millisecond. */
const renewal = Date.UTC(2027, 1, 1) as Instant;

const requests: readonly StoredRequest[] = [
  { ask: 'change', plan: 1, behavior: 'always_invoice' },
  { ask: 'change', plan: 3, behavior: 'create_prorations' },
  { ask: 'change', quantity: 5, behavior: 'always_invoice', effective: 'period_end' },
  { ask: 'pause', at: 'now', credit: true, resumesAfter: dayMs },
  { ask: 'resume', at: 'now' },
  { ask: 'cancel', at: 'now', credit: true },
  { ask: 'undoCancellation' },
  { ask: 'addOn', quantity: 2 },
  { ask: 'migrate', effective: 'now' },
];

/** A subscription whose renewal is due and not done, with something used. */
async function aDueLife(): Promise<StoredLife> {
  const life = await aStoredLife(deps, start, 'UTC', { quantity: 2 });
  await advanceStored(life, start, 'each');
  await database.pool.query(`UPDATE test_clocks SET target_time = $2, frozen_time = $2 WHERE id = $1`, [
    life.clock,
    new Date(renewal),
  ]);
  await sendUsage(
    life,
    [1, 2, 3, 4].map((nth) => ({ nth, size: nth, time: (start + nth * dayMs) as Instant })),
    renewal,
  );
  return life;
}

/** What one of the sides does; a refusal is one by name. */
async function side(life: StoredLife, nth: number): Promise<string | null> {
  const activities = subscriptionActivities(deps);
  const request = requests[nth];
  if (request) return askStored(life, request, renewal, 2);
  try {
    if (nth % 3 === 0) await billAllDue(deps, { kind: 'clock', testClockId: life.clock }, () => renewal);
    else if (nth % 3 === 1) await activities.bringUpToDate(life.id);
    else
      await preview(life, changeRequest({ ask: 'change', plan: 1, behavior: 'create_prorations' }, renewal));
    return null;
  } catch (error) {
    if (error instanceof ApplicationFailure) return error.type ?? '';
    throw error;
  }
}

test('lesson 2: renewal, change, pause, resumption, end, migration, preview and finalisation at once bill each boundary once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(
        Array.from({ length: requests.length + 6 }, (_, nth) => nth),
        { minLength: 6 },
      ),
      async (sides) => {
        const lives = await Promise.all([0, 1, 2].map(aDueLife));
        const answers = await Promise.all(lives.flatMap((life) => sides.map((nth) => side(life, nth))));
        for (const answer of answers)
          expect(answer ?? 'subscription_x').toMatch(/^(subscription|change|pending|instant|add_on)_/);
        for (const life of lives) await advanceStored(life, (renewal + 70 * dayMs) as Instant, 'each');
        const { rows } = await database.pool.query(
          `SELECT subscription_id FROM invoices WHERE boundary IS NOT NULL GROUP BY subscription_id, boundary HAVING count(*) > 1`,
        );
        expect(rows).toEqual([]);
        expect((await database.pool.query('SELECT step, reason FROM set_asides')).rows).toEqual([]);
      },
    ),
    { numRuns: runs },
  );
  expect(await audit(database.pool)).toEqual([]);
});
