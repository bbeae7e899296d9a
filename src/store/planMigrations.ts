/** Migrations of subscriptions to a version of their plan, and what came of them. */
import type {
  CustomerId,
  MeterId,
  PlanId,
  PlanMigrationId,
  SubscriptionId,
  TestClockId,
} from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { MigrationDecision, MigrationEffective } from '../domain/migration.ts';
import type { SubscriptionStatus } from '../domain/subscription.ts';
import type { Queryable } from './database.ts';

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

/** That a migration `t` has still to decide on a subscription `s`: its last terms are another version's. */
const undecided = `s.plan_id = t.plan_id AND s.status <> 'canceled'
    AND (t.subscription_id IS NULL OR s.id = t.subscription_id)
    AND t.version <> (SELECT st.plan_version FROM subscription_terms st
                       WHERE st.subscription_id = s.id ORDER BY st.effective_at DESC LIMIT 1)
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

export interface SubscriptionToMigrate {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly frozen_time: Instant | null;
  readonly status: SubscriptionStatus;
  readonly plan_version: number;
  readonly quantity: string;
  readonly current_period_start: Instant | null;
  readonly current_period_end: Instant | null;
  readonly cancel_at: Instant | null;
  readonly price_overrides: readonly { readonly code: string }[];
}

/**
 * Locks, for this transaction, up to `limit` subscriptions that the migration has not decided on. Its batches are made
 * one after the other: the next one sees what this one has decided.
 */
export async function claimSubscriptionsToMigrate(
  db: Queryable,
  id: PlanMigrationId,
  limit: number,
): Promise<SubscriptionToMigrate[]> {
  await db.query(`SELECT FROM plan_migrations WHERE id = $1 FOR UPDATE`, [id]);
  const { rows } = await db.query<SubscriptionToMigrate>(
    `SELECT s.id, s.customer_id, s.test_clock_id, c.frozen_time, s.status, s.plan_version, s.quantity::text AS quantity,
            s.current_period_start, s.current_period_end, s.cancel_at, s.price_overrides
       FROM plan_migrations t
       JOIN subscriptions s ON ${undecided}
       LEFT JOIN test_clocks c ON c.id = s.test_clock_id
      WHERE t.id = $1
      ORDER BY s.id LIMIT $2
        FOR UPDATE OF s`,
    [id, limit],
  );
  return rows;
}

/** Takes meters for subscriptions; returns the subscriptions that another one of their customer is in the way of. */
export async function claimMetersForMany(
  db: Queryable,
  subscriptions: readonly { readonly id: SubscriptionId; readonly customer_id: CustomerId }[],
  meterIds: readonly MeterId[],
): Promise<Set<SubscriptionId>> {
  const values = [
    JSON.stringify(subscriptions.map(({ id, customer_id }) => ({ id, customer_id }))),
    meterIds,
  ];
  const asked = `FROM json_to_recordset($1) AS r(id text, customer_id text) CROSS JOIN unnest($2::text[]) AS m(meter_id)`;
  await db.query(
    `INSERT INTO metered_subscriptions (customer_id, meter_id, subscription_id)
     SELECT r.customer_id, m.meter_id, r.id ${asked} ON CONFLICT (customer_id, meter_id) DO NOTHING`,
    values,
  );
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT DISTINCT r.id ${asked}
       JOIN metered_subscriptions b ON b.customer_id = r.customer_id AND b.meter_id = m.meter_id
      WHERE b.subscription_id <> r.id`,
    values,
  );
  return new Set(rows.map((row) => row.id));
}

export interface DecidedMigration {
  readonly subscription: SubscriptionToMigrate;
  readonly decision: MigrationDecision;
}

/** Writes the terms of those that are moved, and what came of each. */
export async function saveMigrated(
  db: Queryable,
  migration: Pick<PlanMigrationRow, 'id' | 'plan_id' | 'version' | 'effective'>,
  decided: readonly DecidedMigration[],
): Promise<void> {
  const rows = decided.map(({ subscription, decision }) => ({
    id: subscription.id,
    from_version: subscription.plan_version,
    quantity: subscription.quantity,
    price_overrides: subscription.price_overrides,
    outcome: decision.outcome,
    effective_at: decision.outcome === 'moved' ? formatInstant(decision.effectiveAt) : null,
    code: decision.outcome === 'refused' ? decision.code : null,
    message: decision.outcome === 'refused' ? decision.message : null,
  }));
  const moved = JSON.stringify(rows.filter(({ outcome }) => outcome === 'moved'));
  await db.query(
    `INSERT INTO subscription_terms (subscription_id, effective_at, plan_id, plan_version, quantity, price_overrides)
     SELECT id, effective_at, $2, $3, quantity, price_overrides
       FROM json_to_recordset($1) AS r(id text, effective_at timestamptz, quantity bigint, price_overrides jsonb)`,
    [moved, migration.plan_id, migration.version],
  );
  if (migration.effective === 'now') {
    await db.query(
      `UPDATE subscriptions s SET plan_version = $2 FROM json_to_recordset($1) AS r(id text) WHERE s.id = r.id`,
      [moved, migration.version],
    );
  }
  await db.query(
    `INSERT INTO plan_migration_results (migration_id, subscription_id, outcome, from_version, effective_at, code, message)
     SELECT $2, id, outcome, from_version, effective_at, code, message
       FROM json_to_recordset($1) AS r(id text, outcome text, from_version int, effective_at timestamptz, code text, message text)`,
    [JSON.stringify(rows), migration.id],
  );
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
