/**
 * What a provider has on record is brought home: a payment's outcome, a refund's, a dispute. A webhook and a reconciliation
 * both come here, so what follows is the same, however often and in whatever order (semantics.md, section 8).
 */
import type { Instant } from '../domain/instant.ts';
import { disputeLost, disputeOpened, disputeRecovered, disputeWon, type Posting } from '../domain/ledger.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import { compareCharge, compareRefund, type Comparison, type Money } from '../domain/reconciliation.ts';
import { isGivenBackOtherwise } from '../domain/refundSettlement.ts';
import type { ProviderCharge, ProviderDispute, ProviderRefund } from '../ports/payment/provider.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import { addCredit } from '../store/customerBalances.ts';
import { lockCustomer } from '../store/customerLock.ts';
import { closeDispute, openDispute, type ChangedDispute, type ClosedDispute } from '../store/disputes.ts';
import { recordEvents } from '../store/eventLog.ts';
import { postTransactions } from '../store/ledger.ts';
import {
  findRecordedPayment,
  findRecordedRefund,
  type RecordedPayment,
  type RecordedRefund,
} from '../store/providerRecords.ts';
import { knownOutcome } from './askProviders.ts';
import type { NewFinding } from '../store/reconciliations.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';
import { recordOutcomes } from './paymentOutcomes.ts';
import { recordRefund, recordReturned } from './refunds.ts';
import { tellCollections } from './tellCollections.ts';

export interface Compared {
  readonly comparison: Comparison;
  /** What is to be told where the two differ and nobody should guess. */
  readonly finding: NewFinding | null;
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
  const compared = compare(comparison, theirs, payment, { reference, paymentId: payment?.id ?? paymentId });
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
  const payment = await paymentOf(deps, provider, record.chargeReference);
  if (refund && outcome.status === 'failed' && isGivenBackOtherwise(outcome.code)) {
    // The money has gone back in another way: it waits, as where its own request was answered so, or was settled by hand.
    return { comparison: { kind: 'agrees' }, finding: null };
  }
  const theirs = { status: outcome.status, amount, currency, isOfOurs: payment !== undefined };
  const comparison = compareRefund(theirs, refund ?? null);
  const compared = compare(comparison, theirs, refund, { reference, refundId: refund?.id ?? refundId });
  if (comparison.kind !== 'settle' || !refund || outcome.status === 'processing') return compared;
  const code = outcome.status === 'failed' ? outcome.code : null;
  const now = await currentTime(deps.pool, refund.test_clock_id);
  await inTransaction(deps.pool, (tx) =>
    refund.status === 'succeeded'
      ? recordReturned(tx, refund.id, code, now)
      : recordRefund(
          tx,
          refund.id,
          { status: outcome.status, reference: outcome.reference, code },
          'cash',
          now,
        ),
  );
  return compared;
}

/**
 * The payment of a charge that is refunded or disputed. Where its answer was lost and its own webhook has not come, the
 * provider's name of it is not known here: then the charge is asked for, and comes home first.
 */
async function paymentOf(
  deps: Dependencies,
  provider: ProviderName,
  reference: string,
): Promise<RecordedPayment | undefined> {
  const known = await findRecordedPayment(deps.pool, provider, reference, null);
  if (known && known.status !== 'pending' && known.status !== 'requires_action') return known;
  const charge = await deps.payments.named(provider).findCharge(reference);
  if (!charge) return known;
  await applyCharge(deps, provider, charge);
  return findRecordedPayment(deps.pool, provider, reference, charge.paymentId);
}

function compare(
  comparison: Comparison,
  theirs: Money & { readonly status: string },
  ours: RecordedPayment | RecordedRefund | undefined,
  names: Pick<NewFinding, 'reference'> & Partial<NewFinding>,
): Compared {
  if (comparison.kind !== 'finding') return { comparison, finding: null };
  const shown = ({ status, amount, currency }: Money & { readonly status: string }) => ({
    status,
    amount: String(amount),
    currency,
  });
  const finding: NewFinding = {
    kind: comparison.finding,
    ...{ paymentId: null, refundId: null },
    ...names,
    expected: ours ? shown(ours) : null,
    actual: shown(theirs),
  };
  return { comparison, finding };
}

/** What the bank has taken back is not cash any more; what is won is again, and what is lost is a loss. */
export async function applyDispute(
  deps: Dependencies,
  provider: ProviderName,
  dispute: ProviderDispute,
): Promise<Comparison> {
  const payment = await paymentOf(deps, provider, dispute.chargeReference);
  if (!payment) return { kind: 'foreign' };
  const { id: paymentId, test_clock_id: clock } = payment;
  const now = await currentTime(deps.pool, clock);
  return inTransaction(deps.pool, async (tx) => {
    await lockCustomer(tx, payment.customer_id);
    const opened = await openDispute(tx, { ...dispute, paymentId, provider }, now);
    if (opened) await record(tx, opened, 'opened', disputeOpened(opened.amount), now);
    if (dispute.status === 'open') return { kind: opened ? 'settle' : 'agrees' };
    const closed = await closeDispute(tx, provider, dispute.reference, dispute.status, now);
    if (!closed) return { kind: 'agrees' };
    await record(tx, closed, dispute.status, await endOf(tx, closed, dispute.status), now);
    return { kind: 'settle' };
  });
}

/** What is won after it was lost gives the customer what of a refund had been taken for given back by its bank. */
async function endOf(tx: Queryable, closed: ClosedDispute, status: 'won' | 'lost'): Promise<Posting[]> {
  const { amount, settled, wasLost, customer_id: customerId } = closed;
  if (status === 'lost') return disputeLost(amount);
  if (!wasLost) return disputeWon(amount);
  const owed = settled < amount ? settled : amount;
  await addCredit(tx, customerId, owed);
  return disputeRecovered(amount, owed);
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
