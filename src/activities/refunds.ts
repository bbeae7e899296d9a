/** Refunds: the row is there, the provider is asked, the outcome recorded once. It may die on any line. */
import type { PoolClient } from 'pg';
import type { RefundId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import {
  refundDisputed,
  refundFailed,
  refundSucceeded,
  reversed,
  type MoneyAccount,
} from '../domain/ledger.ts';
import type { Amount } from '../domain/money.ts';
import { isGivenBackOtherwise } from '../domain/refundSettlement.ts';
import type { RefundReason } from '../ports/payment/provider.ts';
import { addCredit } from '../store/customerBalances.ts';
import { inTransaction } from '../store/database.ts';
import { postTransactions } from '../store/ledger.ts';
import {
  completeRefund,
  failMadeRefund,
  lockLostPart,
  takePendingRefund,
  type PendingRefund,
  type RefundResult,
} from '../store/refunds.ts';
import { noteRefused } from '../store/refundSettlements.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';

/** Of a refund that is not made, since a lost dispute of its payment has given the money back. */
const disputeLost = 'dispute_lost';

export function refundActivities(deps: Dependencies) {
  return {
    /** Asks the provider, with the same key however often; throws while it does not tell, so that it is asked again. */
    async settleRefund(id: RefundId): Promise<void> {
      const refund = await takePendingRefund(deps.pool, id);
      if (!refund) return;
      const now = await currentTime(deps.pool, refund.test_clock_id);
      if (await inTransaction(deps.pool, (tx) => settleLost(tx, id, now))) return;
      const result = await giveBack(deps, refund);
      const account = refund.provider === 'offline' ? 'bank' : 'cash';
      await inTransaction(deps.pool, (tx) => recordRefund(tx, id, result, account, now));
    },
  };
}

/** Providers know these: one acts on `fraudulent` by itself, and it is said only where it was said to us. */
function toldReason({ reason }: PendingRefund): RefundReason {
  return reason === 'duplicate' || reason === 'fraudulent' ? reason : 'requested_by_customer';
}

/**
 * What came by itself goes back by hand too, by a transfer that whoever asked for the refund makes: it is recorded, and
 * the bank's account in the ledger falls by it.
 */
async function giveBack(deps: Dependencies, refund: PendingRefund): Promise<RefundResult> {
  const { id, provider, charge, amount, currency } = refund;
  if (provider === 'offline') return { status: 'succeeded', reference: null, code: null };
  if (refund.disputed) throw new Error(`refund ${id} waits until the dispute of its payment has ended`);
  if (charge === null) throw new Error(`refund ${id} is of a payment that its provider has not named`);
  const [outcome] = await deps.payments
    .named(provider)
    .refund([{ refundId: id, chargeReference: charge, amount, currency, reason: toldReason(refund) }]);
  if (outcome === undefined || outcome.status === 'unknown' || outcome.status === 'processing') {
    const reason = outcome?.status === 'unknown' ? outcome.reason : 'no answer';
    throw new Error(`the provider does not tell of refund ${id}: ${reason}`);
  }
  if (outcome.status === 'failed' && isGivenBackOtherwise(outcome.code)) {
    await noteRefused(deps.pool, id, outcome.code);
    throw new Error(`refund ${id} waits: the provider says ${outcome.code}`);
  }
  const { status, reference } = outcome;
  return { status, reference, code: outcome.status === 'failed' ? outcome.code : null };
}

/**
 * What the customer's bank has given back by a lost dispute is not given back again: a refund of that, or with a part of it,
 * is not made, and the rest of it becomes balance. Returns whether it was one.
 */
async function settleLost(tx: PoolClient, id: RefundId, now: Instant): Promise<boolean> {
  const lost = await lockLostPart(tx, id);
  if (lost === 0n) return false;
  const refund = await completeRefund(tx, id, { status: 'failed', reference: null, code: disputeLost }, now);
  if (!refund) return true;
  const { book, currency, customer_id: customerId } = refund;
  const rest = (refund.amount - lost) as Amount;
  await addCredit(tx, customerId, rest);
  await postTransactions(tx, [
    {
      ...{ book, currency, sourceId: id, invoiceId: null, effectiveAt: now, customerId },
      kind: 'refund_disputed',
      postings: [...refundDisputed(lost), ...refundFailed(rest)],
    },
  ]);
  return true;
}

/** What cannot be given back the way it came stays with the customer, as balance. */
export async function recordRefund(
  tx: PoolClient,
  id: RefundId,
  result: RefundResult,
  account: MoneyAccount,
  now: Instant,
): Promise<void> {
  const refund = await completeRefund(tx, id, result, now);
  if (!refund) return;
  const { book, currency, customer_id: customerId, amount, status } = refund;
  const common = { book, currency, sourceId: id, invoiceId: null, effectiveAt: now, customerId };
  if (status === 'succeeded') {
    await postTransactions(tx, [
      { ...common, kind: 'refund_succeeded', postings: refundSucceeded(account, amount) },
    ]);
    return;
  }
  await addCredit(tx, customerId, amount);
  await postTransactions(tx, [{ ...common, kind: 'refund_failed', postings: refundFailed(amount) }]);
}

/** The customer's bank has sent back what was given back: it is at the provider again, and becomes balance, once. */
export async function recordReturned(
  tx: PoolClient,
  id: RefundId,
  code: string | null,
  now: Instant,
): Promise<void> {
  const refund = await failMadeRefund(tx, id, code, now);
  if (!refund) return;
  const { book, currency, customer_id: customerId, amount } = refund;
  await addCredit(tx, customerId, amount);
  await postTransactions(tx, [
    {
      ...{ book, currency, sourceId: id, invoiceId: null, effectiveAt: now, customerId },
      kind: 'refund_failed',
      postings: [...reversed(refundSucceeded('cash', amount)), ...refundFailed(amount)],
    },
  ]);
}
