/** Where a customer's default method failed, its backups are tried at once, in their order, each once a round. */
import type { PoolClient } from 'pg';
import type { InvoiceId, PaymentId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { readRounds, type Round } from '../store/backupMethods.ts';
import type { InvoiceFailure } from '../store/collectableInvoices.ts';
import { countCardsOf } from './cardCount.ts';
import { newId } from '../store/newId.ts';
import { insertPendingPayments, type NewPayment } from '../store/payments.ts';

export interface ContinuedRound {
  /** Whether its next attempt is under way. */
  readonly goesOn: boolean;
  /** Whether one of its methods may work another day. */
  readonly soft: boolean;
}

/**
 * Commits the next attempt of each round, with the failure of the one before: whoever asks about attempts next makes it. A
 * card that the networks let nobody try is passed over.
 */
export async function continueRounds(
  tx: PoolClient,
  failures: readonly InvoiceFailure[],
  now: Instant,
): Promise<ReadonlyMap<InvoiceId, ContinuedRound>> {
  const ids = failures.flatMap(({ roundId }) => roundId ?? []);
  const rounds = await readRounds(tx, ids);
  const withBackups = rounds.filter(({ backups, amount }) => backups.length > 0 && amount > 0n);
  const { triedFrom, add } = await countCardsOf(
    tx,
    withBackups.map((round) => round.customer_id),
    now,
  );
  const next = withBackups.flatMap((round): NewPayment[] => {
    const method = round.backups.find((backup) => triedFrom(backup) <= now);
    if (method === undefined) return [];
    add(method);
    return [attemptOf(round, method)];
  });
  await insertPendingPayments(tx, next, now);
  const goingOn = new Set(next.map(({ invoiceId }) => invoiceId));
  return new Map(rounds.map(({ invoice_id: id, soft }) => [id, { goesOn: goingOn.has(id), soft }] as const));
}

function attemptOf(round: Round, paymentMethodId: string): NewPayment {
  return {
    id: newId('payment'),
    invoiceId: round.invoice_id,
    customerId: round.customer_id,
    testClockId: round.test_clock_id,
    paymentMethodId,
    defaultMethodId: round.default_method_id,
    roundId: round.id,
    source: round.source,
    amount: round.amount,
    currency: round.currency,
    isNext: true,
  };
}

/** Whether the attempt that failed was not the first one of its round. */
export const isBackup = (id: PaymentId, roundId: PaymentId | null) => roundId !== null && roundId !== id;
