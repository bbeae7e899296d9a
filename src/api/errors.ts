/** The contract's error form (api.md, Conventions): what is wrong, where, and what to do; never a stack trace. */
import { isNativeError } from 'node:util/types';
import { ServiceError, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { BillingError, type ErrorStatus } from '../domain/errors.ts';
import { isDatabaseAway } from '../store/database.ts';

export const errorBody = z.object({
  error: z.object({
    type: z.string(),
    code: z.string(),
    message: z.string(),
    param: z.string().optional(),
    request_id: z.string(),
  }),
});

/** An error with the seconds after which to try again. */
export class TryLaterError extends BillingError {
  constructor(
    status: 429 | 503,
    code: string,
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(status, code, message);
  }
}

export function describeError(error: BillingError, requestId: string): z.infer<typeof errorBody> {
  const { type, code, message, param } = error;
  return { error: { type, code, message, ...(param !== undefined && { param }), request_id: requestId } };
}

/** The user's error that any error amounts to; undefined for one that is ours. */
export function toBillingError(error: unknown): BillingError | undefined {
  if (error instanceof BillingError) return error;
  if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError) {
    return fromFailure(error.cause);
  }
  if (isDatabaseAway(error)) return away('database', 'The database cannot be reached.');
  if (isTemporalAway(error))
    return away('temporal', 'The workflow service cannot be reached, or no worker answers.');
  return fromBodyParser(error);
}

function away(what: string, message: string): TryLaterError {
  return new TryLaterError(
    503,
    `${what}_unavailable`,
    `${message} Try again in a few seconds, with the same Idempotency-Key.`,
    5,
  );
}

/** A rule of billing that an activity or a validator refused by. */
function fromFailure(cause: unknown): BillingError | undefined {
  for (let failure = cause; failure instanceof Error; failure = failure.cause) {
    if (!(failure instanceof ApplicationFailure)) continue;
    if (failure.type === 'AcceptedUpdateCompletedWorkflow') return endedMeanwhile();
    const [details] = (failure.details ?? []) as { status?: ErrorStatus; param?: string }[];
    if (details?.status === undefined) return undefined;
    return new BillingError(details.status, failure.type ?? 'refused', failure.message, details.param);
  }
  return undefined;
}

/** Its workflow was ended while it was asked, as by the deletion of its test clock. */
function endedMeanwhile(): BillingError {
  return new BillingError(
    409,
    'ended_meanwhile',
    'It ended while it was asked. Read it again to see how it stands.',
  );
}

function isTemporalAway(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    // 1 canceled, 4 deadline exceeded, 14 unavailable
    if ('code' in cause && (cause.code === 1 || cause.code === 4 || cause.code === 14)) return true;
    if (cause.name === 'WorkflowUpdateRPCTimeoutOrCancelledError') return true;
  }
  return error instanceof ServiceError && error.cause === undefined;
}

function fromBodyParser(error: unknown): BillingError | undefined {
  if (error instanceof URIError) {
    return new BillingError(
      400,
      'path_malformed',
      'The path is not a valid URL. Check its percent-encoding.',
    );
  }
  if (!isNativeError(error)) return undefined;
  switch ('type' in error ? error.type : undefined) {
    case 'entity.parse.failed':
      return new BillingError(
        400,
        'json_malformed',
        'The body is not JSON. Check quotes, commas and brackets.',
      );
    case 'entity.too.large':
      return new BillingError(
        413,
        'body_too_large',
        'The body is over the limit: 1 MiB, and 10 MiB for events. Send less at a time.',
      );
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new BillingError(
        400,
        'encoding_unsupported',
        'Send the body in UTF-8, plain or compressed with gzip.',
      );
    case 'request.aborted':
    case 'request.size.invalid':
      return new BillingError(
        400,
        'body_incomplete',
        'The body ended before its announced length. Send it again.',
      );
    default:
      return cannotBeDecompressed(error)
        ? new BillingError(
            400,
            'body_unreadable',
            'The body cannot be decompressed. Compress it again, or send it plain.',
          )
        : undefined;
  }
}

/** zlib's errors have no type of their own; the body parser only marks them as the client's. */
function cannotBeDecompressed(error: Error): boolean {
  return (
    'status' in error &&
    error.status === 400 &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(Z_|ERR_)/.test(error.code)
  );
}

/** What zod refused, as the contract's error: unknown fields by name, everything else by its path. */
export function fromZod({ issues }: z.ZodError): BillingError {
  const [issue] = issues;
  if (!issue) return new BillingError(400, 'invalid', 'The request is malformed.');
  if (issue.code === 'unrecognized_keys') {
    const field = paramOf([...issue.path, issue.keys[0] ?? '']);
    return new BillingError(
      400,
      'field_unknown',
      `There is no field ${field}. Leave it out, or check its name.`,
      field,
    );
  }
  const param = paramOf(issue.path);
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  if (missing)
    return new BillingError(
      400,
      'field_missing',
      `${param === '' ? 'A body' : param} is required.`,
      param || undefined,
    );
  return new BillingError(
    400,
    'field_invalid',
    `${param === '' ? 'The body' : param}: ${issue.message}.`,
    param || undefined,
  );
}

function paramOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (param, key) =>
      typeof key === 'number'
        ? `${param}[${String(key)}]`
        : param === ''
          ? String(key)
          : `${param}.${String(key)}`,
    '',
  );
}

export function sendError(response: Response, error: BillingError, requestId: string): void {
  if (error instanceof TryLaterError) response.set('Retry-After', String(error.retryAfterSeconds));
  response.status(error.status).json(describeError(error, requestId));
}

/** Whoever reads a log must not be able to open a pay link: its signature is left out. */
function loggedPath({ path }: Request): string {
  return path.replace(/^(\/pay\/[^/.]*)[^/]*/i, '$1…');
}

/** The last handler: whatever was thrown becomes the contract's error. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, _next) => {
    const requestId = String(response.getHeader('X-Request-Id'));
    if (response.headersSent) {
      logger.error(
        { requestId, method: request.method, path: loggedPath(request), error },
        'answer broke off',
      );
      // What has been sent must not look whole.
      response.destroy();
      return;
    }
    const known = toBillingError(error);
    if (known) {
      if (known.status === 503) logger.warn({ requestId, error }, known.message);
      sendError(response, known, requestId);
      return;
    }
    logger.error({ requestId, method: request.method, path: loggedPath(request), error }, 'request failed');
    response.status(500).json({
      error: {
        type: 'api_error',
        code: 'internal_error',
        message: `Something went wrong on our side; nothing is lost. Try again, and name request ${requestId} if it stays.`,
        request_id: requestId,
      },
    });
  };
}
