/** The worker process is killed on a line of a delivery or of the relay: everything arrives, in order, what came twice under one id. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { aCustomer, eventually, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { startReceiver, type Receiver } from '../stack/receiver.ts';

let dunlin: Dunlin | undefined;
let receiver: Receiver | undefined;
afterEach(async () => {
  await dunlin?.stop();
  await receiver?.stop();
});

test.each([
  [
    'between the request and the record of what came of it',
    'UPDATE webhook_deliveries.*attempt_count = attempt_count',
    2,
  ],
  ['between the deliveries and how far the relay has come', 'UPDATE event_relay SET done = doing', 1],
])(
  'killed %s',
  async (_moment, statement, arrivals) => {
    const marker = join(await mkdtemp(join(tmpdir(), 'dunlin-fault-')), 'fault');
    const preload = [new URL('killOnQuery.mjs', import.meta.url).href];
    const stack = await startDunlin({ preload, env: { FAULT_QUERY: statement, FAULT_MARKER: marker } });
    dunlin = stack;
    const listening = await startReceiver();
    receiver = listening;
    const { id } = await stack.client.post<Created>('/v1/webhook_endpoints', {
      url: listening.url,
      events: ['*'],
    });
    await writeFile(`${marker}.armed`, '');
    const customer = await aCustomer(stack, { token: null });
    await stack.client.patch(`/v1/customers/${customer}`, { name: 'B' });
    await eventually(
      () => stack.client.all<{ status: string }>(`/v1/webhook_endpoints/${id}/deliveries`),
      (deliveries) => deliveries.length === 2 && deliveries.every(({ status }) => status === 'succeeded'),
      90_000,
    );
    expect(await readFile(marker, 'utf8')).toMatch(new RegExp(statement, 's'));
    const created = listening.got.filter(({ type }) => type === 'customer.created');
    expect(created).toHaveLength(arrivals);
    expect(new Set(created.map((one) => one.id)).size).toBe(1);
    expect(new Set(created.map(({ body }) => body)).size).toBe(1);
    const order = listening.got.map(({ type }) => type);
    expect(order.lastIndexOf('customer.created')).toBeLessThan(order.indexOf('customer.updated'));
    const { rows } = await stack.pool.query(`SELECT count(*)::int AS deliveries FROM webhook_deliveries`);
    expect(rows).toEqual([{ deliveries: 2 }]);
  },
  150_000,
);
