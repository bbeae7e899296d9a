/** Collection when things happen at once, half-way or late: nobody is charged twice, and nobody is forgotten. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { billAllDue } from '../../src/activities/billDue.ts';
import { collectionActivities } from '../../src/activities/collection.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { paymentMethodActivities } from '../../src/activities/paymentMethods.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import { testClockActivities } from '../../src/activities/testClock.ts';
import type { CustomerId, InvoiceId, PlanId, SubscriptionId, TestClockId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { ChargeOutcome, PaymentProvider } from '../../src/ports/payment/provider.ts';
import { beginAdvance, endAdvance } from '../../src/store/clockTime.ts';
import { lockCustomer } from '../../src/store/customerLock.ts';
import { deleteCustomer } from '../../src/store/customers.ts';
import { inTransaction } from '../../src/store/database.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn, withProvider } from './dependencies.ts';
import { aStoredSubscription } from './storedSubscription.ts';

quietTemporal();

let database: TestDatabase;
let deps: Dependencies;
let plan: PlanId;
const dayMs = 86_400_000;
const live = { kind: 'live', shard: 0, shards: 1 } as const;
const declining = 'pm_card_visa_chargeDeclinedInsufficientFunds';

const select = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await database.pool.query<Row>(sql, values)).rows;
const now = () => Date.now() as Instant;

beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  plan = await aPlan();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await database.drop();
});

async function aPlan(): Promise<PlanId> {
  const id = newId('plan');
  await select(`INSERT INTO plans (id, code, name, created) VALUES ($1, $1, 'P', now())`, [id]);
  await select(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     VALUES ($1, 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
    [id],
  );
  await select(
    `INSERT INTO prices (id, plan_id, version, position, code, definition)
     VALUES ($1, $2, 1, 0, 'fee', '{"type":"fixed","billing":"in_advance","quantity_from":"subscription","model":"flat","amount":"1000"}')`,
    [newId('price'), id],
  );
  return id;
}

async function aCustomer(token: string | null, testClockId: TestClockId | null = null): Promise<CustomerId> {
  const id = newId('customer');
  await select(`INSERT INTO customers (id, name, created, test_clock_id) VALUES ($1, 'Ada', now(), $2)`, [
    id,
    testClockId,
  ]);
  if (token !== null) await aDefaultMethod(id, token);
  return id;
}

async function aDefaultMethod(customer: CustomerId, token: string): Promise<void> {
  const id = newId('payment_method');
  await select(`INSERT INTO sandbox.payment_methods (id, token) VALUES ($1, $2)`, [id, token]);
  await select(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, created) VALUES ($1, $2, 'sandbox', $1, 'card', now())`,
    [id, customer],
  );
  await paymentMethodActivities(deps).setDefaultPaymentMethod({ customerId: customer, paymentMethodId: id });
}

async function aSubscription(
  customerId: CustomerId,
  startedAt: number,
  testClockId: TestClockId | null = null,
): Promise<SubscriptionId> {
  return aStoredSubscription(database.pool, {
    customerId,
    testClockId,
    planId: plan,
    startedAt: startedAt as Instant,
  });
}

const cancelNow = () => ({ operationId: newOperationId(), at: 'now', creditUnused: false }) as const;
const endOf = async (id: SubscriptionId) =>
  (await select<{ at: Instant }>(`SELECT cancel_at AS at FROM subscriptions WHERE id = $1`, [id]))[0]?.at;

async function aClock(at: number): Promise<TestClockId> {
  const id = newId('test_clock');
  await select(
    `INSERT INTO test_clocks (id, name, frozen_time, target_time) VALUES ($1, 'c', to_timestamp($2), to_timestamp($2))`,
    [id, at / 1000],
  );
  return id;
}

const unknown: PaymentProvider['charge'] = (requests) =>
  Promise.resolve(
    requests.map((): ChargeOutcome => ({ status: 'unknown', reason: 'timeout', retryAfterMs: null })),
  );
const charges = async () =>
  (await select<{ count: number }>(`SELECT count(*)::int FROM sandbox.charges`))[0]?.count;
const invoices = () =>
  select<{ id: InvoiceId; status: string; next_attempt_at: Instant | null; collect_at: Instant | null }>(
    `SELECT id, status, next_attempt_at, collect_at FROM invoices ORDER BY created, id`,
  );
const statusOf = async (id: SubscriptionId) =>
  (await select<{ status: string }>(`SELECT status FROM subscriptions WHERE id = $1`, [id]))[0]?.status;

describe('an attempt whose outcome is not known', () => {
  test('is asked about again, and when another finds it out the retry is not lost', async () => {
    const customer = await aCustomer(null);
    await aSubscription(customer, Date.now() - 1000);
    await billAllDue(deps, live, now);
    await aDefaultMethod(customer, declining);
    const [invoice] = await invoices();
    const id = invoice?.id as InvoiceId;
    const unsure = withProvider(deps, { charge: unknown });
    const state = await collectionActivities(unsure).collect(id, null);
    expect(state.open).toBe(true);
    expect((state.checkAt ?? 0) - Date.now()).toBeGreaterThan(20_000);
    expect((state.checkAt ?? 0) - Date.now()).toBeLessThan(40_000);
    await select(`UPDATE payments SET asked_at = asked_at - interval '31 seconds'`);
    await billAllDue(deps, live, now);
    const [settled] = await invoices();
    expect(settled?.next_attempt_at).not.toBeNull();
    expect(settled?.collect_at).toBe(settled?.next_attempt_at);
    expect((await collectionActivities(deps).collect(id, null)).checkAt).toBe(settled?.next_attempt_at);
    expect(await charges()).toBe(1);
    // Whatever has become of the collection's workflow: the billing cycle makes the retry.
    await billAllDue(deps, live, () => (Number(settled?.next_attempt_at) + 1) as Instant);
    expect(await charges()).toBe(2);
  });

  test('of a test clock is settled before the clock is ready', async () => {
    const start = Date.UTC(2026, 0, 1);
    const clock = await aClock(start);
    const customer = await aCustomer('pm_card_visa', clock);
    await subscriptionActivities(deps).bringUpToDate(await aSubscription(customer, start, clock));
    await select(`UPDATE subscriptions SET check_at = NULL`); // its workflow is not what is tested
    const died = withProvider(deps, {
      charge: () => Promise.reject(Object.assign(new Error('killed'), { code: '57P01' })),
    });
    const env = new MockActivityEnvironment();
    await beginAdvance(database.pool, clock, (start + 32 * dayMs) as Instant);
    await expect(env.run(() => testClockActivities(died).advanceTestClock(clock))).rejects.toThrow('killed');
    await env.run(() => testClockActivities(deps).advanceTestClock(clock));
    expect(await select(`SELECT DISTINCT status FROM payments`)).toEqual([{ status: 'succeeded' }]);
    expect(await select(`SELECT paid_at FROM invoices WHERE boundary = 1`)).toEqual([
      { paid_at: Date.UTC(2026, 1, 1) },
    ]);
  });
});

test('a card that is attached between the failure and the start of the collection is tried at once', async () => {
  const customer = await aCustomer(null);
  await aSubscription(customer, Date.now() - 1000);
  const away = {
    workflow: { start: () => Promise.reject(new Error('Temporal is away')) },
  } as unknown as Client;
  await expect(billAllDue({ ...deps, temporal: away }, live, now)).rejects.toThrow('away');
  const methods = paymentMethodActivities(deps);
  const tried = await methods.attachPaymentMethod({
    paymentMethodId: newId('payment_method'),
    customerId: customer,
    token: 'pm_card_visa',
  });
  expect(tried).toHaveLength(1);
  await billAllDue(deps, live, now);
  expect((await invoices()).map(({ status }) => status)).toEqual(['paid']);
});

test('a card that is chosen while another one is being charged is tried when that one fails', async () => {
  const customer = await aCustomer(declining);
  await aSubscription(customer, Date.now() - 1000);
  const meanwhile = withProvider(deps, {
    async charge(requests) {
      if ((await charges()) === 0) await aDefaultMethod(customer, 'pm_card_visa');
      return deps.payments.named('sandbox').charge(requests);
    },
  });
  await billAllDue(meanwhile, live, now);
  expect((await invoices()).map(({ status }) => status)).toEqual(['paid']);
});

test('two invoices that are paid at once leave the subscription active', async () => {
  for (let run = 0; run < 10; run += 1) {
    const customer = await aCustomer(declining);
    const start = Date.UTC(2026, 0, 1);
    const subscription = await aSubscription(customer, start);
    const scope = { kind: 'subscriptions', subscriptionIds: [subscription] } as const;
    await billAllDue(deps, scope, () => (start + 40 * dayMs) as Instant);
    expect(await statusOf(subscription)).toBe('past_due');
    await aDefaultMethod(customer, 'pm_card_visa');
    const owed = await select<{ id: InvoiceId }>(`SELECT id FROM invoices WHERE subscription_id = $1`, [
      subscription,
    ]);
    await Promise.all(owed.map(({ id }) => collectionActivities(deps).collect(id, null)));
    expect(await statusOf(subscription)).toBe('active');
  }
});

test('retries that an outage has missed are not made up for', async () => {
  const customer = await aCustomer(null);
  const start = Date.now() - 20 * dayMs;
  await aSubscription(customer, start);
  await billAllDue(deps, live, () => start as Instant);
  await aDefaultMethod(customer, declining);
  await billAllDue(deps, live, now);
  expect(await charges()).toBe(1);
});

test('a payment that cannot be settled is set aside, and the others are settled', async () => {
  const start = Date.now() - 1000;
  const [good, bad] = [await aCustomer('pm_card_visa'), await aCustomer('pm_card_visa')];
  await aSubscription(good, start);
  await aSubscription(bad, start);
  const [broken] = await select<{ reference: string }>(
    `SELECT provider_reference AS reference FROM payment_methods WHERE customer_id = $1`,
    [bad],
  );
  const partly = withProvider(deps, {
    charge: (requests) =>
      requests.some(({ methodReference }) => methodReference === broken?.reference)
        ? Promise.reject(new Error('the provider does not understand'))
        : deps.payments.named('sandbox').charge(requests),
  });
  await billAllDue(partly, live, now);
  expect(await select(`SELECT status FROM invoices WHERE customer_id = $1`, [good])).toEqual([
    { status: 'paid' },
  ]);
  expect(await select(`SELECT reason FROM set_asides`)).toEqual([
    { reason: 'the provider does not understand' },
  ]);
});

describe('workers whose clocks differ', () => {
  test('plan no retry twice: a failure is not before the attempt that failed, whoever reports it', async () => {
    const customer = await aCustomer(declining);
    await aSubscription(customer, Date.now() - 1000);
    await billAllDue(deps, live, now);
    const [planned] = await invoices();
    const due = Number(planned?.next_attempt_at) as Instant;
    await billAllDue(withProvider(deps, { charge: unknown }), live, () => due);
    await select(`UPDATE payments SET asked_at = asked_at - interval '31 seconds' WHERE status = 'pending'`);
    await billAllDue(deps, live, () => (due - 1000) as Instant);
    expect(await charges()).toBe(2);
    expect(Number((await invoices())[0]?.next_attempt_at)).toBeGreaterThan(due);
  });

  test('activate a subscription that another one has signed up', async () => {
    const customer = await aCustomer('pm_card_visa');
    const subscription = await aSubscription(customer, Date.now() + 50);
    const checkup = await subscriptionActivities(deps).bringUpToDate(subscription);
    expect([checkup.status, checkup.checkAt === null]).toEqual(['active', false]);
  });

  test('end a subscription no earlier than its period began', async () => {
    const customer = await aCustomer('pm_card_visa');
    const start = Date.now();
    const subscription = await aSubscription(customer, start);
    await billAllDue(deps, live, () => start as Instant);
    const activities = subscriptionActivities(deps);
    jest.spyOn(Date, 'now').mockReturnValue(start - 20);
    await activities.cancelSubscription(subscription, cancelNow());
    expect(await endOf(subscription)).toBe(start);
    expect((await activities.bringUpToDate(subscription)).status).toBe('canceled');
  });
});

test('a cancellation that is run again after the subscription has ended is the same cancellation', async () => {
  const customer = await aCustomer('pm_card_visa');
  const subscription = await aSubscription(customer, Date.now() - 1000);
  const activities = subscriptionActivities(deps);
  await activities.bringUpToDate(subscription);
  const request = cancelNow();
  await activities.cancelSubscription(subscription, request); // and the worker dies
  const at = await endOf(subscription);
  await billAllDue(deps, live, () => (Date.now() + 1000) as Instant);
  expect(await statusOf(subscription)).toBe('canceled');
  await activities.cancelSubscription(subscription, request);
  expect(await endOf(subscription)).toBe(at);
  await expect(activities.cancelSubscription(subscription, cancelNow())).rejects.toMatchObject({
    type: 'subscription_canceled',
  });
});

test('what cannot be billed is set aside with its reason, and its subscription can be canceled', async () => {
  const customer = await aCustomer('pm_card_visa');
  const subscription = await aSubscription(customer, Date.now() - 40 * dayMs);
  await select(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the plan is beyond all bounds'; END $$`,
  );
  await select(`CREATE TRIGGER refuse BEFORE INSERT ON invoice_lines FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const activities = subscriptionActivities(deps);
  const checkup = await activities.bringUpToDate(subscription);
  expect(checkup.happened).toContain('the plan is beyond all bounds');
  expect(checkup.checkAt).not.toBeNull();
  await activities.cancelSubscription(subscription, cancelNow());
  await select(`DROP TRIGGER refuse ON invoice_lines`);
  expect((await activities.bringUpToDate(subscription)).status).not.toBe('incomplete');
});

test('a customer that signs up while it is deleted is not deleted', async () => {
  const customer = await aCustomer('pm_card_visa');
  const tx = await database.pool.connect();
  await tx.query('BEGIN');
  await lockCustomer(tx, customer);
  const deletion = inTransaction(database.pool, (other) => deleteCustomer(other, customer));
  await aStoredSubscription(tx, { customerId: customer, planId: plan, startedAt: now() });
  await tx.query('COMMIT');
  tx.release();
  expect(await deletion).toBe(false);
});

test('an advance that comes late does not end another one', async () => {
  const start = Date.UTC(2026, 0, 1);
  const clock = await aClock(start);
  const [first, second] = [(start + dayMs) as Instant, (start + 60 * dayMs) as Instant];
  await beginAdvance(database.pool, clock, first);
  await endAdvance(database.pool, clock, first);
  await beginAdvance(database.pool, clock, second);
  await endAdvance(database.pool, clock, first);
  expect(await select(`SELECT status FROM test_clocks`)).toEqual([{ status: 'advancing' }]);
});
