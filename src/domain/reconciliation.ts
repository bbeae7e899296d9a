/**
 * What follows where a provider's record and ours are compared (semantics.md, section 8): what is safe is mended, what is
 * not is told, and nothing is guessed.
 */
import type { Amount } from './money.ts';

export const findingKinds = [
  // Money moved at the provider under an id of ours that we do not have.
  'unknown_payment',
  'unknown_refund',
  // We have it as failed or canceled, and the provider took the money.
  'captured_after_failure',
  // We have it as paid, and the provider has not.
  'not_captured',
  'not_refunded',
  'refunded_after_failure',
  'amount_differs',
  // The provider has no record of it at all.
  'missing_at_provider',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export type Comparison =
  | { readonly kind: 'agrees' }
  /** Not of ours: somebody else uses the same account of the provider. */
  | { readonly kind: 'foreign' }
  /** Ours has no outcome yet, or not its last, and the provider tells one. */
  | { readonly kind: 'settle' }
  | { readonly kind: 'finding'; readonly finding: FindingKind };

export interface Money {
  readonly amount: Amount;
  readonly currency: string;
}

export interface TheirCharge extends Money {
  readonly status: 'succeeded' | 'failed' | 'requires_action' | 'processing' | 'canceled';
  /** What was captured: nothing unless it succeeded. */
  readonly amount: Amount;
  /** Whether it names a payment of ours. */
  readonly namesOurs: boolean;
}

export interface OurPayment extends Money {
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
}

const agrees = { kind: 'agrees' } as const;
const finding = (kind: FindingKind): Comparison => ({ kind: 'finding', finding: kind });

/** A charge that the provider has, and the payment that it names; null: there is none here. */
export function compareCharge(theirs: TheirCharge, ours: OurPayment | null): Comparison {
  const captured = theirs.status === 'succeeded';
  if (ours === null) {
    if (!theirs.namesOurs) return { kind: 'foreign' };
    return captured ? finding('unknown_payment') : agrees;
  }
  switch (ours.status) {
    case 'pending':
    case 'requires_action':
      if (theirs.status === 'processing' || theirs.status === ours.status) return agrees;
      return captured && !isSame(theirs, ours) ? finding('amount_differs') : { kind: 'settle' };
    case 'succeeded':
      if (!captured) return finding('not_captured');
      return isSame(theirs, ours) ? agrees : finding('amount_differs');
    case 'failed':
    case 'canceled':
      return captured ? finding('captured_after_failure') : agrees;
  }
}

export interface TheirRefund extends Money {
  readonly status: 'succeeded' | 'failed' | 'processing';
  /** Whether it gives back of a payment of ours, whoever made it. */
  readonly isOfOurs: boolean;
}

export interface OurRefund extends Money {
  readonly status: 'pending' | 'succeeded' | 'failed';
}

/** A refund that the provider has, and the one that it names; null: it was made by hand there, or is not ours at all. */
export function compareRefund(theirs: TheirRefund, ours: OurRefund | null): Comparison {
  const given = theirs.status === 'succeeded';
  if (ours === null) {
    if (!theirs.isOfOurs) return { kind: 'foreign' };
    return given ? finding('unknown_refund') : agrees;
  }
  if (given && !isSame(theirs, ours)) return finding('amount_differs');
  switch (ours.status) {
    case 'pending':
      return theirs.status === 'processing' ? agrees : { kind: 'settle' };
    case 'succeeded':
      // The customer's bank has sent it back, days after it was made: it has failed after all.
      if (theirs.status === 'failed')
        return isSame(theirs, ours) ? { kind: 'settle' } : finding('not_refunded');
      return agrees;
    case 'failed':
      return given ? finding('refunded_after_failure') : agrees;
  }
}

function isSame(theirs: Money, ours: Money): boolean {
  return theirs.amount === ours.amount && theirs.currency === ours.currency;
}
