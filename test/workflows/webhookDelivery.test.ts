/** The workflow of deliveries over days, with time skipped, on a real database and with a real receiver. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/activities.ts';
import { httpSender } from '../../src/ports/webhook/httpSender.ts';
import { updateWebhookEndpoint } from '../../src/store/webhookEndpoints.ts';
import { refreshSignal } from '../../src/workflows/contract/longLived.ts';
import {
  webhookDeliveryWorkflowId,
  type WebhookDeliveryInput,
} from '../../src/workflows/contract/webhookDelivery.ts';
import { workflowTypes } from '../../src/workflows/contract/workflowTypes.ts';
import { dependenciesOn } from '../activities/dependencies.ts';
import { anEndpoint, happen, relayAll } from '../activities/webhookLife.ts';
import { environment, freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { startReceiver, verify } from '../stack/receiver.ts';

quietTemporal();

let env: TestWorkflowEnvironment;
let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: environment('TEST_SERVER_BINARY') } },
  });
}, 60_000);
afterEach(async () => {
  await env.teardown();
  await database.drop();
});

const dayMs = 86_400_000;

test('lesson 24: a receiver that is down for 3 days gets all of it, in order of each object, and knows who sent it', async () => {
  const { pool } = database;
  const receiver = await startReceiver();
  const { url } = receiver;
  await receiver.stop(); // nobody listens there any more
  const id = await anEndpoint(pool);
  await updateWebhookEndpoint(pool, id, { url });
  const activities = createActivities({
    ...dependenciesOn(pool),
    webhooks: httpSender({ allowPrivate: true }),
  });
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'webhooks',
    activities,
    workflowBundle: { codePath: environment('TEST_WORKFLOW_BUNDLE') },
  });
  await worker.runUntil(async () => {
    for (let nth = 0; nth < 9; nth += 1) await happen(pool, `object ${String(nth % 3)}`, nth);
    await relayAll(pool);
    const input: WebhookDeliveryInput = { endpointId: id };
    const handle = await env.client.workflow.start(workflowTypes.webhookDelivery, {
      workflowId: webhookDeliveryWorkflowId(id),
      taskQueue: 'webhooks',
      args: [input],
    });
    for (let day = 0; day < 3; day += 1) {
      await env.sleep(dayMs);
      // Life goes on meanwhile.
      for (let nth = 9; nth < 12; nth += 1) await happen(pool, `object ${String(nth % 3)}`, nth + 3 * day);
      await relayAll(pool);
      await handle.signal(refreshSignal);
    }
    const { rows } = await pool.query<{ attempts: number; error: string }>(
      `SELECT max(attempt_count) AS attempts, max(error) AS error FROM webhook_deliveries`,
    );
    expect(rows[0]?.attempts).toBeGreaterThan(10);
    expect(rows[0]?.error).toContain('ECONNREFUSED');

    const back = await startReceiver(Number(new URL(url).port));
    await env.sleep(dayMs / 3); // no two tries are further apart
    await handle.result(); // and nothing waits any more
    expect(back.got.every(({ status }) => status === 204)).toBe(true);
    const nths = (of: string) =>
      back.got.filter(({ subject }) => subject === of).map(({ event }) => event.data['nth']);
    for (const object of [0, 1, 2]) {
      const all = Array.from({ length: 6 }, (_, turn) => object + 3 * turn);
      expect(nths(`object ${String(object)}`)).toEqual(all);
    }
    expect(new Set(back.got.map((one) => one.id)).size).toBe(18);
    const { rows: secrets } = await pool.query<{ secret: string }>(`SELECT secret FROM webhook_secrets`);
    for (const one of back.got) verify(one, secrets[0]?.secret ?? '');
    await back.stop();
  });
}, 120_000);
