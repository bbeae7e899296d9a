/** The one family of errors that a user may see: each says what is wrong, where, and what to do. */

const types = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'invalid_request_error',
  422: 'billing_error',
  429: 'rate_limit_error',
  503: 'unavailable_error',
} as const;

export type ErrorStatus = keyof typeof types;
export type ErrorType = (typeof types)[ErrorStatus];

/** `code` is stable and for programs, `message` says what to do, `param` names the field at fault. */
export class BillingError extends Error {
  constructor(
    readonly status: ErrorStatus,
    readonly code: string,
    message: string,
    readonly param?: string,
  ) {
    super(message);
    this.name = 'BillingError';
  }

  get type(): ErrorType {
    return types[this.status];
  }
}

/** What was named does not exist, or is of another type. */
export function notFound(resource: string, id: string, param?: string): BillingError {
  return new BillingError(404, 'resource_missing', `There is no ${resource} ${id}: check the id.`, param);
}
