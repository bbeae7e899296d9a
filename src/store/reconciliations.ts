/** Reconciliations: a provider's records of a period beside ours, what was mended, and what is told. */
import type { PaymentId, ReconciliationId, RefundId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { FindingKind } from '../domain/reconciliation.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';

export interface Reconciliation {
  readonly id: ReconciliationId;
  readonly provider: ProviderName;
  readonly period_start: Instant;
  readonly period_end: Instant;
}

/** Charges, refunds and disputes change after they are made: once a day those of so many days are looked at again. */
const longLookDays = 30;
/** A record may be listed late. */
const overlapHours = 2;

/**
 * Begins one: of the period that is asked for, or from a little before the end of the last one until now, and once a day
 * from long before. The same one where it has begun.
 */
export async function beginReconciliation(
  db: Queryable,
  id: ReconciliationId,
  provider: ProviderName,
  from: Instant | null,
  to: Instant | null,
): Promise<Reconciliation> {
  const { rows } = await db.query<Reconciliation>(
    `WITH added AS (
       INSERT INTO reconciliations (id, provider, period_start, period_end, contiguous)
       SELECT $1, $2,
              CASE WHEN $3::timestamptz IS NOT NULL THEN $3
                   WHEN bool_or(created > now() - interval '1 day' AND period_end - period_start >= $5::interval)
                     THEN max(period_end) - make_interval(hours => ${String(overlapHours)})
                   ELSE least(max(period_end), now() - $5::interval) END,
              coalesce($4, now()), $3::timestamptz IS NULL
         FROM reconciliations WHERE provider = $2 AND status = 'completed' AND contiguous
       ON CONFLICT (id) DO NOTHING
       RETURNING id, provider, period_start, period_end)
     SELECT * FROM added UNION ALL
     SELECT id, provider, period_start, period_end FROM reconciliations WHERE id = $1
     LIMIT 1`,
    [
      id,
      provider,
      from === null ? null : formatInstant(from),
      to === null ? null : formatInstant(to),
      `${String(longLookDays)} days`,
    ],
  );
  const [reconciliation] = rows;
  if (!reconciliation) throw new Error(`reconciliation ${id} is being begun by another: ask again`);
  return reconciliation;
}

export interface StagedRecord {
  readonly kind: 'charge' | 'refund';
  readonly reference: string;
  readonly ourId: string | null;
  readonly status: string;
  readonly amount: string;
  readonly currency: string;
  /** As the port told it, amounts as text. */
  readonly record: unknown;
}

/** Keeps a page of the provider's records until the reconciliation has compared them. */
export async function stageRecords(
  db: Queryable,
  id: ReconciliationId,
  records: readonly StagedRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await db.query(
    `INSERT INTO reconciled_records (reconciliation_id, kind, reference, our_id, status, amount, currency, record)
     SELECT DISTINCT ON (kind, reference) $1, kind, reference, "ourId", status, amount, currency, record
       FROM json_to_recordset($2) AS r(kind text, reference text, "ourId" text, status text, amount bigint, currency text, record jsonb)
     ON CONFLICT (reconciliation_id, kind, reference) DO UPDATE
       SET status = excluded.status, amount = excluded.amount, record = excluded.record`,
    [id, JSON.stringify(records)],
  );
}

export interface DifferingRecord {
  readonly kind: 'charge' | 'refund';
  readonly reference: string;
  readonly record: unknown;
}

/** Records that do not agree with ours as they stand, in the order of references: what of it is wrong, the domain says. */
export async function findDiffering(
  db: Queryable,
  id: ReconciliationId,
  kind: 'charge' | 'refund',
  after: string,
  limit: number,
): Promise<DifferingRecord[]> {
  const ours = kind === 'charge' ? 'payments' : 'refunds';
  const { rows } = await db.query<DifferingRecord>(
    `SELECT r.kind, r.reference, r.record
       FROM reconciled_records r
       JOIN reconciliations n ON n.id = r.reconciliation_id
       LEFT JOIN ${ours} o ON o.id = r.our_id
      WHERE r.reconciliation_id = $1 AND r.kind = '${kind}' AND r.reference > $2
        AND (o.id IS NULL OR o.status <> r.status
             OR r.status = 'succeeded' AND (o.amount, o.currency) IS DISTINCT FROM (r.amount, r.currency))
      ORDER BY r.reference LIMIT $3`,
    [id, after, limit],
  );
  return rows;
}

export interface UnseenPayment {
  readonly id: PaymentId;
  readonly customer_reference: string | null;
  readonly provider_reference: string | null;
  readonly amount: string;
  readonly currency: string;
}

/** Payments that we have as made in the period, by the real clock, and the provider has not told. */
export async function findUnseen(
  db: Queryable,
  { id, provider, period_start: from, period_end: to }: Reconciliation,
  after: string,
  limit: number,
): Promise<UnseenPayment[]> {
  const { rows } = await db.query<UnseenPayment>(
    `SELECT p.id, c.reference AS customer_reference, p.provider_reference, p.amount::text, p.currency
       FROM payments p
       LEFT JOIN provider_customers c ON c.customer_id = p.customer_id AND c.provider = p.provider
      WHERE p.provider = $2 AND p.status = 'succeeded' AND p.asked_at >= $3 AND p.asked_at < $4 AND p.id > $5
        AND NOT EXISTS (SELECT FROM reconciled_records r
                         WHERE r.reconciliation_id = $1 AND r.kind = 'charge' AND r.our_id = p.id)
      ORDER BY p.id LIMIT $6`,
    [id, provider, formatInstant(from), formatInstant(to), after, limit],
  );
  return rows;
}

export interface NewFinding {
  readonly kind: FindingKind;
  readonly reference: string;
  readonly paymentId: PaymentId | null;
  readonly refundId: RefundId | null;
  readonly expected: unknown;
  readonly actual: unknown;
}

/**
 * Tells what was found; where it is told already, that it is still so; where somebody has closed that very finding by hand,
 * and nothing of it has changed since, nothing. `id` is of the reconciliation that saw it; null: a
 * webhook told.
 */
export async function saveFindings(
  db: Queryable,
  provider: ProviderName,
  id: ReconciliationId | null,
  findings: readonly NewFinding[],
): Promise<void> {
  if (findings.length === 0) return;
  await db.query(
    `INSERT INTO reconciliation_findings (id, provider, kind, reference, payment_id, refund_id, expected, actual, reconciliation_id)
     SELECT id, $1, kind, reference, "paymentId", "refundId", expected, actual, $2
       FROM json_to_recordset($3) AS r(id text, kind text, reference text, "paymentId" text, "refundId" text,
                                       expected jsonb, actual jsonb)
      WHERE NOT EXISTS (
        SELECT FROM reconciliation_findings f
         WHERE f.provider = $1 AND f.kind = r.kind AND f.reference = r.reference AND f.resolution IS NOT NULL
           AND f.actual = r.actual AND f.expected IS NOT DISTINCT FROM r.expected)
     ON CONFLICT (provider, kind, reference) WHERE resolved_at IS NULL DO UPDATE
       SET last_seen_at = now(), actual = excluded.actual, expected = excluded.expected,
           reconciliation_id = coalesce(excluded.reconciliation_id, reconciliation_findings.reconciliation_id)`,
    [
      provider,
      id,
      JSON.stringify(findings.map((finding) => ({ id: newId('reconciliation_finding'), ...finding }))),
    ],
  );
}

/** Closes a finding by hand; closed, by whatever, it stays as it was. False where there is none. */
export async function resolveFinding(db: Queryable, id: string, resolution: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE reconciliation_findings
        SET resolution = CASE WHEN resolved_at IS NULL THEN $2 ELSE resolution END, resolved_at = coalesce(resolved_at, now())
      WHERE id = $1`,
    [id, resolution],
  );
  return rowCount === 1;
}

export async function addMended(db: Queryable, id: ReconciliationId, count: number): Promise<void> {
  if (count === 0) return;
  await db.query(`UPDATE reconciliations SET mended = mended + $2 WHERE id = $1 AND status = 'running'`, [
    id,
    count,
  ]);
}

/**
 * Sums both sides by currency, resolves what was told of records that it has seen and that agree now, and forgets the
 * provider's records. Done once.
 */
export async function completeReconciliation(db: Queryable, { id }: Reconciliation): Promise<void> {
  await db.query(
    `WITH sums AS (
       SELECT r.currency,
              sum(r.amount) FILTER (WHERE r.kind = 'charge' AND r.status = 'succeeded') AS captured,
              sum(r.amount) FILTER (WHERE r.kind = 'refund' AND r.status = 'succeeded') AS refunded,
              sum(p.amount) FILTER (WHERE p.status = 'succeeded') AS recorded,
              sum(f.amount) AS recorded_refunds,
              sum(r.amount) FILTER (WHERE r.kind = 'charge' AND r.status = 'succeeded' AND r.our_id IS NULL) AS foreign_captured
         FROM reconciled_records r
         JOIN reconciliations n ON n.id = r.reconciliation_id
         LEFT JOIN payments p ON r.kind = 'charge' AND p.id = r.our_id
         LEFT JOIN LATERAL (
           SELECT sum(o.amount) AS amount FROM refunds o JOIN payments q ON q.id = o.payment_id
            WHERE r.kind = 'refund' AND o.provider_reference = r.reference AND q.provider = n.provider
              AND o.status = 'succeeded') f ON true
        WHERE r.reconciliation_id = $1
        GROUP BY r.currency)
     UPDATE reconciliations SET status = 'completed', completed_at = now(),
            totals = (SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'currency', currency, 'captured', coalesce(captured, 0)::text, 'recorded', coalesce(recorded, 0)::text,
                        'foreign', coalesce(foreign_captured, 0)::text, 'refunded', coalesce(refunded, 0)::text,
                        'recorded_refunds', coalesce(recorded_refunds, 0)::text) ORDER BY currency), '[]') FROM sums)
      WHERE id = $1 AND status = 'running'`,
    [id],
  );
  await db.query(
    `UPDATE reconciliation_findings f SET resolved_at = now()
       FROM reconciliations n
      WHERE n.id = $1 AND f.provider = n.provider AND f.resolved_at IS NULL
        -- What another one, or a webhook, has seen since this one began is not known to agree.
        AND f.last_seen_at < n.created
        AND EXISTS (SELECT FROM reconciled_records r WHERE r.reconciliation_id = n.id
                       AND (r.reference = f.reference OR r.our_id IN (f.payment_id, f.refund_id)))`,
    [id],
  );
  await db.query(`DELETE FROM reconciled_records WHERE reconciliation_id = $1`, [id]);
}

/** What providers call our disputes that have no end yet, in the order of their names. */
export async function findOpenDisputes(
  db: Queryable,
  provider: ProviderName,
  after: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await db.query<{ reference: string }>(
    `SELECT provider_reference AS reference FROM disputes
      WHERE provider = $1 AND status = 'open' AND provider_reference > $2 ORDER BY provider_reference LIMIT $3`,
    [provider, after, limit],
  );
  return rows.map(({ reference }) => reference);
}
