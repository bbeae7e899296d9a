/** However often and whenever it runs: one invoice for each period. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { billAllDue } from '../../src/activities/billDue.ts';
import { audit } from '../../src/audit/audit.ts';
import { billingPeriod, nextPeriod } from '../../src/domain/period.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { newId } from '../../src/store/newId.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { aStoredSubscription } from './storedSubscription.ts';

let database: TestDatabase;
const plan = newId('plan');
beforeAll(async () => {
  database = await freshDatabase();
  await database.pool.query(`INSERT INTO plans (id, code, name, created) VALUES ($1, 'p', 'P', now())`, [
    plan,
  ]);
  await database.pool.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     VALUES ($1, 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
    [plan],
  );
  await database.pool.query(
    `INSERT INTO prices (id, plan_id, version, position, code, definition)
     VALUES ('price_1', $1, 1, 0, 'fee', '{"type":"fixed","billing":"in_advance","quantity_from":"subscription","model":"flat","amount":"1000"}')`,
    [plan],
  );
});
afterAll(() => database.drop());

async function aSubscriptionIn(timezone: string, startedAt: Instant) {
  const customerId = newId('customer');
  const method = newId('payment_method');
  await database.pool.query(
    `INSERT INTO customers (id, name, timezone, created) VALUES ($1, 'A', $2, now())`,
    [customerId, timezone],
  );
  await database.pool.query(`INSERT INTO sandbox.payment_methods (id, token) VALUES ($1, 'pm_card_visa')`, [
    method,
  ]);
  await database.pool.query(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, created) VALUES ($1, $2, 'sandbox', $1, 'card', now())`,
    [method, customerId],
  );
  await database.pool.query(`UPDATE customers SET default_payment_method_id = $2 WHERE id = $1`, [
    customerId,
    method,
  ]);
  return aStoredSubscription(database.pool, { customerId, planId: plan, anchor: 'calendar', startedAt });
}

test('lesson 1: runs at any instants, in any timezone, give one invoice for each period', async () => {
  const deps = dependenciesOn(database.pool);
  const start = Date.UTC(2026, 0, 10, 12);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        'Asia/Tokyo',
        'Pacific/Kiritimati',
        'Pacific/Pago_Pago',
        'Australia/Lord_Howe',
        'America/St_Johns',
        'UTC',
      ),
      fc.array(fc.nat(200 * 24), { minLength: 1, maxLength: 8 }),
      async (timezone, hours) => {
        const startedAt = start as Instant;
        const subscriptionId = await aSubscriptionIn(timezone, startedAt);
        const instants = [...hours, ...hours.slice(0, 2)]
          .sort((a, b) => a - b)
          .map((hour) => (start + hour * 3_600_000) as Instant);
        for (const at of instants) {
          // Two at once, as a cycle and the subscription's own workflow would.
          await Promise.all(
            [0, 1].map(() =>
              billAllDue(deps, { kind: 'subscriptions', subscriptionIds: [subscriptionId] }, () => at),
            ),
          );
        }
        const cycle = {
          startedAt,
          anchor: 'calendar',
          interval: 'month',
          intervalCount: 1,
          timezone,
        } as const;
        const expected: string[] = [];
        const last = instants.at(-1) ?? startedAt;
        for (let period = billingPeriod(cycle, 0); period.start <= last; period = nextPeriod(cycle, period)) {
          expected.push(formatInstant(period.start));
        }
        const { rows } = await database.pool.query<{ start: Instant }>(
          `SELECT l.period_start AS start FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
            WHERE i.subscription_id = $1 ORDER BY i.boundary`,
          [subscriptionId],
        );
        expect(rows.map((row) => formatInstant(row.start))).toEqual(expected);
      },
    ),
    { numRuns: 12 },
  );
  expect(await audit(database.pool)).toEqual([]);
});
