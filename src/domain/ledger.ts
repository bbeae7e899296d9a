/** The postings for every event of billing (semantics.md, section 9). A posting is one debit and one credit of an amount. */
import type { Amount } from './money.ts';

export type Account = 'cash' | 'accounts_receivable' | 'customer_credit' | 'deferred_revenue' | 'revenue';

export interface Posting {
  readonly debit: Account;
  readonly credit: Account;
  readonly amount: Amount;
}

export interface EarnedLine {
  readonly billing: 'in_advance' | 'in_arrears';
  readonly amount: Amount;
}

/**
 * What the customer now owes: already earned where it was billed in arrears, still to be earned where in advance; less
 * what it had as credit, or, below zero, more of it.
 */
export function invoiceFinalized(lines: readonly EarnedLine[], creditsApplied: Amount): Posting[] {
  return [
    posting('accounts_receivable', 'revenue', sum(lines, 'in_arrears')),
    posting('accounts_receivable', 'deferred_revenue', sum(lines, 'in_advance')),
    posting('customer_credit', 'accounts_receivable', creditsApplied),
  ].flat();
}

/** The provider holds the money that the customer owed. */
export function paymentSucceeded(amount: Amount): Posting[] {
  return posting('cash', 'accounts_receivable', amount);
}

/** A day of a period that was billed in advance has passed. */
export function revenueRecognized(amount: Amount): Posting[] {
  return posting('deferred_revenue', 'revenue', amount);
}

function sum(lines: readonly EarnedLine[], billing: EarnedLine['billing']): Amount {
  return lines
    .filter((line) => line.billing === billing)
    .reduce((total, line) => total + line.amount, 0n) as Amount;
}

/** None for nothing, and the other way round for a negative amount: what is posted is always positive. */
function posting(debit: Account, credit: Account, amount: Amount): Posting[] {
  if (amount === 0n) return [];
  if (amount < 0n) return [{ debit: credit, credit: debit, amount: (0n - amount) as Amount }];
  return [{ debit, credit, amount }];
}
