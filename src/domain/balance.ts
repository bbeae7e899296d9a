/** A customer's balance: as at Stripe, credit is negative and is used by the next invoices (semantics.md, section 7). */
import type { Amount } from './money.ts';

export interface Settlement {
  /** Taken off the total: what is used of the credit, or, of a total below zero, all of it, which becomes credit. */
  readonly creditsApplied: Amount;
  /** Never below zero. */
  readonly amountDue: Amount;
  /** The balance afterwards. */
  readonly balance: Amount;
}

/** What is due of a total when the customer has this balance. */
export function settle(total: Amount, balance: Amount): Settlement {
  const credit = balance < 0n ? 0n - balance : 0n;
  const creditsApplied = total < credit ? total : credit;
  return {
    creditsApplied: creditsApplied as Amount,
    amountDue: (total - creditsApplied) as Amount,
    balance: (balance + creditsApplied) as Amount,
  };
}
