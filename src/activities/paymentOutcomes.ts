/** What follows from the outcome of an attempt, the same whoever reports it: the answer, a webhook, a poll, an operator. */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { collectAgain, collectAsPlanned } from '../store/dueAgain.ts';
import { type InvoiceFailure } from '../store/collectableInvoices.ts';
import { savePaid } from '../store/invoices.ts';
import { settlePayments, type PaymentOutcome, type SettledPayment } from '../store/payments.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { endDunning } from './endDunning.ts';
import { recordFailures } from './paymentFailures.ts';
import { isBackup } from './backupRound.ts';
import { followPagePayments } from './pagePayments.ts';
import { postPayments } from './postPayments.ts';

/** The code of an attempt that never came to its provider: what it was for is tried anew, and nothing has failed. */
export const neverMade = 'never_made';

/**
 * Records outcomes and what follows from them, in one transaction; one that is known already changes nothing. Returns the
 * invoices of which an attempt has come to an end (semantics.md, section 8).
 */
export async function recordOutcomes(
  tx: PoolClient,
  outcomes: readonly PaymentOutcome[],
  reportedAt: Instant,
): Promise<InvoiceId[]> {
  if (outcomes.length === 0) return [];
  const settled = await settlePayments(tx, outcomes, reportedAt);
  // Who reports may have read a clock before another moved it on and made the attempt: its failure is not before it.
  const now = Math.max(reportedAt, ...settled.map(({ created }) => created)) as Instant;
  const succeeded = settled.filter((payment) => payment.status === 'succeeded');
  if (succeeded.length > 0) {
    await postPayments(
      tx,
      succeeded.map((payment) => ({ ...payment, unapplied: none, account: 'cash' as const })),
      now,
    );
    const paid = succeeded.map(({ id, invoice_id: invoiceId, round_id: roundId, amount, waited }) => ({
      invoiceId,
      amount,
      counts: !waited && !isBackup(id, roundId),
    }));
    await settleStatuses(tx, await savePaid(tx, paid, now));
    await endDunning(
      tx,
      paid.map(({ invoiceId }) => invoiceId),
      now,
    );
    await followPagePayments(tx, succeeded, now);
  }
  await tryAnew(tx, settled.filter(isNeverMade), now);
  await recordFailures(tx, settled.flatMap(failureOf), now);
  return settled.map(({ invoice_id: invoiceId }) => invoiceId);
}

/** A provider takes what is due, and no more. */
const none = 0n as SettledPayment['amount'];

const isNeverMade = ({ status, failure_code: code }: SettledPayment) =>
  status === 'canceled' && code === neverMade;

/** A round is tried anew; one attempt that somebody asked for by its method is not replaced by another method. */
async function tryAnew(tx: PoolClient, lost: readonly SettledPayment[], now: Instant): Promise<void> {
  const invoicesOf = (payments: readonly SettledPayment[]) =>
    payments.map(({ invoice_id: invoiceId }) => invoiceId);
  await collectAgain(tx, invoicesOf(lost.filter(({ round_id: roundId }) => roundId !== null)), now);
  await collectAsPlanned(tx, invoicesOf(lost.filter(({ round_id: roundId }) => roundId === null)), now);
}

/**
 * `attempt_count` counts rounds: a backup is one more try of the same, and the schedule of retries goes by rounds.
 * One that was ended while it waited has failed when it began to. One that somebody ended
 * otherwise fails like a decline.
 */
function failureOf(payment: SettledPayment): InvoiceFailure[] {
  const { status, waited, failure_code: code } = payment;
  if (status === 'succeeded' || isNeverMade(payment) || (status === 'canceled' && waited)) return [];
  const decline = payment.decline ?? 'soft';
  return [
    {
      invoiceId: payment.invoice_id,
      defaultMethodId: payment.default_method_id,
      roundId: payment.round_id,
      isAside: payment.round_id === null && payment.payment_method_id !== payment.default_method_id,
      code: code ?? (status === 'canceled' ? status : decline),
      decline,
      advice: payment.advice,
      isOnPage: payment.source === 'pay_page',
      counts: (status === 'requires_action' || !waited) && !isBackup(payment.id, payment.round_id),
    },
  ];
}
