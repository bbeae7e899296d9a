/** Invoices in collection: which campaign each follows, where it stands, and when its next step is due. */
import type { Decline } from '../domain/decline.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { DunningPolicy } from '../domain/dunning.ts';
import type { CustomerId, DunningCampaignId, InvoiceId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';

/** What is known of an invoice that is not paid: in collection, or about to be. */
export interface CollectionRow {
  readonly id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly timezone: string;
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly collection_method: CollectionMethod;
  readonly due_at: Instant;
  readonly remaining: Amount;
  readonly currency: string;
  readonly attempt_count: number;
  readonly first_failed_at: Instant | null;
  readonly last_decline: Decline | null;
  readonly collect_at: Instant | null;
  /** The customer's default method. */
  readonly payment_method_id: string | null;
  /** The default when the latest attempt was made, whichever method that was by: another one now is worth a try. */
  readonly last_method_id: string | null;
  /** Of the version that it follows, or would. */
  readonly campaign_id: DunningCampaignId;
  readonly campaign_code: string;
  readonly version: number;
  readonly policy: DunningPolicy;
  /** Null: its collection has not begun, and nothing of what follows is known. */
  readonly started_at: Instant | null;
  readonly counted_from: Instant;
  readonly position: number;
  readonly paused_at: Instant | null;
  readonly promised_until: Instant | null;
  readonly held_attempt_at: Instant | null;
  readonly ended_at: Instant | null;
}

/** The campaign of the customer, else of its plan (of a group: where all its plans have the same), else the default. */
const chosenCampaign = `coalesce(
  c.dunning_campaign_id,
  CASE WHEN i.subscription_id IS NOT NULL THEN (
         SELECT p.dunning_campaign_id FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE s.id = i.subscription_id)
       WHEN i.grouped_at IS NOT NULL THEN (
         SELECT CASE WHEN count(DISTINCT coalesce(p.dunning_campaign_id, '')) = 1 THEN min(p.dunning_campaign_id) END
           FROM invoice_lines l JOIN subscriptions s ON s.id = l.subscription_id JOIN plans p ON p.id = s.plan_id
          WHERE l.invoice_id = i.id) END,
  (SELECT id FROM dunning_campaigns WHERE code = 'default'))`;

/** Also where their collection has not begun: with the campaign that is in force for them now. */
export async function readCollections(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<CollectionRow[]> {
  if (invoiceIds.length === 0) return [];
  const { rows } = await db.query<CollectionRow>(
    `SELECT i.id, i.customer_id, i.test_clock_id, c.timezone, i.status, i.collection_method, i.due_at,
            i.amount_due - i.amount_paid - i.amount_credited AS remaining, i.currency, i.attempt_count, i.first_failed_at,
            i.last_decline, i.collect_at, c.default_payment_method_id AS payment_method_id,
            (SELECT coalesce(p.default_method_id, p.payment_method_id) FROM payments p
              WHERE p.invoice_id = i.id AND p.provider <> 'offline' ORDER BY p.id DESC LIMIT 1) AS last_method_id,
            v.campaign_id, v.code AS campaign_code, v.version, v.policy,
            d.started_at, d.counted_from, coalesce(d.position, 0) AS position, d.paused_at, d.promised_until, d.held_attempt_at,
            d.ended_at
       FROM invoices i
       JOIN customers c ON c.id = i.customer_id
       LEFT JOIN collections d ON d.invoice_id = i.id
      CROSS JOIN LATERAL (
        SELECT v.campaign_id, m.code, v.version, v.policy
          FROM dunning_campaign_versions v JOIN dunning_campaigns m ON m.id = v.campaign_id
         WHERE v.campaign_id = coalesce(d.campaign_id, ${chosenCampaign})
           AND (d.campaign_version IS NULL OR v.version = d.campaign_version)
         ORDER BY v.version DESC LIMIT 1) v
      WHERE i.id = ANY($1) ORDER BY i.id`,
    [invoiceIds],
  );
  return rows;
}

export interface NewCollection {
  readonly invoiceId: InvoiceId;
  readonly campaignId: DunningCampaignId;
  readonly version: number;
  readonly startedAt: Instant;
  readonly countedFrom: Instant;
  readonly reason: string;
  readonly paymentMethodId: string | null;
  readonly nextStepAt: Instant | null;
}

/** Takes invoices into collection, once. */
export async function insertCollections(db: Queryable, collections: readonly NewCollection[]): Promise<void> {
  if (collections.length === 0) return;
  await db.query(
    `INSERT INTO collections (invoice_id, customer_id, test_clock_id, campaign_id, campaign_version, started_at, counted_from,
                              reason, payment_method_id, amount, credited_before, next_step_at)
     SELECT i.id, i.customer_id, i.test_clock_id, r.campaign_id, r.version, r.started_at, r.counted_from, r.reason,
            r.payment_method_id, i.amount_due - i.amount_paid - i.amount_credited, i.amount_credited, r.next_step_at
       FROM json_to_recordset($1) AS r(id text, campaign_id text, version int, started_at timestamptz, counted_from timestamptz,
                                       reason text, payment_method_id text, next_step_at timestamptz)
       JOIN invoices i ON i.id = r.id
     ON CONFLICT (invoice_id) DO NOTHING`,
    [
      JSON.stringify(
        collections.map((collection) => ({
          id: collection.invoiceId,
          campaign_id: collection.campaignId,
          version: collection.version,
          started_at: formatInstant(collection.startedAt),
          counted_from: formatInstant(collection.countedFrom),
          reason: collection.reason,
          payment_method_id: collection.paymentMethodId,
          next_step_at: iso(collection.nextStepAt),
        })),
      ),
    ],
  );
}

/** Claims, for this transaction, invoices that are sent, whose due date has passed and whose collection has not begun. */
export async function claimOverdueInvoices(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<InvoiceId[]> {
  const { condition, values, lock } = scopeSql(scope, claimedInvoices, 3);
  const { rows } = await db.query<{ id: InvoiceId }>(
    `SELECT i.id FROM invoices i
      WHERE i.status = 'open' AND i.collection_method = 'send_invoice' AND i.first_failed_at IS NULL AND i.due_at <= $1
        AND ${condition}
        AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending')
      ORDER BY i.due_at, i.id
      LIMIT $2
        ${lock}`,
    [formatInstant(now), limit, ...values],
  );
  return rows.map(({ id }) => id);
}

/** From now on they count as not paid in time, as if an attempt had failed. */
export async function markOverdue(db: Queryable, ids: readonly InvoiceId[], now: Instant): Promise<void> {
  await db.query(`UPDATE invoices SET first_failed_at = $2 WHERE id = ANY($1)`, [ids, formatInstant(now)]);
}

/**
 * Claims, for this transaction, invoices whose next step is due. An attempt that is under way, or due itself, is waited
 * for: what is said of it must be true.
 */
export async function claimDueCollections(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<InvoiceId[]> {
  const { condition, values, lock } = scopeSql(scope, claimedInvoices, 3);
  const { rows } = await db.query<{ id: InvoiceId }>(
    `SELECT i.id FROM collections d JOIN invoices i ON i.id = d.invoice_id
      WHERE d.next_step_at <= $1 AND ${condition}
        AND (i.status <> 'open' OR (NOT coalesce(i.collect_at <= $1, false)
             AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending')))
      ORDER BY d.next_step_at, i.id
      LIMIT $2
        ${lock}`,
    [formatInstant(now), limit, ...values],
  );
  return rows.map(({ id }) => id);
}

export interface CollectionProgress {
  readonly invoiceId: InvoiceId;
  readonly position: number;
  readonly nextStepAt: Instant | null;
  /** Null: it goes on. */
  readonly finalAt: Instant | null;
}

export async function saveProgress(db: Queryable, progress: readonly CollectionProgress[]): Promise<void> {
  if (progress.length === 0) return;
  await db.query(
    `UPDATE collections d
        SET position = r.position, next_step_at = CASE WHEN r.final_at IS NULL AND d.ended_at IS NULL THEN r.next_step_at END,
            ended_at = coalesce(d.ended_at, r.final_at),
            ended_by = coalesce(d.ended_by, CASE WHEN r.final_at IS NOT NULL THEN 'final_action' END)
       FROM json_to_recordset($1) AS r(id text, position int, next_step_at timestamptz, final_at timestamptz)
      WHERE d.invoice_id = r.id`,
    [
      JSON.stringify(
        progress.map(({ invoiceId, position, nextStepAt, finalAt }) => ({
          id: invoiceId,
          position,
          next_step_at: iso(nextStepAt),
          final_at: iso(finalAt),
        })),
      ),
    ],
  );
}

export interface NewStep {
  readonly invoiceId: InvoiceId;
  readonly position: number;
  readonly action: 'notice' | 'retry' | 'final';
  readonly dueAt: Instant;
  readonly status: 'done' | 'skipped';
  readonly outcome: string;
}

/** Notes steps that are taken; the database refuses one that was taken before. */
export async function insertSteps(db: Queryable, steps: readonly NewStep[], now: Instant): Promise<void> {
  if (steps.length === 0) return;
  await db.query(
    `INSERT INTO collection_steps (invoice_id, position, action, due_at, taken_at, status, outcome)
     SELECT id, position, action, due_at, $2, status, outcome
       FROM json_to_recordset($1) AS r(id text, position int, action text, due_at timestamptz, status text, outcome text)`,
    [
      JSON.stringify(
        steps.map(({ invoiceId, dueAt, ...step }) => ({
          id: invoiceId,
          ...step,
          due_at: formatInstant(dueAt),
        })),
      ),
      formatInstant(now),
    ],
  );
}

/** Brings the next attempts of invoices forward. */
export async function planAttempts(
  db: Queryable,
  attempts: readonly { readonly invoiceId: InvoiceId; readonly at: Instant }[],
): Promise<void> {
  if (attempts.length === 0) return;
  await db.query(
    `UPDATE invoices i SET collect_at = least(i.collect_at, r.at), next_attempt_at = least(i.next_attempt_at, r.at)
       FROM json_to_recordset($1) AS r(id text, at timestamptz) WHERE i.id = r.id AND i.status = 'open'`,
    [JSON.stringify(attempts.map(({ invoiceId, at }) => ({ id: invoiceId, at: formatInstant(at) })))],
  );
}

function iso(at: Instant | null): string | null {
  return at && formatInstant(at);
}
