/** Customers, plans and features in a database, without the workflows that bill them. */
import type { PoolClient } from 'pg';
import type { Grant } from '../../../src/domain/entitlements/feature.ts';
import type { PlanGrant } from '../../../src/domain/entitlements/snapshot.ts';
import type { CustomerId, MeterId, OrganizationId, PlanId, SubscriptionId } from '../../../src/domain/ids.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import type { Queryable } from '../../../src/store/database.ts';
import { insertFeature } from '../../../src/store/entitlements/features.ts';
import { insertMeter } from '../../../src/store/meters.ts';
import { newId, newOperationId } from '../../../src/store/newId.ts';
import { insertPlan, type NewPlan, type NewPlanVersion } from '../../../src/store/planWrites.ts';
import { aStoredSubscription } from '../../activities/storedSubscription.ts';

export async function aStoredFeature(
  db: Queryable,
  code: string,
  grant: Grant,
  meterId: MeterId | null = null,
): Promise<PlanGrant> {
  const feature = { id: newId('feature'), code, type: grant.type, meterId };
  await insertFeature(db, { ...feature, name: code, unit: null, metadata: {} });
  return { feature, grant };
}

export async function aStoredMeter(db: Queryable, eventType: string): Promise<MeterId> {
  const id = newId('meter');
  await insertMeter(db, {
    id,
    code: eventType,
    name: eventType,
    eventType,
    aggregation: 'count',
    property: null,
    expression: null,
    filters: [],
    groupBy: [],
    metadata: {},
  });
  return id;
}

export const aVersion = (
  features: readonly PlanGrant[],
  fields: Partial<NewPlanVersion> = {},
): NewPlanVersion => ({
  operationId: newOperationId(),
  currency: 'USD',
  interval: 'month',
  intervalCount: 1,
  prorationUnit: 'second',
  gracePeriodSeconds: 0,
  trialDays: 0,
  trialUsage: 'free',
  trialEndBehavior: 'invoice',
  seatsDown: 'now',
  priceUnits: [],
  prices: [],
  features,
  ...fields,
});

export async function aStoredPlan(
  db: Queryable,
  features: readonly PlanGrant[],
  fields: Partial<NewPlan> & Partial<NewPlanVersion> = {},
): Promise<PlanId> {
  const id = newId('plan');
  const { fallback, pastDueGraceDays } = fields;
  await insertPlan(
    db as PoolClient, // a pool runs each statement by itself
    { id, code: id, name: 'A plan', metadata: {}, fallback },
    aVersion(features, pastDueGraceDays === undefined ? {} : { pastDueGraceDays }),
  );
  return id;
}

export async function aStoredCustomer(db: Queryable, externalId: string | null = null): Promise<CustomerId> {
  const id = newId('customer');
  await db.query(`INSERT INTO customers (id, name, external_id, created) VALUES ($1, 'A', $2, now())`, [
    id,
    externalId,
  ]);
  return id;
}

/** Live, in a period that began an hour ago. */
export async function aLiveSubscription(
  db: Queryable,
  customerId: CustomerId,
  planId: PlanId,
): Promise<SubscriptionId> {
  const startedAt = (Date.now() - 3_600_000) as Instant;
  const id = await aStoredSubscription(db, { customerId, planId, startedAt });
  await db.query(
    `UPDATE subscriptions SET status = 'active', period_index = 0, current_period_start = started_at,
            current_period_end = started_at + interval '30 days' WHERE id = $1`,
    [id],
  );
  return id;
}

export async function cancel(db: Queryable, id: SubscriptionId): Promise<void> {
  await db.query(
    `UPDATE subscriptions SET status = 'canceled', ended_at = now(), next_due_at = NULL WHERE id = $1`,
    [id],
  );
}

export async function anOrganization(db: Queryable, customerId: CustomerId): Promise<OrganizationId> {
  const id = newId('organization');
  await db.query(`INSERT INTO organizations (id, customer_id, name) VALUES ($1, $2, 'Acme')`, [
    id,
    customerId,
  ]);
  return id;
}

export async function aMember(db: Queryable, organizationId: OrganizationId, role: string): Promise<void> {
  const [user, membership] = [newId('user'), newId('membership')];
  await db.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [
    user,
    `${user.toLowerCase()}@example.com`,
  ]);
  await db.query(`INSERT INTO memberships (id, organization_id, user_id, role) VALUES ($1, $2, $3, $4)`, [
    membership,
    organizationId,
    user,
    role,
  ]);
}

export async function aGraph(db: Queryable, organizationId: OrganizationId, variants = 1): Promise<string> {
  const id = newId('graph');
  await db.query(`INSERT INTO graphs (id, organization_id, name) VALUES ($1, $2, $3)`, [
    id,
    organizationId,
    `g${id.slice(-10)}`,
  ]);
  for (let nth = 0; nth < variants; nth += 1) {
    await db.query(`INSERT INTO variants (id, organization_id, graph_id, name) VALUES ($1, $2, $3, $4)`, [
      newId('variant'),
      organizationId,
      id,
      `v${String(nth)}`,
    ]);
  }
  return id;
}
