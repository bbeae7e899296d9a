/**
 * In which order a credit note undoes how an invoice was settled: the last first, so that credit that was given away never
 * comes out as money (semantics.md, section 7; ADR 5).
 */
import { leftWithTaxOf, taxCredited, type LineCredit } from './creditNote.ts';
import type { InvoiceLineToCredit, InvoiceToCredit } from './creditNoteRequest.ts';
import { inSpendingOrder, spendGrants, type CreditGrant } from './creditGrant.ts';
import type { CreditGrantId } from './ids.ts';
import { isNarrow } from './lineScope.ts';
import type { Amount } from './money.ts';

/** A grant that has paid a part of an invoice: `remaining` is what of that no note has returned to it. */
export interface PaidByGrant extends CreditGrant {
  readonly status: 'pending' | 'granted' | 'expired' | 'voided';
}

export interface ReturnedCredit {
  readonly id: CreditGrantId;
  readonly status: PaidByGrant['status'];
  readonly paid: boolean;
  readonly amount: Amount;
}

export interface Settlement {
  /** Taken off what was still to be paid. */
  readonly receivable: Amount;
  /** Of what was paid by payments and from the balance. */
  readonly money: Amount;
  /** To the grants that paid it. */
  readonly returned: readonly ReturnedCredit[];
}

/** What payments and the balance have paid of an invoice and no note has given back. */
export function moneyLeftOf({ amountPaid, balanceUsed, moneyGivenBack }: InvoiceToCredit): Amount {
  const left = amountPaid + balanceUsed - moneyGivenBack;
  return (left > 0n ? left : 0n) as Amount;
}

/**
 * Divides what a note comes to: what is still to be paid first, then what payments and the balance have paid, then what
 * grants have, the last that was spent first. But a grant that is for some lines only has what it paid of them returned
 * before all else, as far as these lines no longer come to that.
 */
export function settle(
  invoice: InvoiceToCredit,
  lines: readonly LineCredit<InvoiceLineToCredit>[],
  total: Amount,
  remaining: Amount,
): Settlement {
  const ofLines = returnOfLines(invoice, lines, total);
  let rest: bigint = total - sumOf(ofLines);
  const take = (most: bigint) => {
    const part = rest < most ? rest : most;
    rest -= part;
    return part as Amount;
  };
  const receivable = take(remaining);
  const money = take(moneyLeftOf(invoice));
  const returned = lastSpentFirst(invoice.paidBy).map((grant) => {
    const before = ofLines.get(grant.id) ?? 0n;
    return toReturned(grant, before + take(grant.remaining - before));
  });
  if (rest > 0n)
    throw new Error(`${String(rest)} more would be given back than the invoice was settled with`);
  return { receivable, money, returned: returned.filter(({ amount }) => amount > 0n) };
}

function returnOfLines(
  { lines, paidBy }: InvoiceToCredit,
  credits: readonly LineCredit<InvoiceLineToCredit>[],
  total: Amount,
): Map<CreditGrantId, bigint> {
  const narrow = paidBy.filter(({ appliesTo }) => isNarrow(appliesTo));
  const returned = new Map<CreditGrantId, bigint>();
  if (narrow.length === 0) return returned;
  const byLine = new Map(credits.map((credit) => [credit.line.id, credit]));
  const left = lines.map((line) => {
    const credit = byLine.get(line.id);
    const less = credit ? credit.amount + taxCredited(credit).added : 0n;
    return {
      ...{ priceCode: line.priceCode, planId: line.planId },
      payable: (leftWithTaxOf(line) - less) as Amount,
      isCreditPurchase: line.earning === 'prepaid_credit',
    };
  });
  const stillPaid = spendGrants(left, narrow);
  let rest: bigint = total;
  for (const { id, remaining } of lastSpentFirst(narrow)) {
    const beyond = remaining - (stillPaid.find(({ grant }) => grant.id === id)?.amount ?? 0n);
    const amount = beyond < rest ? beyond : rest;
    rest -= amount;
    returned.set(id, amount);
  }
  return returned;
}

function lastSpentFirst(grants: readonly PaidByGrant[]): PaidByGrant[] {
  return inSpendingOrder(grants).toReversed();
}

function toReturned({ id, status, paid }: PaidByGrant, amount: bigint): ReturnedCredit {
  return { id, status, paid, amount: amount as Amount };
}

function sumOf(amounts: ReadonlyMap<CreditGrantId, bigint>): bigint {
  return [...amounts.values()].reduce((sum, amount) => sum + amount, 0n);
}
