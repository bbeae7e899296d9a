/** Subscriptions that are billed by the members of an organization, on a test clock: members come and go in Postgres. */
import type { PoolClient } from 'pg';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import type { PriceDefinition } from '../../src/catalog/price.ts';
import type { CustomerId, OrganizationId, PlanId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { inTransaction } from '../../src/store/database.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { insertPlan, type NewPlanVersion } from '../../src/store/planWrites.ts';
import type { SignUp } from '../../src/workflows/contract/subscription.ts';
import { aClockCustomer, type StoredLife } from './storedLife.ts';

export const ofSeats = {
  type: 'fixed',
  billing: 'in_advance',
  taxable: true,
  quantity_from: 'seats',
} as const;

export const perSeat = (unit: string): PriceDefinition => ({
  ...ofSeats,
  model: 'per_unit',
  unit_amount: unit,
});

/** A monthly plan with one price, `seat`. */
export async function aSeatPlan(
  { pool }: Dependencies,
  definition: PriceDefinition,
  fields: Partial<NewPlanVersion> = {},
): Promise<PlanId> {
  const id = newId('plan');
  const version: NewPlanVersion = {
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
    prices: [{ code: 'seat', meterId: null, definition }],
    ...fields,
  };
  await inTransaction(pool, (tx) =>
    insertPlan(tx, { id, code: id.slice(-20).toLowerCase(), name: 'Seats', metadata: {} }, version),
  );
  return id;
}

export interface SeatLife extends StoredLife {
  readonly organizationId: OrganizationId;
}

export async function anOrganizationOf(
  { pool }: Dependencies,
  customerId: CustomerId,
): Promise<OrganizationId> {
  const id = newId('organization');
  await pool.query(`INSERT INTO organizations (id, customer_id, name) VALUES ($1, $2, 'Acme')`, [
    id,
    customerId,
  ]);
  return id;
}

export async function signUpFor(
  deps: Dependencies,
  customerId: CustomerId,
  planId: PlanId,
  fields: Partial<SignUp> = {},
): Promise<StoredLife['id']> {
  const id = newId('subscription');
  await subscriptionActivities(deps).signUp({
    subscriptionId: id,
    customerId,
    content: { planId, planVersion: 1, quantity: 1, quantities: {}, addOns: [], priceOverrides: [] },
    commitment: null,
    billingCycleAnchor: 'anniversary',
    startAt: null,
    trialEnd: null,
    cancelAt: null,
    couponId: null,
    collectionMethod: null,
    daysUntilDue: null,
    phases: [],
    ...fields,
  });
  return id;
}

/** Signed up with so many members that take a seat, and billed for its first period. */
export async function aSeatLife(
  deps: Dependencies,
  at: Instant,
  planId: PlanId,
  members: number,
  fields: Partial<SignUp> = {},
): Promise<SeatLife> {
  const { customerId, clock } = await aClockCustomer(deps.pool, at, 'UTC');
  const organizationId = await anOrganizationOf(deps, customerId);
  for (let nth = 0; nth < members; nth += 1) await join(deps, organizationId);
  const id = await signUpFor(deps, customerId, planId, fields);
  const life = { deps, id, customerId, clock, organizationId };
  await look(life, at);
  return life;
}

type Billed = Pick<StoredLife, 'deps' | 'id'>;

/** Does what is due for the subscription, as its workflow does when it is told. */
export async function look({ deps, id }: Billed, at: Instant): Promise<void> {
  await billAllDue(deps, { kind: 'subscriptions', subscriptionIds: [id] }, () => at);
}

export async function join(
  deps: Dependencies,
  organizationId: OrganizationId,
  role = 'observer',
): Promise<string> {
  const [user, membership] = [newId('user'), newId('membership')];
  await inTransaction(deps.pool, async (tx) => {
    await tx.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [
      user,
      `${user.toLowerCase()}@example.com`,
    ]);
    await tx.query(`INSERT INTO memberships (id, organization_id, user_id, role) VALUES ($1, $2, $3, $4)`, [
      membership,
      organizationId,
      user,
      role,
    ]);
  });
  return membership;
}

/** Somebody who takes a seat leaves; nobody, where nobody does. */
export async function leave({ pool }: Dependencies, organizationId: OrganizationId): Promise<void> {
  await pool.query(
    `DELETE FROM memberships WHERE id = (SELECT membership_id FROM billable_members WHERE organization_id = $1 ORDER BY 1 LIMIT 1)`,
    [organizationId],
  );
}

export async function within(deps: Dependencies, work: (tx: PoolClient) => Promise<unknown>): Promise<void> {
  await inTransaction(deps.pool, work);
}

export interface SeatLine {
  readonly id: string;
  readonly type: string;
  readonly amount: bigint;
  readonly quantity: string;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly credits_line_id: string | null;
  readonly invoice_id: string | null;
}

export async function linesOf({ deps, id }: Billed): Promise<SeatLine[]> {
  const { rows } = await deps.pool.query<SeatLine>(
    `SELECT id, type, amount, quantity::text, period_start, period_end, credits_line_id, invoice_id
       FROM invoice_lines WHERE subscription_id = $1 AND price_code = 'seat' ORDER BY period_start, id`,
    [id],
  );
  return rows;
}

export async function billedSeats({ deps, id }: Billed): Promise<number> {
  const { rows } = await deps.pool.query<{ seats: number }>(
    `SELECT seats::int AS seats FROM subscriptions WHERE id = $1`,
    [id],
  );
  return rows[0]?.seats ?? -1;
}
