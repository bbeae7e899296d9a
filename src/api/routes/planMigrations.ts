/** /v1/plans/{id}/migrate, /v1/subscriptions/{id}/migrate, /v1/plan_migrations: to another version of a plan. */
import { WorkflowIdConflictPolicy, WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import type { PlanId, PlanMigrationId, SubscriptionId } from '../../domain/ids.ts';

import { newId } from '../../store/newId.ts';
import {
  insertPlanMigration,
  selectMigrationResults,
  selectPlanMigrations,
  type MigrationEffective,
  type MigrationResultRow,
  type PlanMigrationRow,
} from '../../store/planMigrations.ts';
import { selectPlans, type PlanVersionRow } from '../../store/planWrites.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import {
  pauseUpdate,
  planMigrationWorkflowId,
  resumeUpdate,
  type PlanMigrationInput,
} from '../../workflows/contract/planMigration.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import {
  idOf,
  listOf,
  optionalTime,
  pageOf,
  pageQuery,
  resourceFields,
  time,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { refuseWhileAdvancing } from '../customerClock.ts';
import { findNamed, findOne } from '../find.ts';
import { withPatience } from '../patience.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const effective = z.enum(['now', 'period_end']).default('period_end');
const planMigration = z.object({
  ...resourceFields,
  object: z.literal('plan_migration'),
  plan: z.string(),
  version: z.number(),
  effective: z.enum(['now', 'period_end']),
  subscription: z.string().nullable(),
  status: z.enum(['running', 'paused', 'completed']),
  moved: z.number(),
  refused: z.number(),
  left: z.number(),
  completed_at: optionalTime,
  workflow_id: z.string(),
});
const result = z.object({
  object: z.literal('plan_migration_result'),
  subscription: z.string(),
  outcome: z.enum(['moved', 'refused']),
  from_version: z.number(),
  effective_at: optionalTime,
  code: z.string().nullable(),
  message: z.string().nullable(),
  created: time,
});
const params = z.object({ id: z.string() });

export function addPlanMigrationRoutes(to: Registrar): void {
  const { pool, temporal, taskQueue } = to;
  const find = (id: string) => findOne<PlanMigrationRow>(pool, selectPlanMigrations, 'plan migration', id);

  /** Adds a migration; throws a `BillingError` 400 for a version that there is not. */
  async function begin(
    id: PlanMigrationId,
    plan: PlanVersionRow & { readonly id: PlanId },
    asked: {
      readonly version: number | undefined;
      readonly param: string;
      readonly effective: MigrationEffective;
      readonly subscriptionId: SubscriptionId | null;
    },
  ): Promise<void> {
    const { version = plan.version, param, effective: when, subscriptionId } = asked;
    if (version > plan.version) {
      throw new BillingError(
        400,
        'plan_version_missing',
        `The plan has no version ${String(version)}: its latest is ${String(plan.version)}.`,
        param,
      );
    }
    await insertPlanMigration(pool, { id, planId: plan.id, version, effective: when, subscriptionId });
  }

  const inputOf = (migrationId: PlanMigrationId): PlanMigrationInput => ({ migrationId, paused: false });

  addRoute(to, {
    method: 'post',
    path: '/v1/plans/{id}/migrate',
    summary:
      'Move all subscriptions of a plan to one of its versions, the latest where none is given. Answers at once; the migration tells who was moved and who was refused.',
    scope: 'write',
    params,
    body: z.strictObject({ version: z.int().min(1).optional(), effective }),
    status: 202,
    answer: planMigration,
    async handle({ params: { id }, body, operationId }) {
      const plan = await findOne<PlanVersionRow & { readonly id: PlanId }>(pool, selectPlans, 'plan', id);
      const migrationId = newId('plan_migration', operationId);
      await begin(migrationId, plan, {
        version: body.version,
        param: 'version',
        effective: body.effective,
        subscriptionId: null,
      });
      await withPatience(temporal, () =>
        temporal.workflow.start(workflowTypes.planMigration, {
          workflowId: planMigrationWorkflowId(migrationId),
          taskQueue,
          args: [inputOf(migrationId)],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        }),
      );
      return toResource(await find(migrationId));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions/{id}/migrate',
    summary:
      'Move a subscription to another version of its plan, the latest where none is given; answers when it is moved.',
    scope: 'write',
    params,
    body: z.strictObject({ plan_version: z.int().min(1).optional(), effective }),
    answer: result,
    async handle({ params: { id }, body, operationId }) {
      const subscription = await findOne<SubscriptionRow>(pool, selectSubscriptions, 'subscription', id);
      refuseWhileAdvancing(subscription);
      const plan = await findNamed<PlanVersionRow & { readonly id: PlanId }>(
        pool,
        selectPlans,
        'plan',
        subscription.plan_id,
        'plan',
      );
      const migrationId = newId('plan_migration', operationId);
      await begin(migrationId, plan, {
        version: body.plan_version,
        param: 'plan_version',
        effective: body.effective,
        subscriptionId: subscription.id,
      });
      const workflowId = planMigrationWorkflowId(migrationId);
      await runWorkflow(to, workflowTypes.planMigration, workflowId, inputOf(migrationId));
      const { rows } = await readPage<MigrationResultRow>(
        pool,
        selectMigrationResults,
        [['migration_id', migrationId]],
        { limit: 1 },
      );
      const [row] = rows;
      if (!row) {
        throw new BillingError(
          409,
          'nothing_to_migrate',
          'The subscription is on that version already, or has ended.',
        );
      }
      if (row.outcome === 'refused') {
        throw new BillingError(
          422,
          row.code ?? 'refused',
          row.message ?? 'The subscription cannot be moved.',
        );
      }
      return toResult(row);
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/plan_migrations',
    summary: 'List migrations of subscriptions to versions of their plans.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, plan: idOf('plan').optional() }),
    answer: listOf(planMigration),
    handle: async ({ query }) =>
      toList(
        await readPage<PlanMigrationRow>(
          pool,
          selectPlanMigrations,
          [['plan_id', query.plan]],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/plan_migrations/{id}',
    summary: 'Get a migration and how far it has come.',
    scope: 'read',
    params,
    answer: planMigration,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/plan_migrations/{id}/results',
    summary: 'List who was moved, when, and who was not, and why.',
    scope: 'read',
    params,
    query: z.strictObject({ ...pageQuery, outcome: z.enum(['moved', 'refused']).optional() }),
    answer: listOf(result),
    async handle({ params: { id }, query }) {
      const migration = await find(id);
      const page = await readPage<MigrationResultRow>(
        pool,
        selectMigrationResults,
        [
          ['migration_id', migration.id],
          ['outcome', query.outcome],
        ],
        pageOf(query),
      );
      return toList(page, toResult);
    },
  });
  for (const [action, update] of [
    ['pause', pauseUpdate],
    ['resume', resumeUpdate],
  ] as const) {
    addRoute(to, {
      method: 'post',
      path: `/v1/plan_migrations/{id}/${action}`,
      summary: action === 'pause' ? 'Pause a migration after its batch.' : 'Let a paused migration go on.',
      scope: 'write',
      params,
      answer: planMigration,
      async handle({ params: { id }, operationId }) {
        const migration = await find(id);
        if (migration.status === 'completed') throw completed(migration.id);
        const workflow = temporal.workflow.getHandle(planMigrationWorkflowId(migration.id));
        try {
          await withPatience(temporal, () => workflow.executeUpdate(update, { updateId: operationId }));
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) throw completed(migration.id);
          throw error;
        }
        return toResource(await find(id));
      },
    });
  }
}

function completed(id: PlanMigrationId): BillingError {
  return new BillingError(409, 'migration_completed', `Migration ${id} is completed.`);
}

function toResource(row: PlanMigrationRow) {
  return {
    id: row.id,
    object: 'plan_migration' as const,
    plan: row.plan_id,
    version: row.version,
    effective: row.effective,
    subscription: row.subscription_id,
    status: row.status,
    moved: row.moved,
    refused: row.refused,
    left: row.left_over,
    completed_at: toOptionalTime(row.completed_at),
    workflow_id: planMigrationWorkflowId(row.id),
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}

function toResult(row: MigrationResultRow) {
  return {
    object: 'plan_migration_result' as const,
    subscription: row.id,
    outcome: row.outcome,
    from_version: row.from_version,
    effective_at: toOptionalTime(row.effective_at),
    code: row.code,
    message: row.message,
    created: toTime(row.created),
  };
}
