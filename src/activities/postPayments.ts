/** Payments in the ledger: of an invoice that was given up, what is paid is owed again first. */
import type { PoolClient } from 'pg';
import type { CustomerId, InvoiceId, PaymentId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { paymentSucceeded, uncollectibleRecovered, type MoneyAccount } from '../domain/ledger.ts';
import type { Amount } from '../domain/money.ts';
import { postTransactions } from '../store/ledger.ts';

export interface PostedPayment {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly book: string;
  /** All that came, and what of it goes beyond the invoice. */
  readonly amount: Amount;
  readonly unapplied: Amount;
  readonly account: MoneyAccount;
  readonly currency: string;
  /** Whether its invoice was uncollectible when it was paid. */
  readonly written_off: boolean;
}

export async function postPayments(
  tx: PoolClient,
  payments: readonly PostedPayment[],
  now: Instant,
): Promise<void> {
  const common = (payment: PostedPayment) => ({
    book: payment.book,
    currency: payment.currency,
    sourceId: payment.id,
    invoiceId: payment.invoice_id,
    effectiveAt: now,
    customerId: payment.customer_id,
  });
  await postTransactions(tx, [
    ...payments
      .filter((payment) => payment.written_off)
      .map((payment) => ({
        ...common(payment),
        kind: 'uncollectible_recovered' as const,
        postings: uncollectibleRecovered(appliedOf(payment)),
      })),
    ...payments.map((payment) => ({
      ...common(payment),
      kind: 'payment_succeeded' as const,
      postings: paymentSucceeded(payment.account, appliedOf(payment), payment.unapplied),
    })),
  ]);
}

const appliedOf = ({ amount, unapplied }: PostedPayment) => (amount - unapplied) as Amount;
