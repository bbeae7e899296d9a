/** A request and its answer, without a socket: what `server.ts` serves over HTTP, and tests may call directly. */
import type { z } from 'zod';

export interface SandboxRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Thrown where the connection ends without an answer. */
export class ConnectionDropped extends Error {
  constructor() {
    super('the sandbox has dropped the connection');
    this.name = 'ConnectionDropped';
  }
}

/** What is answered other than 2xx: `code` is for programs, `message` says what to do. */
export class Refusal extends Error {
  constructor(
    readonly status: 400 | 402 | 404 | 409,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** The body or query, checked. Throws a `Refusal` 400 that names the first field at fault. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(
    400,
    'parameter_invalid',
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is malformed'}`,
  );
}
