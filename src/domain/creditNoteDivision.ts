/** Where what a credit note gives back of what was paid goes: back as it came, to the balance, off credit that was bought. */
import { earnedBack, type LineCredit } from './creditNote.ts';
import type {
  CreditNoteRequest,
  DecidedCreditNote,
  InvoiceLineToCredit,
  InvoiceToCredit,
} from './creditNoteRequest.ts';
import { BillingError } from './errors.ts';
import type { Amount } from './money.ts';

/** What was paid by money goes back as it came, or becomes balance. */
export function divide(
  rest: Amount,
  { refund, credit: asked }: Extract<CreditNoteRequest, { kind: 'lines' }>,
  format: (amount: Amount) => string,
): { readonly refund: Amount; readonly credit: Amount } {
  const credit = asked ?? ((refund < rest ? rest - refund : 0n) as Amount);
  if (refund + credit === rest) return { refund, credit };
  throw new BillingError(
    422,
    'credit_note_division_invalid',
    `What was paid of this by payments and from the balance is ${format(rest)}. Give a refund_amount and a credit_amount that add up to it, or leave both out: it becomes balance. ` +
      'What granted credit paid returns to it.',
    asked === null ? 'refund_amount' : 'credit_amount',
  );
}

/** The latest payments first; a refund of one payment is of that one. */
export function refundsOf(
  { payments }: InvoiceToCredit,
  request: CreditNoteRequest,
  refund: Amount,
  format: (amount: Amount) => string,
): DecidedCreditNote['refunds'] {
  const own = request.kind === 'payment' ? payments.filter(({ id }) => id === request.payment) : payments;
  const most = own.reduce((sum, { left }) => sum + left, 0n) as Amount;
  if (refund > most) throw refundTooLarge(refund, most, format, 'refund_amount');
  let rest: bigint = refund;
  return own.flatMap(({ id, left }) => {
    const amount = left < rest ? left : rest;
    rest -= amount;
    return amount > 0n ? [{ payment: id, amount: amount as Amount }] : [];
  });
}

/** A purchase of credit is given back only as far as the credit is still there. */
export function takeBack(
  { grants }: InvoiceToCredit,
  lines: readonly LineCredit<InvoiceLineToCredit>[],
  format: (amount: Amount) => string,
): DecidedCreditNote['takenBack'] {
  const bought = lines.filter(({ line }) => line.earning === 'prepaid_credit');
  let rest = bought.reduce((sum, credit) => sum + earnedBack(credit), 0n);
  const left = grants.reduce((sum, grant) => sum + grant.left, 0n);
  if (rest > left) {
    throw new BillingError(
      422,
      'credit_is_spent',
      `Of the credit that was bought, ${format(left as Amount)} is left, and no more of its purchase can be given back. Credit that at most.`,
      'lines',
    );
  }
  return grants.flatMap(({ id, left: there }) => {
    const amount = there < rest ? there : rest;
    rest -= amount;
    return amount > 0n ? [{ grant: id, amount: amount as Amount }] : [];
  });
}

export function refundTooLarge(
  amount: Amount,
  most: Amount,
  format: (amount: Amount) => string,
  param: string,
): BillingError {
  return new BillingError(
    422,
    'refund_too_large',
    `${format(amount)} is more than what is left to refund: ${format(most)}. Refund that at most.`,
    param,
  );
}
