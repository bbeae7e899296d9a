/** Errors as a client of GraphQL sees them: a code, what to do, the request's id; never a stack, never what broke inside. */
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { BillingError } from '../domain/errors.ts';

/** The user's error that any error amounts to; undefined for one that is ours. */
export type Explain = (error: unknown) => BillingError | undefined;

export interface ErrorExtensions {
  readonly code: string;
  readonly requestId: string;
  readonly param?: string;
  readonly [extension: string]: unknown;
}

/** `feature_missing` is `FEATURE_MISSING`; what is missing or hidden is always `NOT_FOUND`. */
export function codeOf({ status, code }: BillingError): string {
  if (status === 404) return 'NOT_FOUND';
  if (status === 401) return 'UNAUTHENTICATED';
  if (code === 'permission_denied') return 'FORBIDDEN';
  return code.toUpperCase();
}

export function extensionsOf(error: BillingError, requestId: string): ErrorExtensions {
  return { code: codeOf(error), requestId, ...(error.param !== undefined && { param: error.param }) };
}

export interface Presentation {
  readonly requestId: string;
  readonly explain: Explain;
  readonly logger: Logger;
  /** Whether names of the schema are suggested in place of those that were given. */
  readonly suggests: boolean;
}

/** As graphql-js ends the message of a name, a value or a type that it does not know. */
const suggestion = / Did you mean .+\?$/s;

/** One error of an answer, as it may be told. What is ours is logged, and told by the request's id alone. */
export function presentError(
  error: GraphQLError,
  { requestId, explain, logger, suggests }: Presentation,
): GraphQLError {
  const { nodes, source, positions, path, originalError } = error;
  const place = {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
  };
  if (!originalError || originalError instanceof GraphQLError) {
    const { code = 'BAD_REQUEST', ...extensions } = error.extensions;
    const message = suggests ? error.message : error.message.replace(suggestion, '');
    return new GraphQLError(message, { ...place, extensions: { ...extensions, code, requestId } });
  }
  const known = explain(originalError);
  if (known) return new GraphQLError(known.message, { ...place, extensions: extensionsOf(known, requestId) });
  logger.error({ requestId, path, error: originalError }, 'a field failed');
  return new GraphQLError(
    `Something went wrong on our side; nothing is lost. Try again, and name request ${requestId} if it stays.`,
    { ...place, extensions: { code: 'INTERNAL_ERROR', requestId } },
  );
}
