/** A running sandbox on a database of its own, who listens to its webhooks, and who asks it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CustomerId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { amount } from '../../src/domain/money.ts';
import type { ChargeRequest, PaymentProvider, ProviderNotice } from '../../src/ports/payment/provider.ts';
import { sandboxProvider } from '../../src/ports/payment/sandbox/provider.ts';
import { httpTransport } from '../../src/ports/payment/sandbox/transport.ts';
import { sandboxWebhookReader } from '../../src/ports/payment/sandbox/webhookReader.ts';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/server.ts';
import { newId } from '../../src/store/newId.ts';
import { eventually } from '../stack/builders.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';

const secret = 'a secret of the tests';

export interface ListeningSandbox {
  readonly database: TestDatabase;
  readonly running: RunningSandbox;
  readonly provider: PaymentProvider;
  /** What the webhooks told, in the order in which they came. */
  readonly notices: ProviderNotice[];
  /** From now on each webhook is answered so. */
  answerWith(status: number): void;
  /** Waits until no webhook is under way. */
  quiet(): Promise<void>;
  /** The sandbox alone stops and starts again, on the same port. */
  restart(): Promise<void>;
  /** A request beside the provider's. */
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  aCharge(token: string, minor?: number): Promise<ChargeRequest>;
  stop(): Promise<void>;
}

export async function aListeningSandbox(): Promise<ListeningSandbox> {
  const database = await freshDatabase();
  const notices: ProviderNotice[] = [];
  let status = 200;
  const reader = sandboxWebhookReader(secret);
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string | undefined>;
      if (status < 300) notices.push(reader.read(Buffer.concat(chunks), headers));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}/webhooks/sandbox`;
  const start = (port: number) =>
    startSandbox({ databaseUrl: database.url, port, settleAfterMs: null, webhooks: { url, secret } });
  let running = await start(0);
  const provider = sandboxProvider(httpTransport(running.url, 5_000));
  return {
    database,
    get running() {
      return running;
    },
    provider,
    notices,
    answerWith(next) {
      status = next;
    },
    async quiet() {
      await eventually(
        () => running.waitingWebhooks(),
        (count) => count === 0,
      );
    },
    async restart() {
      await running.stop();
      running = await start(Number(new URL(running.url).port));
    },
    async post(path, body) {
      const response = await fetch(running.url + path, { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    },
    async aCharge(token, minor = 1000) {
      const customerId: CustomerId = newId('customer');
      const customerReference = await provider.createCustomer({ customerId, name: 'Ada', email: null });
      const { reference: methodReference } = await provider.attach({
        paymentMethodId: newId('payment_method'),
        customerId,
        customerReference,
        token,
      });
      return {
        paymentId: newId('payment'),
        invoiceId: newId('invoice'),
        customerId,
        customerReference,
        methodReference,
        amount: amount(minor),
        currency: 'USD',
        onSession: false,
        reference: null,
        createdAt: Date.now() as Instant,
      };
    },
    async stop() {
      await running.stop();
      const closed = new Promise((resolve) => listener.close(resolve));
      listener.closeAllConnections();
      await closed;
      await database.drop();
    },
  };
}

export const nameOf = ({ paymentId, customerReference }: ChargeRequest) => ({
  paymentId,
  customerReference,
  reference: null,
});
