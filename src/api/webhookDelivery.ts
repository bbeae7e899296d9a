/** How clients see deliveries, and how the workflow that makes them is woken. */
import { z } from 'zod';
import type { WebhookEndpointId } from '../domain/ids.ts';
import type { WebhookDeliveryRow } from '../store/reads/webhookDeliveries.ts';
import { refreshSignal } from '../workflows/contract/longLived.ts';
import {
  webhookDeliveryWorkflowId,
  type WebhookDeliveryInput,
} from '../workflows/contract/webhookDelivery.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import { optionalTime, resourceFields, toOptionalTime, toTime } from './fields.ts';
import type { ApiDependencies } from './route.ts';

export const deliveryStatus = z.enum(['pending', 'succeeded', 'failed']);

export const webhookDelivery = z.object({
  ...resourceFields,
  object: z.literal('webhook_delivery'),
  endpoint: z.string(),
  event: z.string(),
  event_type: z.string(),
  subject: z.string(),
  status: deliveryStatus,
  attempt_count: z.number(),
  next_attempt_at: optionalTime,
  last_attempt_at: optionalTime,
  response_status: z.number().nullable(),
  response_body: z.string().nullable(),
  error: z.string().nullable(),
  waits_for: z.string().nullable(),
});

export function toWebhookDelivery(row: WebhookDeliveryRow): z.input<typeof webhookDelivery> {
  return {
    id: row.id,
    object: 'webhook_delivery',
    endpoint: row.endpoint_id,
    event: row.event_id,
    event_type: row.event_type,
    subject: row.object_id,
    status: row.status,
    attempt_count: row.attempt_count,
    next_attempt_at: toOptionalTime(row.next_attempt_at),
    last_attempt_at: toOptionalTime(row.last_attempt_at),
    response_status: row.response_status,
    response_body: row.response_body,
    error: row.error,
    waits_for: row.waits_for,
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}

/** What is due is a fact already: where Temporal is away, the relay finds it soon after it is back. */
const patienceMs = 2_000;

export async function wakeDelivery(
  { temporal, taskQueue }: ApiDependencies,
  endpointId: WebhookEndpointId,
): Promise<void> {
  const input: WebhookDeliveryInput = { endpointId };
  await temporal
    .withDeadline(Date.now() + patienceMs, () =>
      temporal.workflow.signalWithStart(workflowTypes.webhookDelivery, {
        workflowId: webhookDeliveryWorkflowId(endpointId),
        taskQueue,
        args: [input],
        signal: refreshSignal,
        signalArgs: [],
      }),
    )
    .catch(() => undefined);
}
