/** Stands between the sandbox and the API, as a load balancer does: decides which process gets a webhook. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Target {
  readonly url: string;
  /** Beside those of the webhook. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface WebhookRelay {
  /** Where webhooks go of which nothing else is said; returns the relay's own address. */
  to(url: string): Promise<string>;
  /** Where those go that tell that a charge has succeeded; null: connections are closed, also those that wait for an answer, and the sender tries again. */
  send(charge: string, target: Target | null): void;
  stop(): Promise<void>;
}

export async function startWebhookRelay(): Promise<WebhookRelay> {
  const targets = new Map<string, Target | null>();
  const underWay = new Map<string, AbortController>();
  let usual = '';
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { type, data } = JSON.parse(body) as { type: string; data: { id: string } };
      const cut = new AbortController();
      underWay.set(data.id, cut);
      const target = type === 'charge.succeeded' ? targets.get(data.id) : undefined;
      const headers = Object.entries(request.headers).filter(([name]) =>
        /^(content-type|webhook-.*)$/.test(name),
      ) as [string, string][];
      const answer =
        target === null
          ? null
          : await fetch((target?.url ?? usual) + (request.url ?? ''), {
              method: 'POST',
              headers: [...headers, ...Object.entries(target?.headers ?? {})],
              body,
              signal: cut.signal,
            }).catch(() => null);
      if (answer === null) return response.destroy();
      return response.writeHead(answer.status).end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    to(url) {
      usual = url;
      return Promise.resolve(own);
    },
    send(charge, target) {
      targets.set(charge, target);
      if (target === null) underWay.get(charge)?.abort();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
