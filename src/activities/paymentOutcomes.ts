/** What follows from the outcome of an attempt, the same whoever reports it: the answer, a webhook, a poll, an operator. */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { savePaid, type InvoiceFailure } from '../store/invoices.ts';
import { settlePayments, type PaymentOutcome } from '../store/payments.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { endDunning } from './endDunning.ts';
import { recordFailures } from './paymentFailures.ts';
import { postPayments } from './postPayments.ts';

/**
 * Records outcomes and what follows from them, in one transaction; one that is known already changes nothing. Returns the
 * invoices of which an attempt has come to an end (semantics.md, section 8).
 */
export async function recordOutcomes(
  tx: PoolClient,
  outcomes: readonly PaymentOutcome[],
  now: Instant,
): Promise<InvoiceId[]> {
  const settled = await settlePayments(tx, outcomes, now);
  const succeeded = settled.filter((payment) => payment.status === 'succeeded');
  if (succeeded.length > 0) {
    await postPayments(tx, succeeded, now);
    const paid = succeeded.map(({ invoice_id: invoiceId, amount }) => ({ invoiceId, amount }));
    await settleStatuses(tx, await savePaid(tx, paid, now));
    await endDunning(
      tx,
      paid.map(({ invoiceId }) => invoiceId),
      now,
    );
  }
  const failed = settled.flatMap(
    ({
      invoice_id: invoiceId,
      payment_method_id: paymentMethodId,
      failure_code: code,
      decline,
      advice,
    }): InvoiceFailure[] =>
      decline === null ? [] : [{ invoiceId, paymentMethodId, code: code ?? decline, decline, advice }],
  );
  await recordFailures(tx, failed, now);
  return settled.map(({ invoice_id: invoiceId }) => invoiceId);
}
