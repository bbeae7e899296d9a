/** The API on loopback, as browsers reach it, with a provider and plans that the test sets; and a browser. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { pino } from 'pino';
import { createApp } from '../../src/api/app.ts';
import type { ProviderSettings } from '../../src/identity/settings.ts';
import { ensureAdminKey } from '../../src/store/apiKeys.ts';
import { plansOn, type PlanOf } from '../organizations/anOrganization.ts';
import { freshDatabase } from '../stack/database.ts';
import { clientId, clientSecret, startProvider, type TestProvider } from './provider.ts';

export const adminKey = 'dk_test_admin_0123456789';

export interface Site {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly plans: PlanOf;
  readonly provider: TestProvider;
  /** Another provider, for organizations of their own. */
  readonly other: TestProvider;
  stop(): Promise<void>;
}

export async function startSite(
  change: (provider: ProviderSettings) => ProviderSettings | null = (provider) => provider,
): Promise<Site> {
  const database = await freshDatabase();
  await ensureAdminKey(database.pool, adminKey);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const provider = await startProvider([`${url}/auth/callback`]);
  const other = await startProvider([`${url}/auth/callback`]);
  const plans = plansOn(database.pool);
  const app = createApp(
    {
      pool: database.pool,
      temporal: new Client({ connection: Connection.lazy() }),
      taskQueue: 'test',
      providerWebhooks: {},
      allowPrivateWebhooks: true,
      site: { publicUrl: url, showsMails: false, stripePublishableKey: null },
      provider: change({ issuer: provider.issuer, clientId, clientSecret }),
      graphql: { introspection: false, persistedOperations: null, persistedOnly: false },
      planBounds: (...asked) => plans.deps.planBounds(...asked),
    },
    pino({ level: 'silent' }),
  );
  server.on('request', app);
  return {
    url,
    pool: database.pool,
    plans,
    provider,
    other,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await provider.stop();
      await other.stop();
      await database.drop();
    },
  };
}

export interface Page {
  readonly status: number;
  readonly location: string | null;
  readonly headers: Headers;
  readonly text: string;
}

/** Keeps cookies for each host, and goes where it is sent only when told to. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(readonly site: string) {}

  cookie(name: string): string | undefined {
    return this.#cookies.get(new URL(this.site).host)?.get(name);
  }

  setCookie(name: string, value: string): void {
    this.#jar(this.site).set(name, value);
  }

  #jar(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    return jar;
  }

  async open(path: string, init: RequestInit = {}): Promise<Page> {
    const url = new URL(path, this.site).href;
    const jar = this.#jar(url);
    const headers = new Headers(init.headers);
    headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      const gone = /expires=Thu, 01 Jan 1970/i.test(cookie);
      if (gone) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    return {
      status: response.status,
      location: location === null ? null : new URL(location, url).href,
      headers: response.headers,
      text: await response.text(),
    };
  }

  /** A form of our own page. */
  post(path: string, fields: Readonly<Record<string, string>> = {}, headers: Record<string, string> = {}) {
    return this.open(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
    });
  }

  /** Follows redirects until `stop`; returns the address that it would open next, or the page that it ended at. */
  async follow(
    from: string,
    stop: (url: URL) => boolean,
  ): Promise<{ readonly at: URL } | { readonly page: Page }> {
    let next = from;
    for (let hops = 0; hops < 12; hops++) {
      const page = await this.open(next);
      if (page.location === null) return { page };
      if (stop(new URL(page.location))) return { at: new URL(page.location) };
      next = page.location;
    }
    throw new Error('sent around for ever');
  }

  /** Goes through the provider, up to the address that leads back to us. */
  async toCallback(query = ''): Promise<URL> {
    const ended = await this.follow(`/auth/sign-in${query}`, (url) => url.pathname === '/auth/callback');
    if ('at' in ended) return ended.at;
    throw new Error(`${String(ended.page.status)} ${ended.page.text}`);
  }

  async signIn(query = ''): Promise<Page> {
    return this.open((await this.toCallback(query)).href);
  }

  /** Of an error, asked for as JSON: its status and code. */
  async failure(path: string): Promise<string> {
    const { status, text, location } = await this.open(path, { headers: { accept: 'application/json' } });
    if (status < 400) throw new Error(`it went well: ${String(location)}`);
    const { error } = JSON.parse(text) as { error: { code: string } };
    return `${String(status)} ${error.code}`;
  }
}
