/** Webhooks: one workflow for each endpoint for which something waits. */
import type { WebhookEndpointId } from '../../domain/ids.ts';

export const webhookDeliveryWorkflowId = (id: WebhookEndpointId) => `webhook-delivery/${id}`;

export interface WebhookDeliveryInput {
  readonly endpointId: WebhookEndpointId;
}
