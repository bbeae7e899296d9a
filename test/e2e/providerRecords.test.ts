/** What the provider has on record comes home by webhooks, or by a reconciliation where they do not: exact in the end. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { inTransaction } from '../../src/store/database.ts';
import { aCustomer, aPlan, aSubscription, eventually, invoicesOf } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
let plan: string;
beforeAll(async () => {
  dunlin = await startDunlin();
  plan = await aPlan(dunlin);
});
afterAll(() => dunlin.stop());
beforeEach(() => dunlin.sandbox.faults.clear());

interface Reconciliation {
  readonly mended: number;
  readonly open_findings: number;
  readonly totals: readonly {
    readonly currency: string;
    readonly captured: number;
    readonly recorded: number;
    readonly foreign: number;
    readonly difference: number;
  }[];
}
interface Payment {
  readonly id: string;
  readonly status: string;
  readonly invoice: string;
}
interface Finding {
  readonly id: string;
  readonly kind: string;
  readonly payment: string | null;
  readonly resolved_at: string | null;
}

const rows = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await dunlin.pool.query(sql, values)).rows as Row[];
const reconcile = () => dunlin.client.post<Reconciliation>('/v1/reconciliations', { provider: 'sandbox' });
const findings = (query = '') => dunlin.client.all<Finding>(`/v1/reconciliation_findings?${query}`);
const control = (path: string, body: unknown) =>
  fetch(`${dunlin.sandbox.url}/control${path}`, { method: 'POST', body: JSON.stringify(body) });
const paymentsOf = (customer: string) => dunlin.client.all<Payment>(`/v1/payments?customer=${customer}`);
const chargeOf = async (payment: string) =>
  (await rows<{ id: string }>(`SELECT provider_reference AS id FROM payments WHERE id = $1`, [payment]))[0]
    ?.id ?? '';

async function subscribed(token: string): Promise<{ customer: string; subscription: string }> {
  const customer = await aCustomer(dunlin, { token });
  return { customer, subscription: (await aSubscription(dunlin, { customer, plan })).id };
}
const statusesOf = async (subscription: string) =>
  (await invoicesOf(dunlin, subscription)).map(({ status }) => status);
const isPaid = (subscription: string) =>
  eventually(
    () => statusesOf(subscription),
    (statuses) => statuses.every((status) => status === 'paid'),
  );
async function webhooksAreSent(): Promise<void> {
  await eventually(
    () => dunlin.sandbox.waitingWebhooks(),
    (waiting) => waiting === 0,
  );
  await eventually(
    () => rows<{ count: number }>(`SELECT count(*)::int FROM provider_events WHERE applied_at IS NULL`),
    ([waiting]) => waiting?.count === 0,
    90_000, // one that could not be applied waits ten seconds and more
  );
}

test('a payment that its customer approves later is told by a webhook, and the subscription is active again', async () => {
  const { customer, subscription } = await subscribed('pm_card_authenticationRequired');
  const [payment] = await paymentsOf(customer);
  expect(payment?.status).toBe('requires_action');
  await control(`/charges/${await chargeOf(payment?.id ?? '')}/answer`, { approved: true });
  await isPaid(subscription);
  const { status } = await dunlin.client.get<{ status: string }>(`/v1/subscriptions/${subscription}`);
  expect(status).toBe('active');
});

test('lesson 8: of the webhooks a third is lost, a third comes twice, all out of order: after a reconciliation all is exact', async () => {
  const { faults } = dunlin.sandbox;
  await faults.add({ kind: 'never', fraction: 0.3, seed: 'lost' });
  await faults.add({ kind: 'twice', fraction: 0.43, seed: 'doubled' });
  await faults.add({ kind: 'shuffled', delay_ms: 400, seed: 'shuffled' });
  await faults.add({ kind: 'take_and_drop', match: '/charges', fraction: 0.2, seed: 'unanswered' });
  const lives = await Promise.all(
    Array.from({ length: 15 }, (_, nth) =>
      subscribed(
        nth % 3 === 0
          ? 'pm_card_authenticationRequired'
          : nth % 3 === 1
            ? 'pm_usBankAccount_success'
            : 'pm_card_visa',
      ),
    ),
  );
  await faults.clear();
  await faults.add({ kind: 'never', fraction: 0.3, seed: 'lost more' });
  await faults.add({ kind: 'twice', fraction: 0.43, seed: 'doubled more' });
  for (const { customer } of lives) {
    for (const { id, status } of await paymentsOf(customer)) {
      if (status === 'requires_action')
        await control(`/charges/${await chargeOf(id)}/answer`, { approved: true });
    }
  }
  await control('/settle', {});
  await webhooksAreSent();
  const { totals } = await reconcile();
  for (const { subscription } of lives) await isPaid(subscription);
  const again = await reconcile();
  expect([again.mended, again.open_findings]).toEqual([0, 0]);
  for (const sums of [...totals, ...again.totals]) expect(sums.difference).toBe(0);
  expect(
    await rows(`SELECT invoice_id FROM payments WHERE status = 'succeeded' GROUP BY 1 HAVING count(*) > 1`),
  ).toEqual([]);
  expect(await audit(dunlin.pool)).toEqual([]);
});

describe('a dispute', () => {
  async function disputed() {
    const { customer } = await subscribed('pm_card_createDispute');
    const [dispute] = await eventually(
      () =>
        dunlin.client.all<{ id: string; status: string; amount: number; payment: string }>(
          `/v1/disputes?customer=${customer}`,
        ),
      (all) => all.length > 0,
    );
    const [row] = await rows<{ reference: string }>(
      `SELECT provider_reference AS reference FROM disputes WHERE id = $1`,
      [dispute?.id],
    );
    return { customer, dispute, reference: row?.reference ?? '' };
  }
  const accounts = async (customer: string) =>
    rows(
      `SELECT account, sum(amount)::int AS amount FROM (
         SELECT debit_account AS account, amount FROM ledger_postings WHERE customer_id = $1
          UNION ALL SELECT credit_account, -amount FROM ledger_postings WHERE customer_id = $1) p
        WHERE account IN ('cash', 'disputed_funds', 'dispute_losses') GROUP BY 1 HAVING sum(amount) <> 0 ORDER BY 1`,
      [customer],
    );

  test.each([
    ['won', [{ account: 'cash', amount: 1000 }]],
    ['lost', [{ account: 'dispute_losses', amount: 1000 }]],
  ])('takes the money out of the books, and when it is %s they say where it is', async (end, expected) => {
    const { customer, dispute, reference } = await disputed();
    expect([dispute?.status, dispute?.amount]).toEqual(['open', 1000]);
    expect(await accounts(customer)).toEqual([{ account: 'disputed_funds', amount: 1000 }]);
    await dunlin.sandbox.faults.add({ kind: 'twice' });
    await control(`/disputes/${reference}/close`, { status: end });
    await eventually(
      () => dunlin.client.get<{ status: string }>(`/v1/disputes/${String(dispute?.id)}`),
      ({ status }) => status === end,
    );
    await webhooksAreSent();
    expect(await accounts(customer)).toEqual(expected);
    expect(await audit(dunlin.pool)).toEqual([]);
  });

  test('of a payment leaves nothing of it to be refunded while it is open, and the refusal says so', async () => {
    const { dispute, reference } = await disputed();
    const path = `/v1/payments/${String(dispute?.payment)}/refund`;
    const refused = await dunlin.call('POST', path, { reason: 'other' });
    expect([refused.status, refused.body.error?.code]).toEqual([422, 'payment_disputed']);
    await control(`/disputes/${reference}/close`, { status: 'won' });
    await webhooksAreSent();
    expect((await dunlin.call('POST', path, { reason: 'other' })).status).toBe(201);
    expect(await audit(dunlin.pool)).toEqual([]);
  });

  test.each([
    ['won', 'succeeded', null],
    ['lost', 'failed', 'dispute_lost'],
  ])(
    'that opens while a refund is under way holds it: %s, the money goes back once',
    async (end, status, code) => {
      const { customer } = await subscribed('pm_card_visa');
      const [payment] = await paymentsOf(customer);
      const charge = await chargeOf(payment?.id ?? '');
      await dunlin.sandbox.faults.add({ kind: 'drop', match: '/refunds' });
      const { id: refund } = await dunlin.client.post<{ id: string }>(
        `/v1/payments/${String(payment?.id)}/refund`,
        { reason: 'other' },
      );
      await control(`/charges/${charge}/dispute`, {});
      await webhooksAreSent();
      await dunlin.sandbox.faults.clear();
      const [row] = await rows<{ reference: string }>(
        `SELECT provider_reference AS reference FROM disputes WHERE customer_id = $1`,
        [customer],
      );
      await control(`/disputes/${row?.reference ?? ''}/close`, { status: end });
      await webhooksAreSent();
      const made = await eventually(
        () => dunlin.client.get<{ status: string; failure_code: string | null }>(`/v1/refunds/${refund}`),
        (refunded) => refunded.status !== 'pending',
        90_000,
      );
      expect([made.status, made.failure_code]).toEqual([status, code]);
      const { balance } = await dunlin.client.get<{ balance: number }>(`/v1/customers/${customer}`);
      expect(balance).toBe(0);
      expect(await accounts(customer)).toEqual([]);
      expect(await audit(dunlin.pool)).toEqual([]);
    },
  );

  test('that ended long after it was opened, untold, is found by its name', async () => {
    const { customer, reference } = await disputed();
    await dunlin.sandbox.faults.add({ kind: 'never' });
    await control(`/disputes/${reference}/close`, { status: 'lost' });
    await dunlin.pool.query(`UPDATE reconciliations SET created = created - interval '2 days'`);
    const from = new Date(Date.now() - 1000).toISOString();
    await dunlin.client.post('/v1/reconciliations', { provider: 'sandbox', from });
    const disputes = await dunlin.client.all<{ status: string }>(`/v1/disputes?customer=${customer}`);
    expect(disputes.map(({ status }) => status)).toEqual(['lost']);
  });

  test('that no webhook told is found by the reconciliation', async () => {
    await dunlin.sandbox.faults.add({ kind: 'never' });
    const { customer } = await subscribed('pm_card_createDisputeProductNotReceived');
    await reconcile();
    const disputes = await dunlin.client.all<{ reason: string }>(`/v1/disputes?customer=${customer}`);
    expect(disputes.map(({ reason }) => reason)).toEqual(['product_not_received']);
  });
});

describe('a refund', () => {
  test('that fails after it was made has failed: the money is at the provider again, and the customer has it as balance', async () => {
    const { customer } = await subscribed('pm_card_visa');
    const [payment] = await paymentsOf(customer);
    const { id } = await dunlin.client.post<{ id: string }>(`/v1/payments/${String(payment?.id)}/refund`, {
      reason: 'other',
    });
    const reference = `sandbox_re_${id}`;
    await inTransaction(dunlin.pool, async (tx) => {
      await tx.query(`SET LOCAL session_replication_role = replica`);
      await tx.query(
        `UPDATE sandbox.refunds SET status = 'failed', failure_code = 'lost_or_stolen_card' WHERE id = $1`,
        [reference],
      );
      await tx.query(
        `INSERT INTO sandbox.events (type, object, reference) SELECT 'refund.failed', 'refund', $1 FROM generate_series(1, 2)`,
        [reference],
      );
    });
    await webhooksAreSent();
    const refund = await dunlin.client.get<{ status: string; failure_code: string }>(`/v1/refunds/${id}`);
    expect(refund).toMatchObject({ status: 'failed', failure_code: 'lost_or_stolen_card' });
    expect((await dunlin.client.get<{ balance: number }>(`/v1/customers/${customer}`)).balance).toBe(-1000);
    expect((await reconcile()).open_findings).toBe(0);
    expect(await audit(dunlin.pool)).toEqual([]);
  });
});

test('a refund that was made by hand at the provider is found, stands for the one that was asked for here, and is told no more', async () => {
  const { customer } = await subscribed('pm_card_visa');
  const [payment] = await paymentsOf(customer);
  const payments = `/v1/payments/${String(payment?.id)}`;
  await rows(
    `INSERT INTO sandbox.refunds (idempotency_key, id, charge, amount, currency, status)
     VALUES ('hand', 'by_hand', $1, 1000, 'USD', 'succeeded')`,
    [await chargeOf(payment?.id ?? '')],
  );
  await reconcile();
  expect((await findings('kind=unknown_refund')).length).toBe(1);
  const { id } = await dunlin.client.post<{ id: string }>(`${payments}/refund`, { reason: 'other' });
  await eventually(
    () => dunlin.client.get<{ pending_reason: string | null }>(`/v1/refunds/${id}`),
    ({ pending_reason: reason }) => reason === 'charge_already_refunded',
  );
  const settle = () =>
    dunlin.client.post<{ status: string; pending_reason: string | null }>(`/v1/refunds/${id}/settle`, {
      outcome: 'succeeded',
      reference: 'by_hand',
    });
  expect(await settle()).toMatchObject({ status: 'succeeded', pending_reason: null });
  expect((await settle()).status).toBe('succeeded');
  expect(await findings('kind=unknown_refund')).toEqual([]);
  await reconcile();
  expect(await findings()).toEqual([]);
  expect(await audit(dunlin.pool)).toEqual([]);
});

describe('a reconciliation', () => {
  /** Past the sandbox's own rules: what a real provider should not do either. */
  async function tamper(sql: string, values: unknown[]): Promise<void> {
    await inTransaction(dunlin.pool, async (tx) => {
      await tx.query(`SET LOCAL session_replication_role = replica`);
      await tx.query(sql, values);
    });
  }

  async function aPaid() {
    const { customer } = await subscribed('pm_card_visa');
    const [payment] = await paymentsOf(customer);
    if (!payment) throw new Error('nothing was paid');
    return { payment, charge: await chargeOf(payment.id) };
  }

  test('lesson 9: compares the totals of a period, names the difference, and changes nothing until both sides agree', async () => {
    const { payment, charge } = await aPaid();
    const set = (status: string, code: string | null) =>
      tamper(`UPDATE sandbox.charges SET status = $2, failure_code = $3 WHERE id = $1`, [
        charge,
        status,
        code,
      ]);
    await set('failed', 'generic_decline');
    await reconcile();
    const { open_findings: open, totals } = await reconcile();
    expect(open).toBe(1);
    expect(totals).toMatchObject([{ currency: 'USD', difference: -1000 }]);
    expect((await findings()).map(({ kind, payment: of }) => [kind, of])).toEqual([
      ['not_captured', payment.id],
    ]);
    expect((await dunlin.client.get<Payment>(`/v1/payments/${payment.id}`)).status).toBe('succeeded');
    await set('succeeded', null);
    await reconcile();
    expect(await findings()).toEqual([]);
    expect(await findings('resolved=true&kind=not_captured')).toHaveLength(1);
  });

  test('tells a finding that was closed by hand no more, until the record changes', async () => {
    const { charge } = await aPaid();
    await tamper(
      `INSERT INTO sandbox.refunds (idempotency_key, id, charge, amount, currency, status)
       VALUES ('gift', 'a_gift', $1, 300, 'USD', 'succeeded')`,
      [charge],
    );
    await reconcile();
    const [found] = await findings('kind=unknown_refund');
    const path = `/v1/reconciliation_findings/${String(found?.id)}/resolve`;
    const closed = await dunlin.client.post<Finding>(path, { resolution: 'a gift, booked by hand' });
    expect(closed).toMatchObject({ resolution: 'a gift, booked by hand' });
    await reconcile();
    expect(await findings()).toEqual([]);
    await tamper(`UPDATE sandbox.refunds SET amount = 400 WHERE id = 'a_gift'`, []);
    await reconcile();
    expect((await findings()).map(({ kind }) => kind)).toEqual(['unknown_refund']);
    await tamper(`DELETE FROM sandbox.refunds WHERE id = 'a_gift'`, []);
    await dunlin.client.post(`/v1/reconciliation_findings/${String((await findings())[0]?.id)}/resolve`, {
      resolution: 'it is no more',
    });
  });

  test('tells of a payment that the provider does not have at all', async () => {
    const { payment, charge } = await aPaid();
    await tamper(`DELETE FROM sandbox.charges WHERE id = $1`, [charge]);
    await reconcile();
    expect((await findings(`kind=missing_at_provider`)).map(({ payment: of }) => of)).toEqual([payment.id]);
  });

  test.each([
    [{ provider: 'stripe' }, 400, 'provider_not_configured'],
    [{ provider: 'paypal' }, 400, 'field_invalid'],
    [{ provider: 'sandbox', to: '2026-01-01T00:00:00Z' }, 400, 'period_invalid'],
    [
      { provider: 'sandbox', from: '2026-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' },
      400,
      'period_invalid',
    ],
    [
      { provider: 'sandbox', from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      400,
      'period_invalid',
    ],
  ])('is refused for %j', async (body, status, code) => {
    const answer = await dunlin.call('POST', '/v1/reconciliations', body);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  });
});
