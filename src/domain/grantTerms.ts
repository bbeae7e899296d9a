/** What may be asked for as credit: its currency and its times. */
import { BillingError } from './errors.ts';
import { formatInstant, type Instant } from './instant.ts';

export interface GrantTimes {
  readonly effectiveAt: Instant;
  /** Null: never. */
  readonly expiresAt: Instant | null;
}

/** Throws a `BillingError` 400 for credit that could never be spent. */
export function refuseTimes({ effectiveAt, expiresAt }: GrantTimes, now: Instant): void {
  if (expiresAt === null || (expiresAt > effectiveAt && expiresAt > now)) return;
  throw new BillingError(
    400,
    'instant_in_the_past',
    `The credit would expire before anything could be paid with it. Give an expires_at after ${formatInstant(
      effectiveAt > now ? effectiveAt : now,
    )}.`,
    'expires_at',
  );
}

/**
 * The currency of credit: the customer's, or the one that is given where it has none yet. Throws a `BillingError` 422 for
 * another one, 400 where there is none.
 */
export function grantCurrency(ofCustomer: string | null, given: string | null): string {
  const currency = ofCustomer ?? given;
  if (currency === null) {
    throw new BillingError(
      400,
      'field_missing',
      'The customer has no currency yet. Give the currency of the credit, which becomes that of the customer.',
      'currency',
    );
  }
  if (given !== null && given !== currency) {
    throw new BillingError(
      422,
      'currency_mismatch',
      `The customer is billed in ${currency}. Give credit in ${currency}, or leave the currency out.`,
      'currency',
    );
  }
  return currency;
}
