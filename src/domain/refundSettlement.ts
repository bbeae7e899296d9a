/** When a refund whose provider refuses it waits, and what of the provider's records may stand for it (semantics.md, section 8). */
import { BillingError } from './errors.ts';
import type { RefundId } from './ids.ts';
import type { Amount } from './money.ts';

/** The provider has given the money back before: somebody did it there by hand. Only a person knows for what. */
export const alreadyRefunded = 'charge_already_refunded';

/**
 * The money is on its way back, or has gone back, in another way: by a dispute that is not known here yet, or by hand at the
 * provider, which the reconciliation tells. As balance it would be given twice.
 */
const givenBackOtherwise: ReadonlySet<string> = new Set([
  'charge_disputed',
  'refund_disputed_payment',
  alreadyRefunded,
]);

/** Whether a refund that was refused with this code goes on waiting. */
export function isGivenBackOtherwise(code: string): boolean {
  return givenBackOtherwise.has(code);
}

/** Throws a `BillingError` 409 unless the provider has said that it will not make the refund, and why. */
export function refuseSettlement(id: RefundId, refusedCode: string | null): void {
  if (refusedCode === alreadyRefunded) return;
  throw new BillingError(
    409,
    'refund_not_refused',
    `Only a refund of which its provider says ${alreadyRefunded} is settled by hand: ${id} may still be made. Ask again when its pending_reason says so.`,
  );
}

/** A refund as the provider has it. */
export interface RefundMadeByHand {
  readonly status: 'succeeded' | 'failed' | 'processing';
  /** Whether it carries the id of a refund of ours. */
  readonly namesOurs: boolean;
  readonly chargeReference: string;
  readonly amount: Amount;
  readonly currency: string;
}

export interface RefundToSettle {
  readonly chargeReference: string | null;
  readonly amount: Amount;
  readonly currency: string;
}

/**
 * Throws a `BillingError` unless the provider's record may stand for the refund: it was made by hand, of the same payment.
 * `others` is what other refunds of ours have of it. Null: the provider has no such record.
 */
export function refuseRecord(ours: RefundToSettle, theirs: RefundMadeByHand | null, others: Amount): void {
  if (theirs === null || theirs.chargeReference !== ours.chargeReference) {
    throw wrongReference('The provider has no refund of this payment by that reference. Look it up there.');
  }
  if (theirs.namesOurs) {
    throw wrongReference('That refund was made for another refund of ours. Give one that was made by hand.');
  }
  if (theirs.status !== 'succeeded') {
    throw wrongReference(`The provider calls that refund ${theirs.status}: only one that succeeded counts.`);
  }
  if (theirs.currency !== ours.currency || theirs.amount < others + ours.amount) {
    throw wrongReference(
      'That refund, less what of it other refunds here have, is less than this one. Give another, or settle it as failed.',
    );
  }
}

function wrongReference(message: string): BillingError {
  return new BillingError(409, 'refund_reference_invalid', message, 'reference');
}
