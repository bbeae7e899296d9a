/** Events, endpoints and a receiver in memory, for tests of the relay and of deliveries. */
import type { Pool, PoolClient } from 'pg';
import { deliverDue } from '../../src/activities/deliverDue.ts';
import type { EventType } from '../../src/domain/eventTypes.ts';
import type { WebhookEndpointId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Answer } from '../../src/domain/webhookDelivery.ts';
import type { WebhookRequest, WebhookSender } from '../../src/ports/webhook/sender.ts';
import { recordEvents } from '../../src/store/eventLog.ts';
import { inTransaction, type Queryable } from '../../src/store/database.ts';
import { relayEvents } from '../../src/store/eventRelay.ts';
import { newId } from '../../src/store/newId.ts';
import { insertWebhookEndpoint, newWebhookSecret } from '../../src/store/webhookEndpoints.ts';

/** An event of any object: `nth` tells its events apart. */
export async function happen(db: Queryable, objectId: string, nth: number): Promise<void> {
  const type: EventType = 'customer.updated';
  await recordEvents(db, [
    {
      type,
      objectId,
      customerId: null,
      subscriptionId: null,
      occurredAt: Date.now() as Instant,
      data: { nth },
    },
  ]);
}

export async function anEndpoint(pool: Pool, events: readonly string[] = ['*']): Promise<WebhookEndpointId> {
  const id = newId('webhook_endpoint');
  const endpoint = {
    id,
    url: 'https://example.com/',
    events,
    description: null,
    enabled: true,
    metadata: {},
  };
  await inTransaction(pool, (tx) => insertWebhookEndpoint(tx, endpoint, newWebhookSecret()));
  return id;
}

/** A transaction that goes on until it is told to end. */
export async function begin(pool: Pool): Promise<PoolClient & { commit(): Promise<void> }> {
  const client = await pool.connect();
  await client.query('BEGIN');
  return Object.assign(client, {
    async commit() {
      await client.query('COMMIT');
      client.release();
    },
  });
}

/** Relays all there is; returns how many deliveries there are for an endpoint. */
export async function relayAll(pool: Pool): Promise<void> {
  while ((await relayEvents(pool)).more);
}

export interface Arrival {
  readonly id: string;
  readonly subject: string;
  readonly nth: number;
}

export interface MemoryReceiver extends WebhookSender {
  readonly received: readonly Arrival[];
}

/** A receiver that answers as it is told. */
export function memoryReceiver(answer: (arrival: Arrival) => Answer | Promise<Answer>): MemoryReceiver {
  const received: Arrival[] = [];
  return {
    received,
    async send({ id, body }: WebhookRequest) {
      const { subject, data } = JSON.parse(body) as { subject: string; data: { nth: number } };
      const arrival = { id, subject, nth: data.nth };
      const answered = await answer(arrival);
      if (answered.kind === 'answered' && answered.status < 300) received.push(arrival);
      return answered;
    },
  };
}

export const ok: Answer = { kind: 'answered', status: 200, body: '' };
export const broken: Answer = { kind: 'answered', status: 500, body: 'no' };
export const unreachable: Answer = { kind: 'failed', reason: 'connect ECONNREFUSED' };

/** Delivers what is due, and of what is not due yet the next, and so on until nothing waits; returns the last instant. */
export async function deliverAll(
  pool: Pool,
  webhooks: WebhookSender,
  endpointId: WebhookEndpointId,
  until = Infinity,
): Promise<Instant> {
  let now = Date.now() + 1000;
  for (;;) {
    await deliverDue({ pool, webhooks }, endpointId, now as Instant, { goOn: () => undefined });
    const { rows } = await pool.query<{ next: number | null }>(
      `SELECT min(d.next_attempt_at) AS next FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id
        WHERE d.endpoint_id = $1 AND d.status = 'pending' AND w.enabled`,
      [endpointId],
    );
    const next = rows[0]?.next ?? null;
    if (next === null || next > until) return now as Instant;
    now = Math.max(now, next);
  }
}
