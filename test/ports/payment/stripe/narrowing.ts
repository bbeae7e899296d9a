/** On the way to localstripe, what it does not know of Stripe's API is left out: it would refuse the whole request. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Narrowing {
  readonly url: string;
  stop(): Promise<void>;
}

/** By the request: names of parameters, where a name stands for all that are inside it too. */
const unknown: readonly (readonly [line: RegExp, names: readonly string[]])[] = [
  [/^POST \/v1\/payment_intents$/, ['automatic_payment_methods', 'use_stripe_sdk']],
  [/^POST \/v1\/payment_intents\/\w+\/cancel$/, ['cancellation_reason']],
  [/^POST \/v1\/refunds$/, ['reason']],
  [/^GET \/v1\/payment_intents$/, ['customer', 'created', 'expand']],
  [/^GET \/v1\/refunds$/, ['created']],
];

export async function startNarrowing(target: string): Promise<Narrowing> {
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const method = request.method ?? 'GET';
      const url = new URL(request.url ?? '/', target);
      const names = unknown.find(([line]) => line.test(`${method} ${url.pathname}`))?.[1] ?? [];
      url.search = without(url.searchParams, names);
      const answer = await fetch(url, {
        method,
        headers: {
          authorization: request.headers.authorization ?? '',
          'content-type': request.headers['content-type'] ?? 'application/json',
        },
        ...(method === 'POST' && { body: without(new URLSearchParams(body), names) }),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function without(parameters: URLSearchParams, names: readonly string[]): string {
  const left = [...parameters].filter(
    ([name]) => !names.some((out) => name === out || name.startsWith(`${out}[`)),
  );
  return new URLSearchParams(left).toString();
}
