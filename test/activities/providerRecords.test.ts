/** What a provider has on record, against what is here: told once, mended where it is safe, and never in the way of the rest. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { billAllDue } from '../../src/activities/billDue.ts';
import { providerEventActivities } from '../../src/activities/providerEvents.ts';
import { reconciliationActivities } from '../../src/activities/reconciliation.ts';
import type { InvoiceId, PaymentId } from '../../src/domain/ids.ts';
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

/** All of a reconciliation, as its workflow does it. */
async function reconcile(provider: Partial<PaymentProvider>): Promise<void> {
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
