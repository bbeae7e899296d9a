/** /v1/dunning_campaigns: what is done about invoices that are not paid. Versions are immutable. */
import { z } from 'zod';
import { dunningPolicyFields, finalTooEarly, toPolicy } from '../../catalog/dunningPolicy.ts';
import { BillingError } from '../../domain/errors.ts';
import { finalActions, noticeChannels, type DunningPolicy } from '../../domain/dunning.ts';
import { inTransaction } from '../../store/database.ts';
import {
  addCampaignVersion,
  insertCampaign,
  readCampaignVersions,
  selectDunningCampaigns,
  type DunningCampaignRow,
} from '../../store/dunningCampaigns.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  allOf,
  code,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  toList,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

const campaign = z.object({
  ...resourceFields,
  object: z.literal('dunning_campaign'),
  code: z.string(),
  name: z.string(),
  version: z.number(),
  retry: z.object({
    days: z.array(z.number()),
    quiet_hours: z.object({ from: z.string(), to: z.string() }).optional(),
    insufficient_funds: z.enum(['as_scheduled', 'payday']).optional(),
  }),
  steps: z.array(
    z.object({
      after_days: z.number(),
      action: z.enum(['notice', 'retry']),
      kind: z.string().optional(),
      channels: z.array(z.enum(noticeChannels)).optional(),
    }),
  ),
  final_action: z.enum(finalActions),
  final_after_days: z.number(),
});
const params = z.object({ id: z.string() });

export function addDunningCampaignRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) =>
    findOne<DunningCampaignRow>(pool, selectDunningCampaigns, 'dunning campaign', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/dunning_campaigns',
    summary:
      'Create a dunning campaign with its first version. Steps count from the due date, retries from the first failure, both in days of the customer’s calendar. A customer or a plan chooses it by its code, as dunning: {campaign}.',
    scope: 'write',
    body: z.strictObject({ code, name: text(200), ...dunningPolicyFields, metadata: metadata.default({}) }),
    status: 201,
    answer: campaign,
    async handle({ body, operationId }) {
      const id = newId('dunning_campaign', operationId);
      const policy = checkedPolicy(body);
      await uniquely('dunning_campaigns_code_key', 'code', () =>
        inTransaction(pool, (tx) =>
          insertCampaign(
            tx,
            { id, code: body.code, name: body.name, metadata: body.metadata },
            { operationId, policy },
          ),
        ),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/dunning_campaigns',
    summary: 'List dunning campaigns, each with its latest version.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, code: code.optional() }),
    answer: listOf(campaign),
    handle: async ({ query }) =>
      toList(
        await readPage<DunningCampaignRow>(
          pool,
          selectDunningCampaigns,
          [['code', query.code]],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/dunning_campaigns/{id}',
    summary: 'Get a dunning campaign with its latest version.',
    scope: 'read',
    params,
    answer: campaign,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/dunning_campaigns/{id}/versions',
    summary: 'Add a version, for invoices whose dunning begins from now on; the others go on as they began.',
    scope: 'write',
    params,
    body: z.strictObject(dunningPolicyFields),
    status: 201,
    answer: campaign,
    async handle({ params: { id }, body, operationId }) {
      const row = await find(id);
      const policy = checkedPolicy(body);
      await inTransaction(pool, (tx) => addCampaignVersion(tx, row.id, { operationId, policy }));
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/dunning_campaigns/{id}/versions',
    summary: "List a dunning campaign's versions, newest first.",
    scope: 'read',
    params,
    answer: listOf(campaign),
    async handle({ params: { id } }) {
      const row = await find(id);
      return allOf((await readCampaignVersions(pool, row.id)).map(toResource));
    },
  });
}

/** Throws a `BillingError` 422 for a campaign that would end before it is over. */
function checkedPolicy(written: Parameters<typeof toPolicy>[0]): DunningPolicy {
  if (!finalTooEarly(written)) return toPolicy(written);
  throw new BillingError(
    422,
    'final_action_too_early',
    'The final action would come before a step or a retry. Give a final_after_days that is no less than the last of them.',
    'final_after_days',
  );
}

function toResource(row: DunningCampaignRow) {
  const { retry, steps, final_action, final_after_days } = row.policy;
  return {
    id: row.id,
    object: 'dunning_campaign' as const,
    code: row.code,
    name: row.name,
    version: row.version,
    retry: { ...retry, days: [...retry.days] },
    steps: steps.map(({ channels, ...step }) => ({ ...step, ...(channels && { channels: [...channels] }) })),
    final_action,
    final_after_days,
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
