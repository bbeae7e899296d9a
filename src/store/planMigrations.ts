/** Migrations of subscriptions to a version of their plan, and what came of them. */
import type { PlanId, PlanMigrationId, SubscriptionChangeId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export type MigrationEffective = 'now' | 'period_end';

export interface PlanMigrationRow {
  readonly id: PlanMigrationId;
  readonly plan_id: PlanId;
  readonly version: number;
  readonly effective: MigrationEffective;
  readonly subscription_id: SubscriptionId | null;
  readonly status: 'running' | 'paused' | 'completed';
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly completed_at: Instant | null;
  readonly moved: number;
  readonly refused: number;
  /** How many are still on another version. */
  readonly left_over: number;
}

/**
 * That a migration `t` has still to decide on a subscription `s`: neither is it on the version, nor, where the move is for
 * the end of the period, will it be by what is pending. One that is completed decides on nobody any more.
 */
const undecided = `t.status <> 'completed' AND s.plan_id = t.plan_id AND s.status <> 'canceled'
    AND (t.subscription_id IS NULL OR s.id = t.subscription_id)
    AND t.version <> CASE t.effective WHEN 'now' THEN s.plan_version ELSE coalesce(
          (SELECT (c.change ->> 'planVersion')::int FROM subscription_changes c
            WHERE c.subscription_id = s.id AND c.status = 'pending' AND c.change ? 'planVersion'
            ORDER BY c.sequence DESC LIMIT 1), s.plan_version) END
    AND NOT EXISTS (SELECT FROM plan_migration_results r WHERE r.migration_id = t.id AND r.subscription_id = s.id)`;

export const selectPlanMigrations = `
  SELECT t.*, results.moved, results.refused,
         (SELECT count(*)::int FROM subscriptions s WHERE ${undecided}) AS left_over
    FROM plan_migrations t
   CROSS JOIN LATERAL (
     SELECT count(*) FILTER (WHERE r.outcome = 'moved')::int AS moved,
            count(*) FILTER (WHERE r.outcome = 'refused')::int AS refused
       FROM plan_migration_results r WHERE r.migration_id = t.id) results`;

export interface NewPlanMigration {
  readonly id: PlanMigrationId;
  readonly planId: PlanId;
  readonly version: number;
  readonly effective: MigrationEffective;
  readonly subscriptionId: SubscriptionId | null;
}

/** Adds a migration, once. */
export async function insertPlanMigration(db: Queryable, migration: NewPlanMigration): Promise<void> {
  await db.query(
    `INSERT INTO plan_migrations (id, plan_id, version, effective, subscription_id)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
    [migration.id, migration.planId, migration.version, migration.effective, migration.subscriptionId],
  );
}

/** Notes how a migration stands; one that is completed stays so. */
export async function saveMigrationStatus(
  db: Queryable,
  id: PlanMigrationId,
  status: PlanMigrationRow['status'],
): Promise<void> {
  await db.query(
    `UPDATE plan_migrations SET status = $2, completed_at = CASE WHEN $2 = 'completed' THEN now() END
      WHERE id = $1 AND status <> 'completed'`,
    [id, status],
  );
}

/**
 * Locks, for this transaction, up to `limit` subscriptions that the migration has not decided on. Its batches are made
 * one after the other: the next one sees what this one has decided.
 */
export async function claimSubscriptionsToMigrate(
  db: Queryable,
  id: PlanMigrationId,
  limit: number,
): Promise<SubscriptionId[]> {
  await db.query(`SELECT FROM plan_migrations WHERE id = $1 FOR UPDATE`, [id]);
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT s.id FROM plan_migrations t JOIN subscriptions s ON ${undecided}
      WHERE t.id = $1
      ORDER BY s.id LIMIT $2
        FOR NO KEY UPDATE OF s`,
    [id, limit],
  );
  return rows.map((row) => row.id);
}

export type MigrationDecision =
  | {
      readonly outcome: 'moved';
      readonly effectiveAt: Instant | null;
      readonly changeId: SubscriptionChangeId;
    }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string };

export interface DecidedMigration {
  readonly subscriptionId: SubscriptionId;
  readonly fromVersion: number;
  readonly decision: MigrationDecision;
}

/** Writes what came of each. */
export async function saveMigrationResults(
  db: Queryable,
  id: PlanMigrationId,
  decided: readonly DecidedMigration[],
): Promise<void> {
  const rows = decided.map(({ subscriptionId, fromVersion, decision }) => ({
    id: subscriptionId,
    from_version: fromVersion,
    outcome: decision.outcome,
    effective_at:
      decision.outcome === 'moved' && decision.effectiveAt !== null
        ? formatInstant(decision.effectiveAt)
        : null,
    change_id: decision.outcome === 'moved' ? decision.changeId : null,
    code: decision.outcome === 'refused' ? decision.code : null,
    message: decision.outcome === 'refused' ? decision.message : null,
  }));
  await db.query(
    `INSERT INTO plan_migration_results (migration_id, subscription_id, outcome, from_version, effective_at, change_id, code, message)
     SELECT $2, id, outcome, from_version, effective_at, change_id, code, message
       FROM json_to_recordset($1) AS r(id text, outcome text, from_version int, effective_at timestamptz, change_id text,
                                       code text, message text)`,
    [JSON.stringify(rows), id],
  );
}

/** Up to `limit` subscriptions that the migration moves at once and that still wait for it, with the time they live in. */
export async function findMovesToMake(
  db: Queryable,
  id: PlanMigrationId,
  limit: number,
): Promise<{ readonly id: SubscriptionId; readonly frozen_time: Instant | null }[]> {
  const { rows } = await db.query<{ id: SubscriptionId; frozen_time: Instant | null }>(
    `SELECT s.id, k.frozen_time
       FROM plan_migration_results r
       JOIN subscription_changes c ON c.id = r.change_id AND c.status = 'pending'
       JOIN subscriptions s ON s.id = r.subscription_id
       LEFT JOIN test_clocks k ON k.id = s.test_clock_id
      WHERE r.migration_id = $1 AND c.effective_at <= coalesce(k.frozen_time, now())
        AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = s.id AND a.retry_at > now())
      ORDER BY s.id LIMIT $2`,
    [id, limit],
  );
  return rows;
}

export interface MigrationResultRow {
  /** The subscription's: a migration has one result for each. */
  readonly id: SubscriptionId;
  readonly migration_id: PlanMigrationId;
  readonly outcome: 'moved' | 'refused';
  readonly from_version: number;
  readonly effective_at: Instant | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly created: Instant;
}

export const selectMigrationResults = `
  SELECT t.* FROM (SELECT subscription_id AS id, r.* FROM plan_migration_results r) t`;
