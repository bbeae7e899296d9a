/** Asks GraphQL as any client does: over HTTP. */
import type { ApiOnly } from '../api/apiOnly.ts';

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly requestId: string;
    readonly [more: string]: unknown;
  };
}

export interface GraphqlAnswer {
  readonly status: number;
  // An answer is whatever the API says; tests say what they expect of it.
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly GraphqlError[];
}

export type Ask = (
  query: string,
  variables?: Record<string, unknown>,
  key?: string,
) => Promise<GraphqlAnswer>;

/** With `key: ''` anonymous; without one as the operator of the installation. */
export function askerOf({ call }: Pick<ApiOnly, 'call'>): Ask {
  return async (query, variables = {}, key) => {
    const headers = key === undefined ? {} : { authorization: key === '' ? '' : `Bearer ${key}` };
    const { status, body } = await call('POST', '/graphql', { query, variables }, headers);
    const { data, errors = [] } = body as unknown as Pick<GraphqlAnswer, 'data'> & {
      errors?: GraphqlError[];
    };
    return { status, data, errors };
  };
}
