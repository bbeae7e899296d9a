/** Errors as SCIM has them (RFC 7644, 3.12). */
import type { Response } from 'express';
import { BillingError, type ErrorStatus } from '../../domain/errors.ts';

export class ScimError extends BillingError {
  constructor(
    status: ErrorStatus,
    readonly scimType: string | undefined,
    message: string,
  ) {
    super(status, scimType ?? 'scim', message);
  }
}

const typeOfCode: Readonly<Record<string, string>> = {
  already_member: 'uniqueness',
  email_taken: 'uniqueness',
  external_id_taken: 'uniqueness',
  name_taken: 'uniqueness',
  limit_reached: 'tooMany',
  last_org_admin: 'mutability',
  email_invalid: 'invalidValue',
  email_of_another_domain: 'invalidValue',
  name_invalid: 'invalidValue',
};

export function sendScimError(response: Response, error: BillingError): void {
  const scimType = error instanceof ScimError ? error.scimType : typeOfCode[error.code];
  response.status(error.status).json({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(error.status),
    ...(scimType !== undefined && { scimType }),
    detail: error.message,
  });
}
