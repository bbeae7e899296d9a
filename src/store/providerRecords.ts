/** Our payments and refunds by what their providers call them. */
import type { CustomerId, InvoiceId, PaymentId, RefundId, TestClockId } from '../domain/ids.ts';
import type { Amount } from '../domain/money.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';

export interface RecordedPayment {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  readonly amount: Amount;
  readonly currency: string;
}

/** By our id, where the provider has it, or by the provider's. */
export async function findRecordedPayment(
  db: Queryable,
  provider: ProviderName,
  reference: string,
  id: PaymentId | null,
): Promise<RecordedPayment | undefined> {
  const { rows } = await db.query<RecordedPayment>(
    `SELECT id, invoice_id, customer_id, test_clock_id, status, amount, currency FROM payments
      WHERE provider = $1 AND (id = $3 OR $3::text IS NULL AND provider_reference = $2)`,
    [provider, reference, id],
  );
  return rows[0];
}

export interface RecordedRefund {
  readonly id: RefundId;
  readonly test_clock_id: TestClockId | null;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly amount: Amount;
  readonly currency: string;
}

/** By our id, where the provider has it, or by the provider's: what was made by hand there may stand for several of ours. */
export async function findRecordedRefund(
  db: Queryable,
  provider: ProviderName,
  reference: string,
  id: RefundId | null,
): Promise<RecordedRefund | undefined> {
  const { rows } = await db.query<RecordedRefund>(
    `SELECT r.id, r.test_clock_id, r.status, (sum(r.amount) OVER ())::bigint AS amount, r.currency
       FROM refunds r JOIN payments p ON p.id = r.payment_id
      WHERE p.provider = $1 AND (r.id = $3 OR $3::text IS NULL AND r.provider_reference = $2)
      ORDER BY r.id LIMIT 1`,
    [provider, reference, id],
  );
  return rows[0];
}

export interface InFlightPayment {
  readonly id: PaymentId;
  readonly provider: ProviderName;
  readonly test_clock_id: TestClockId | null;
  /** The provider's names of the customer, and of the attempt where it has told one. */
  readonly customer_reference: string | null;
  readonly provider_reference: string | null;
}

const selectInFlight = `
  SELECT p.id, p.provider, p.test_clock_id, c.reference AS customer_reference, p.provider_reference
    FROM payments p LEFT JOIN provider_customers c ON c.customer_id = p.customer_id AND c.provider = p.provider
   WHERE p.status IN ('pending', 'requires_action')`;

/** The attempt of an invoice that is in flight, as its provider knows it. */
export async function findInFlightOf(db: Queryable, id: InvoiceId): Promise<InFlightPayment | undefined> {
  const { rows } = await db.query<InFlightPayment>(`${selectInFlight} AND p.invoice_id = $1`, [id]);
  return rows[0];
}

/** Attempts without an end that were made some minutes ago, in the order of ids. */
export async function findInFlight(
  db: Queryable,
  provider: ProviderName,
  after: string,
  limit: number,
): Promise<InFlightPayment[]> {
  const { rows } = await db.query<InFlightPayment>(
    `${selectInFlight} AND p.provider = $1 AND p.id > $2 AND p.asked_at < now() - interval '5 minutes'
      ORDER BY p.id LIMIT $3`,
    [provider, after, limit],
  );
  return rows;
}
