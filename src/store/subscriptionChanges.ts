/** Changes of subscriptions: asked for, pending, in effect or withdrawn. */
import type { SubscriptionChangeId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { PendingChange, ProrationBehavior } from '../domain/pendingChange.ts';
import type { ChangeEffect } from '../domain/subscriptionChange.ts';
import type { TermsChangeContent } from '../domain/terms.ts';
import type { Queryable } from './database.ts';

interface ChangeRow {
  readonly id: SubscriptionChangeId;
  readonly subscription_id: SubscriptionId;
  readonly sequence: number;
  readonly change: TermsChangeContent;
  readonly proration_behavior: ProrationBehavior;
  readonly effective_at: Instant | null;
  readonly at_period: number | null;
}

/** The pending changes of each of these subscriptions, in the order they were accepted. */
export async function readPendingChanges(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
): Promise<Map<SubscriptionId, PendingChange[]>> {
  const { rows } = await db.query<ChangeRow>({
    name: 'readPendingChanges',
    text: `SELECT id, subscription_id, sequence, change, proration_behavior, effective_at, at_period
             FROM subscription_changes WHERE subscription_id = ANY($1) AND status = 'pending'
            ORDER BY subscription_id, sequence`,
    values: [subscriptionIds],
  });
  const pending = new Map<SubscriptionId, PendingChange[]>();
  for (const row of rows) {
    const changes = pending.get(row.subscription_id) ?? [];
    changes.push(toPendingChange(row));
    pending.set(row.subscription_id, changes);
  }
  return pending;
}

function toPendingChange(row: ChangeRow): PendingChange {
  return {
    id: row.id,
    sequence: row.sequence,
    change: row.change,
    prorationBehavior: row.proration_behavior,
    effectiveAt: row.effective_at,
    atPeriod: row.at_period,
  };
}

export async function isChangePending(db: Queryable, id: SubscriptionChangeId): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM subscription_changes WHERE id = $1 AND status = 'pending'`,
    [id],
  );
  return rowCount === 1;
}

export interface NewChange {
  readonly id: SubscriptionChangeId;
  readonly subscriptionId: SubscriptionId;
  readonly change: TermsChangeContent;
  readonly prorationBehavior: ProrationBehavior;
  readonly effect: ChangeEffect;
  readonly acceptedAt: Instant;
}

/** Adds changes, those of one subscription in their order; the subscriptions are locked by the caller. */
export async function insertChanges(db: Queryable, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return;
  await db.query(
    `INSERT INTO subscription_changes (id, subscription_id, sequence, change, proration_behavior, effective_at, at_period, accepted_at)
     SELECT r.id, r.subscription_id,
            coalesce((SELECT max(c.sequence) FROM subscription_changes c WHERE c.subscription_id = r.subscription_id), 0)
              + row_number() OVER (PARTITION BY r.subscription_id ORDER BY r.nth),
            r.change, r.proration_behavior, r.effective_at, r.at_period, r.accepted_at
       FROM json_to_recordset($1) AS r(nth int, id text, subscription_id text, change jsonb, proration_behavior text,
                                       effective_at timestamptz, at_period int, accepted_at timestamptz)`,
    [
      JSON.stringify(
        changes.map(({ id, subscriptionId, change, prorationBehavior, effect, acceptedAt }, nth) => ({
          nth,
          id,
          subscription_id: subscriptionId,
          change,
          proration_behavior: prorationBehavior,
          effective_at: effect.effectiveAt === null ? null : formatInstant(effect.effectiveAt),
          at_period: effect.atPeriod,
          accepted_at: formatInstant(acceptedAt),
        })),
      ),
    ],
  );
}

/** Withdraws what is pending of subscriptions, of each at its time. */
export async function withdrawChanges(
  db: Queryable,
  withdrawn: readonly { readonly subscriptionId: SubscriptionId; readonly at: Instant }[],
): Promise<void> {
  if (withdrawn.length === 0) return;
  await db.query(
    `UPDATE subscription_changes c SET status = 'withdrawn', settled_at = r.at
       FROM json_to_recordset($1) AS r(subscription_id text, at timestamptz)
      WHERE c.subscription_id = r.subscription_id AND c.status = 'pending'`,
    [
      JSON.stringify(
        withdrawn.map(({ subscriptionId, at }) => ({
          subscription_id: subscriptionId,
          at: formatInstant(at),
        })),
      ),
    ],
  );
}

/**
 * Withdraws what was asked for of a subscription and is pending. Fewer seats that wait for the next period do so because
 * members have left, whatever anybody asks for.
 */
export async function withdrawAskedChanges(
  db: Queryable,
  subscriptionId: SubscriptionId,
  at: Instant,
): Promise<void> {
  await db.query(
    `UPDATE subscription_changes SET status = 'withdrawn', settled_at = $2
      WHERE subscription_id = $1 AND status = 'pending' AND NOT change ? 'seats'`,
    [subscriptionId, formatInstant(at)],
  );
}

/** Changes that have taken effect, or cannot any more, each at its time. */
export async function settleChanges(
  db: Queryable,
  status: 'applied' | 'withdrawn',
  settled: readonly { readonly id: SubscriptionChangeId; readonly at: Instant }[],
): Promise<void> {
  if (settled.length === 0) return;
  await db.query(
    `UPDATE subscription_changes c SET status = $2, settled_at = r.at
       FROM json_to_recordset($1) AS r(id text, at timestamptz) WHERE c.id = r.id`,
    [JSON.stringify(settled.map(({ id, at }) => ({ id, at: formatInstant(at) }))), status],
  );
}

/** A pause takes the place of a period: what was to begin with the next one begins with the one after it. */
export async function postponeChanges(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  await db.query(
    `UPDATE subscription_changes SET at_period = at_period + 1
      WHERE subscription_id = ANY($1) AND status = 'pending' AND at_period IS NOT NULL`,
    [subscriptionIds],
  );
}

/** Notes that a request is carried out; false where it has been before. */
export async function beginOperation(
  db: Queryable,
  id: string,
  subscriptionId: SubscriptionId,
  kind: string,
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO subscription_operations (operation_id, subscription_id, kind, accepted_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (operation_id) DO NOTHING`,
    [id, subscriptionId, kind, formatInstant(now)],
  );
  return rowCount === 1;
}

/** Whether a request has been carried out. */
export async function isOperationDone(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM subscription_operations WHERE operation_id = $1`, [id]);
  return rowCount === 1;
}
