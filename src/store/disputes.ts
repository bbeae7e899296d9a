/** Disputes: money that a customer's bank has taken back, until it is won. */
import type { CustomerId, DisputeId, InvoiceId, PaymentId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';

export interface NewDispute {
  readonly paymentId: PaymentId;
  readonly provider: ProviderName;
  readonly reference: string;
  readonly reason: string;
  readonly amount: Amount;
  readonly currency: string;
}

export interface ChangedDispute {
  readonly id: DisputeId;
  readonly payment_id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly book: string;
  readonly amount: Amount;
  readonly currency: string;
}

/** Undefined where it is there already. The payment is locked: no refund is made of it meanwhile. */
export async function openDispute(
  db: Queryable,
  { paymentId, provider, reference, reason, amount, currency }: NewDispute,
  now: Instant,
): Promise<ChangedDispute | undefined> {
  await db.query(`SELECT FROM payments WHERE id = $1 FOR NO KEY UPDATE`, [paymentId]);
  const { rows } = await db.query<ChangedDispute>(
    `WITH added AS (
       INSERT INTO disputes (id, payment_id, customer_id, test_clock_id, provider, provider_reference, status, reason, amount,
                             currency, created)
       SELECT $1, id, customer_id, test_clock_id, $3, $4, 'open', $5, $6, $7, $8 FROM payments WHERE id = $2
       ON CONFLICT (provider, provider_reference) DO NOTHING
       RETURNING id, payment_id, customer_id, test_clock_id, amount, currency)
     SELECT a.id, a.payment_id, p.invoice_id, a.customer_id, coalesce(a.test_clock_id, 'live') AS book, a.amount, a.currency
       FROM added a JOIN payments p ON p.id = a.payment_id`,
    [newId('dispute'), paymentId, provider, reference, reason, String(amount), currency, formatInstant(now)],
  );
  return rows[0];
}

export interface ClosedDispute extends ChangedDispute {
  readonly wasLost: boolean;
  /** What of refunds has been taken for given back by it. */
  readonly settled: Amount;
}

/** Undefined where it has that end already; one that was lost may be won yet, by an appeal, and never the other way. */
export async function closeDispute(
  db: Queryable,
  provider: ProviderName,
  reference: string,
  status: 'won' | 'lost',
  now: Instant,
): Promise<ClosedDispute | undefined> {
  const { rows } = await db.query<ClosedDispute>(
    `WITH before AS (
       SELECT id, status FROM disputes WHERE provider = $1 AND provider_reference = $2 FOR NO KEY UPDATE)
     UPDATE disputes d SET status = $3, completed_at = $4 FROM before b, payments p
      WHERE d.id = b.id AND (b.status = 'open' OR b.status = 'lost' AND $3 = 'won') AND p.id = d.payment_id
      RETURNING d.id, d.payment_id, p.invoice_id, d.customer_id, coalesce(d.test_clock_id, 'live') AS book, d.amount, d.currency,
                b.status = 'lost' AS "wasLost",
                (SELECT coalesce(sum(CASE t.kind WHEN 'refund_disputed' THEN l.amount ELSE -l.amount END), 0)::bigint
                   FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id
                  WHERE t.kind = 'refund_disputed' AND l.credit_account = 'dispute_losses'
                        AND t.source_id IN (SELECT r.id FROM refunds r WHERE r.payment_id = p.id)
                     OR t.kind = 'dispute_won' AND l.credit_account = 'customer_credit'
                        AND t.source_id IN (SELECT o.id FROM disputes o WHERE o.payment_id = p.id)) AS settled`,
    [provider, reference, status, formatInstant(now)],
  );
  return rows[0];
}
