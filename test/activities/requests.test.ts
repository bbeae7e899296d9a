/** Requests whose mistakes would show later: in a meter that nobody can bill, a phase that cannot begin, usage billed twice. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { dayMs } from '../domain/cycles.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { addCatalog, planIds } from './storedCatalog.ts';
import { advanceStored, askStored, aStoredLife, invoicesOfLife, sendUsage } from './storedLife.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterAll(async () => {
  expect(await audit(database.pool)).toEqual([]);
  await database.drop();
});

const start = Date.UTC(2027, 0, 20, 9) as Instant;
const weekly = 2;

test('a change that is withdrawn gives back the meters that it would have billed', async () => {
  const life = await aStoredLife(deps, start, 'UTC', { plan: weekly });
  await advanceStored(life, start, 'each');
  const meters = async () =>
    (await database.pool.query(`SELECT FROM metered_subscriptions WHERE subscription_id = $1`, [life.id]))
      .rowCount;
  expect(await meters()).toBe(1);
  await askStored(life, { ask: 'change', plan: 0, effective: 'period_end', behavior: 'none' }, start);
  expect(await meters()).toBe(2);
  await askStored(life, { ask: 'withdraw' }, start);
  expect(await meters()).toBe(1);
});

test('lesson 25: a phase that could not begin is refused at the signup', async () => {
  const phases = [{ afterPeriods: 1, change: { planId: planIds[weekly], planVersion: 1 } }];
  const signUp = aStoredLife(deps, start, 'UTC', { billingCycleAnchor: { day_of_month: 5 }, phases });
  await expect(signUp).rejects.toMatchObject({ type: 'anchor_not_applicable' });
});

test.each([
  ['an end', { ask: 'cancel', at: 'now', credit: false }],
  ['a pause', { ask: 'pause', at: 'now', credit: false, resumesAfter: null }],
  ['another interval', { ask: 'change', plan: weekly, behavior: 'none' }],
  [
    'another interval, in the past,',
    { ask: 'change', plan: weekly, behavior: 'none', effective: -9 * dayMs },
  ],
] as const)(
  '%s at the instant of a backdated signup bills the usage since its start once',
  async (_what, request) => {
    const life = await aStoredLife(deps, start, 'UTC', { startAt: (start - 70 * dayMs) as Instant });
    await sendUsage(
      life,
      [1, 20, 40, 60, 69].map((day, nth) => ({ nth, size: 1, time: (start - day * dayMs) as Instant })),
      start,
    );
    await advanceStored(life, start, 'each');
    await askStored(life, request, start);
    await advanceStored(life, (start + 40 * dayMs) as Instant, 'each');
    expect((await database.pool.query('SELECT reason FROM set_asides')).rows).toEqual([]);
    const used = (await invoicesOfLife(life))
      .flatMap(({ lines }) => lines as [string, string, number, string, string, string, number][])
      .filter(([type, code]) => type === 'usage' && code === 'calls')
      .reduce((sum, [, , , , , , quantity]) => sum + quantity, 0);
    // One unit of each period that has any is included; what is billed is never more than what was used.
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThanOrEqual(5);
  },
);
