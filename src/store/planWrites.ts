/** How plans and their versions come to be, and how clients see them. */
import type pg from 'pg';
import { writeGrant, type WrittenGrant } from '../catalog/entitlement.ts';
import type { PriceDefinition } from '../catalog/price.ts';
import type { PriceUnitDefinition } from '../catalog/priceUnits.ts';
import type { Interval } from '../domain/calendar.ts';
import type { FeatureType } from '../domain/entitlements/feature.ts';
import type { PlanGrant } from '../domain/entitlements/snapshot.ts';
import type { DunningCampaignId, FeatureId, MeterId, PlanId, PriceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { PlanVersion } from '../domain/plan.ts';
import type { ProrationUnit } from '../domain/proration.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';

export interface PlanVersionRow {
  /** The plan's id; with `version` it names the row. */
  readonly plan_id: PlanId;
  readonly version: number;
  readonly code: string;
  readonly name: string;
  readonly currency: string;
  readonly interval: Interval;
  readonly interval_count: number;
  readonly proration_unit: ProrationUnit;
  readonly grace_period_seconds: number;
  readonly trial_days: number;
  readonly trial_usage: PlanVersion['trialUsage'];
  readonly trial_end_behavior: PlanVersion['trialEndBehavior'];
  readonly seats_down: PlanVersion['seatsDown'];
  readonly price_units: readonly PriceUnitDefinition[];
  readonly past_due_grace_days: number;
  readonly features: readonly {
    readonly id: FeatureId;
    readonly code: string;
    readonly type: FeatureType;
    readonly meter_id: MeterId | null;
    readonly grants: WrittenGrant;
  }[];
  /** Whether customers without a live subscription have what its latest version gives. */
  readonly fallback: boolean;
  /** The code of the campaign that its invoices follow. */
  readonly dunning_campaign: string | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly prices: readonly {
    readonly id: PriceId;
    readonly code: string;
    readonly meter_id: MeterId | null;
    readonly definition: PriceDefinition;
  }[];
}

const versionColumns = `v.plan_id, v.version, v.currency, v.interval, v.interval_count, v.proration_unit,
         v.grace_period_seconds, v.trial_days, v.trial_usage, v.trial_end_behavior, v.seats_down, v.price_units, v.past_due_grace_days,
         v.created AS version_created,
         coalesce((SELECT json_agg(json_build_object('id', f.id, 'code', f.code, 'type', f.type, 'meter_id', f.meter_id,
                                                     'grants', g.grants) ORDER BY g.position)
                     FROM plan_features g JOIN features f ON f.id = g.feature_id
                    WHERE g.plan_id = v.plan_id AND g.version = v.version), '[]') AS features,
         coalesce((SELECT json_agg(json_build_object('id', p.id, 'code', p.code, 'meter_id', p.meter_id,
                                                     'definition', p.definition) ORDER BY p.position)
                     FROM prices p WHERE p.plan_id = v.plan_id AND p.version = v.version), '[]') AS prices`;

const campaignCode = `(SELECT code FROM dunning_campaigns WHERE id = t.dunning_campaign_id) AS dunning_campaign`;

/** Plans with their latest version. */
export const selectPlans = `
  SELECT t.id, t.code, t.name, t.metadata, t.created, t.fallback, ${campaignCode}, v.*
    FROM plans t
   CROSS JOIN LATERAL (
     SELECT ${versionColumns} FROM plan_versions v WHERE v.plan_id = t.id ORDER BY v.version DESC LIMIT 1) v`;

/** All versions of a plan, the newest first. */
export async function readPlanVersions(db: Queryable, planId: PlanId): Promise<PlanVersionRow[]> {
  const { rows } = await db.query<PlanVersionRow>(
    `SELECT t.code, t.name, t.metadata, v.created, t.fallback, ${campaignCode}, ${versionColumns}
       FROM plans t JOIN plan_versions v ON v.plan_id = t.id WHERE t.id = $1 ORDER BY v.version DESC`,
    [planId],
  );
  return rows;
}

export interface NewPlanVersion {
  /** The request that makes it: run again, it makes no second version. */
  readonly operationId: string;
  readonly currency: string;
  readonly interval: Interval;
  readonly intervalCount: number;
  readonly prorationUnit: ProrationUnit;
  readonly gracePeriodSeconds: number;
  readonly trialDays: number;
  readonly trialUsage: PlanVersion['trialUsage'];
  readonly trialEndBehavior: PlanVersion['trialEndBehavior'];
  readonly seatsDown: PlanVersion['seatsDown'];
  readonly priceUnits: readonly PriceUnitDefinition[];
  readonly prices: readonly {
    readonly code: string;
    readonly meterId: MeterId | null;
    readonly definition: PriceDefinition;
  }[];
  /** 7 where it is left out. */
  readonly pastDueGraceDays?: number;
  /** None where it is left out. */
  readonly features?: readonly PlanGrant[];
}

export interface NewPlan {
  readonly id: PlanId;
  readonly code: string;
  readonly name: string;
  readonly dunningCampaignId?: DunningCampaignId | null | undefined;
  readonly fallback?: boolean | undefined;
  readonly metadata: Record<string, string>;
}

/** Adds a plan and its first version, once. Throws Postgres's unique violation where the code is taken. */
export async function insertPlan(tx: pg.PoolClient, plan: NewPlan, version: NewPlanVersion): Promise<void> {
  const { rowCount } = await tx.query(
    `INSERT INTO plans (id, code, name, metadata, dunning_campaign_id, fallback, created)
     VALUES ($1, $2, $3, $4, $5, $6, now())
     ON CONFLICT (id) DO NOTHING`,
    [
      plan.id,
      plan.code,
      plan.name,
      JSON.stringify(plan.metadata),
      plan.dunningCampaignId ?? null,
      plan.fallback ?? false,
    ],
  );
  if (rowCount === 1) await insertVersion(tx, plan.id, 1, version);
}

export async function updatePlan(
  tx: pg.PoolClient,
  id: PlanId,
  { name, metadata }: Pick<NewPlan, 'name' | 'metadata'>,
): Promise<void> {
  await tx.query(`UPDATE plans SET name = $2, metadata = $3 WHERE id = $1`, [
    id,
    name,
    JSON.stringify(metadata),
  ]);
}

/** Changes which campaign the invoices of a plan follow, of whichever version; null: none of its own. */
export async function savePlanCampaign(
  db: Queryable,
  id: PlanId,
  campaign: DunningCampaignId | null,
): Promise<void> {
  await db.query(`UPDATE plans SET dunning_campaign_id = $2 WHERE id = $1`, [id, campaign]);
}

/**
 * Whether customers without a live subscription have what the plan gives. Throws Postgres's unique violation where another
 * plan is the fallback.
 */
export async function savePlanFallback(db: Queryable, id: PlanId, fallback: boolean): Promise<void> {
  await db.query(`UPDATE plans SET fallback = $2 WHERE id = $1 AND fallback <> $2`, [id, fallback]);
}

/** Adds the next version of a plan; versions that are added at once get one number each. */
export async function addPlanVersion(
  tx: pg.PoolClient,
  planId: PlanId,
  version: NewPlanVersion,
): Promise<void> {
  await tx.query(`SELECT FROM plans WHERE id = $1 FOR UPDATE`, [planId]);
  const { rows } = await tx.query<{ next: number }>(
    `SELECT max(version) + 1 AS next FROM plan_versions WHERE plan_id = $1`,
    [planId],
  );
  await insertVersion(tx, planId, rows[0]?.next ?? 1, version);
}

async function insertVersion(
  tx: pg.PoolClient,
  planId: PlanId,
  number: number,
  version: NewPlanVersion,
): Promise<void> {
  const { rowCount } = await tx.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit,
                                grace_period_seconds, price_units, operation_id, trial_days, trial_usage, trial_end_behavior,
                                seats_down, past_due_grace_days, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, now()) ON CONFLICT (operation_id) DO NOTHING`,
    [
      planId,
      number,
      version.currency,
      version.interval,
      version.intervalCount,
      version.prorationUnit,
      version.gracePeriodSeconds,
      JSON.stringify(version.priceUnits),
      version.operationId,
      version.trialDays,
      version.trialUsage,
      version.trialEndBehavior,
      version.seatsDown,
      version.pastDueGraceDays ?? 7,
    ],
  );
  if (rowCount === 0) return;
  const prices = version.prices.map((price, position) => ({
    id: newId('price'),
    position,
    code: price.code,
    meter_id: price.meterId,
    definition: price.definition,
  }));
  await tx.query(
    `INSERT INTO prices (id, plan_id, version, position, code, meter_id, definition)
     SELECT id, $2, $3, position, code, meter_id, definition
       FROM json_to_recordset($1) AS r(id text, position int, code text, meter_id text, definition jsonb)`,
    [JSON.stringify(prices), planId, number],
  );
  const features = (version.features ?? []).map(({ feature, grant }, position) => ({
    feature_id: feature.id,
    position,
    grants: writeGrant(grant),
  }));
  if (features.length === 0) return;
  await tx.query(
    `INSERT INTO plan_features (plan_id, version, position, feature_id, grants)
     SELECT $2, $3, position, feature_id, grants
       FROM json_to_recordset($1) AS r(position int, feature_id text, grants jsonb)`,
    [JSON.stringify(features), planId, number],
  );
}
