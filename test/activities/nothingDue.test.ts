/** One question may say that nothing is due of what is asked for by name: it must not be wrong. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import type { CustomerId, InvoiceId, SubscriptionId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { mayBeDue } from '../../src/store/anythingDue.ts';
import { claimDueCollections, claimOverdueInvoices } from '../../src/store/collections.ts';
import type { DueScope } from '../../src/store/dueScope.ts';
import { inTransaction } from '../../src/store/database.ts';
import { claimDueDrafts, insertDrafts } from '../../src/store/invoiceDrafts.ts';
import { claimCollectableInvoices } from '../../src/store/collectableInvoices.ts';
import { findInvoicesWithoutCollection } from '../../src/store/invoicesInCollection.ts';
import { newId } from '../../src/store/newId.ts';
import { takePendingPayments } from '../../src/store/payments.ts';
import { claimDueSubscriptions } from '../../src/store/subscriptionSteps.ts';
import { takeReplacedPayments } from '../../src/store/waitingPayments.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { aStoredSubscription } from './storedSubscription.ts';

let database: TestDatabase;
let deps: Dependencies;
const plan = newId('plan');
const hourMs = 3_600_000;
const start = Date.UTC(2026, 0, 10, 12) as Instant;
const after = (hours: number) => (start + hours * hourMs) as Instant;

beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await database.pool.query(`INSERT INTO plans (id, code, name, created) VALUES ($1, 'p', 'P', now())`, [
    plan,
  ]);
  await database.pool.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     VALUES ($1, 1, 'USD', 'month', 1, 'second', 86400, gen_random_uuid(), now())`,
    [plan],
  );
  await database.pool.query(
    `INSERT INTO prices (id, plan_id, version, position, code, definition)
     VALUES ('price_1', $1, 1, 0, 'fee', '{"type":"fixed","billing":"in_advance","quantity_from":"subscription","model":"flat","amount":"1000"}')`,
    [plan],
  );
});
afterAll(() => database.drop());

/** `token` null: nothing to pay with. */
async function aSubscriptionOf(token: string | null, sent: boolean): Promise<SubscriptionId> {
  const customerId = newId('customer');
  await database.pool.query(`INSERT INTO customers (id, name, created) VALUES ($1, 'A', now())`, [
    customerId,
  ]);
  if (token !== null) {
    const method = newId('payment_method');
    await database.pool.query(`INSERT INTO sandbox.payment_methods (id, token) VALUES ($1, $2)`, [
      method,
      token,
    ]);
    await database.pool.query(
      `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, created)
       VALUES ($1, $2, 'sandbox', $1, 'card', now())`,
      [method, customerId],
    );
    await database.pool.query(`UPDATE customers SET default_payment_method_id = $2 WHERE id = $1`, [
      customerId,
      method,
    ]);
  }
  return aStoredSubscription(database.pool, {
    customerId,
    planId: plan,
    startedAt: start,
    ...(sent && { collectionMethod: 'send_invoice' as const, daysUntilDue: 7 }),
  });
}

/** What the steps of billing find, one after the other. */
async function found(scope: DueScope, now: Instant): Promise<number> {
  const { pool } = database;
  const claims = [
    await claimDueSubscriptions(pool, scope, now, 10),
    await claimDueDrafts(pool, scope, now, 10),
    await takeReplacedPayments(pool, scope, now, 0, 10),
    await claimCollectableInvoices(pool, scope, now, 10),
    await takePendingPayments(pool, scope, [], 0, 10),
    await claimOverdueInvoices(pool, scope, now, 10),
    await claimDueCollections(pool, scope, now, 10),
    await findInvoicesWithoutCollection(pool, scope, 10),
  ];
  return claims.flat().length;
}

test('where nothing may be due by an instant, no step of billing finds anything by then', async () => {
  let nothing = 0;
  let something = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('pm_card_visa', 'pm_card_chargeCustomerFail', 'pm_card_authenticationRequired', null),
      fc.boolean(),
      fc.array(fc.nat(100 * 24), { minLength: 1, maxLength: 5 }),
      async (token, sent, hours) => {
        const id = await aSubscriptionOf(token, sent);
        for (const now of hours.toSorted((a, b) => a - b).map(after)) {
          const { rows } = await database.pool.query<{ id: InvoiceId }>(
            `SELECT id FROM invoices WHERE subscription_id = $1`,
            [id],
          );
          const scopes: DueScope[] = [
            { kind: 'subscriptions', subscriptionIds: [id] },
            ...rows.map((row) => ({ kind: 'invoice' as const, invoiceId: row.id })),
          ];
          for (const scope of scopes) {
            const due = await mayBeDue(database.pool, scope, now);
            const claimed = await found(scope, now);
            if (!due) expect(claimed).toBe(0);
            if (due && claimed > 0) something += 1;
            if (!due) nothing += 1;
          }
          await billAllDue(deps, { kind: 'subscriptions', subscriptionIds: [id] }, () => now);
        }
      },
    ),
    { numRuns: 12 },
  );
  expect(nothing).toBeGreaterThan(0);
  expect(something).toBeGreaterThan(0);
});

test('one that is paid is asked about once until its period ends', async () => {
  const id = await aSubscriptionOf('pm_card_visa', false);
  const scope = { kind: 'subscriptions', subscriptionIds: [id] } as const;
  expect(await mayBeDue(database.pool, scope, start)).toBe(true);
  await billAllDue(deps, scope, () => start);
  expect(await mayBeDue(database.pool, scope, after(24))).toBe(false);
  expect(await mayBeDue(database.pool, scope, after(31 * 24))).toBe(true);
});

test('a draft may be due when its grace period is over', async () => {
  const id = await aSubscriptionOf('pm_card_visa', false);
  const scope = { kind: 'subscriptions', subscriptionIds: [id] } as const;
  await billAllDue(deps, scope, () => start);
  const { rows } = await database.pool.query<{ customer_id: CustomerId }>(
    `SELECT customer_id FROM subscriptions WHERE id = $1`,
    [id],
  );
  await inTransaction(database.pool, (tx) =>
    insertDrafts(
      tx,
      rows.map(({ customer_id: customerId }) => ({
        id: newId('invoice'),
        subscriptionId: id,
        customerId,
        testClockId: null,
        currency: 'USD',
        boundary: null,
        changeId: null,
        billingReason: 'threshold',
        period: { start, end: after(1) },
        finalizesAt: after(24),
        createdAt: after(1),
      })),
    ),
  );
  expect(await mayBeDue(database.pool, scope, after(23))).toBe(false);
  expect(await mayBeDue(database.pool, scope, after(24))).toBe(true);
});

test('one that is not paid is looked at by all steps, whenever it is asked for', async () => {
  const id = await aSubscriptionOf('pm_card_chargeCustomerFail', false);
  const scope = { kind: 'subscriptions', subscriptionIds: [id] } as const;
  await billAllDue(deps, scope, () => start);
  expect(await mayBeDue(database.pool, scope, after(1))).toBe(true);
});
