/** The steps of moving subscriptions to a version of their plan: hundreds a transaction, each moved or refused by name. */
import type { PoolClient } from 'pg';
import type { PriceOverride } from '../catalog/override.ts';
import { BillingError } from '../domain/errors.ts';
import type { PlanMigrationId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { dueOf } from '../domain/pendingChange.ts';
import { decideChange, type ChangeEffect } from '../domain/subscriptionChange.ts';
import { metersOf, withChange, type TermsChangeContent } from '../domain/terms.ts';
import { readChangeCandidates, type ReadCandidate } from '../store/changeCandidates.ts';
import { inTransaction, isDatabaseAway } from '../store/database.ts';
import { claimMeters } from '../store/meterClaims.ts';
import { newId } from '../store/newId.ts';
import { overridesFor, writtenOverrides } from '../store/overrides.ts';
import {
  claimSubscriptionsToMigrate,
  findMovesToMake,
  saveMigrationResults,
  saveMigrationStatus,
  selectPlanMigrations,
  type DecidedMigration,
  type PlanMigrationRow,
} from '../store/planMigrations.ts';
import { readOne } from '../store/reads/page.ts';
import { insertChanges, type NewChange } from '../store/subscriptionChanges.ts';
import { saveNextDue } from '../store/subscriptionRequests.ts';
import type { TermsBuilder } from '../store/terms.ts';
import { billAllDue } from './billDue.ts';
import { batchSize } from './dueStep.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';

export interface MigrationProgress {
  readonly moved: number;
  readonly refused: number;
  readonly left: number;
}

export function planMigrationActivities(deps: Dependencies) {
  const { pool } = deps;
  async function find(id: PlanMigrationId): Promise<PlanMigrationRow> {
    const migration = await readOne<PlanMigrationRow>(pool, selectPlanMigrations, id);
    if (!migration) throw new Error(`plan migration ${id} is gone`);
    return migration;
  }
  return {
    /** Decides on one batch and tells how far the migration has come. Killed, it has decided on none, or on all of it. */
    async migrateBatch(id: PlanMigrationId): Promise<MigrationProgress> {
      const migration = await find(id);
      try {
        await inTransaction(pool, (tx) => migrate(tx, migration, batchSize));
      } catch (error) {
        if (isDatabaseAway(error)) throw error;
        deps.logger.warn({ migration: id, error }, 'batch failed, migrating one by one');
        await migrateOneByOne(deps, migration);
      }
      await makeMoves(deps, id);
      const { moved, refused, left_over: left } = await find(id);
      return { moved, refused, left };
    },

    /** Notes that an operator has paused or resumed it, or that it is done. */
    async saveMigrationStatus(id: PlanMigrationId, status: PlanMigrationRow['status']): Promise<void> {
      await saveMigrationStatus(pool, id, status);
    },
  };
}

/** One that cannot be moved, for whatever reason, is refused alone. */
async function migrateOneByOne(deps: Dependencies, migration: PlanMigrationRow): Promise<void> {
  for (let nth = 0; nth < batchSize; nth += 1) {
    try {
      const decided = await inTransaction(deps.pool, (tx) => migrate(tx, migration, 1));
      if (decided.length === 0) return;
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      await inTransaction(deps.pool, async (tx) => {
        const [id] = await claimSubscriptionsToMigrate(tx, migration.id, 1);
        if (!id) return;
        const message = error instanceof Error ? error.message : String(error);
        const decision = { outcome: 'refused', code: 'migration_failed', message } as const;
        await saveMigrationResults(tx, migration.id, [
          { subscriptionId: id, fromVersion: migration.version, decision },
        ]);
      });
    }
  }
}

/** Those that are moved at once are billed so at once. */
async function makeMoves(deps: Dependencies, id: PlanMigrationId): Promise<void> {
  const moves = await findMovesToMake(deps.pool, id, batchSize);
  for (const frozen of new Set(moves.map(({ frozen_time: at }) => at))) {
    const subscriptionIds = moves.filter(({ frozen_time: at }) => at === frozen).map((move) => move.id);
    const now = frozen ?? (Date.now() as Instant);
    await billAllDue(deps, { kind: 'subscriptions', subscriptionIds }, () => now);
  }
}

interface Decided extends DecidedMigration {
  readonly read: ReadCandidate;
  readonly change: NewChange | null;
}

/** Decides on one batch; returns on whom. */
async function migrate(
  tx: PoolClient,
  migration: PlanMigrationRow,
  limit: number,
): Promise<SubscriptionId[]> {
  const ids = await claimSubscriptionsToMigrate(tx, migration.id, limit);
  if (ids.length === 0) return ids;
  const target = { planId: migration.plan_id, planVersion: migration.version };
  const { candidates, build } = await readChangeCandidates(tx, ids, [target], { lock: true });
  const overridesOf = carriedOverrides(tx, migration);
  const decided: Decided[] = [];
  for (const read of candidates) {
    decided.push(await decide(tx, migration, read, build, overridesOf));
  }
  const settled = await withMeters(tx, decided, build);
  const changes = settled.flatMap(({ change }) => (change ? [change] : []));
  await insertChanges(tx, changes);
  await saveMigrationResults(tx, migration.id, settled);
  await saveNextDue(
    tx,
    settled.flatMap(({ read, change }) => {
      if (!change) return [];
      const { effectiveAt } = change.effect;
      const pending = [...read.candidate.pending, { ...change, effectiveAt, atPeriod: null, sequence: 0 }];
      return [{ id: read.id, nextDueAt: dueOf(read.state, pending) }];
    }),
  );
  return ids;
}

/** What was negotiated, defined anew for the target; the same is computed once. */
function carriedOverrides(tx: PoolClient, { plan_id, version }: PlanMigrationRow) {
  const known = new Map<string, PriceOverride[]>();
  return async (overrides: readonly { readonly code: string }[]): Promise<PriceOverride[]> => {
    const written = writtenOverrides(overrides);
    const key = JSON.stringify(written);
    const carried = known.get(key) ?? (await overridesFor(tx, plan_id, version, written));
    known.set(key, carried);
    return carried;
  };
}

async function decide(
  tx: PoolClient,
  migration: PlanMigrationRow,
  read: ReadCandidate,
  build: TermsBuilder,
  overridesOf: (overrides: readonly { readonly code: string }[]) => Promise<PriceOverride[]>,
): Promise<Decided> {
  const { content } = read.candidate;
  const from = { read, subscriptionId: read.id, fromVersion: content.planVersion };
  const now = await currentTime(tx, read.testClockId);
  try {
    refuseLeaving(read, migration);
    const change: TermsChangeContent = {
      planId: migration.plan_id,
      planVersion: migration.version,
      ...(content.priceOverrides.length > 0 && { priceOverrides: await overridesOf(content.priceOverrides) }),
    };
    const effect = decideChange(read.candidate, { change, effective: migration.effective }, build, now);
    const changeId = newId('subscription_change');
    return {
      ...from,
      decision: { outcome: 'moved', effectiveAt: effectiveAt(effect, read), changeId },
      change: {
        id: changeId,
        subscriptionId: read.id,
        change,
        prorationBehavior: 'create_prorations',
        effect,
        acceptedAt: now,
      },
    };
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    return {
      ...from,
      decision: { outcome: 'refused', code: error.code, message: error.message },
      change: null,
    };
  }
}

/** Null: with a period whose start is not known yet, as of one that is paused. */
function effectiveAt({ effectiveAt: at }: ChangeEffect, { state }: ReadCandidate): Instant | null {
  return at ?? state.current?.end ?? null;
}

/** One that is to leave the plan is not kept on it. */
function refuseLeaving({ candidate }: ReadCandidate, { plan_id }: PlanMigrationRow): void {
  const leaves = candidate.pending.some(
    ({ change }) => change.planId !== undefined && change.planId !== plan_id,
  );
  if (!leaves) return;
  throw new BillingError(
    409,
    'change_pending',
    'A change to another plan is pending, which the move would undo. Withdraw that one first.',
  );
}

/** A subscription whose customer has another one that bills a meter of the version cannot be moved. */
async function withMeters(
  tx: PoolClient,
  decided: readonly Decided[],
  build: TermsBuilder,
): Promise<Decided[]> {
  const inTheWay = await claimMeters(
    tx,
    decided.flatMap(({ read, change }) => {
      if (!change) return [];
      const terms = build(withChange(read.candidate.content, change.change), change.acceptedAt);
      return [{ subscriptionId: read.id, customerId: read.customerId, meterIds: metersOf(terms) }];
    }),
  );
  return decided.map((each) =>
    inTheWay.has(each.read.id)
      ? {
          ...each,
          change: null,
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
