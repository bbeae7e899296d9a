/** Dunning without its workflow: whoever reports a failure begins the same one, and whoever comes first takes its steps. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { tellOfExpiringCards } from '../../src/activities/expiringCards.ts';
import { recordOutcomes } from '../../src/activities/paymentOutcomes.ts';
import type { CustomerId, PaymentId, PlanId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { parseMonth, type Month } from '../../src/domain/month.ts';
import type { ChargeOutcome, PaymentProvider } from '../../src/ports/payment/provider.ts';
import { inTransaction } from '../../src/store/database.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { readRecoveryMonths } from '../../src/store/reads/reports/recovery.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn, withProvider } from './dependencies.ts';
import { aStoredSubscription } from './storedSubscription.ts';

let database: TestDatabase;
let deps: Dependencies;
let plan: PlanId;
const dayMs = 86_400_000;
const live = { kind: 'live', shard: 0, shards: 1 } as const;
const declining = 'pm_card_chargeCustomerFail';
const start = Date.now() as Instant;
const day = (days: number) => (start + Math.round(days * dayMs)) as Instant;

const select = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await database.pool.query<Row>(sql, values)).rows;

beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  plan = newId('plan');
  await select(`INSERT INTO plans (id, code, name, created) VALUES ($1, $1, 'P', now())`, [plan]);
  await select(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     VALUES ($1, 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
    [plan],
  );
  await select(
    `INSERT INTO prices (id, plan_id, version, position, code, definition)
     VALUES ($1, $2, 1, 0, 'fee', '{"type":"fixed","billing":"in_advance","quantity_from":"subscription","model":"flat","amount":"1000"}')`,
    [newId('price'), plan],
  );
});
afterEach(() => database.drop());

interface Card {
  readonly token: string;
  readonly card?: object;
  readonly backup?: number;
}

async function aMethod(customer: CustomerId, { token, card, backup }: Card): Promise<void> {
  const id = newId('payment_method');
  await select(`INSERT INTO sandbox.payment_methods (id, token) VALUES ($1, $2)`, [id, token]);
  await select(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, card, backup_priority, created)
     VALUES ($1, $2, 'sandbox', $1, 'card', $3, $4, now())`,
    [id, customer, card ? JSON.stringify(card) : null, backup ?? null],
  );
  if (backup === undefined) {
    await select(`UPDATE customers SET default_payment_method_id = $2 WHERE id = $1`, [customer, id]);
  }
}

/** A customer whose subscription begins now. */
async function aSubscriber(...cards: Card[]): Promise<CustomerId> {
  const id = newId('customer');
  await select(`INSERT INTO customers (id, name, created) VALUES ($1, 'Ada', now())`, [id]);
  for (const card of cards) await aMethod(id, card);
  await aStoredSubscription(database.pool, { customerId: id, planId: plan, startedAt: start });
  return id;
}

async function theCampaignOf(customer: CustomerId, policy: object): Promise<void> {
  const id = newId('dunning_campaign');
  await select(`INSERT INTO dunning_campaigns (id, code, name, created) VALUES ($1, $1, 'C', now())`, [id]);
  await select(
    `INSERT INTO dunning_campaign_versions (campaign_id, version, policy, operation_id, created) VALUES ($1, 1, $2, $3, now())`,
    [id, JSON.stringify(policy), newOperationId()],
  );
  await select(`UPDATE customers SET dunning_campaign_id = $2 WHERE id = $1`, [customer, id]);
}

const unknown: PaymentProvider['charge'] = (requests) =>
  Promise.resolve(
    requests.map((): ChargeOutcome => ({ status: 'unknown', reason: 'timeout', retryAfterMs: null })),
  );
const bill = (at: Instant, by = deps) => billAllDue(by, live, () => at);
const notices = () =>
  select<{ kind: string; days: number }>(
    `SELECT kind, round(extract(epoch FROM created - to_timestamp($1)) / 86400)::int AS days FROM notifications ORDER BY created, id`,
    [start / 1000],
  );
/** All that follows from a failure. */
const dunningOf = async (customer: CustomerId) =>
  select(
    `SELECT d.reason, d.position, d.next_step_at, d.counted_from = i.due_at AS from_due_date, i.attempt_count, i.next_attempt_at, s.status
       FROM collections d JOIN invoices i ON i.id = d.invoice_id JOIN subscriptions s ON s.id = i.subscription_id
      WHERE i.customer_id = $1`,
    [customer],
  );

test('lesson 7: a failure that the sweep or a webhook finds begins the same dunning as one that the answer told', async () => {
  const told = await aSubscriber({ token: declining });
  await bill(start);
  const answered = await dunningOf(told);
  expect(answered).toMatchObject([
    { reason: 'card_declined', position: 1, attempt_count: 1, status: 'past_due' },
  ]);

  const swept = await aSubscriber({ token: declining });
  await bill(start, withProvider(deps, { charge: unknown }));
  expect(await dunningOf(swept)).toEqual([]);
  await select(`UPDATE payments SET asked_at = asked_at - interval '31 seconds' WHERE status = 'pending'`);
  await bill(start);
  expect(await dunningOf(swept)).toEqual(answered);

  const hinted = await aSubscriber({ token: declining });
  await bill(start, withProvider(deps, { charge: unknown }));
  const [payment] = await select<{ id: PaymentId }>(`SELECT id FROM payments WHERE customer_id = $1`, [
    hinted,
  ]);
  const outcome = {
    id: payment?.id as PaymentId,
    status: 'failed',
    reference: 'ch_1',
    code: 'card_declined',
    decline: 'soft',
    advice: null,
    action: null,
  } as const;
  for (let report = 0; report < 3; report += 1) {
    await inTransaction(database.pool, (tx) => recordOutcomes(tx, [outcome], start));
  }
  await bill(start);
  expect(await dunningOf(hinted)).toEqual(answered);
  expect((await notices()).map(({ kind }) => kind)).toEqual(Array(3).fill('payment_failed'));
});

describe('by the billing cycle alone', () => {
  test('each step is taken once, by two who come at once', async () => {
    await aSubscriber({ token: declining });
    await bill(start);
    for (const at of [day(1), day(3), day(5), day(7), day(12), day(14), day(15)]) {
      await Promise.all([bill(at), bill(at)]);
    }
    expect(await notices()).toEqual([
      { kind: 'payment_failed', days: 0 },
      { kind: 'payment_failed', days: 3 },
      { kind: 'payment_failed', days: 7 },
      { kind: 'final_notice', days: 12 },
    ]);
    expect(await select(`SELECT ended_by FROM collections`)).toEqual([{ ended_by: 'final_action' }]);
  });

  test('after an outage the latest notice is given, and the final action only after it', async () => {
    const customer = await aSubscriber({ token: declining });
    await theCampaignOf(customer, {
      retry: { days: [] },
      steps: [0, 2, 4, 6].map((days) => ({ after_days: days, action: 'notice' })),
      final_action: 'cancel',
      final_after_days: 10,
    });
    await bill(start);
    await bill(day(7));
    expect((await notices()).map(({ days }) => days)).toEqual([0, 7]);
    expect(await select(`SELECT status FROM collection_steps ORDER BY position`)).toEqual(
      ['done', 'skipped', 'skipped', 'done'].map((status) => ({ status })),
    );
    await bill(day(11));
    expect((await notices()).map(({ kind }) => kind).at(-1)).toBe('subscription_ended');
  });
});

test('a backup that pays at once leaves nobody with a notice', async () => {
  await aSubscriber({ token: declining }, { token: 'pm_card_visa', backup: 1 });
  await bill(start);
  await bill(day(20));
  expect(await select(`SELECT status FROM invoices`)).toEqual([{ status: 'paid' }]);
  expect(await notices()).toEqual([]);
});

test('a retry that a campaign asks for is made, and skipped where only another method can help', async () => {
  const policy = {
    retry: { days: [] },
    steps: [{ after_days: 2, action: 'retry' }],
    final_action: 'leave_past_due',
    final_after_days: 3,
  };
  await theCampaignOf(await aSubscriber({ token: declining }), policy);
  await theCampaignOf(await aSubscriber({ token: 'pm_card_visa_chargeDeclinedLostCard' }), policy);
  await bill(start);
  await bill(day(2.5));
  expect(await select(`SELECT status, outcome FROM collection_steps ORDER BY outcome`)).toEqual([
    { status: 'skipped', outcome: 'needs_another_method' },
    { status: 'done', outcome: 'retry' },
  ]);
  expect(await select(`SELECT count(*)::int FROM payments`)).toEqual([{ count: 3 }]);
});

test('a card that expires within 30 days is told of once, and one that does not, or tells nothing, is not', async () => {
  const now = Date.UTC(2026, 2, 10) as Instant;
  const expiring = (year: number, month: number) => ({
    token: 'pm_card_visa',
    card: { brand: 'visa', last4: '4242', exp_year: year, exp_month: month },
  });
  const soon = await aSubscriber(expiring(2026, 3));
  await aSubscriber(expiring(2026, 4));
  await aSubscriber(expiring(2026, 2));
  await aSubscriber({ token: 'pm_card_visa', card: { brand: 'visa', last4: '4242' } });
  await tellOfExpiringCards(deps, null, now, now);
  await tellOfExpiringCards(deps, null, now, now);
  expect(await select(`SELECT kind, customer_id, data FROM notifications`)).toEqual([
    { kind: 'card_expiring', customer_id: soon, data: { exp_year: 2026, exp_month: 3 } },
  ]);
});

test('the report of recovery adds up: what failed was recovered, is open, lost or voided, for each reason', async () => {
  const paysLater = await aSubscriber({ token: declining });
  await aSubscriber({ token: declining });
  await aSubscriber({ token: 'pm_card_visa_chargeDeclinedInsufficientFunds' });
  const givenUp = await aSubscriber();
  await theCampaignOf(givenUp, {
    retry: { days: [] },
    steps: [],
    final_action: 'mark_uncollectible',
    final_after_days: 1,
  });
  await bill(start);
  await aMethod(paysLater, { token: 'pm_card_visa' });
  await bill(day(2));
  const month = parseMonth(new Date(start).toISOString().slice(0, 7)) as Month;
  const rows = await readRecoveryMonths(database.pool, {
    book: 'live',
    currency: null,
    from: month,
    to: month,
  });
  expect(rows.map(({ reason }) => reason)).toEqual([
    null,
    'card_declined',
    'insufficient_funds',
    'no_payment_method',
  ]);
  for (const row of rows) {
    const parts =
      row.automatic_retry_amount +
      row.new_method_amount +
      row.by_hand_amount +
      row.offline_amount +
      row.credit_amount;
    expect(parts + row.open_amount + row.lost_amount + row.voided_amount).toBe(row.failed_amount);
  }
  expect(rows[0]).toMatchObject({
    failed_count: 4n,
    failed_amount: 4000n,
    new_method_count: 1n,
    new_method_amount: 1000n,
    open_count: 2n,
    lost_count: 1n,
    lost_amount: 1000n,
  });
});

test('what is due of dunning is found by an index, however many invoices there are', async () => {
  await aSubscriber({ token: declining });
  await bill(start);
  const planOf = (sql: string) =>
    inTransaction(database.pool, async (tx) => {
      await tx.query(`SET LOCAL enable_seqscan = off`);
      const { rows } = await tx.query<Record<string, string>>(`EXPLAIN ${sql}`);
      return /collections_due|invoices_becoming_overdue/.exec(JSON.stringify(rows))?.[0];
    });
  expect(
    await planOf(
      `SELECT min(next_step_at) FROM collections WHERE next_step_at IS NOT NULL AND test_clock_id IS NULL`,
    ),
  ).toBe('collections_due');
  expect(
    await planOf(
      `SELECT id FROM invoices WHERE status = 'open' AND collection_method = 'send_invoice' AND first_failed_at IS NULL
          AND test_clock_id IS NULL AND due_at <= now()`,
    ),
  ).toBe('invoices_becoming_overdue');
});
