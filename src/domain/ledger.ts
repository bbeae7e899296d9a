/** The postings for every event of billing (semantics.md, section 9). A posting is one debit and one credit of an amount. */
import type { Amount } from './money.ts';

export type Account =
  | 'cash'
  | 'bank'
  | 'accounts_receivable'
  | 'customer_credit'
  | 'prepaid_credit'
  | 'promotional_credit'
  | 'refunds_payable'
  | 'disputed_funds'
  | 'tax_payable'
  | 'deferred_revenue'
  | 'revenue'
  | 'breakage_revenue'
  | 'promotional_expense'
  | 'bad_debt'
  | 'dispute_losses';

export interface Posting {
  readonly debit: Account;
  readonly credit: Account;
  readonly amount: Amount;
}

/** Where what a line earns goes: at once, over its period, or to the credit that was bought. */
export type Earning = 'revenue' | 'deferred_revenue' | 'prepaid_credit';

export function earningOf(line: {
  readonly type: string;
  readonly billing: 'in_advance' | 'in_arrears';
}): Earning {
  if (line.type === 'credit_purchase') return 'prepaid_credit';
  return line.billing === 'in_advance' ? 'deferred_revenue' : 'revenue';
}

export interface EarnedLine {
  readonly earning: Earning;
  /** After discounts, without any tax. */
  readonly earned: Amount;
}

/** What paid an invoice before any payment. A total below zero becomes balance: a negative amount of it. */
export interface AppliedCredit {
  readonly balance: Amount;
  readonly prepaid: Amount;
  readonly promotional: Amount;
}

const earnings = ['revenue', 'deferred_revenue', 'prepaid_credit'] as const;

/**
 * What the customer now owes: already earned where it was billed in arrears, still to be earned where in advance, and
 * the tax, which is another's; less what it had as credit, or, below zero, more of it.
 */
export function invoiceFinalized(
  lines: readonly EarnedLine[],
  tax: Amount,
  { balance, prepaid, promotional }: AppliedCredit,
): Posting[] {
  return [
    ...earnings.flatMap((earning) => posting('accounts_receivable', earning, sum(lines, earning))),
    ...posting('accounts_receivable', 'tax_payable', tax),
    ...posting('promotional_credit', 'accounts_receivable', promotional),
    ...posting('prepaid_credit', 'accounts_receivable', prepaid),
    ...posting('customer_credit', 'accounts_receivable', balance),
  ];
}

/** An invoice is void: what was posted for it goes back, with what has been earned of it meanwhile. */
export function invoiceVoided(posted: readonly Posting[], recognized: Amount): Posting[] {
  return [...reversed(posted), ...posting('revenue', 'deferred_revenue', recognized)];
}

export function reversed(posted: readonly Posting[]): Posting[] {
  return posted.map(({ debit, credit, amount }) => ({ debit: credit, credit: debit, amount }));
}

/** What is still to be paid of an invoice is given up. */
export function invoiceUncollectible(remaining: Amount): Posting[] {
  return posting('bad_debt', 'accounts_receivable', remaining);
}

/** What was given up is owed again: it is being paid, credited or voided after all. */
export function uncollectibleRecovered(amount: Amount): Posting[] {
  return posting('accounts_receivable', 'bad_debt', amount);
}

/** Where money is: at the payment provider, or where it came to by itself. */
export type MoneyAccount = Extract<Account, 'cash' | 'bank'>;

/** The money that the customer owed is there; what came beyond it is the customer's balance. */
export function paymentSucceeded(account: MoneyAccount, applied: Amount, unapplied: Amount): Posting[] {
  return [
    ...posting(account, 'accounts_receivable', applied),
    ...posting(account, 'customer_credit', unapplied),
  ];
}

export interface CreditedLine extends EarnedLine {
  /** What of it was earned by now, where it is earned over time. */
  readonly recognized: Amount;
}

/** What a credit note gives back: off what is owed, to the customer's balance, on its way back, or to credit that paid. */
export function creditNoteIssued(
  lines: readonly CreditedLine[],
  tax: Amount,
  given: {
    readonly balance: Amount;
    readonly refund: Amount;
    readonly prepaid: Amount;
    readonly promotional: Amount;
  },
): Posting[] {
  const recognized = lines.reduce((total, line) => total + line.recognized, 0n) as Amount;
  return [
    ...earnings.flatMap((earning) => posting(earning, 'accounts_receivable', sum(lines, earning))),
    ...posting('tax_payable', 'accounts_receivable', tax),
    ...posting('revenue', 'deferred_revenue', recognized),
    ...posting('accounts_receivable', 'customer_credit', given.balance),
    ...posting('accounts_receivable', 'refunds_payable', given.refund),
    ...posting('accounts_receivable', 'prepaid_credit', given.prepaid),
    ...posting('accounts_receivable', 'promotional_credit', given.promotional),
  ];
}

export function refundSucceeded(account: MoneyAccount, amount: Amount): Posting[] {
  return posting('refunds_payable', account, amount);
}

/** The customer's bank has taken back what was paid, until the dispute is won. */
export function disputeOpened(amount: Amount): Posting[] {
  return posting('disputed_funds', 'cash', amount);
}

export function disputeWon(amount: Amount): Posting[] {
  return posting('cash', 'disputed_funds', amount);
}

/**
 * A dispute that was lost is won after all: the money is there again. What of it was taken for a refund has not been given
 * back then: it is the customer's balance.
 */
export function disputeRecovered(amount: Amount, settled: Amount): Posting[] {
  return [
    ...posting('cash', 'dispute_losses', amount),
    ...posting('dispute_losses', 'customer_credit', settled),
  ];
}

export function disputeLost(amount: Amount): Posting[] {
  return posting('dispute_losses', 'disputed_funds', amount);
}

/** A lost dispute has given it back already: there is no refund to make, and so much less was lost. */
export function refundDisputed(amount: Amount): Posting[] {
  return posting('refunds_payable', 'dispute_losses', amount);
}

/** The provider cannot give it back: it stays with the customer, as balance. */
export function refundFailed(amount: Amount): Posting[] {
  return posting('refunds_payable', 'customer_credit', amount);
}

/** Credit is given away. What is paid for is posted by its invoice. */
export function creditGranted(amount: Amount): Posting[] {
  return posting('promotional_expense', 'promotional_credit', amount);
}

/** Credit that nobody uses any more: a gain where it was paid for, and no cost any more where it was given away. */
export function creditForfeited(amount: Amount, paid: boolean): Posting[] {
  return paid
    ? posting('prepaid_credit', 'breakage_revenue', amount)
    : posting('promotional_credit', 'promotional_expense', amount);
}

/** A day of a period that was billed in advance has passed. */
export function revenueRecognized(amount: Amount): Posting[] {
  return posting('deferred_revenue', 'revenue', amount);
}

function sum(lines: readonly EarnedLine[], earning: Earning): Amount {
  return lines
    .filter((line) => line.earning === earning)
    .reduce((total, line) => total + line.earned, 0n) as Amount;
}

/** None for nothing, and the other way round for a negative amount: what is posted is always positive. */
function posting(debit: Account, credit: Account, amount: Amount): Posting[] {
  if (amount === 0n) return [];
  if (amount < 0n) return [{ debit: credit, credit: debit, amount: (0n - amount) as Amount }];
  return [{ debit, credit, amount }];
}
