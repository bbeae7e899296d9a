/** What a provider has on record, against what is here: told once, mended where it is safe, and never in the way of the rest. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import { offlinePaymentActivities } from '../../src/activities/offlinePayments.ts';
import { applyDispute } from '../../src/activities/providerRecords.ts';
import { refundActivities } from '../../src/activities/refunds.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import { providerEventActivities } from '../../src/activities/providerEvents.ts';
import { reconciliationActivities } from '../../src/activities/reconciliation.ts';
import type { CustomerId, InvoiceId, PaymentId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Amount } from '../../src/domain/money.ts';
import type {
  PaymentProvider,
  ProviderCharge,
  ProviderDispute,
  ProviderRefund,
} from '../../src/ports/payment/provider.ts';
import { audit } from '../../src/audit/audit.ts';
import { newId } from '../../src/store/newId.ts';
import { recordProviderEvent } from '../../src/store/providerEvents.ts';
import { freshDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { withProvider } from './dependencies.ts';
import { live, now, PaymentLife } from './paymentLife.ts';

quietTemporal();

let life: PaymentLife;
beforeEach(async () => {
  life = new PaymentLife(await freshDatabase());
});
afterEach(async () => {
  const audited = (await audit(life.database.pool)).filter(
    ({ message }) => !message.includes('the provider'),
  );
  expect(audited).toEqual([]);
  await life.database.drop();
});

const money = (amount: bigint) => ({ amount: amount as Amount, currency: 'USD' });
const hourMs = 3_600_000;

async function aPaid() {
  const customer = await life.customer('succeeds');
  const [invoice] = (await life.invoices(customer)) as [InvoiceId];
  await life.bill();
  const [payment] = await life.payments(invoice);
  return { customer, invoice, payment: payment?.id as PaymentId };
}

/** All of a reconciliation, as its workflow does it; `meanwhile` is what happens before it is complete. */
async function reconcile(
  provider: Partial<PaymentProvider>,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const nothing = () => Promise.resolve({ rows: [], cursor: null });
  const deps = withProvider(life.deps, {
    listCharges: nothing,
    listRefunds: nothing,
    listDisputes: nothing,
    ...provider,
  });
  const activities = reconciliationActivities(deps);
  const from = (now() - hourMs) as Instant;
  const begun = await activities.beginReconciliation(newId('reconciliation'), 'sandbox', from, null);
  for (const kind of ['charge', 'refund', 'dispute'] as const) {
    await activities.stageProviderRecords(begun, kind, null);
  }
  await activities.settleDifferences(begun, 'charge', null);
  await activities.settleDifferences(begun, 'refund', null);
  await meanwhile();
  await activities.completeReconciliation(begun);
}

async function tell(
  kind: 'charge' | 'refund' | 'dispute',
  reference: string,
  provider: Partial<PaymentProvider>,
) {
  const notice = { eventId: newId('refund'), type: `${kind}.changed`, subject: { kind, reference } } as const;
  await recordProviderEvent(life.database.pool, 'sandbox', notice, Buffer.from('{}'), {});
  const activities = providerEventActivities(withProvider(life.deps, provider));
  return new MockActivityEnvironment().run(() => activities.applyProviderEvents());
}

const findings = () =>
  life.select<{ kind: string; reference: string }>(
    `SELECT kind, reference FROM reconciliation_findings WHERE resolved_at IS NULL ORDER BY kind`,
  );

const byHand = (payment: PaymentId): ProviderRefund => ({
  reference: 're_by_hand',
  refundId: null,
  chargeReference: `ch_${payment}`,
  outcome: { status: 'succeeded', reference: 're_by_hand' },
  ...money(1000n),
  createdAt: now(),
});

const chargeOf = (paymentId: PaymentId): ProviderCharge => ({
  ...{ reference: `ch_${paymentId}`, paymentId, createdAt: now() },
  outcome: { status: 'succeeded', reference: `ch_${paymentId}` },
  ...{ amountCaptured: 1000n as Amount, currency: 'USD' },
});

const disputeOf = (
  payment: PaymentId,
  status: ProviderDispute['status'],
  amount: bigint,
): ProviderDispute => ({
  ...{ reference: 'dp_1', chargeReference: `ch_${payment}`, status, reason: 'fraudulent' },
  ...money(amount),
  createdAt: now(),
});

/** What each account has: debits less credits. */
async function accounts(): Promise<Record<string, number>> {
  const rows = await life.select<{ account: string; amount: number }>(
    `SELECT account, sum(amount)::int AS amount FROM (
       SELECT debit_account AS account, amount FROM ledger_postings
        UNION ALL SELECT credit_account, -amount FROM ledger_postings) p GROUP BY 1 HAVING sum(amount) <> 0`,
  );
  return Object.fromEntries(rows.map(({ account, amount }) => [account, amount]));
}

test('a refund that was made at the provider by hand is told, by its webhook and by a reconciliation', async () => {
  const { payment } = await aPaid();
  const refund = byHand(payment);
  const applied = await tell('refund', refund.reference, { findRefund: () => Promise.resolve(refund) });
  expect(applied).toEqual({ applied: 1, failed: 0 });
  expect(await findings()).toEqual([{ kind: 'unknown_refund', reference: 're_by_hand' }]);
  await reconcile({ listRefunds: () => Promise.resolve({ rows: [refund], cursor: null }) });
  expect(await findings()).toEqual([{ kind: 'unknown_refund', reference: 're_by_hand' }]);
});

test('a charge under an id that is not here is told, and what comes after it is compared', async () => {
  const { payment } = await aPaid();
  const unknown = chargeOf(newId('payment'));
  await reconcile({
    listCharges: () => Promise.resolve({ rows: [unknown, chargeOf(payment)], cursor: null }),
  });
  expect(await findings()).toEqual([{ kind: 'unknown_payment', reference: unknown.reference }]);
});

test('a dispute, or a refund by hand, that is told before its payment has an outcome here brings that home first', async () => {
  const customer = await life.customer('succeeds');
  const [invoice] = (await life.invoices(customer)) as [InvoiceId];
  const unanswered = withProvider(life.deps, {
    charge: async (requests) => {
      await life.provider.charge(requests);
      return requests.map(() => ({ status: 'unknown', reason: 'timeout', retryAfterMs: null }) as const);
    },
  });
  await billAllDue(unanswered, live, now);
  const [{ id: payment } = { id: newId('payment') }] = await life.payments(invoice);
  expect(await life.statuses(invoice)).toEqual(['pending']);
  const provider: Partial<PaymentProvider> = {
    findCharge: () => Promise.resolve(chargeOf(payment)),
    findDispute: () => Promise.resolve(disputeOf(payment, 'open', 400n)),
    findRefund: () => Promise.resolve(byHand(payment)),
  };
  await tell('dispute', 'dp_1', provider);
  await tell('refund', 're_by_hand', provider);
  expect(await life.statuses(invoice)).toEqual(['succeeded']);
  expect(await life.select(`SELECT status FROM disputes`)).toEqual([{ status: 'open' }]);
  expect(await findings()).toEqual([{ kind: 'unknown_refund', reference: 're_by_hand' }]);
  expect(await accounts()).toMatchObject({ cash: 600, disputed_funds: 400 });
});

test('of two reconciliations at once neither resolves what the other has told', async () => {
  const { payment } = await aPaid();
  const refund = byHand(payment);
  const records = { listRefunds: () => Promise.resolve({ rows: [refund], cursor: null }) };
  await reconcile(records, () => reconcile(records));
  expect(await findings()).toHaveLength(1);
  // Where it is not seen any more, and its record is, both sides agree.
  await reconcile({
    listRefunds: () =>
      Promise.resolve({
        rows: [{ ...refund, outcome: { status: 'failed', reference: refund.reference, code: 'expired' } }],
        cursor: null,
      }),
  });
  expect(await findings()).toEqual([]);
});

describe('a refund of a payment of which the bank has taken a part for good', () => {
  /** A provider that gives back no more than is left there. */
  const gives = (left: bigint): Partial<PaymentProvider> => ({
    refund: (requests) =>
      Promise.resolve(
        requests.map(({ amount, refundId }) =>
          amount > left
            ? ({ status: 'failed', reference: null, code: 'charge_disputed' } as const)
            : ({ status: 'succeeded', reference: `re_${refundId}` } as const),
        ),
      ),
  });
  const refundOf = async (invoiceId: InvoiceId, payment: PaymentId, amount: string | null) => {
    const asked = { kind: 'payment', payment, amount } as const;
    const note = { creditNoteId: newId('credit_note'), invoiceId, asked, reason: 'other' } as const;
    const refunds = await creditNoteActivities(life.deps).issueCreditNote({
      ...note,
      memo: null,
      metadata: {},
    });
    return refunds[0] ?? newId('refund');
  };
  const refunds = () =>
    life.select(`SELECT amount::int, status, failure_code FROM refunds ORDER BY created, id`);
  const balanceOf = async (customer: CustomerId) =>
    (await life.select<{ balance: bigint }>(`SELECT balance FROM customers WHERE id = $1`, [customer]))[0]
      ?.balance;

  test('that was asked for before ends, and what the bank has not given becomes balance', async () => {
    const { customer, invoice, payment } = await aPaid();
    const refund = await refundOf(invoice, payment, null);
    await applyDispute(life.deps, 'sandbox', disputeOf(payment, 'lost', 400n));
    await refundActivities(withProvider(life.deps, gives(600n))).settleRefund(refund);
    expect(await refunds()).toEqual([{ amount: 1000, status: 'failed', failure_code: 'dispute_lost' }]);
    expect(await balanceOf(customer)).toBe(-600n);
    expect(await accounts()).toEqual({ cash: 600, customer_credit: -600 });
  });

  test('is made of what the bank has left, to the last cent', async () => {
    const { invoice, payment } = await aPaid();
    await applyDispute(life.deps, 'sandbox', disputeOf(payment, 'lost', 400n));
    const activities = refundActivities(withProvider(life.deps, gives(600n)));
    await activities.settleRefund(await refundOf(invoice, payment, '300'));
    await activities.settleRefund(await refundOf(invoice, payment, null));
    expect(await refunds()).toEqual([
      { amount: 300, status: 'succeeded', failure_code: null },
      { amount: 300, status: 'succeeded', failure_code: null },
    ]);
    expect(await accounts()).toEqual({ deferred_revenue: -400, dispute_losses: 400 });
  });

  test('is settled once by what was lost, whichever of two comes first', async () => {
    const { customer, invoice, payment } = await aPaid();
    const asked = [await refundOf(invoice, payment, '600'), await refundOf(invoice, payment, '400')];
    await applyDispute(life.deps, 'sandbox', disputeOf(payment, 'lost', 400n));
    const activities = refundActivities(withProvider(life.deps, gives(600n)));
    await Promise.all(asked.map((refund) => activities.settleRefund(refund)));
    const { cash = 0, customer_credit: credit = 0, ...others } = await accounts();
    expect([cash + credit, others]).toEqual([0, {}]);
    expect(await balanceOf(customer)).toBe(BigInt(credit));
  });
});

describe('a dispute that was lost, and is won by an appeal', () => {
  const end = (payment: PaymentId, status: ProviderDispute['status']) =>
    applyDispute(life.deps, 'sandbox', disputeOf(payment, status, 1000n));

  test('brings the money back into the books, once, and is never lost again', async () => {
    const { payment } = await aPaid();
    await end(payment, 'lost');
    const told = [];
    for (const status of ['open', 'won', 'won', 'lost'] as const)
      told.push((await end(payment, status)).kind);
    expect(told).toEqual(['agrees', 'settle', 'agrees', 'agrees']);
    expect(await accounts()).toEqual({ cash: 1000, deferred_revenue: -1000 });
  });

  test('leaves the customer as balance what of a refund its bank was to have given back', async () => {
    const { customer, invoice, payment } = await aPaid();
    const asked = { kind: 'payment', payment, amount: '300' } as const;
    const note = { creditNoteId: newId('credit_note'), invoiceId: invoice, asked, reason: 'other' } as const;
    const activities = creditNoteActivities(life.deps);
    const [refund = newId('refund')] = await activities.issueCreditNote({
      ...note,
      memo: null,
      metadata: {},
    });
    await end(payment, 'lost');
    await refundActivities(life.deps).settleRefund(refund);
    await end(payment, 'won');
    expect(await accounts()).toEqual({ cash: 1000, customer_credit: -300, deferred_revenue: -700 });
    expect(await life.select(`SELECT balance::int FROM customers WHERE id = $1`, [customer])).toEqual([
      { balance: -300 },
    ]);
  });
});

test('what another payment brought can be given back when the refund of a lost one is settled by the bank', async () => {
  const customer = await life.customer('succeeds');
  const [invoiceId] = (await life.invoices(customer)) as [InvoiceId];
  const common = { invoiceId, reference: 'transfer', receivedAt: null, metadata: {} };
  const offline = newId('payment');
  await offlinePaymentActivities(life.deps).recordOfflinePayment({
    ...common,
    paymentId: offline,
    amount: '400',
  });
  await life.bill();
  const [payment] = (await life.payments(invoiceId)).filter(({ source }) => source === 'automatic');
  if (!payment) throw new Error('nothing was paid');
  const note = { invoiceId, reason: 'other', memo: null, metadata: {} } as const;
  const refund = async (of: PaymentId) => {
    const asked = { kind: 'payment', payment: of, amount: null } as const;
    const creditNoteId = newId('credit_note');
    return creditNoteActivities(life.deps).issueCreditNote({ ...note, creditNoteId, asked });
  };
  const [lost = newId('refund')] = await refund(payment.id);
  await applyDispute(life.deps, 'sandbox', disputeOf(payment.id, 'lost', 600n));
  await refundActivities(life.deps).settleRefund(lost);
  const [rest = newId('refund')] = await refund(offline);
  await refundActivities(life.deps).settleRefund(rest);
  expect(await accounts()).toEqual({});
});
