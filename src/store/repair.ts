/** What the repair compares with Temporal, page by page in the order of ids: rows that wait for a workflow, rows overdue. */
import type {
  CustomerId,
  InvoiceId,
  PlanMigrationId,
  RefundId,
  SubscriptionId,
  TestClockId,
} from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export interface WaitingSubscription {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
}

/** Subscriptions that live, or have ended and wait for their last invoice. */
export async function findWaitingSubscriptions(
  db: Queryable,
  after: string,
  limit: number,
): Promise<WaitingSubscription[]> {
  const { rows } = await db.query<WaitingSubscription>(
    `SELECT id, customer_id, test_clock_id FROM subscriptions
      WHERE id > $1 AND (status <> 'canceled' OR check_at IS NOT NULL) ORDER BY id LIMIT $2`,
    [after, limit],
  );
  return rows;
}

export interface WaitingInvoice {
  readonly id: InvoiceId;
  readonly subscription_id: SubscriptionId | null;
  readonly test_clock_id: TestClockId | null;
}

/** Nothing is collected any more on a clock that is deleted. */
const clockIsThere = `NOT EXISTS (SELECT FROM test_clocks c WHERE c.id = i.test_clock_id AND c.status = 'deleted')`;

/** Invoices in collection. */
export async function findWaitingInvoices(
  db: Queryable,
  after: string,
  limit: number,
): Promise<WaitingInvoice[]> {
  const { rows } = await db.query<WaitingInvoice>(
    `SELECT i.id, i.subscription_id, i.test_clock_id FROM invoices i
      WHERE i.id > $1 AND i.status = 'open' AND i.collection_started_at IS NOT NULL AND ${clockIsThere}
      ORDER BY i.id LIMIT $2`,
    [after, limit],
  );
  return rows;
}

/** Test clocks on their way. One that stands still needs no workflow: the next advance starts it. */
export async function findAdvancingClocks(
  db: Queryable,
  after: string,
  limit: number,
): Promise<{ readonly id: TestClockId }[]> {
  const { rows } = await db.query<{ id: TestClockId }>(
    `SELECT id FROM test_clocks WHERE id > $1 AND status = 'advancing' ORDER BY id LIMIT $2`,
    [after, limit],
  );
  return rows;
}

export interface WaitingMigration {
  readonly id: PlanMigrationId;
  readonly paused: boolean;
}

/** Migrations of plans that are not completed. */
export async function findWaitingMigrations(
  db: Queryable,
  after: string,
  limit: number,
): Promise<WaitingMigration[]> {
  const { rows } = await db.query<WaitingMigration>(
    `SELECT id, status = 'paused' AS paused FROM plan_migrations
      WHERE id > $1 AND status <> 'completed' ORDER BY id LIMIT $2`,
    [after, limit],
  );
  return rows;
}

/** Refunds whose outcome the provider has not told. */
export async function findWaitingRefunds(
  db: Queryable,
  after: string,
  limit: number,
): Promise<{ readonly id: RefundId }[]> {
  const { rows } = await db.query<{ id: RefundId }>(
    `SELECT id FROM refunds WHERE id > $1 AND status = 'pending' ORDER BY id LIMIT $2`,
    [after, limit],
  );
  return rows;
}

/** Of a row that a workflow may belong to. */
export interface RowState {
  readonly id: string;
  /** It has nothing to wait for: its workflow ends by itself when it looks. */
  readonly ended: boolean;
}

export async function readSubscriptionStates(db: Queryable, ids: readonly string[]): Promise<RowState[]> {
  const { rows } = await db.query<RowState>(
    `SELECT id, status = 'canceled' AND check_at IS NULL AS ended FROM subscriptions WHERE id = ANY($1)`,
    [ids],
  );
  return rows;
}

/** An invoice on a clock that is deleted counts as gone: its collection would wait for ever. */
export async function readInvoiceStates(db: Queryable, ids: readonly string[]): Promise<RowState[]> {
  const { rows } = await db.query<RowState>(
    `SELECT i.id, i.status <> 'open' AS ended FROM invoices i WHERE i.id = ANY($1) AND ${clockIsThere}`,
    [ids],
  );
  return rows;
}

/** The workflow of a clock lives as long as the clock. */
export async function readClockStates(db: Queryable, ids: readonly string[]): Promise<RowState[]> {
  const { rows } = await db.query<RowState>(
    `SELECT id, false AS ended FROM test_clocks WHERE id = ANY($1) AND status <> 'deleted'`,
    [ids],
  );
  return rows;
}

/** A migration that is completed counts as gone: its workflow is told by nobody. */
export async function readMigrationStates(db: Queryable, ids: readonly string[]): Promise<RowState[]> {
  const { rows } = await db.query<RowState>(
    `SELECT id, false AS ended FROM plan_migrations WHERE id = ANY($1) AND status <> 'completed'`,
    [ids],
  );
  return rows;
}

/** A refund that has its outcome: its workflow is about to end by itself. */
export async function readRefundStates(db: Queryable, ids: readonly string[]): Promise<RowState[]> {
  const { rows } = await db.query<RowState>(
    `SELECT id, status <> 'pending' AS ended FROM refunds WHERE id = ANY($1)`,
    [ids],
  );
  return rows;
}

/** Subscriptions that are due for `overdueMs` or longer by the real clock. */
export async function findOverdueSubscriptions(
  db: Queryable,
  overdueMs: number,
  after: string,
  limit: number,
): Promise<{ readonly id: SubscriptionId }[]> {
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT id FROM subscriptions
      WHERE test_clock_id IS NULL AND next_due_at <= now() - make_interval(secs => $1) AND id > $2
      ORDER BY id LIMIT $3`,
    [overdueMs / 1000, after, limit],
  );
  return rows;
}

export interface OverdueInvoice {
  readonly id: InvoiceId;
  readonly test_clock_id: TestClockId | null;
}

/**
 * Invoices that are to be finalised or collected for `overdueMs` or longer by the real clock, whose collection was not
 * started, or whose payment nobody has asked about for so long.
 */
export async function findOverdueInvoices(
  db: Queryable,
  overdueMs: number,
  after: string,
  limit: number,
): Promise<OverdueInvoice[]> {
  const { rows } = await db.query<OverdueInvoice>(
    `WITH overdue AS (
       SELECT id, test_clock_id FROM invoices
        WHERE status = 'draft' AND test_clock_id IS NULL AND finalizes_at <= now() - make_interval(secs => $1)
       UNION
       SELECT id, test_clock_id FROM invoices
        WHERE status = 'open' AND test_clock_id IS NULL AND collect_at <= now() - make_interval(secs => $1)
       UNION
       SELECT id, test_clock_id FROM invoices
        WHERE status = 'open' AND test_clock_id IS NULL AND collection_started_at IS NULL
          AND first_failed_at <= now() - make_interval(secs => $1)
       UNION
       SELECT invoice_id, test_clock_id FROM payments
        WHERE status = 'pending' AND greatest(asked_at, ask_after) <= now() - make_interval(secs => $1))
     SELECT id, test_clock_id FROM overdue WHERE id > $2 ORDER BY id LIMIT $3`,
    [overdueMs / 1000, after, limit],
  );
  return rows;
}
