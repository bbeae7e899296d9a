/** The steps of moving subscriptions to a version of their plan: hundreds a transaction, each moved or refused by name. */
import type { PoolClient } from 'pg';
import type { MeterId, PlanMigrationId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { decideMigration } from '../domain/migration.ts';
import type { PlanVersion } from '../domain/plan.ts';
import { inTransaction } from '../store/database.ts';
import {
  claimMetersForMany,
  claimSubscriptionsToMigrate,
  saveMigrated,
  saveMigrationStatus,
  selectPlanMigrations,
  type DecidedMigration,
  type PlanMigrationRow,
} from '../store/planMigrations.ts';
import { loadPlanVersion } from '../store/plans.ts';
import { readOne } from '../store/reads/page.ts';
import { historyOf, readTerms } from '../store/terms.ts';
import { batchSize } from './dueStep.ts';
import type { Dependencies } from './dependencies.ts';

export interface MigrationProgress {
  readonly moved: number;
  readonly refused: number;
  readonly left: number;
}

export function planMigrationActivities({ pool }: Dependencies) {
  async function find(id: PlanMigrationId): Promise<PlanMigrationRow> {
    const migration = await readOne<PlanMigrationRow>(pool, selectPlanMigrations, id);
    if (!migration) throw new Error(`plan migration ${id} is gone`);
    return migration;
  }
  return {
    /** Decides on one batch and tells how far the migration has come. Killed, it has decided on none. */
    async migrateBatch(id: PlanMigrationId): Promise<MigrationProgress> {
      const migration = await find(id);
      const target = await loadPlanVersion(pool, migration.plan_id, migration.version);
      await inTransaction(pool, (tx) => migrate(tx, migration, target));
      const { moved, refused, left_over: left } = await find(id);
      return { moved, refused, left };
    },

    /** Notes that an operator has paused or resumed it, or that it is done. */
    async saveMigrationStatus(id: PlanMigrationId, status: PlanMigrationRow['status']): Promise<void> {
      await saveMigrationStatus(pool, id, status);
    },
  };
}

async function migrate(tx: PoolClient, migration: PlanMigrationRow, target: PlanVersion): Promise<void> {
  const subscriptions = await claimSubscriptionsToMigrate(tx, migration.id, batchSize);
  if (subscriptions.length === 0) return;
  const histories = await readTerms(
    tx,
    subscriptions.map(({ id }) => id),
  );
  const decided = subscriptions.map((subscription): DecidedMigration => {
    const candidate = {
      status: subscription.status,
      currentPeriodStart: subscription.current_period_start,
      currentPeriodEnd: subscription.current_period_end,
      cancelAt: subscription.cancel_at,
      history: historyOf(histories, subscription.id),
      overridden: subscription.price_overrides.map(({ code }) => code),
    };
    const now = subscription.frozen_time ?? (Date.now() as Instant);
    return { subscription, decision: decideMigration(candidate, target, migration.effective, now) };
  });
  await saveMigrated(tx, migration, await withMeters(tx, decided, target));
}

/** A subscription whose customer has another one that bills a meter of the version cannot be moved. */
async function withMeters(
  tx: PoolClient,
  decided: readonly DecidedMigration[],
  target: PlanVersion,
): Promise<DecidedMigration[]> {
  const meterIds = target.prices.flatMap((price): MeterId[] =>
    price.type === 'usage' ? [price.meterId] : [],
  );
  const moving = decided.filter(({ decision }) => decision.outcome === 'moved');
  const inTheWay = await claimMetersForMany(
    tx,
    moving.map(({ subscription }) => subscription),
    meterIds,
  );
  return decided.map((each) =>
    inTheWay.has(each.subscription.id)
      ? {
          ...each,
          decision: {
            outcome: 'refused',
            code: 'meter_already_billed',
            message:
              'Another subscription of the customer bills a meter of the version. Cancel that one first.',
          },
        }
      : each,
  );
}
