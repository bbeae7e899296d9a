/** A refund whose payment was given back by hand at the provider waits for an operator, who says which refund stands for it, or that none does. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seedDueSubscriptions } from '../../bench/renewals.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { applyRefund } from '../../src/activities/providerRecords.ts';
import { reconciliationActivities } from '../../src/activities/reconciliation.ts';
import { refundActivities } from '../../src/activities/refunds.ts';
import { refundSettlementActivities } from '../../src/activities/settleRefund.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, PaymentId, RefundId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { newId } from '../../src/store/newId.ts';
import { saveFindings } from '../../src/store/reconciliations.ts';
import { takePendingRefund } from '../../src/store/refunds.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn } from './dependencies.ts';

quietTemporal();

let database: TestDatabase;
let deps: Dependencies;
beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
});
afterEach(() => database.drop());

const live = { kind: 'live', shard: 0, shards: 1 } as const;
const select = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await database.pool.query<Row>(sql, values)).rows;

interface Paid {
  readonly invoice: InvoiceId;
  readonly payment: PaymentId;
  readonly charge: string;
  readonly amount: number;
}

async function aPaid(): Promise<Paid> {
  await seedDueSubscriptions(database.pool, 1, 1);
  await billAllDue(deps, live, () => Date.now() as Instant);
  const [paid] = await select<Paid>(
    `SELECT invoice_id AS invoice, id AS payment, provider_reference AS charge, amount::int FROM payments WHERE status = 'succeeded'`,
  );
  if (!paid) throw new Error('nothing was paid');
  return paid;
}

/** By hand, at the provider: a refund that names none of ours. */
async function giveBackByHand({ charge }: Paid, amount: number, key = 'hand'): Promise<string> {
  await select(
    `INSERT INTO sandbox.refunds (idempotency_key, id, charge, amount, currency, status)
     SELECT $1, 'by_' || $1, $2, $3, currency, 'succeeded' FROM sandbox.charges WHERE id = $2`,
    [key, charge, amount],
  );
  return `by_${key}`;
}

async function askFor({ invoice, payment }: Paid, amount: number): Promise<RefundId> {
  const [id] = await creditNoteActivities(deps).issueCreditNote({
    creditNoteId: newId('credit_note'),
    invoiceId: invoice,
    asked: { kind: 'payment', payment, amount: String(amount) },
    reason: 'other',
    memo: null,
    metadata: {},
  });
  if (id === undefined) throw new Error('no refund');
  return id;
}

const make = (id: RefundId) => refundActivities(deps).settleRefund(id);
const settle = (refundId: RefundId, reference: string | null) =>
  refundSettlementActivities(deps).settleRefundByHand({ refundId, reference });
const refunds = () =>
  select(`SELECT status, provider_reference AS reference, failure_code AS code FROM refunds ORDER BY id`);
const balances = () => select(`SELECT -balance::int AS amount FROM customers WHERE balance <> 0`);

/** The totals of both sides. */
async function reconcile(): Promise<unknown> {
  const by = reconciliationActivities(deps);
  const id = newId('reconciliation');
  const reconciliation = await by.beginReconciliation(id, 'sandbox', null, null);
  for (const kind of ['charge', 'refund'] as const) await by.stageProviderRecords(reconciliation, kind, null);
  for (const kind of ['charge', 'refund'] as const) await by.settleDifferences(reconciliation, kind, null);
  await by.completeReconciliation(reconciliation);
  expect(
    await select(`SELECT kind, reference FROM reconciliation_findings WHERE resolved_at IS NULL`),
  ).toEqual([]);
  const [row] = await select<{ totals: unknown }>(`SELECT totals FROM reconciliations WHERE id = $1`, [id]);
  return row?.totals;
}

/** The audit's rules but for those that the seeded rows break: they begin with a second period. */
const wrongs = async () =>
  (await audit(database.pool)).filter(({ message }) => !message.includes('price fee has 0 lines'));

/** Asked for in full, after it was given back in full by hand. */
async function aRefused() {
  const paid = await aPaid();
  const reference = await giveBackByHand(paid, paid.amount);
  const refund = await askFor(paid, paid.amount);
  await expect(make(refund)).rejects.toThrow('charge_already_refunded');
  return { paid, reference, refund };
}

describe('a refund that the provider calls already refunded', () => {
  test('is settled by the refund that was made by hand, which is told no more, and the money is gone once', async () => {
    const { paid, reference, refund } = await aRefused();
    await saveFindings(database.pool, 'sandbox', null, [
      {
        ...{ kind: 'unknown_refund', reference, paymentId: null, refundId: null, expected: null },
        actual: { status: 'succeeded', amount: String(paid.amount), currency: 'USD' },
      },
    ]);
    await settle(refund, reference);
    await settle(refund, reference);
    await make(refund);
    expect(await refunds()).toEqual([{ status: 'succeeded', reference, code: null }]);
    expect(await balances()).toEqual([]);
    expect(
      await select(`SELECT kind, reference FROM reconciliation_findings WHERE resolved_at IS NULL`),
    ).toEqual([]);
    expect(await wrongs()).toEqual([]);
    // And a reconciliation, or a webhook, finds that both sides agree.
    const record = await deps.payments.named('sandbox').findRefund(reference);
    if (!record) throw new Error('no record');
    expect((await applyRefund(deps, 'sandbox', record)).comparison).toEqual({ kind: 'agrees' });
    expect(await reconcile()).toMatchObject([
      { currency: 'USD', refunded: String(paid.amount), recorded_refunds: String(paid.amount) },
    ]);
  });

  test('is settled as failed where what was given back by hand was for something else: its amount is balance', async () => {
    const { paid, refund } = await aRefused();
    await settle(refund, null);
    await settle(refund, null);
    expect(await refunds()).toEqual([{ status: 'failed', reference: null, code: 'charge_already_refunded' }]);
    expect(await balances()).toEqual([{ amount: paid.amount }]);
  });

  test('does not become balance because a webhook tells of the refusal', async () => {
    const { refund } = await aRefused();
    const record = await deps.payments.named('sandbox').findRefund(`sandbox_re_${refund}`);
    if (!record) throw new Error('no record');
    await applyRefund(deps, 'sandbox', record);
    expect(await refunds()).toEqual([{ status: 'pending', reference: null, code: null }]);
    expect(await balances()).toEqual([]);
  });

  test('is settled once: another outcome is refused', async () => {
    const { reference, refund } = await aRefused();
    await settle(refund, reference);
    await expect(settle(refund, null)).rejects.toMatchObject({ type: 'refund_settled' });
    await expect(settle(refund, 'another')).rejects.toMatchObject({ type: 'refund_settled' });
  });

  test('is not settled while it is being asked for: it may be made', async () => {
    const { reference, refund } = await aRefused();
    await takePendingRefund(database.pool, refund);
    await expect(settle(refund, reference)).rejects.toMatchObject({ type: 'refund_not_refused' });
  });

  test('is settled by no record that is unknown, is too small, or names a refund of ours', async () => {
    const paid = await aPaid();
    const ours = await askFor(paid, 100);
    await make(ours);
    const small = await giveBackByHand(paid, 200, 'small');
    await giveBackByHand(paid, paid.amount - 300, 'rest');
    const refund = await askFor(paid, 300);
    await expect(make(refund)).rejects.toThrow('charge_already_refunded');
    for (const reference of ['nothing', small, `sandbox_re_${ours}`]) {
      await expect(settle(refund, reference)).rejects.toMatchObject({ type: 'refund_reference_invalid' });
    }
    expect(await refunds()).toMatchObject([{ status: 'succeeded' }, { status: 'pending' }]);
  });

  test('shares a record with another, as far as that goes', async () => {
    const paid = await aPaid();
    const reference = await giveBackByHand(paid, paid.amount);
    const [first, second] = [await askFor(paid, 300), await askFor(paid, paid.amount - 300)];
    for (const refund of [first, second]) await expect(make(refund)).rejects.toThrow();
    await Promise.all([settle(first, reference), settle(second, reference)]);
    expect(await refunds()).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
    expect(await wrongs()).toEqual([]);
  });
});

test('a refund that its provider has not refused is not settled by hand', async () => {
  const paid = await aPaid();
  const refund = await askFor(paid, 100);
  await expect(settle(refund, null)).rejects.toMatchObject({ type: 'refund_not_refused' });
});
