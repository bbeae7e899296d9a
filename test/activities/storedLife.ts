/** A subscription's life in Postgres, lived by the activities on a test clock that is moved by hand. */
import { ApplicationFailure } from '@temporalio/common';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { planMigrationActivities } from '../../src/activities/planMigration.ts';
import { previewChangeActivities } from '../../src/activities/previewChange.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import type { CustomerId, PlanId, SubscriptionId, TestClockId } from '../../src/domain/ids.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import type { TermsChangeContent } from '../../src/domain/terms.ts';
import { ingest } from '../../src/ingest/ingest.ts';
import { moveClock, nextDueOnClock } from '../../src/store/clockTime.ts';
import type { Queryable } from '../../src/store/database.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { insertPlanMigration } from '../../src/store/planMigrations.ts';
import { insertTestClock } from '../../src/store/testClocks.ts';
import type { ChangeRequest, SignUp } from '../../src/workflows/contract/subscription.ts';
import type { Request, When } from '../domain/lifeRequests.ts';
import { addOn, eventType, planIds } from './storedCatalog.ts';

/** What is asked of a stored life, beside what is asked of one in memory. */
export type StoredRequest =
  | Request
  | { readonly ask: 'addOn'; readonly quantity: number }
  | { readonly ask: 'migrate'; readonly effective: 'now' | 'period_end' };

export interface StoredLife {
  readonly deps: Dependencies;
  readonly id: SubscriptionId;
  readonly customerId: CustomerId;
  readonly clock: TestClockId;
}

/** A customer with a card, on a clock of its own. */
export async function aClockCustomer(
  db: Queryable,
  at: Instant,
  timezone: string,
): Promise<{ readonly customerId: CustomerId; readonly clock: TestClockId }> {
  const [customerId, method, clock] = [newId('customer'), newId('payment_method'), newId('test_clock')];
  await insertTestClock(db, { id: clock, name: 'life', frozenTime: at, metadata: {} });
  await db.query(
    `INSERT INTO customers (id, name, timezone, test_clock_id, created) VALUES ($1, 'A', $2, $3, now())`,
    [customerId, timezone, clock],
  );
  await db.query(`INSERT INTO sandbox.payment_methods (id, token) VALUES ($1, 'pm_card_visa')`, [method]);
  await db.query(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, created)
     VALUES ($1, $2, 'sandbox', $1, 'card', now())`,
    [method, customerId],
  );
  await db.query(`UPDATE customers SET default_payment_method_id = $2 WHERE id = $1`, [customerId, method]);
  return { customerId, clock };
}

/** Signed up at an instant of its clock, and not yet billed. */
export async function aStoredLife(
  deps: Dependencies,
  at: Instant,
  timezone: string,
  fields: Partial<Omit<SignUp, 'subscriptionId' | 'customerId' | 'content'>> & {
    readonly plan?: number;
    readonly quantity?: number;
  },
): Promise<StoredLife> {
  const { plan = 0, quantity = 1, ...rest } = fields;
  const { customerId, clock } = await aClockCustomer(deps.pool, at, timezone);
  const id = newId('subscription');
  await subscriptionActivities(deps).signUp({
    subscriptionId: id,
    customerId,
    content: {
      planId: planOf(plan),
      planVersion: 1,
      quantity,
      quantities: {},
      addOns: [],
      priceOverrides: [],
    },
    commitment: null,
    billingCycleAnchor: 'anniversary',
    startAt: null,
    trialEnd: null,
    cancelAt: null,
    couponId: null,
    collectionMethod: null,
    daysUntilDue: null,
    phases: [],
    ...rest,
  });
  return { deps, id, customerId, clock };
}

function planOf(nth: number): PlanId {
  return planIds[nth % planIds.length] ?? ('' as PlanId);
}

/** Moves the clock on; each instant at which something is due by itself, or all of it by the last one. */
export async function advanceStored(
  { deps, clock }: StoredLife,
  to: Instant,
  how: 'each' | 'last',
): Promise<void> {
  const scope = { kind: 'clock', testClockId: clock } as const;
  while (how === 'each') {
    const at = await nextDueOnClock(deps.pool, clock, to);
    if (at === null) break;
    await moveClockTo(deps, clock, at);
    if ((await billAllDue(deps, scope, () => at)) === 0) break; // it was set aside, as its test will find
  }
  await moveClockTo(deps, clock, to);
  await billAllDue(deps, scope, () => to);
}

async function moveClockTo({ pool }: Dependencies, clock: TestClockId, at: Instant): Promise<void> {
  await pool.query(`UPDATE test_clocks SET target_time = greatest(target_time, $2) WHERE id = $1`, [
    clock,
    formatInstant(at),
  ]);
  await moveClock(pool, clock, at);
}

export const nothingAsked: ChangeRequest = {
  operationId: '',
  change: null,
  effective: null,
  prorationBehavior: 'create_prorations',
  withdrawPending: false,
  undoCancellation: false,
  undoPause: false,
  trialEnd: null,
};

/** Asks for something, each activity run so many times; returns the code of the refusal, where it is refused. */
export async function askStored(
  life: StoredLife,
  request: StoredRequest,
  now: Instant,
  times = 1,
): Promise<string | null> {
  const { deps, id } = life;
  const activities = subscriptionActivities(deps);
  const operationId = newOperationId();
  const moment = (when: When) => (typeof when === 'number' ? ((now + when) as Instant) : when);
  const again = async (work: () => Promise<unknown>): Promise<string | null> => {
    for (let nth = 0; nth < times; nth += 1) {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
        return error.type ?? '';
      }
    }
    return null;
  };
  switch (request.ask) {
    case 'pause': {
      const resumesAt =
        request.resumesAfter === null ? null : await resumption(life, request.at, request.resumesAfter, now);
      const asked = { operationId, at: moment(request.at), creditUnused: request.credit, resumesAt };
      return again(() => activities.pauseSubscription(id, asked));
    }
    case 'resume': {
      const at = request.at === 'now' ? 'now' : ((now + request.at) as Instant);
      return again(() => activities.resumeSubscription(id, { operationId, at }));
    }
    case 'cancel': {
      const asked = { operationId, at: moment(request.at), creditUnused: request.credit };
      return again(() => activities.cancelSubscription(id, asked));
    }
    case 'migrate':
      return migrate(life, request.effective);
    default: {
      const asked = changeRequest(request, now);
      return again(() => activities.changeSubscription(id, { ...asked, operationId }));
    }
  }
}

async function resumption({ deps, id }: StoredLife, at: When, after: number, now: Instant): Promise<Instant> {
  const { rows } = await deps.pool.query<{ end: Instant | null }>(
    `SELECT current_period_end AS end FROM subscriptions WHERE id = $1`,
    [id],
  );
  const from = typeof at === 'number' ? now + at : at === 'now' ? now : (rows[0]?.end ?? now);
  return (from + after) as Instant;
}

/** A request as a change of the subscription. */
export function changeRequest(request: StoredRequest, now: Instant): ChangeRequest {
  const asked = { ...nothingAsked, operationId: newOperationId() };
  switch (request.ask) {
    case 'change': {
      const { plan, quantity, anchor, effective, behavior } = request;
      const change: TermsChangeContent = {
        ...(plan !== undefined && { planId: planOf(plan), planVersion: 1 }),
        ...(quantity !== undefined && { quantity }),
        ...(anchor !== undefined && { billingCycleAnchor: anchor }),
      };
      const at = typeof effective === 'number' ? ((now + effective) as Instant) : (effective ?? null);
      return { ...asked, change, effective: at, prorationBehavior: behavior };
    }
    case 'addOn': {
      const addOns =
        request.quantity === 0 ? [] : [{ planId: addOn, planVersion: 1, quantity: request.quantity }];
      return { ...asked, change: { addOns } };
    }
    case 'trial':
      return { ...asked, trialEnd: request.end === 'now' ? 'now' : ((now + request.end) as Instant) };
    case 'withdraw':
      return { ...asked, withdrawPending: true };
    case 'undoCancellation':
      return { ...asked, undoCancellation: true };
    case 'undoPause':
      return { ...asked, undoPause: true };
    default:
      throw new Error(`${request.ask} is no change`);
  }
}

export const preview = ({ deps, id }: StoredLife, request: ChangeRequest) =>
  previewChangeActivities(deps).previewChange(id, request);

/** To the second version of its plan, where that has one. */
async function migrate({ deps, id }: StoredLife, effective: 'now' | 'period_end'): Promise<string | null> {
  const migrationId = newId('plan_migration');
  await insertPlanMigration(deps.pool, {
    id: migrationId,
    planId: planOf(0),
    version: 2,
    effective,
    subscriptionId: id,
  });
  await planMigrationActivities(deps).migrateBatch(migrationId);
  const { rows } = await deps.pool.query<{ code: string | null }>(
    `SELECT code FROM plan_migration_results WHERE migration_id = $1`,
    [migrationId],
  );
  return rows[0]?.code ?? null;
}

/** An event by its place among all of a life, its time and what it counts. */
export interface LifeUsage {
  readonly nth: number;
  readonly time: Instant;
  readonly size: number;
}

/** Sends events in one batch; all are accepted, or have been before. */
export async function sendUsage(
  { deps, customerId }: StoredLife,
  events: readonly LifeUsage[],
  now: Instant,
): Promise<void> {
  if (events.length === 0) return;
  const { rejected } = await ingest(
    deps.pool,
    JSON.stringify(
      events.map(({ nth, time, size }) => ({
        specversion: '1.0',
        id: String(nth),
        source: customerId,
        type: eventType,
        subject: customerId,
        time: formatInstant(time),
        data: { size, region: size % 3 === 0 ? 'eu' : 'us' },
      })),
    ),
    now,
  );
  if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
}

/** The invoices of a life as far as they are the same for equal lives. */
export async function invoicesOfLife({ deps, id }: StoredLife) {
  const { rows } = await deps.pool.query<{ status: string; total: bigint; start: Instant; lines: unknown[] }>(
    `SELECT i.status, i.total, i.period_start AS start, i.period_end AS end, i.created, lines.lines
       FROM invoices i
      CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(l.type, l.price_code, l.amount, l.description, l.period_start, l.period_end, l.quantity)
                        ORDER BY l.position) AS lines FROM invoice_lines l WHERE l.invoice_id = i.id) lines
      WHERE i.subscription_id = $1 ORDER BY i.created, i.boundary, i.id`,
    [id],
  );
  return rows.map((row) => ({ ...row, total: Number(row.total) }));
}
