/** /v1/webhook_deliveries: one event for one endpoint, and what came of it. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectWebhookDeliveries, type WebhookDeliveryRow } from '../../store/reads/webhookDeliveries.ts';
import { retryDelivery } from '../../store/webhookDeliveries.ts';
import { selectWebhookEndpoints, type WebhookEndpointRow } from '../../store/webhookEndpoints.ts';
import { idOf, listOf, pageOf, pageQuery, toList } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { deliveryStatus, toWebhookDelivery, wakeDelivery, webhookDelivery } from '../webhookDelivery.ts';

const params = z.object({ id: z.string() });

export function addWebhookDeliveryRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) =>
    findOne<WebhookDeliveryRow>(pool, selectWebhookDeliveries, 'webhook delivery', id);
  addRoute(to, {
    method: 'get',
    path: '/v1/webhook_endpoints/{id}/deliveries',
    summary:
      'List what was and is to be delivered to an endpoint, newest first, with the last answer of each.',
    scope: 'read',
    params,
    query: z.strictObject({
      ...pageQuery,
      status: deliveryStatus.optional(),
      event: idOf('event').optional(),
    }),
    answer: listOf(webhookDelivery),
    async handle({ params: { id }, query }) {
      const endpoint = await findOne<WebhookEndpointRow>(
        pool,
        selectWebhookEndpoints,
        'webhook endpoint',
        id,
      );
      const page = await readPage<WebhookDeliveryRow>(
        pool,
        selectWebhookDeliveries,
        [
          ['endpoint_id', endpoint.id],
          ['status', query.status],
          ['event_id', query.event],
        ],
        pageOf(query),
      );
      return toList(page, toWebhookDelivery);
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/webhook_deliveries/{id}',
    summary: 'Get a delivery.',
    scope: 'read',
    params,
    answer: webhookDelivery,
    handle: async ({ params: { id } }) => toWebhookDelivery(await find(id)),
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/webhook_deliveries/{id}/retry',
    summary:
      'Deliver an event again now, also where it was received or given up: under the same webhook-id, with tries as for a new one.',
    scope: 'write',
    params,
    answer: webhookDelivery,
    async handle({ params: { id } }) {
      const delivery = await find(id);
      if (!(await retryDelivery(pool, delivery.id))) throw disabled(delivery.endpoint_id);
      await wakeDelivery(to, delivery.endpoint_id);
      return toWebhookDelivery(await find(id));
    },
  });
}

function disabled(endpoint: string): BillingError {
  return new BillingError(
    409,
    'webhook_endpoint_disabled',
    `Nothing is sent to webhook endpoint ${endpoint}: it is disabled. Enable it first (PATCH with "enabled": true).`,
  );
}
