/** What was wrong with a mutation, as its payload tells it; what is no fault of the input is an error of the answer. */
import { BillingError } from '../domain/errors.ts';
import { codeOf } from './errors.ts';
import type { UserError, UserErrorCode } from './generated.ts';

/** Every code of the schema that is not one of the two for whatever else there is. */
const codes: Readonly<Record<Exclude<UserErrorCode, 'INVALID' | 'CONFLICT'>, true>> = {
  FORBIDDEN: true,
  NOT_FOUND: true,
  FEATURE_MISSING: true,
  LIMIT_REACHED: true,
  PROTECTED_VARIANT: true,
  CLIENT_MUTATION_ID_IN_USE: true,
  NAME_TAKEN: true,
  NAME_INVALID: true,
  EMAIL_INVALID: true,
  ADMIN_MISSING: true,
  CUSTOMER_HAS_ORGANIZATION: true,
  ORGANIZATION_IS_BILLED: true,
  ALREADY_MEMBER: true,
  ALREADY_INVITED: true,
  LAST_ORG_ADMIN: true,
  NOT_A_USER: true,
  EXTERNAL_ID_TAKEN: true,
  INVITATION_ACCEPTED: true,
  INVITATION_EXPIRED: true,
  INVITATION_WITHDRAWN: true,
  INVITATION_FOR_ANOTHER: true,
  ROLE_UNKNOWN: true,
  ROLE_OF_ORGANIZATION: true,
  ROLE_IN_USE: true,
  PERMISSION_OF_ORG_ADMINS: true,
  HOLDER_MISSING: true,
  CAPABILITIES_MISSING: true,
  VARIANTS_MISSING: true,
  USER_MISSING: true,
  EXPIRED: true,
};

const faultsOfInput: ReadonlySet<number> = new Set([400, 403, 404, 409, 422]);

/** `fields`: those of the input. Undefined for what is no fault of it. */
export function toUserError(error: unknown, fields: ReadonlySet<string>): UserError | undefined {
  if (!(error instanceof BillingError) || !faultsOfInput.has(error.status)) return undefined;
  const code = codeOf(error);
  return {
    code: isKnown(code) ? code : fallback(error),
    message: error.message,
    field: fieldAtFault(error, fields),
  };
}

/** What is called `customer`, `members` or `email` elsewhere may be asked for as `customerId`, `memberIds` or `adminEmail`. */
function fieldAtFault({ param = '' }: BillingError, fields: ReadonlySet<string>): string | null {
  const names = [param, `${param}Id`, `${param.replace(/s$/, '')}Ids`];
  const ending = param.charAt(0).toUpperCase() + param.slice(1);
  const other = ending === '' ? undefined : [...fields].find((name) => name.endsWith(ending));
  return names.find((name) => fields.has(name)) ?? other ?? null;
}

function isKnown(code: string): code is keyof typeof codes {
  return Object.hasOwn(codes, code);
}

function fallback({ status }: BillingError): UserErrorCode {
  return status === 409 ? 'CONFLICT' : 'INVALID';
}
