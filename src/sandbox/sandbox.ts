/**
 * The sandbox: a payment provider in miniature, an outside system with its own records in the Postgres schema `sandbox`
 * and its own port (`server.ts`). Nothing of the rest of Dunlin imports it but `src/stack`, which starts it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { ConnectionDropped, json, Refusal, type SandboxAnswer, type SandboxRequest } from './exchange.ts';
import { createFaults, type Faults } from './faults.ts';
import { controlRoutes } from './controlRoutes.ts';
import type { Route, SandboxState } from './route.ts';
import { routes } from './routes.ts';

export interface SandboxOptions {
  /** Its own: it commits by itself, whatever becomes of the transaction of its caller. */
  readonly pool: Pool;
  /** After so long a bank tells how a debit went; null: only when it is told to. */
  readonly settleAfterMs?: number | null;
  /** Whether somebody listens to webhooks. */
  readonly tells?: boolean;
}

export interface Sandbox {
  /** Answers a request, or throws `ConnectionDropped`. */
  readonly handle: (request: SandboxRequest) => Promise<SandboxAnswer>;
  readonly faults: Faults;
}

export function createSandbox({ pool, settleAfterMs = null, tells = false }: SandboxOptions): Sandbox {
  const faults = createFaults(pool);
  const state: SandboxState = { pool, settleAfterMs, tells, faults };

  async function handle(request: SandboxRequest): Promise<SandboxAnswer> {
    const { pathname, searchParams: query } = new URL(request.path, 'http://sandbox');
    const controlled = await answer(controlRoutes, state, { request, pathname, query });
    if (controlled) return controlled;
    // Before the route is known: what goes wrong on the way does not ask where to.
    const fault = await faults.meetRequest(pathname);
    if (fault?.kind === 'delay') await sleep(fault.delay_ms);
    if (fault?.kind === 'drop') throw new ConnectionDropped();
    if (fault?.kind === 'status') {
      const after = fault.retry_after_seconds;
      return json(
        fault.status,
        { error: { code: fault.status === 429 ? 'rate_limited' : 'internal', message: 'Come again later.' } },
        after === undefined ? {} : { 'retry-after': String(after) },
      );
    }
    const answered =
      (await answer(routes, state, { request, pathname, query })) ??
      refused(new Refusal(404, 'missing', `There is no route ${request.method} ${pathname}.`));
    if (fault?.kind === 'take_and_drop') throw new ConnectionDropped();
    return answered;
  }

  return { handle, faults };
}

interface Question {
  readonly request: SandboxRequest;
  readonly pathname: string;
  readonly query: URLSearchParams;
}

/** Undefined where none of the routes is meant. */
async function answer(
  among: readonly Route[],
  state: SandboxState,
  { request, pathname, query }: Question,
): Promise<SandboxAnswer | undefined> {
  try {
    for (const route of among) {
      const named = match(route, request.method, pathname);
      if (named) return await route.answer(state, { request, named, query });
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(error);
  }
}

const refused = ({ status, code, message }: Refusal) => json(status, { error: { code, message } });

function match({ method, path }: Route, asked: string, pathname: string): string[] | undefined {
  if (method !== asked) return undefined;
  const [wanted, given] = [path.split('/'), pathname.split('/')];
  if (wanted.length !== given.length) return undefined;
  if (!wanted.every((segment, index) => segment === ':' || segment === given[index])) return undefined;
  return given.filter((_segment, index) => wanted[index] === ':').map(decoded);
}

/** Throws a `Refusal` 400 where it is no encoded text. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'path_malformed', 'The path is not percent-encoded.');
  }
}
