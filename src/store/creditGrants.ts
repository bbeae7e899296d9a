/** Credit that customers were granted, and where it has gone. */
import type { CreditGrant } from '../domain/creditGrant.ts';
import type { CreditGrantId, CustomerId, InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { LineScope } from '../domain/lineScope.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import type { GrantStatus } from './grantChanges.ts';

export interface CustomerGrant extends CreditGrant {
  readonly customerId: CustomerId;
  readonly currency: string;
}

/**
 * What customers have as credit that is in effect, locked for this transaction: two invoices never use the same credit.
 */
export async function lockGrants(
  db: Queryable,
  customerIds: readonly CustomerId[],
  now: Instant,
): Promise<CustomerGrant[]> {
  if (customerIds.length === 0) return [];
  const { rows } = await db.query<{
    id: CreditGrantId;
    customer_id: CustomerId;
    name: string | null;
    currency: string;
    remaining: Amount;
    paid: boolean;
    priority: number;
    expires_at: Instant | null;
    created: Instant;
    applies_to: LineScope;
  }>(
    `SELECT id, customer_id, name, currency, remaining, paid, priority, expires_at, created, applies_to FROM credit_grants
      WHERE customer_id = ANY($1) AND remaining > 0 AND status = 'granted' AND effective_at <= $2
        AND (expires_at IS NULL OR expires_at > $2)
      ORDER BY id FOR NO KEY UPDATE`,
    [customerIds, formatInstant(now)],
  );
  return rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    name: row.name,
    currency: row.currency,
    remaining: row.remaining,
    paid: row.paid,
    priority: row.priority,
    expiresAt: row.expires_at,
    createdAt: row.created,
    appliesTo: row.applies_to,
  }));
}

export interface CreditMovement {
  readonly grantId: CreditGrantId;
  readonly kind: 'applied' | 'returned' | 'expired' | 'voided' | 'taken_back';
  readonly sourceId: InvoiceId | string;
  /** What leaves the grant; of what returns to it, a negative amount. */
  readonly amount: Amount;
}

/** Moves credit, with a row for each movement. Of one grant there may be several at once. */
export async function moveCredit(
  db: Queryable,
  movements: readonly CreditMovement[],
  now: Instant,
): Promise<void> {
  if (movements.length === 0) return;
  await db.query(
    `WITH moved AS (
       INSERT INTO credit_movements (credit_grant_id, kind, source_id, amount, created)
       SELECT id, kind, source_id, amount, $2
         FROM json_to_recordset($1) AS r(id text, kind text, source_id text, amount bigint)
       RETURNING credit_grant_id, amount)
     UPDATE credit_grants g SET remaining = g.remaining - m.amount
       FROM (SELECT credit_grant_id, sum(amount)::bigint AS amount FROM moved GROUP BY credit_grant_id) m
      WHERE g.id = m.credit_grant_id`,
    [
      JSON.stringify(
        movements.map(({ grantId, kind, sourceId, amount }) => ({
          id: grantId,
          kind,
          source_id: sourceId,
          amount: String(amount),
        })),
      ),
      formatInstant(now),
    ],
  );
}

export interface UsedGrant {
  readonly id: CreditGrantId;
  readonly status: GrantStatus;
  readonly paid: boolean;
  /** What the invoice used of it. */
  readonly amount: Amount;
}

/** What an invoice used of grants, which are locked for this transaction. */
export async function lockUsedGrants(db: Queryable, invoiceId: InvoiceId): Promise<UsedGrant[]> {
  const { rows } = await db.query<UsedGrant>(
    `SELECT g.id, g.status, g.paid, m.amount
       FROM credit_movements m JOIN credit_grants g ON g.id = m.credit_grant_id
      WHERE m.source_id = $1 AND m.kind = 'applied' ORDER BY g.id FOR NO KEY UPDATE OF g`,
    [invoiceId],
  );
  return rows;
}

/** Credit that an invoice sold and that waits to be paid for, locked for this transaction. */
export async function lockPendingGrants(
  db: Queryable,
  invoiceId: InvoiceId,
): Promise<{ readonly id: CreditGrantId; readonly remaining: Amount }[]> {
  const { rows } = await db.query<{ id: CreditGrantId; remaining: Amount }>(
    `SELECT id, remaining FROM credit_grants WHERE invoice_id = $1 AND status = 'pending' ORDER BY id FOR NO KEY UPDATE`,
    [invoiceId],
  );
  return rows;
}
