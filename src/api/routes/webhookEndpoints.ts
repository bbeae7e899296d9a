/** /v1/webhook_endpoints: who is told of events. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { refuseWebhookUrl } from '../../domain/webhookAddress.ts';
import { inTransaction } from '../../store/database.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  deleteWebhookEndpoint,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  insertWebhookEndpoint,
  makeWaitingDue,
  newWebhookSecret,
  rotateWebhookSecret,
  selectWebhookEndpoints,
  updateWebhookEndpoint,
  type WebhookEndpointRow,
} from '../../store/webhookEndpoints.ts';
import { eventPattern } from '../eventResource.ts';
import {
  listOf,
  metadata,
  optionalTime,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { wakeDelivery } from '../webhookDelivery.ts';

const webhookEndpoint = z.object({
  ...resourceFields,
  object: z.literal('webhook_endpoint'),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string().nullable(),
  enabled: z.boolean(),
  disabled_reason: z.enum(['request', 'gone', 'failing']).nullable(),
  disabled_at: optionalTime,
  failing_since: optionalTime,
  old_secret_expires_at: optionalTime,
});
const withSecret = webhookEndpoint.extend({ secret: z.string() });
const params = z.object({ id: z.string() });
const events = z
  .array(eventPattern)
  .min(1)
  .max(100)
  .transform((patterns) => [...new Set(patterns)]);
const daySeconds = 86_400;

export function addWebhookEndpointRoutes(to: Registrar): void {
  const { pool, allowPrivateWebhooks } = to;
  const find = (id: string) =>
    findOne<WebhookEndpointRow>(pool, selectWebhookEndpoints, 'webhook endpoint', id);
  const refuseUrl = (url: string | undefined) => {
    const refusal = url === undefined ? undefined : refuseWebhookUrl(url, allowPrivateWebhooks);
    if (refusal !== undefined) throw new BillingError(400, 'webhook_url_refused', `url: ${refusal}.`, 'url');
  };
  addRoute(to, {
    method: 'post',
    path: '/v1/webhook_endpoints',
    summary:
      'Add an endpoint that is told of events from now on; the secret that signs what it gets (Standard Webhooks) is shown this once.',
    scope: 'admin',
    body: z.strictObject({
      url: text(2000),
      events,
      description: text().optional(),
      enabled: z.boolean().default(true),
      metadata: metadata.default({}),
    }),
    status: 201,
    secret: true,
    answer: withSecret,
    async handle({ body, operationId }) {
      refuseUrl(body.url);
      const id = newId('webhook_endpoint', operationId);
      const secret = newWebhookSecret();
      const endpoint = { ...body, id, description: body.description ?? null };
      await inTransaction(pool, (tx) => insertWebhookEndpoint(tx, endpoint, secret));
      return { ...toResource(await find(id)), secret };
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/webhook_endpoints',
    summary: 'List webhook endpoints.',
    scope: 'read',
    query: z.strictObject(pageQuery),
    answer: listOf(webhookEndpoint),
    handle: async ({ query }) =>
      toList(await readPage<WebhookEndpointRow>(pool, selectWebhookEndpoints, [], pageOf(query)), toResource),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/webhook_endpoints/{id}',
    summary: 'Get a webhook endpoint, and since when it has received nothing.',
    scope: 'read',
    params,
    answer: webhookEndpoint,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/webhook_endpoints/{id}',
    summary:
      'Change a webhook endpoint. With another url, or enabled again, it gets what waits at once; what happened while it was disabled is in the event log.',
    scope: 'admin',
    params,
    body: z.strictObject({
      url: text(2000).optional(),
      events: events.optional(),
      description: text().nullable().optional(),
      enabled: z.boolean().optional(),
      metadata: metadata.optional(),
    }),
    answer: webhookEndpoint,
    async handle({ params: { id: given }, body: { enabled, ...change } }) {
      const { id, ...row } = await find(given);
      refuseUrl(change.url);
      const begins = enabled === true && !row.enabled;
      const moves = change.url !== undefined && change.url !== row.url;
      await inTransaction(pool, async (tx) => {
        if (begins || moves) await makeWaitingDue(tx, id);
        await updateWebhookEndpoint(tx, id, change);
        if (enabled === true) await enableWebhookEndpoint(tx, id);
        if (enabled === false) await disableWebhookEndpoint(tx, id);
      });
      if (begins || moves) await wakeDelivery(to, id);
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/webhook_endpoints/{id}',
    summary: 'Delete a webhook endpoint: what waits for it is given up.',
    scope: 'admin',
    params,
    answer: z.object({ id: z.string(), object: z.literal('webhook_endpoint'), deleted: z.literal(true) }),
    async handle({ params: { id: given } }) {
      const { id } = await find(given);
      await inTransaction(pool, (tx) => deleteWebhookEndpoint(tx, id));
      await wakeDelivery(to, id);
      return { id, object: 'webhook_endpoint' as const, deleted: true as const };
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/webhook_endpoints/{id}/rotate_secret',
    summary:
      'Give an endpoint a new secret, shown this once. Until the old one expires (a day, where nothing is said), both sign.',
    scope: 'admin',
    params,
    body: z
      .strictObject({
        expires_in_seconds: z
          .int()
          .min(0)
          .max(7 * daySeconds)
          .optional(),
      })
      .optional(),
    secret: true,
    answer: withSecret,
    async handle({ params: { id: given }, body }) {
      const { id } = await find(given);
      const secret = newWebhookSecret();
      const overlap = body?.expires_in_seconds ?? daySeconds;
      await inTransaction(pool, (tx) => rotateWebhookSecret(tx, id, secret, overlap));
      return { ...toResource(await find(id)), secret };
    },
  });
}

function toResource(row: WebhookEndpointRow) {
  return {
    id: row.id,
    object: 'webhook_endpoint' as const,
    url: row.url,
    events: [...row.events],
    description: row.description,
    enabled: row.enabled,
    disabled_reason: row.disabled_reason,
    disabled_at: toOptionalTime(row.disabled_at),
    failing_since: toOptionalTime(row.failing_since),
    old_secret_expires_at: toOptionalTime(row.old_secret_expires_at),
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
