/** What becomes of money that came by itself: as much of the invoice as it pays, and the customer's balance (semantics.md, section 8). */
import { BillingError } from './errors.ts';
import { formatInstant, type Instant } from './instant.ts';
import type { Amount } from './money.ts';

export interface InvoicePaidByHand {
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  /** What is still to be paid. */
  readonly remaining: Amount;
  /** What attempts in flight may still take: they are not ended by this. */
  readonly inFlight: Amount;
}

export interface AppliedPayment {
  readonly applied: Amount;
  /** What goes beyond the invoice. */
  readonly unapplied: Amount;
}

/**
 * Throws a `BillingError` 409 where the invoice's status forbids it, or where an attempt in flight may take the same: never
 * more is captured than is due, so money that might be paid twice is recorded when the outcome is known, not before.
 */
export function applyOfflinePayment(invoice: InvoicePaidByHand, amount: Amount): AppliedPayment {
  const { status, remaining, inFlight } = invoice;
  if (status !== 'open' && status !== 'uncollectible') throw cannotBePaid(status);
  const applied = amount < remaining ? amount : remaining;
  if (applied + inFlight > remaining) {
    throw new BillingError(
      409,
      'payment_in_flight',
      'An attempt to collect the invoice is under way, and its outcome is not known. Record the payment when it is: with another Idempotency-Key, in a moment.',
    );
  }
  return { applied, unapplied: (amount - applied) as Amount };
}

function cannotBePaid(status: 'draft' | 'paid' | 'void'): BillingError {
  const what = {
    draft: 'a draft. Finalize it first',
    paid: 'paid already, and nothing of it is left to pay. Record the money for another invoice that is open, or give it back',
    void: 'void, and nothing of it is owed. Record the money for another invoice that is open, or give it back',
  }[status];
  return new BillingError(409, `invoice_${status}`, `The invoice is ${what}.`);
}

/** Throws a `BillingError` 400 where money would have come in the future. */
export function refuseFuture(receivedAt: Instant, now: Instant): void {
  if (receivedAt <= now) return;
  throw new BillingError(
    400,
    'received_at_in_future',
    `It is ${formatInstant(now)} for the customer. Give a received_at up to then, or leave it out.`,
    'received_at',
  );
}
