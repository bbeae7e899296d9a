/** Subscriptions of which something is due, and what a step of their lives changes. */
import type { BillingCycleAnchor } from '../domain/calendar.ts';
import type { CustomerId, InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Step } from '../domain/subscriptionStep.ts';
import type {
  PeriodKind,
  SubscriptionPeriod,
  SubscriptionState,
  SubscriptionStatus,
} from '../domain/subscription.ts';
import type { InvoiceGrouping } from './customers.ts';
import type { Queryable } from './database.ts';
import { claimedSubscriptions, scopeSql, type DueScope } from './dueScope.ts';
import type { LastMrr } from './mrrMovements.ts';
import { seatsDueAt } from './waitingSeats.ts';

interface DueRow {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly status: SubscriptionStatus;
  readonly billing_cycle_anchor: BillingCycleAnchor;
  readonly started_at: Instant;
  readonly anchored_at: Instant;
  readonly created: Instant;
  readonly trial_end: Instant | null;
  readonly trial_reminder_at: Instant | null;
  readonly cancel_at: Instant | null;
  readonly cancel_credit_unused: boolean;
  readonly pause_at: Instant | null;
  readonly pause_credit_unused: boolean;
  readonly resume_at: Instant | null;
  readonly committed: boolean;
  /** Null only where it has ended, or is paused. */
  readonly next_due_at: Instant | null;
  readonly timezone: string;
  readonly has_payment_method: boolean;
  readonly invoice_grouping: InvoiceGrouping;
  readonly lines_wait: boolean;
  readonly items_wait: boolean;
  readonly seats_wait: boolean;
  readonly mrr_sequence: number;
  readonly mrr_amount: Amount;
  readonly index: number | null;
  readonly kind: PeriodKind;
  readonly starts_at: Instant;
  readonly ends_at: Instant | null;
  readonly interval_starts_at: Instant | null;
  readonly interval_ends_at: Instant | null;
  readonly bills_usage: boolean;
}

export interface DueSubscription {
  readonly id: SubscriptionId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly state: SubscriptionState;
  readonly invoiceGrouping: InvoiceGrouping;
  /** Whether items of its customer may wait for its next invoice. */
  readonly itemsWait: boolean;
  /** Whether another number of members takes a seat than it is billed by. */
  readonly seatsWait: boolean;
  readonly lastMrr: LastMrr;
  /** Null where nothing is known to come. */
  readonly nextDueAt: Instant | null;
}

const dueColumns = `s.id, s.customer_id, s.test_clock_id, s.status, s.billing_cycle_anchor, s.started_at,
  coalesce(s.anchored_at, s.started_at) AS anchored_at, s.created, s.trial_end, s.trial_reminder_at, s.cancel_at,
  s.cancel_credit_unused, s.pause_at, s.pause_credit_unused, s.resume_at, s.commitment IS NOT NULL AS committed,
  s.next_due_at, c.timezone, c.default_payment_method_id IS NOT NULL AS has_payment_method,
  c.invoice_grouping,
  EXISTS (SELECT FROM invoice_lines l WHERE l.subscription_id = s.id AND l.invoice_id IS NULL)
    OR EXISTS (SELECT FROM invoice_items t WHERE t.customer_id = c.id AND t.invoice_id IS NULL AND t.subscription_id = s.id)
    AS lines_wait,
  EXISTS (SELECT FROM invoice_items t WHERE t.customer_id = c.id AND t.invoice_id IS NULL) AS items_wait,
  EXISTS (SELECT FROM waiting_seats w WHERE w.subscription_id = s.id) AS seats_wait,
  coalesce(m.sequence, -1) AS mrr_sequence, coalesce(m.amount_after, 0) AS mrr_amount,
  p.index, p.kind, p.starts_at, p.ends_at, p.interval_starts_at, p.interval_ends_at, p.bills_usage`;
const dueTables = `subscriptions s
  JOIN customers c ON c.id = s.customer_id
  LEFT JOIN subscription_periods p ON p.subscription_id = s.id AND p.index = s.period_index
  LEFT JOIN LATERAL (SELECT sequence, amount_after FROM mrr_movements
                      WHERE subscription_id = s.id ORDER BY sequence DESC LIMIT 1) m ON true`;

/** Claims, for this transaction, up to `limit` subscriptions of which something is due, the longest due first. */
export async function claimDueSubscriptions(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<DueSubscription[]> {
  const { condition, values, lock } = scopeSql(scope, claimedSubscriptions, 3);
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT s.id FROM subscriptions s
      WHERE s.next_due_at <= $1 AND ${condition}
      ORDER BY s.next_due_at, s.id
      LIMIT $2
        ${lock}`,
    [formatInstant(now), limit, ...values],
  );
  // Read after they are locked: what another transaction has just made of one is seen whole.
  const due = await readSubscriptions(
    db,
    rows.map((row) => row.id),
  );
  const order = new Map(rows.map((row, nth) => [row.id, nth]));
  return due.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

/** Subscriptions as they stand. */
export async function readSubscriptions(
  db: Queryable,
  ids: readonly SubscriptionId[],
): Promise<DueSubscription[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<DueRow>(
    `SELECT ${dueColumns} FROM ${dueTables} WHERE s.id = ANY($1) ORDER BY s.id`,
    [ids],
  );
  return rows.map(toDue);
}

/** The same, locked for this transaction. */
export async function lockSubscriptions(
  db: Queryable,
  ids: readonly SubscriptionId[],
): Promise<DueSubscription[]> {
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [ids]);
  return readSubscriptions(db, ids);
}

function toDue(row: DueRow): DueSubscription {
  return {
    id: row.id,
    customerId: row.customer_id,
    testClockId: row.test_clock_id,
    nextDueAt: row.next_due_at,
    invoiceGrouping: row.invoice_grouping,
    itemsWait: row.items_wait,
    seatsWait: row.seats_wait,
    lastMrr: { sequence: row.mrr_sequence, amount: row.mrr_amount },
    state: {
      status: row.status,
      startedAt: row.started_at,
      createdAt: row.created,
      anchor: row.billing_cycle_anchor,
      anchoredAt: row.anchored_at,
      timezone: row.timezone,
      current: toPeriod(row),
      trialEnd: row.trial_end,
      reminderAt: row.trial_reminder_at,
      cancelAt: row.cancel_at,
      cancelCreditUnused: row.cancel_credit_unused,
      pauseAt: row.pause_at,
      pauseCreditUnused: row.pause_credit_unused,
      resumeAt: row.resume_at,
      hasPaymentMethod: row.has_payment_method,
      committed: row.committed,
      linesWait: row.lines_wait,
      dueAt: row.next_due_at ?? row.started_at,
    },
  };
}

function toPeriod(row: DueRow): SubscriptionPeriod | null {
  if (row.index === null) return null;
  return {
    index: row.index,
    kind: row.kind,
    start: row.starts_at,
    end: row.ends_at,
    whole: {
      start: row.interval_starts_at ?? row.starts_at,
      end: row.interval_ends_at ?? row.ends_at ?? row.starts_at,
    },
    billsUsage: row.bills_usage,
  };
}

export interface TakenStep {
  readonly subscription: DueSubscription;
  readonly step: Step;
  /** The place of the terms that a new period begins with. */
  readonly termsSequence: number;
  readonly invoiceId: InvoiceId | null;
  /** Whether seats are billed from here on, and were not before. */
  readonly beginsSeats: boolean;
}

/** Moves subscriptions on: closed periods get their end, opened ones are added, and when they are due next is noted. */
export async function saveSteps(db: Queryable, taken: readonly TakenStep[]): Promise<void> {
  await savePeriods(db, taken);
  await db.query(
    `UPDATE subscriptions s
        SET status = r.status,
            period_index = coalesce(r.index, s.period_index),
            current_period_start = coalesce(r.starts_at, s.current_period_start),
            current_period_end = CASE WHEN r.index IS NOT NULL THEN r.ends_at ELSE coalesce(r.ended_at, s.current_period_end) END,
            ended_at = r.ended_at,
            canceled_at = CASE WHEN r.ended_at IS NULL THEN s.canceled_at ELSE coalesce(s.canceled_at, r.ended_at) END,
            paused_at = r.paused_at,
            pause_at = r.pause_at,
            resume_at = r.resume_at,
            trial_reminder_at = r.reminder_at,
            billing_cycle_anchor = r.anchor,
            anchored_at = r.anchored_at,
            next_due_at = CASE WHEN r.ended_at IS NULL THEN least(r.next_due_at, ${seatsDueAt}) END,
            latest_invoice_id = coalesce(r.invoice_id, s.latest_invoice_id)
       FROM json_to_recordset($1) AS r(id text, status text, index int, starts_at timestamptz, ends_at timestamptz,
                                       ended_at timestamptz, paused_at timestamptz, pause_at timestamptz,
                                       resume_at timestamptz, reminder_at timestamptz, anchor jsonb,
                                       anchored_at timestamptz, next_due_at timestamptz, invoice_id text)
      WHERE s.id = r.id`,
    [
      JSON.stringify(
        taken.map(({ subscription, step, invoiceId }) => ({
          id: subscription.id,
          status: step.status,
          index: step.opens?.index ?? null,
          starts_at: iso(step.opens?.start),
          ends_at: iso(step.opens?.end),
          ended_at: iso(step.endedAt),
          paused_at: iso(step.pausedAt),
          pause_at: iso(step.pauseAt),
          resume_at: iso(step.resumeAt),
          reminder_at: iso(step.reminderAt),
          anchor: step.anchor,
          anchored_at: iso(step.anchoredAt),
          next_due_at: iso(step.nextDueAt),
          invoice_id: invoiceId,
        })),
      ),
    ],
  );
}

async function savePeriods(db: Queryable, taken: readonly TakenStep[]): Promise<void> {
  // Most periods end as they were meant to.
  const cut = taken.flatMap(({ subscription: { id, state }, step: { closes } }) =>
    closes && closes.end !== state.current?.end
      ? [{ id, index: closes.index, ends_at: iso(closes.end) }]
      : [],
  );
  if (cut.length > 0) {
    await db.query(
      `UPDATE subscription_periods p
          SET ends_at = r.ends_at,
              interval_starts_at = CASE WHEN p.kind = 'billed' THEN coalesce(p.interval_starts_at, p.starts_at) END,
              interval_ends_at = CASE WHEN p.kind = 'billed' THEN coalesce(p.interval_ends_at, p.ends_at) END
         FROM json_to_recordset($1) AS r(id text, index int, ends_at timestamptz)
        WHERE p.subscription_id = r.id AND p.index = r.index`,
      [JSON.stringify(cut)],
    );
  }
  const opened = taken.flatMap(({ subscription, step: { opens }, termsSequence }) =>
    opens ? [periodRow(subscription.id, opens, termsSequence)] : [],
  );
  await db.query(
    `INSERT INTO subscription_periods (subscription_id, index, previous_index, kind, bills_usage, starts_at, ends_at,
                                       interval_starts_at, interval_ends_at, terms_sequence)
     SELECT id, index, nullif(index - 1, -1), kind, bills_usage, starts_at, ends_at, interval_starts_at, interval_ends_at,
            terms_sequence
       FROM json_to_recordset($1) AS r(id text, index int, kind text, bills_usage boolean, starts_at timestamptz,
                                       ends_at timestamptz, interval_starts_at timestamptz, interval_ends_at timestamptz,
                                       terms_sequence int)`,
    [JSON.stringify(opened)],
  );
}

function periodRow(id: SubscriptionId, period: SubscriptionPeriod, termsSequence: number) {
  const { index, kind, start, end, whole, billsUsage } = period;
  const isPart = kind === 'billed' && (whole.start !== start || whole.end !== end);
  return {
    id,
    index,
    kind,
    bills_usage: billsUsage,
    starts_at: iso(start),
    ends_at: iso(end),
    interval_starts_at: isPart ? iso(whole.start) : null,
    interval_ends_at: isPart ? iso(whole.end) : null,
    terms_sequence: termsSequence,
  };
}

function iso(at: Instant | null | undefined): string | null {
  return at === null || at === undefined ? null : formatInstant(at);
}
