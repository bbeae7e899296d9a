/** Postgres goes away and comes back: 503 with Retry-After meanwhile, and all goes on by itself. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import {
  aCustomer,
  aPlan,
  aTestClock,
  eventually,
  invoicesOf,
  unique,
  type Subscription,
} from '../stack/builders.ts';
import { startDunlin } from '../stack/dunlin.ts';

/** A way to Postgres that can be cut. */
class Line {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  port = 0;

  constructor(private readonly target: URL) {}

  async open(): Promise<void> {
    this.server = createServer((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
    this.server.listen(this.port, '127.0.0.1');
    await new Promise((resolve) => this.server?.once('listening', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

test('requests answer 503, say when to come back, and are carried out once when it is there again', async () => {
  let line: Line | undefined;
  const dunlin = await startDunlin({
    async through(url) {
      line = new Line(new URL(url));
      await line.open();
      const via = new URL(url);
      via.port = String(line.port);
      return via.href;
    },
  });
  try {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const [customer, plan] = [await aCustomer(dunlin, { test_clock: clock }), await aPlan(dunlin)];
    const subscription = await dunlin.client.post<Subscription>('/v1/subscriptions', { customer, plan });
    const other = await aCustomer(dunlin);
    const advance = () =>
      dunlin.call('POST', `/v1/test_clocks/${clock}/advance`, { frozen_time: '2026-12-02T00:00:00Z' });
    expect((await advance()).status).toBe(200);
    await line?.cut(); // in the middle of it

    const headers = { 'idempotency-key': unique('key') };
    const signUp = () => dunlin.call('POST', '/v1/subscriptions', { customer: other, plan }, headers);
    const away = await signUp();
    expect([away.status, away.body.error?.code, away.headers.get('retry-after')]).toEqual([
      503,
      'database_unavailable',
      '5',
    ]);
    expect((await dunlin.call('GET', `/v1/invoices`)).status).toBe(503);
    expect((await dunlin.call('GET', '/healthz')).status).toBe(200);
    const ready = await dunlin.call('GET', '/readyz');
    expect(ready.status).toBe(503);

    await line?.open();
    await eventually(signUp, ({ status }) => status === 201, 20_000);
    await eventually(
      () => dunlin.call('GET', `/v1/test_clocks/${clock}`),
      ({ body }) => body['status'] === 'ready',
      60_000,
    );
    const invoices = await invoicesOf(dunlin, subscription.id);
    expect(invoices.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 'paid'));
    expect((await dunlin.pool.query('SELECT FROM subscriptions')).rowCount).toBe(2);
    expect(await audit(dunlin.pool)).toEqual([]);
  } finally {
    await dunlin.stop();
    await line?.cut();
  }
});
