/** What Temporal has done for webhooks: events become deliveries, and deliveries are made. */
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { WebhookEndpointId } from '../domain/ids.ts';
import {
  findForgottenEndpoints,
  hasEndpoints,
  readRelayLagSeconds,
  relayEvents as relayStep,
} from '../store/eventRelay.ts';
import { findWaiting, type Waiting } from '../store/webhookDeliveries.ts';
import { refreshSignal } from '../workflows/contract/longLived.ts';
import {
  webhookDeliveryWorkflowId,
  type WebhookDeliveryInput,
} from '../workflows/contract/webhookDelivery.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import { deliverDue } from './deliverDue.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';

export interface Relayed {
  /** Whether there is more at once. */
  readonly more: boolean;
  /** Whether there is any endpoint. */
  readonly listened: boolean;
  readonly details: string;
}

export interface Delivered {
  /** When something is due next; null: nothing waits, or nothing may be sent. */
  readonly nextAt: Instant | null;
  readonly details: string;
}

/** Due for so long, nobody can be at it. */
const forgottenSeconds = 30;
const stepsAtMost = 20;

export function webhookActivities(deps: Dependencies) {
  const wake = async (ids: readonly WebhookEndpointId[]) => {
    for (const id of ids) await wakeDelivery(deps, id);
  };
  return {
    /** Makes deliveries of what has happened, and wakes those who make them. */
    async relayEvents(): Promise<Relayed> {
      return withHeartbeat(async (progress) => {
        const woken = new Set<WebhookEndpointId>();
        let more = true;
        for (let step = 0; more && step < stepsAtMost; step += 1) {
          progress.goOn();
          const relayed = await relayStep(deps.pool);
          for (const id of relayed.endpointIds) woken.add(id);
          more = relayed.more;
        }
        await wake([...woken]);
        const listened = await hasEndpoints(deps.pool);
        const lag = more ? ((await readRelayLagSeconds(deps.pool)) ?? 0) : 0;
        const details = more
          ? `Behind the log of events by ${String(Math.round(lag))} seconds, relaying on.`
          : listened
            ? 'Up to date with the log of events.'
            : 'Up to date with the log of events; there is no endpoint.';
        return { more, listened, details };
      });
    },

    /** Wakes, or starts again, the deliveries to endpoints for which something is long due. */
    async wakeDeliveries(): Promise<void> {
      await wake(await findForgottenEndpoints(deps.pool, forgottenSeconds));
    },

    /** Delivers what is due for an endpoint, for a while. `now` is the workflow's time. */
    async deliverWebhooks(endpointId: WebhookEndpointId, now: Instant): Promise<Delivered> {
      return withHeartbeat(async (progress) => {
        await deliverDue(deps, endpointId, now, progress);
        return describe(await findWaiting(deps.pool, endpointId));
      });
    },
  };
}

async function wakeDelivery(
  { temporal, taskQueue }: Dependencies,
  endpointId: WebhookEndpointId,
): Promise<void> {
  const input: WebhookDeliveryInput = { endpointId };
  await temporal.workflow.signalWithStart(workflowTypes.webhookDelivery, {
    workflowId: webhookDeliveryWorkflowId(endpointId),
    taskQueue,
    args: [input],
    signal: refreshSignal,
    signalArgs: [],
  });
}

function describe(waiting: Waiting | undefined): Delivered {
  if (!waiting) return { nextAt: null, details: 'The endpoint is deleted.' };
  const { url, enabled, disabled_reason: reason, pending, objects, oldest, last_error: error } = waiting;
  const { failing_since: failingSince, next_attempt_at: next } = waiting;
  const lines = [
    `**Endpoint** ${url}`,
    pending === 0 || oldest === null
      ? '**Waiting** nothing: all is delivered.'
      : `**Waiting** ${String(pending)} events of ${String(objects)} objects, the oldest since ${formatInstant(oldest)}.`,
    ...(failingSince === null ? [] : [`**Nothing received** since ${formatInstant(failingSince)}.`]),
    ...(error === null ? [] : [`**Last failure** ${error}`]),
    ...(enabled ? [] : [`**Disabled** (${String(reason)}): what waits goes on when it is enabled.`]),
    ...(enabled && next !== null ? [`**Next attempt** ${formatInstant(next)}`] : []),
  ];
  return { nextAt: enabled ? next : null, details: lines.join('\n\n') };
}
