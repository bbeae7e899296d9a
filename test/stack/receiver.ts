/** A receiver of webhooks on loopback: it answers what the test says, and keeps what it got. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Got {
  /** Its `webhook-id`. */
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly id: string;
    readonly data: Record<string, unknown>;
    readonly [field: string]: unknown;
  };
  /** What it was answered. */
  readonly status: number;
}

/** A status; `cut` closes the connection, `never` leaves it open. */
export type Reply = number | 'cut' | 'never';

export interface Receiver {
  readonly url: string;
  /** All that came, in order. */
  readonly got: readonly Got[];
  /** Those that were answered with 2xx. */
  received(): Got[];
  /** How it answers from now on. */
  answer(reply: (got: Omit<Got, 'status'>) => Reply | Promise<Reply>): void;
  stop(): Promise<void>;
}

export async function startReceiver(port = 0): Promise<Receiver> {
  const got: Got[] = [];
  let reply: (got: Omit<Got, 'status'>) => Reply | Promise<Reply> = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      void (async () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const event = JSON.parse(body) as Got['event'];
        const one = {
          id: String(request.headers['webhook-id']),
          type: String(event['type']),
          subject: String(event['subject']),
          headers: request.headers,
          body,
          event,
        };
        const status = await reply(one);
        got.push({ ...one, status: typeof status === 'number' ? status : 0 });
        if (status === 'cut') request.socket.destroy();
        else if (status !== 'never')
          response.writeHead(status, { location: '/elsewhere' }).end('as you wish');
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`,
    got,
    received: () => got.filter(({ status }) => status >= 200 && status < 300),
    answer(next) {
      reply = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As a receiver checks it, by the package that Standard Webhooks gives out; throws where it is not by this secret. */
export function verify({ body, headers }: Got, secret: string): void {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  new Webhook(secret).verify(body, Object.fromEntries(names.map((name) => [name, String(headers[name])])));
}
