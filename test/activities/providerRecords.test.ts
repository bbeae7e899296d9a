/** What a provider has on record, against what is here: told once, mended where it is safe, and never in the way of the rest. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { providerEventActivities } from '../../src/activities/providerEvents.ts';
import { reconciliationActivities } from '../../src/activities/reconciliation.ts';
import type { InvoiceId, PaymentId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Amount } from '../../src/domain/money.ts';
import type { PaymentProvider, ProviderRefund } from '../../src/ports/payment/provider.ts';
import { newId } from '../../src/store/newId.ts';
import { recordProviderEvent } from '../../src/store/providerEvents.ts';
import { freshDatabase } from '../stack/database.ts';
import { withProvider } from './dependencies.ts';
import { now, PaymentLife } from './paymentLife.ts';

let life: PaymentLife;
beforeEach(async () => {
  life = new PaymentLife(await freshDatabase());
});
afterEach(() => life.database.drop());

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
  const charge = (paymentId: PaymentId) => ({
    ...{ reference: `ch_${paymentId}`, paymentId, createdAt: now() },
    outcome: { status: 'succeeded', reference: `ch_${paymentId}` } as const,
    amountCaptured: 1000n as Amount,
    currency: 'USD',
  });
  const unknown = charge(newId('payment'));
  await reconcile({
    listCharges: () => Promise.resolve({ rows: [unknown, charge(payment)], cursor: null }),
  });
  expect(await findings()).toEqual([{ kind: 'unknown_payment', reference: unknown.reference }]);
});
