/** Refunds: one row each, committed before the provider is asked. */
import type { CreditNoteReason } from '../domain/creditNoteRequest.ts';
import type { CreditNoteId, CustomerId, PaymentId, RefundId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { PaymentOrigin } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';

export interface RefundedNote {
  readonly id: CreditNoteId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly currency: string;
}

/** Adds the refunds of a note, one for each payment, and returns their ids. */
export async function insertRefunds(
  db: Queryable,
  note: RefundedNote,
  refunds: readonly { readonly payment: PaymentId; readonly amount: Amount }[],
  now: Instant,
): Promise<RefundId[]> {
  if (refunds.length === 0) return [];
  const rows = refunds.map(({ payment, amount }) => ({
    id: newId('refund'),
    payment_id: payment,
    amount: String(amount),
  }));
  await db.query(
    `INSERT INTO refunds (id, payment_id, credit_note_id, customer_id, test_clock_id, amount, currency, status, created)
     SELECT id, payment_id, $2, $3, $4, amount, $5, 'pending', $6
       FROM json_to_recordset($1) AS r(id text, payment_id text, amount bigint)`,
    [JSON.stringify(rows), note.id, note.customerId, note.testClockId, note.currency, formatInstant(now)],
  );
  return rows.map(({ id }) => id);
}

/** The refunds of a note that have no outcome yet. */
export async function findPendingRefunds(db: Queryable, note: CreditNoteId): Promise<RefundId[]> {
  const { rows } = await db.query<{ id: RefundId }>(
    `SELECT id FROM refunds WHERE credit_note_id = $1 AND status = 'pending' ORDER BY id`,
    [note],
  );
  return rows.map(({ id }) => id);
}

export interface PendingRefund {
  readonly id: RefundId;
  readonly amount: Amount;
  readonly currency: string;
  /** The provider's name of what it captured; null where it came by itself. */
  readonly charge: string | null;
  readonly provider: PaymentOrigin;
  readonly reason: CreditNoteReason;
  /** Whether the customer's bank has taken back of the payment, and it is not decided. */
  readonly disputed: boolean;
  readonly test_clock_id: TestClockId | null;
}

/** A refund without an outcome, and notes that the provider is asked now; undefined where it has one. */
export async function takePendingRefund(db: Queryable, id: RefundId): Promise<PendingRefund | undefined> {
  const { rows } = await db.query<PendingRefund>(
    `UPDATE refunds r SET asked_at = now(), refused_code = NULL
       FROM payments p, credit_notes n
      WHERE r.id = $1 AND r.status = 'pending' AND p.id = r.payment_id AND n.id = r.credit_note_id
      RETURNING r.id, r.amount, r.currency, p.provider_reference AS charge, p.provider, n.reason, r.test_clock_id,
                EXISTS (SELECT FROM disputes d WHERE d.payment_id = p.id AND d.status = 'open') AS disputed`,
    [id],
  );
  return rows[0];
}

/**
 * What of a refund without an outcome the customer's bank has given back by a dispute that was lost: so far as what is given
 * back of the payment, and what the bank has taken, come to more than it brought. Customer and payment are locked then, in
 * this order, as by whoever issues a note, so that two refunds of one payment do not count the same.
 */
export async function lockLostPart(db: Queryable, id: RefundId): Promise<Amount> {
  const { rows: found } = await db.query<{ payment_id: PaymentId; customer_id: CustomerId }>(
    `SELECT r.payment_id, r.customer_id FROM refunds r
      WHERE r.id = $1 AND EXISTS (SELECT FROM disputes d WHERE d.payment_id = r.payment_id AND d.status = 'lost')`,
    [id],
  );
  const [refund] = found;
  if (!refund) return 0n as Amount;
  await db.query(`SELECT FROM customers WHERE id = $1 FOR NO KEY UPDATE`, [refund.customer_id]);
  await db.query(`SELECT FROM payments WHERE id = $1 FOR NO KEY UPDATE`, [refund.payment_id]);
  const { rows } = await db.query<{ lost: Amount }>(
    `SELECT least(r.amount, greatest(0, given.amount + dispute.amount - p.amount + p.amount_unapplied))::bigint AS lost
       FROM refunds r JOIN payments p ON p.id = r.payment_id
      CROSS JOIN LATERAL (
        SELECT sum(amount) AS amount FROM refunds WHERE payment_id = p.id AND status <> 'failed') given
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS amount FROM disputes WHERE payment_id = p.id AND status = 'lost') dispute
      WHERE r.id = $1 AND r.status = 'pending'`,
    [id],
  );
  return rows[0]?.lost ?? (0n as Amount);
}

export interface RefundResult {
  readonly status: 'succeeded' | 'failed';
  readonly reference: string | null;
  readonly code: string | null;
}

export interface CompletedRefund {
  readonly id: RefundId;
  readonly customer_id: CustomerId;
  readonly book: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly status: 'succeeded' | 'failed';
}

/** Records an outcome; undefined where one is known already, which changes nothing. */
export async function completeRefund(
  db: Queryable,
  id: RefundId,
  { status, reference, code }: RefundResult,
  now: Instant,
): Promise<CompletedRefund | undefined> {
  const { rows } = await db.query<CompletedRefund>(
    `UPDATE refunds SET status = $2, provider_reference = $3, failure_code = $4, completed_at = $5
      WHERE id = $1 AND status = 'pending'
      RETURNING id, customer_id, coalesce(test_clock_id, 'live') AS book, amount, currency, status`,
    [id, status, reference, code, formatInstant(now)],
  );
  return rows[0];
}

/** Records that a refund that was made has failed after all; undefined where it is not one that was made. */
export async function failMadeRefund(
  db: Queryable,
  id: RefundId,
  code: string | null,
  now: Instant,
): Promise<CompletedRefund | undefined> {
  const { rows } = await db.query<CompletedRefund>(
    `UPDATE refunds SET status = 'failed', failure_code = $2, completed_at = $3
      WHERE id = $1 AND status = 'succeeded'
      RETURNING id, customer_id, coalesce(test_clock_id, 'live') AS book, amount, currency, status`,
    [id, code, formatInstant(now)],
  );
  return rows[0];
}
