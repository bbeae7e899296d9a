/** Refunds that their provider refuses, as whoever settles them by hand needs them. */
import type { CustomerId, PaymentId, RefundId, TestClockId } from '../domain/ids.ts';
import type { Amount } from '../domain/money.ts';
import type { PaymentOrigin, ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';

export interface RefundToSettleRow {
  readonly id: RefundId;
  readonly payment_id: PaymentId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly provider: PaymentOrigin;
  /** The provider's name of what it captured. */
  readonly charge: string | null;
  readonly amount: Amount;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly provider_reference: string | null;
  /** With what it was refused when it was last asked for; null: it is being asked for. */
  readonly refused_code: string | null;
}

const select = `
  SELECT r.id, r.payment_id, r.customer_id, r.test_clock_id, p.provider, p.provider_reference AS charge, r.amount, r.currency,
         r.status, r.provider_reference, r.refused_code
    FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = $1`;

export async function readRefundToSettle(
  db: Queryable,
  id: RefundId,
): Promise<RefundToSettleRow | undefined> {
  return (await db.query<RefundToSettleRow>(select, [id])).rows[0];
}

/** With its customer, then its payment locked first: of one payment, two refunds are never settled by one record at once. */
export async function lockRefundToSettle(
  db: Queryable,
  { id, payment_id: payment }: RefundToSettleRow,
): Promise<RefundToSettleRow | undefined> {
  await db.query(
    `SELECT FROM customers WHERE id = (SELECT customer_id FROM payments WHERE id = $1) FOR NO KEY UPDATE`,
    [payment],
  );
  await db.query(`SELECT FROM payments WHERE id = $1 FOR NO KEY UPDATE`, [payment]);
  return (await db.query<RefundToSettleRow>(`${select} FOR NO KEY UPDATE OF r`, [id])).rows[0];
}

/** What refunds of this payment have of a record of the provider's. */
export async function sumSettledBy(db: Queryable, payment: PaymentId, reference: string): Promise<Amount> {
  const { rows } = await db.query<{ amount: Amount }>(
    `SELECT coalesce(sum(amount), 0)::bigint AS amount FROM refunds
      WHERE payment_id = $1 AND provider_reference = $2 AND status = 'succeeded'`,
    [payment, reference],
  );
  return rows[0]?.amount ?? (0n as Amount);
}

/** Why a refund waits; what has an outcome by now is left alone. */
export async function noteRefused(db: Queryable, id: RefundId, code: string): Promise<void> {
  await db.query(`UPDATE refunds SET refused_code = $2 WHERE id = $1 AND status = 'pending'`, [id, code]);
}

/** What was told of a refund that was made by hand, and is a refund of ours now. */
export async function resolveUnknownRefund(
  db: Queryable,
  provider: ProviderName,
  reference: string,
): Promise<void> {
  await db.query(
    `UPDATE reconciliation_findings SET resolved_at = now()
      WHERE provider = $1 AND reference = $2 AND kind IN ('unknown_refund', 'amount_differs') AND resolved_at IS NULL`,
    [provider, reference],
  );
}
