/** What the pay page shows of attempts and methods. */
import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';

export interface ShownAttempt {
  readonly id: PaymentId;
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  readonly failure_code: string | null;
  readonly provider: 'sandbox' | 'stripe';
  readonly action: { readonly url: string | null; readonly clientSecret: string | null } | null;
}

const attempts = `
  SELECT id, status, failure_code, provider, action FROM payments WHERE invoice_id = $1 AND provider <> 'offline'`;

/** The attempt of an invoice that is in flight. */
export async function findAttemptInFlight(
  db: Queryable,
  invoiceId: InvoiceId,
): Promise<ShownAttempt | undefined> {
  const { rows } = await db.query<ShownAttempt>(`${attempts} AND status IN ('pending', 'requires_action')`, [
    invoiceId,
  ]);
  return rows[0];
}

/** An attempt of an invoice by its id. */
export async function findAttempt(
  db: Queryable,
  invoiceId: InvoiceId,
  id: string,
): Promise<ShownAttempt | undefined> {
  const { rows } = await db.query<ShownAttempt>(`${attempts} AND id = $2`, [invoiceId, id]);
  return rows[0];
}

/** The attempt of an invoice that was made last. */
export async function findLastAttempt(
  db: Queryable,
  invoiceId: InvoiceId,
): Promise<ShownAttempt | undefined> {
  const { rows } = await db.query<ShownAttempt>(`${attempts} ORDER BY attempted_at DESC, id DESC LIMIT 1`, [
    invoiceId,
  ]);
  return rows[0];
}

export interface SavedMethod {
  readonly id: PaymentMethodId;
  readonly type: string;
  readonly card: {
    readonly brand: string;
    readonly last4: string;
    readonly exp_month?: number;
    readonly exp_year?: number;
  } | null;
  readonly is_default: boolean;
}

/** A customer's methods that are not detached: the default first, then the newest. */
export async function listSavedMethods(db: Queryable, customerId: CustomerId): Promise<SavedMethod[]> {
  const { rows } = await db.query<SavedMethod>(
    `SELECT m.id, m.type, m.card, c.default_payment_method_id IS NOT DISTINCT FROM m.id AS is_default
       FROM payment_methods m JOIN customers c ON c.id = m.customer_id
      WHERE m.customer_id = $1 AND m.detached_at IS NULL AND c.deleted_at IS NULL
      ORDER BY is_default DESC, m.id DESC
      LIMIT 10`,
    [customerId],
  );
  return rows;
}
