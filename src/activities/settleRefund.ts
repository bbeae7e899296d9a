/**
 * An operator says what became of a refund that its provider will not make, since somebody has given the money back there by
 * hand: nobody else can know (semantics.md, section 8).
 */
import { BillingError, notFound } from '../domain/errors.ts';
import { alreadyRefunded, refuseRecord, refuseSettlement } from '../domain/refundSettlement.ts';
import { inTransaction } from '../store/database.ts';
import {
  lockRefundToSettle,
  readRefundToSettle,
  resolveUnknownRefund,
  sumSettledBy,
  type RefundToSettleRow,
} from '../store/refundSettlements.ts';
import type { SettleRefund } from '../workflows/contract/creditNote.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { recordRefund } from './refunds.ts';

export function refundSettlementActivities(deps: Dependencies) {
  return {
    /**
     * Records the outcome once, with its postings; settled so before, it changes nothing. A reference is checked with the
     * provider: it is of a refund of the same payment, made by hand, with enough left that no refund of ours has.
     */
    settleRefundByHand: (request: SettleRefund): Promise<void> => refusing(() => settle(deps, request)),
  };
}

async function settle(deps: Dependencies, { refundId, reference }: SettleRefund): Promise<void> {
  const refund = await readRefundToSettle(deps.pool, refundId);
  if (!refund) throw notFound('refund', refundId);
  if (isDone(refund, reference)) return;
  refuseSettlement(refundId, refund.refused_code);
  const { provider } = refund;
  if (provider === 'offline')
    throw new Error(`refund ${refundId} has no provider that could have refused it`);
  const record = reference === null ? null : await deps.payments.named(provider).findRefund(reference);
  const now = await currentTime(deps.pool, refund.test_clock_id);
  await inTransaction(deps.pool, async (tx) => {
    const locked = await lockRefundToSettle(tx, refund);
    if (!locked) throw notFound('refund', refundId);
    if (isDone(locked, reference)) return;
    // It may be asked for again by now, and then be made.
    refuseSettlement(refundId, locked.refused_code);
    if (reference === null) {
      const failed = { status: 'failed', reference: null, code: alreadyRefunded } as const;
      await recordRefund(tx, refundId, failed, 'cash', now);
      return;
    }
    const others = await sumSettledBy(tx, locked.payment_id, reference);
    refuseRecord(
      { chargeReference: locked.charge, amount: locked.amount, currency: locked.currency },
      record && { ...record, status: record.outcome.status, namesOurs: record.refundId !== null },
      others,
    );
    await recordRefund(tx, refundId, { status: 'succeeded', reference, code: null }, 'cash', now);
    if (record?.amount === others + locked.amount) await resolveUnknownRefund(tx, provider, reference);
  });
}

/** Throws a `BillingError` 409 where it has another outcome. */
function isDone(refund: RefundToSettleRow, reference: string | null): boolean {
  if (refund.status === 'pending') return false;
  if (refund.status === (reference === null ? 'failed' : 'succeeded')) {
    if (reference === null || refund.provider_reference === reference) return true;
  }
  throw new BillingError(
    409,
    'refund_settled',
    `The refund has ${refund.status} already${refund.provider_reference === null ? '' : ` by ${refund.provider_reference}`}.`,
  );
}
