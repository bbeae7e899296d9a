/** How requests get to the sandbox: over HTTP, or by whatever else answers them. */
import { BillingError } from '../../../domain/errors.ts';

export interface SandboxRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SandboxAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Throws where no answer came, whatever became of the request. */
export type SandboxTransport = (request: SandboxRequest) => Promise<SandboxAnswer>;

/** Below the 30 seconds after which another worker may ask about the same attempts. */
const defaultTimeoutMs = 20_000;

export function httpTransport(url: string, timeoutMs = defaultTimeoutMs): SandboxTransport {
  const origin = new URL(url).origin;
  return async ({ method, path, headers, body }) => {
    const response = await fetch(origin + path, {
      method,
      headers,
      ...(body !== '' && { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
}

/** Where none is configured: each request says so, and how to mend it. */
export const noTransport: SandboxTransport = () =>
  Promise.reject(
    new BillingError(
      503,
      'sandbox_missing',
      'The sandbox is not configured: set SANDBOX_URL to its address. `npm start` starts one.',
    ),
  );
