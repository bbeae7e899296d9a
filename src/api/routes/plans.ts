/** /v1/plans: what is sold. Versions are immutable; a new one is for new subscriptions. */
import { z } from 'zod';
import { checkMeters } from '../../catalog/checkMeters.ts';
import { grantFields } from '../../catalog/entitlement.ts';
import {
  definePlanVersion,
  maximumPrices,
  planVersionFields,
  type WrittenPlanVersion,
} from '../../catalog/planVersion.ts';
import { priceSchema } from '../../catalog/price.ts';
import { featureTypes } from '../../domain/entitlements/feature.ts';
import { BillingError } from '../../domain/errors.ts';
import type { PlanId } from '../../domain/ids.ts';
import { inTransaction } from '../../store/database.ts';
import { loadFeatures } from '../../store/entitlements/features.ts';
import { loadMeters } from '../../store/meters.ts';
import { newId } from '../../store/newId.ts';
import {
  addPlanVersion,
  insertPlan,
  readPlanVersions,
  savePlanCampaign,
  savePlanFallback,
  selectPlans,
  type NewPlanVersion,
  type PlanVersionRow,
} from '../../store/planWrites.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  code,
  currency,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  toList,
  toTime,
} from '../fields.ts';
import { dunningChoice, dunningChoiceAnswer, findChosenCampaign, toDunningChoice } from '../dunningChoice.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

const price = z.looseObject({
  id: z.string(),
  object: z.literal('price'),
  code: z.string(),
  type: z.string(),
  model: z.string(),
  billing: z.string(),
});
const plan = z.object({
  ...resourceFields,
  object: z.literal('plan'),
  code: z.string(),
  name: z.string(),
  version: z.number(),
  currency: z.string(),
  interval: z.string(),
  interval_count: z.number(),
  proration_unit: z.string(),
  grace_period: z.number(),
  trial_days: z.number(),
  trial_usage: z.enum(['free', 'billed']),
  trial_end_behavior: z.enum(['cancel', 'pause', 'invoice']),
  seats_down: z.enum(['now', 'period_end']),
  price_units: z.array(z.object({ code: z.string(), rate: z.string() })),
  past_due_grace_days: z.number(),
  features: z.array(z.object({ feature: z.string(), type: z.enum(featureTypes), ...grantFields })),
  /** Whether customers without a live subscription have what its latest version gives. */
  fallback: z.boolean(),
  dunning: dunningChoiceAnswer,
  prices: z.array(price),
});
const params = z.object({ id: z.string() });

// A copy that has `.openapi()`, which the catalog knows nothing of.
const priceRequest = priceSchema.describe('What a plan version charges for.').openapi('Price');
const versionFields = {
  ...planVersionFields,
  prices: z.array(priceRequest).min(1).max(maximumPrices),
};

type PlanRow = PlanVersionRow & { readonly id: PlanId };

export function addPlanRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<PlanRow>(pool, selectPlans, 'plan', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/plans',
    summary: 'Create a plan with its first version.',
    scope: 'write',
    body: z.strictObject({
      code,
      name: text(200),
      currency,
      ...versionFields,
      dunning: dunningChoice.optional(),
      fallback: z.boolean().default(false),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: plan,
    async handle({ body, operationId }) {
      const id = newId('plan', operationId);
      const version = await toVersion(to, body, body.currency, operationId);
      const dunningCampaignId = await findChosenCampaign(pool, body.dunning);
      const { fallback } = body;
      const created = {
        id,
        code: body.code,
        name: body.name,
        metadata: body.metadata,
        dunningCampaignId,
        fallback,
      };
      await uniquely('plans_code_key', 'code', () =>
        onlyFallback(() => inTransaction(pool, (tx) => insertPlan(tx, created, version))),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/plans',
    summary: 'List plans, each with its latest version.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, code: code.optional() }),
    answer: listOf(plan),
    handle: async ({ query }) =>
      toList(await readPage<PlanRow>(pool, selectPlans, [['code', query.code]], pageOf(query)), toResource),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/plans/{id}',
    summary: 'Get a plan with its latest version.',
    scope: 'read',
    params,
    answer: plan,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/plans/{id}',
    summary:
      'Change which dunning campaign the invoices of a plan follow where a customer has none of its own, and whether customers without a live subscription have what the plan gives. Neither is a term of the plan: they hold for all its versions, the campaign for dunning that begins from now on.',
    scope: 'write',
    params,
    body: z.strictObject({ dunning: dunningChoice.optional(), fallback: z.boolean().optional() }),
    answer: plan,
    async handle({ params: { id }, body }) {
      const row = await find(id);
      const campaign = await findChosenCampaign(pool, body.dunning);
      await onlyFallback(() =>
        inTransaction(pool, async (tx) => {
          if (campaign !== undefined) await savePlanCampaign(tx, row.id, campaign);
          if (body.fallback !== undefined) await savePlanFallback(tx, row.id, body.fallback);
        }),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/plans/{id}/versions',
    summary: 'Add a version for new subscriptions; those there are stay on theirs.',
    scope: 'write',
    params,
    body: z.strictObject(versionFields),
    status: 201,
    answer: plan,
    async handle({ params: { id }, body, operationId }) {
      const row = await find(id);
      const version = await toVersion(to, body, row.currency, operationId);
      await inTransaction(pool, (tx) => addPlanVersion(tx, row.id, version));
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/plans/{id}/versions',
    summary: "List a plan's versions, newest first.",
    scope: 'read',
    params,
    answer: listOf(plan),
    async handle({ params: { id } }) {
      const row = await find(id);
      const versions = await readPlanVersions(pool, row.id);
      return toList(
        { rows: versions.map((version) => ({ ...version, id: row.id })), hasMore: false },
        toResource,
      );
    },
  });
}

/** Throws a `BillingError` 409 where a second plan would be the fallback. */
async function onlyFallback<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Error && 'constraint' in error && error.constraint === 'plans_fallback'))
      throw error;
    throw new BillingError(
      409,
      'fallback_taken',
      'Another plan is the fallback. Set "fallback" to false there first.',
      'fallback',
    );
  }
}

async function toVersion(
  to: Registrar,
  request: WrittenPlanVersion,
  planCurrency: string,
  operationId: string,
): Promise<NewPlanVersion> {
  const codes = request.features.map(({ feature }) => feature);
  const version = definePlanVersion(request, await loadFeatures(to.pool, codes));
  const meterIds = version.prices.flatMap(({ meterId }) => (meterId === null ? [] : [meterId]));
  checkMeters(version.prices, await loadMeters(to.pool, meterIds));
  return { ...version, operationId, currency: planCurrency };
}

function toResource(row: PlanVersionRow & { readonly id: PlanId }) {
  return {
    id: row.id,
    object: 'plan' as const,
    code: row.code,
    name: row.name,
    version: row.version,
    currency: row.currency,
    interval: row.interval,
    interval_count: row.interval_count,
    proration_unit: row.proration_unit,
    grace_period: row.grace_period_seconds,
    trial_days: row.trial_days,
    trial_usage: row.trial_usage,
    trial_end_behavior: row.trial_end_behavior,
    seats_down: row.seats_down,
    price_units: [...row.price_units],
    past_due_grace_days: row.past_due_grace_days,
    features: row.features.map(({ code: feature, type, grants }) => ({ feature, type, ...grants })),
    fallback: row.fallback,
    dunning: toDunningChoice(row.dunning_campaign),
    prices: row.prices.map(({ id, code: priceCode, meter_id: meter, definition }) => ({
      id,
      object: 'price' as const,
      code: priceCode,
      ...definition,
      billing: definition.billing ?? 'in_arrears',
      ...(meter !== null && { meter }),
    })),
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
