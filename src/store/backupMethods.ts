/** What else an invoice may be paid with where the default method failed, and which cards must be left alone. */
import { networkWindowMs } from '../domain/networkLimit.ts';
import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId, TestClockId } from '../domain/ids.ts';
import { addMilliseconds, formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import type { PaymentSource } from './payments.ts';

/** A round: an attempt with the default method, and those with backups that followed it. */
export interface Round {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly default_method_id: string | null;
  readonly source: PaymentSource;
  readonly currency: string;
  /** What is still to be paid. */
  readonly amount: Amount;
  /** Whether one of its methods may work another day. */
  readonly soft: boolean;
  /** Not tried in it yet, in their order. */
  readonly backups: readonly string[];
}

/**
 * The methods, as a query, whose last attempt for an invoice was declined for good: not tried by itself again until somebody
 * chooses them anew (semantics.md, section 8), whatever makes another attempt due.
 */
export const declinedMethods = (invoiceId: string) => `
  SELECT last.payment_method_id
    FROM (SELECT DISTINCT ON (p.payment_method_id) p.id, p.payment_method_id, p.status, p.decline, p.advice
            FROM payments p WHERE p.invoice_id = ${invoiceId} AND p.payment_method_id IS NOT NULL
           ORDER BY p.payment_method_id, p.id DESC) last
    JOIN payment_methods chosen ON chosen.id = last.payment_method_id
   WHERE last.status = 'failed' AND last.decline = 'hard' AND last.advice IS DISTINCT FROM 'try_again_later'
     AND (chosen.chosen_after IS NULL OR last.id > chosen.chosen_after)`;

/** Marks, in an UPDATE of payment_methods for customer `$1`, that somebody has chosen the method. */
export const chosenNow = `chosen_after = (SELECT max(p.id) FROM payments p WHERE p.customer_id = $1)`;

export async function readRounds(db: Queryable, ids: readonly PaymentId[]): Promise<Round[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<Round>(
    `SELECT head.id, head.invoice_id, head.customer_id, head.test_clock_id, head.default_method_id, head.source, head.currency,
            i.amount_due - i.amount_paid - i.amount_credited AS amount,
            EXISTS (SELECT FROM payments t
                     WHERE t.invoice_id = head.invoice_id AND t.round_id = head.id AND t.decline = 'soft') AS soft,
            ARRAY(SELECT m.id FROM payment_methods m
                   WHERE m.customer_id = head.customer_id AND m.detached_at IS NULL AND m.backup_priority IS NOT NULL
                     AND NOT EXISTS (SELECT FROM payments t
                                      WHERE t.invoice_id = head.invoice_id AND t.round_id = head.id AND t.payment_method_id = m.id)
                     AND m.id NOT IN (${declinedMethods('head.invoice_id')})
                   ORDER BY m.backup_priority, m.id) AS backups
       FROM payments head JOIN invoices i ON i.id = head.invoice_id
      WHERE head.id = ANY($1)`,
    [ids],
  );
  return rows;
}

/** The backups of customers that have any, in their order. */
export async function findBackups(
  db: Queryable,
  customerIds: readonly CustomerId[],
): Promise<ReadonlyMap<CustomerId, readonly string[]>> {
  if (customerIds.length === 0) return new Map();
  const { rows } = await db.query<{ customer_id: CustomerId; ids: string[] }>(
    `SELECT customer_id, array_agg(id ORDER BY backup_priority, id) AS ids FROM payment_methods
      WHERE customer_id = ANY($1) AND detached_at IS NULL AND backup_priority IS NOT NULL
      GROUP BY customer_id`,
    [customerIds],
  );
  return new Map(rows.map((row) => [row.customer_id, row.ids]));
}

/**
 * When the cards of customers were tried in vain lately, by their methods. A card that is attached twice is one card. It
 * is counted customer by customer: every test card of a provider has one fingerprint, whoever has it.
 */
export async function readVainTries(
  db: Queryable,
  customerIds: readonly CustomerId[],
  now: Instant,
): Promise<ReadonlyMap<string, readonly Instant[]>> {
  if (customerIds.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; tries: Instant[] }>(
    `SELECT m.id, json_agg(extract(epoch FROM p.created) * 1000) AS tries
       FROM payments p
       JOIN payment_methods used ON used.id = p.payment_method_id
       JOIN payment_methods m ON m.customer_id = p.customer_id
        AND (m.id = used.id OR m.card ->> 'fingerprint' = used.card ->> 'fingerprint')
      WHERE p.customer_id = ANY($1) AND p.status <> 'succeeded' AND p.failure_code IS DISTINCT FROM 'never_made'
        AND p.created > $2
      GROUP BY m.id`,
    [customerIds, formatInstant(addMilliseconds(now, -networkWindowMs))],
  );
  return new Map(rows.map((row) => [row.id, row.tries]));
}

/** What tells that methods of a customer are one card, by method. */
export async function readCards(
  db: Queryable,
  customerIds: readonly CustomerId[],
): Promise<ReadonlyMap<string, string>> {
  if (customerIds.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; card: string }>(
    `SELECT id, customer_id || coalesce(card ->> 'fingerprint', id) AS card FROM payment_methods WHERE customer_id = ANY($1)`,
    [customerIds],
  );
  return new Map(rows.map(({ id, card }) => [id, card]));
}

/** Sets a backup's place in the order, or makes it none; false where the customer has no such method, or it is detached. */
export async function saveBackupPriority(
  db: Queryable,
  customerId: CustomerId,
  paymentMethodId: PaymentMethodId,
  priority: number | null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE payment_methods SET backup_priority = $3, on_trial = false, ${chosenNow}
      WHERE customer_id = $1 AND id = $2 AND detached_at IS NULL`,
    [customerId, paymentMethodId, priority],
  );
  return rowCount === 1;
}

export interface EndedRound {
  readonly id: InvoiceId;
  /** Null: there was none. */
  readonly round_id: PaymentId | null;
  /** Whether its dunning is paused, or a promise to pay waited for. */
  readonly is_held: boolean;
}

/**
 * Locks, for this transaction, the open invoices of a customer that are charged by themselves and for which nothing is
 * tried any more, nor planned, nor due; with the last round of each.
 */
export async function lockEndedRounds(
  db: Queryable,
  customerId: CustomerId,
  now: Instant,
): Promise<EndedRound[]> {
  // Read after they are locked: a hold that comes meanwhile is seen.
  await db.query(
    `SELECT FROM invoices WHERE customer_id = $1 AND status = 'open' AND first_failed_at IS NOT NULL ORDER BY id FOR UPDATE`,
    [customerId],
  );
  const { rows } = await db.query<EndedRound>(
    `SELECT i.id, d.paused_at IS NOT NULL OR coalesce(d.promised_until > $2, false) AS is_held,
            (SELECT p.round_id FROM payments p
              WHERE p.invoice_id = i.id AND p.round_id IS NOT NULL ORDER BY p.id DESC LIMIT 1) AS round_id
       FROM invoices i LEFT JOIN collections d ON d.invoice_id = i.id
      WHERE i.customer_id = $1 AND i.status = 'open' AND i.first_failed_at IS NOT NULL
        AND i.collection_method = 'charge_automatically'
        AND (i.collect_at IS NULL OR i.collect_at = i.next_attempt_at)
        AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action'))
      ORDER BY i.id`,
    [customerId, formatInstant(now)],
  );
  return rows;
}
