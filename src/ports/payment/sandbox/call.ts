/** One request to the sandbox, its answer checked: what is no answer, what is a refusal, and what came. */
import type { z } from 'zod';
import type { SandboxRequest, SandboxTransport } from './transport.ts';
import { refusal } from './wire.ts';
import { BillingError } from '../../../domain/errors.ts';

/** No answer that tells what became of the request. */
export class NoAnswer extends Error {
  constructor(
    message: string,
    readonly retryAfterMs: number | null,
  ) {
    super(message);
    this.name = 'NoAnswer';
  }
}

/** What it answered other than 2xx, where that is no fault of its own. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'Refused';
  }
}

export interface Call {
  readonly method: SandboxRequest['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

/** Throws `NoAnswer` or `Refused`; where no sandbox is configured, the transport's own `BillingError`. */
export async function callSandbox<Schema extends z.ZodType>(
  transport: SandboxTransport,
  { method, path, body, idempotencyKey }: Call,
  schema: Schema,
): Promise<z.output<Schema>> {
  const answer = await transport({
    method,
    path,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    body: body === undefined ? '' : JSON.stringify(body),
  }).catch((error: unknown) => {
    throw error instanceof BillingError
      ? error
      : new NoAnswer(`the sandbox does not answer: ${reasonOf(error)}`, null);
  });
  if (answer.status === 429 || answer.status >= 500) {
    throw new NoAnswer(
      `the sandbox answered ${String(answer.status)}`,
      retryAfterMs(answer.headers['retry-after']),
    );
  }
  const content = parseJson(answer.body);
  if (answer.status >= 400) {
    const refused = refusal.safeParse(content);
    const { code, message } = refused.data?.error ?? { code: 'unknown', message: answer.body.slice(0, 200) };
    throw new Refused(answer.status, code, message);
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new NoAnswer(`the sandbox answered ${path} with something else`, null);
  return parsed.data;
}

/** `fetch` says why in the cause alone. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** The header's seconds as milliseconds. */
function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
