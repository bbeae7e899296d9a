/** Delivers to one endpoint, some at a time, and of each object in order. It may die on any line: what was not recorded is sent again. */
import type { WebhookDeliveryId, WebhookEndpointId } from '../domain/ids.ts';
import { addMilliseconds, type Instant } from '../domain/instant.ts';
import { toCloudEvent } from '../domain/cloudEvent.ts';
import { failureOf, isGone, isReceived, nextTryAt } from '../domain/webhookDelivery.ts';
import { inTransaction } from '../store/database.ts';
import {
  findDueDeliveries,
  holdBack,
  isFailing,
  noteReachable,
  recordAttempt,
  type DueDelivery,
} from '../store/webhookDeliveries.ts';
import { giveUpWebhookEndpoint } from '../store/webhookEndpoints.ts';
import type { Dependencies } from './dependencies.ts';
import type { Progress } from './heartbeat.ts';

/** Requests under way to an endpoint at most; to one that answers nothing, one: more would only wait longer. */
const atOnce = 16;
/** After so long nothing new is begun, so that a worker can stop. */
const budgetMs = 8_000;

type Sending = Pick<Dependencies, 'pool' | 'webhooks'>;

/** Returns when nothing more is due, or its time is over. `now` is the time by which it is due, and goes on from there. */
export async function deliverDue(
  deps: Sending,
  endpointId: WebhookEndpointId,
  now: Instant,
  progress: Pick<Progress, 'goOn'>,
): Promise<void> {
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const time = () => addMilliseconds(now, Math.round(elapsed()));
  const underWay = new Map<WebhookDeliveryId, Promise<void>>();
  let failing = await isFailing(deps.pool, endpointId);
  let failure: unknown;
  const begin = (delivery: DueDelivery) =>
    attempt(deps, delivery, time)
      .then((received) => {
        failing = !received;
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => underWay.delete(delivery.id));
  await holdBack(deps.pool, endpointId, now);
  for (;;) {
    progress.goOn();
    const room = (failing ? 1 : atOnce) - underWay.size;
    if (room > 0 && failure === undefined && elapsed() < budgetMs) {
      const due = await findDueDeliveries(deps.pool, endpointId, time(), room, [...underWay.keys()]);
      for (const delivery of due) underWay.set(delivery.id, begin(delivery));
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay.values());
  }
  if (failure !== undefined) throw failure as Error;
}

/** Sends one and records what came of it; true where it was received. */
async function attempt(deps: Sending, delivery: DueDelivery, time: () => Instant): Promise<boolean> {
  const answer = await deps.webhooks.send({
    url: delivery.url,
    id: delivery.event.id,
    secrets: delivery.secrets,
    body: JSON.stringify(toCloudEvent(delivery.event)),
  });
  const now = time();
  const received = isReceived(answer);
  await inTransaction(deps.pool, async (tx) => {
    const nextAttemptAt = received
      ? null
      : nextTryAt(
          delivery.tries + 1,
          delivery.tried_since ?? now,
          now,
          Math.random(),
          answer.kind === 'answered' ? answer.retryAfterMs : undefined,
        );
    const outcome = { error: failureOf(answer), nextAttemptAt };
    if (!(await recordAttempt(tx, delivery, answer, outcome, now))) return;
    const hopeless = await noteReachable(tx, delivery.endpoint_id, received, now);
    if (isGone(answer)) await giveUpWebhookEndpoint(tx, delivery.endpoint_id, 'gone', now);
    else if (hopeless) await giveUpWebhookEndpoint(tx, delivery.endpoint_id, 'failing', now);
  });
  return received;
}
