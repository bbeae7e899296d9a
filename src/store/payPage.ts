/** What the pay page's workflows have to know. */
import type { InvoiceId, PaymentId, TestClockId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export async function readTestClockOfInvoice(db: Queryable, id: InvoiceId): Promise<TestClockId | null> {
  const { rows } = await db.query<{ test_clock_id: TestClockId | null }>(
    `SELECT test_clock_id FROM invoices WHERE id = $1`,
    [id],
  );
  return rows[0]?.test_clock_id ?? null;
}

export interface PageMethod {
  /** It became the default with the attempt that it paid. */
  readonly became_default: boolean;
  /** Of the attempt. */
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
}

/** The method of an attempt of an invoice; undefined where there is no such attempt. */
export async function findPageMethod(
  db: Queryable,
  invoiceId: InvoiceId,
  id: PaymentId,
): Promise<PageMethod | undefined> {
  const { rows } = await db.query<PageMethod>(
    `SELECT p.status,
            p.make_default AND c.default_payment_method_id IS NOT DISTINCT FROM p.payment_method_id AS became_default
       FROM payments p JOIN customers c ON c.id = p.customer_id
      WHERE p.invoice_id = $1 AND p.id = $2`,
    [invoiceId, id],
  );
  return rows[0];
}

/**
 * A method that has paid becomes the default where its attempt says so, it is not detached, and no other was chosen since
 * the attempt was made.
 */
export async function makePaidMethodsDefault(db: Queryable, ids: readonly PaymentId[]): Promise<void> {
  await db.query(
    `UPDATE customers c SET default_payment_method_id = m.id
       FROM payments p JOIN payment_methods m ON m.id = p.payment_method_id
      WHERE p.id = ANY($1) AND p.status = 'succeeded' AND p.make_default AND m.detached_at IS NULL
        AND c.id = p.customer_id AND c.default_payment_method_id IS NOT DISTINCT FROM p.default_method_id`,
    [ids],
  );
}
