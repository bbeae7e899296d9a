/** Stripe as a few written answers on loopback: for what no stand-in does, such as 429 with Retry-After, or a race. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** Method and path, without the query. */
  readonly line: string;
  readonly parameters: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** No answer at all: the connection is closed. */
  readonly dropped?: boolean;
}

export interface Loopback {
  readonly url: string;
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
}

/** `answer` is called for each request; what it does not know is an error of the test. */
export async function startLoopback(answer: (asked: Asked) => Answer | undefined): Promise<Loopback> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const url = new URL(request.url ?? '/', 'http://loopback');
      const one: Asked = {
        line: `${request.method ?? ''} ${url.pathname}`,
        parameters: request.method === 'POST' ? new URLSearchParams(body) : url.searchParams,
        headers: request.headers,
      };
      asked.push(one);
      const given = answer(one) ?? { status: 418, body: { error: { message: `not expected: ${one.line}` } } };
      if (given.dropped === true) return response.destroy();
      response.writeHead(given.status ?? 200, {
        'content-type': 'application/json',
        'request-id': 'req_1',
        ...given.headers,
      });
      return response.end(JSON.stringify(given.body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
