/**
 * What a provider has on record is brought home: a payment's outcome, a refund's, a dispute. A webhook and a reconciliation
 * both come here, so what follows is the same, however often and in whatever order (semantics.md, section 8).
 */
import type { Instant } from '../domain/instant.ts';
import { disputeLost, disputeOpened, disputeWon, type Posting } from '../domain/ledger.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import { compareCharge, compareRefund, type Comparison } from '../domain/reconciliation.ts';
import type { ProviderCharge, ProviderDispute, ProviderRefund } from '../ports/payment/provider.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import { closeDispute, openDispute, type ChangedDispute } from '../store/disputes.ts';
import { recordEvents } from '../store/eventLog.ts';
import { postTransactions } from '../store/ledger.ts';
import {
  findRecordedPayment,
  findRecordedRefund,
  type RecordedPayment,
  type RecordedRefund,
} from '../store/providerRecords.ts';
import { knownOutcome } from './askProviders.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';
import { recordOutcomes } from './paymentOutcomes.ts';
import { recordRefund } from './refunds.ts';
import { tellCollections } from './tellCollections.ts';

export interface Compared {
  readonly comparison: Comparison;
  /** As it was recorded here before; null: not at all. */
  readonly ours: OurRecord | null;
}

interface OurRecord {
  readonly id: string;
  readonly status: string;
  /** In minor units, as text. */
  readonly amount: string;
  readonly currency: string;
}

/** Brings a payment's outcome home, where ours has none and the provider tells one. */
export async function applyCharge(
  deps: Dependencies,
  provider: ProviderName,
  charge: ProviderCharge,
): Promise<Compared> {
  const { reference, paymentId, outcome } = charge;
  const payment = await findRecordedPayment(deps.pool, provider, reference, paymentId);
  const theirs = {
    status: outcome.status,
    amount: charge.amountCaptured,
    currency: charge.currency,
    namesOurs: paymentId !== null,
  };
  const comparison = compareCharge(theirs, payment ?? null);
  const compared = { comparison, ours: payment ? ourRecord(payment) : null };
  if (comparison.kind !== 'settle' || !payment) return compared;
  const now = await currentTime(deps.pool, payment.test_clock_id);
  await inTransaction(deps.pool, (tx) => recordOutcomes(tx, knownOutcome(payment, outcome), now));
  await tellCollections(deps, [payment.invoice_id]);
  return compared;
}

/** As `applyCharge`, of a refund. */
export async function applyRefund(
  deps: Dependencies,
  provider: ProviderName,
  record: ProviderRefund,
): Promise<Compared> {
  const { reference, refundId, outcome, amount, currency } = record;
  const refund = await findRecordedRefund(deps.pool, provider, reference, refundId);
  const payment = await findRecordedPayment(deps.pool, provider, record.chargeReference, null);
  const theirs = { status: outcome.status, amount, currency, isOfOurs: payment !== undefined };
  const comparison = compareRefund(theirs, refund ?? null);
  const compared = { comparison, ours: refund ? ourRecord(refund) : null };
  if (comparison.kind !== 'settle' || !refund || outcome.status === 'processing') return compared;
  const code = outcome.status === 'failed' ? outcome.code : null;
  const now = await currentTime(deps.pool, refund.test_clock_id);
  await inTransaction(deps.pool, (tx) =>
    recordRefund(tx, refund.id, { status: outcome.status, reference: outcome.reference, code }, 'cash', now),
  );
  return compared;
}

function ourRecord({ id, status, amount, currency }: RecordedPayment | RecordedRefund): OurRecord {
  return { id, status, amount: String(amount), currency };
}

/** What the bank has taken back is not cash any more; what is won is again, and what is lost is a loss. */
export async function applyDispute(
  deps: Dependencies,
  provider: ProviderName,
  dispute: ProviderDispute,
): Promise<Comparison> {
  const payment = await findRecordedPayment(deps.pool, provider, dispute.chargeReference, null);
  if (!payment) return { kind: 'foreign' };
  const { id: paymentId, test_clock_id: clock } = payment;
  const now = await currentTime(deps.pool, clock);
  return inTransaction(deps.pool, async (tx) => {
    const opened = await openDispute(tx, { ...dispute, paymentId, provider }, now);
    if (opened) await record(tx, opened, 'opened', disputeOpened(opened.amount), now);
    if (dispute.status === 'open') return { kind: opened ? 'settle' : 'agrees' };
    const closed = await closeDispute(tx, provider, dispute.reference, dispute.status, now);
    if (!closed) return { kind: 'agrees' };
    const postings = dispute.status === 'won' ? disputeWon(closed.amount) : disputeLost(closed.amount);
    await record(tx, closed, dispute.status, postings, now);
    return { kind: 'settle' };
  });
}

async function record(
  tx: Queryable,
  {
    id,
    invoice_id: invoice,
    payment_id: payment,
    book,
    currency,
    customer_id: customerId,
    amount,
  }: ChangedDispute,
  what: 'opened' | 'won' | 'lost',
  postings: readonly Posting[],
  now: Instant,
): Promise<void> {
  await postTransactions(tx, [
    {
      ...{ book, currency, kind: `dispute_${what}`, sourceId: id, invoiceId: null },
      ...{ effectiveAt: now, customerId, postings },
    },
  ]);
  await recordEvents(tx, [
    {
      ...{ type: `dispute.${what}`, objectId: id, customerId, subscriptionId: null, occurredAt: now },
      data: { payment, invoice, amount: Number(amount), currency },
    },
  ]);
}
