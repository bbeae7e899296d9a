/** What a route of the sandbox is, and what routes share. */
import type { Pool } from 'pg';
import type { Charge } from './charges.ts';
import { Refusal, type SandboxAnswer, type SandboxRequest } from './exchange.ts';
import type { Faults } from './faults.ts';

export interface SandboxState {
  readonly pool: Pool;
  /** After so long a bank tells how a debit went; null: only when it is told to. */
  readonly settleAfterMs: number | null;
  /** Whether somebody listens to webhooks. */
  readonly tells: boolean;
  readonly faults: Faults;
}

/** A request whose path has matched. */
export interface Asked {
  readonly request: SandboxRequest;
  /** The path's parameters, in order. */
  readonly named: readonly string[];
  readonly query: URLSearchParams;
}

export interface Route {
  readonly method: string;
  /** A segment `:` is a parameter. */
  readonly path: string;
  readonly answer: (state: SandboxState, asked: Asked) => Promise<SandboxAnswer>;
}

/** The body as JSON; none is an empty object. Throws a `Refusal` 400. */
export function bodyOf({ request: { body } }: Asked): unknown {
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, 'body_malformed', 'The body is not JSON.');
  }
}

/** Throws a `Refusal` 400 where there is none. */
export function keyOf({ request }: Asked): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '')
    throw new Refusal(400, 'idempotency_key_missing', 'Send an Idempotency-Key header.');
  return key;
}

/** Throws a `Refusal` 404. */
export function found<T>(object: T | undefined, what: string): T {
  if (object === undefined) throw new Refusal(404, 'missing', `There is no such ${what}.`);
  return object;
}

/** With the address of its page, where the customer is asked: at the host that the request has reached us by. */
export function shown({ request }: Asked, charges: readonly (Charge | null)[]) {
  const { host } = request.headers;
  return charges.map((charge) => {
    if (charge === null) return null;
    const asks = charge.status === 'requires_action' && host !== undefined;
    return { ...charge, action_url: asks ? `http://${host}/action/${charge.id}` : null };
  });
}
