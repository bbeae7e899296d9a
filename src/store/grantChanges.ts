/** How grants of credit begin and end. */
import type { CreditGrantId, CustomerId, InvoiceId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { LineScope } from '../domain/lineScope.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

export type GrantStatus = 'pending' | 'granted' | 'expired' | 'voided';

export interface NewGrant {
  readonly id: CreditGrantId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly name: string | null;
  readonly currency: string;
  readonly amount: Amount;
  readonly paid: boolean;
  readonly topUp: boolean;
  readonly priority: number;
  readonly appliesTo: LineScope;
  readonly effectiveAt: Instant;
  readonly expiresAt: Instant | null;
}

/** Adds grants: those with an invoice wait until it is paid. */
export async function insertGrants(
  db: Queryable,
  grants: readonly { readonly grant: NewGrant; readonly invoiceId: InvoiceId | null }[],
  now: Instant,
): Promise<void> {
  if (grants.length === 0) return;
  await db.query(
    `INSERT INTO credit_grants (id, customer_id, test_clock_id, name, currency, amount, remaining, paid, top_up, priority,
                                applies_to, status, invoice_id, effective_at, expires_at, created)
     SELECT id, customer_id, test_clock_id, name, currency, amount, amount, paid, top_up, priority, applies_to,
            CASE WHEN invoice_id IS NULL THEN 'granted' ELSE 'pending' END, invoice_id, effective_at, expires_at, $2
       FROM json_to_recordset($1) AS r(id text, customer_id text, test_clock_id text, name text, currency text,
              amount bigint, paid boolean, top_up boolean, priority int, applies_to jsonb, invoice_id text,
              effective_at timestamptz, expires_at timestamptz)`,
    [
      JSON.stringify(
        grants.map(({ grant, invoiceId }) => ({
          id: grant.id,
          customer_id: grant.customerId,
          test_clock_id: grant.testClockId,
          name: grant.name,
          currency: grant.currency,
          amount: String(grant.amount),
          paid: grant.paid,
          top_up: grant.topUp,
          priority: grant.priority,
          applies_to: grant.appliesTo,
          invoice_id: invoiceId,
          effective_at: formatInstant(grant.effectiveAt),
          expires_at: grant.expiresAt && formatInstant(grant.expiresAt),
        })),
      ),
      formatInstant(now),
    ],
  );
}

export interface PurchaseInvoice {
  readonly invoiceId: InvoiceId;
  readonly testClockId: TestClockId | null;
}

/** Whether a grant is there, and the invoice by which it is paid for; undefined where there is none. */
export async function findPurchase(
  db: Queryable,
  id: CreditGrantId,
): Promise<{ readonly invoiceId: InvoiceId | null; readonly testClockId: TestClockId | null } | undefined> {
  const { rows } = await db.query<{ invoiceId: InvoiceId | null; testClockId: TestClockId | null }>(
    `SELECT invoice_id AS "invoiceId", test_clock_id AS "testClockId" FROM credit_grants WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** What is left of a grant, with what is needed to take it away. */
export interface EndingGrant {
  readonly id: CreditGrantId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly book: string;
  readonly currency: string;
  readonly remaining: Amount;
  readonly paid: boolean;
  readonly status: GrantStatus;
  readonly expires_at: Instant | null;
  readonly applies_to: LineScope;
  readonly voided_by: string | null;
  /** How often it expired or was voided before: credit that came back from an invoice made it live again. */
  readonly ended_before: number;
}

export const endingColumns = `g.id, g.customer_id, g.test_clock_id, g.book, g.currency, g.remaining, g.paid, g.status, g.expires_at, g.applies_to,
  g.voided_by, (SELECT count(*)::int FROM credit_movements m
                 WHERE m.credit_grant_id = g.id AND m.kind IN ('expired', 'voided')) AS ended_before`;

/** Locks a grant for this transaction, after its customer; undefined where there is none. */
export async function lockGrant(db: Queryable, id: CreditGrantId): Promise<EndingGrant | undefined> {
  // As little as will do: what is posted for the customer meanwhile refers to it.
  await db.query(
    `SELECT FROM customers c JOIN credit_grants g ON g.customer_id = c.id WHERE g.id = $1 FOR NO KEY UPDATE OF c`,
    [id],
  );
  const { rows } = await db.query<EndingGrant>(
    `SELECT ${endingColumns} FROM credit_grants g WHERE g.id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  return rows[0];
}

/** Ends grants of which nothing is left. */
export async function endGrants(
  db: Queryable,
  status: 'expired' | 'voided',
  grants: readonly {
    readonly id: CreditGrantId;
    readonly at: Instant;
    readonly operationId: string | null;
  }[],
): Promise<void> {
  if (grants.length === 0) return;
  await db.query(
    `UPDATE credit_grants g SET status = $2, ended_at = r.at, voided_by = r.operation
       FROM json_to_recordset($1) AS r(id text, at timestamptz, operation text) WHERE g.id = r.id`,
    [
      JSON.stringify(
        grants.map(({ id, at, operationId }) => ({ id, at: formatInstant(at), operation: operationId })),
      ),
      status,
    ],
  );
}

/** Metadata is the client's, and no part of the grant's life. */
export async function saveGrantMetadata(
  db: Queryable,
  id: CreditGrantId,
  metadata: Record<string, string>,
): Promise<void> {
  await db.query(`UPDATE credit_grants SET metadata = $2 WHERE id = $1`, [id, JSON.stringify(metadata)]);
}
