/** What a credit note may give back of an invoice, and where that goes (semantics.md, section 7). */
import Fraction from 'fraction.js';
import {
  creditPart,
  creditRest,
  earnedBack,
  leftWithTaxOf,
  spreadOver,
  taxCredited,
  type CreditableLine,
  type LineCredit,
} from './creditNote.ts';
import { divide, refundsOf, refundTooLarge, takeBack } from './creditNoteDivision.ts';
import { BillingError } from './errors.ts';
import type { CreditGrantId, InvoiceLineId, PaymentId } from './ids.ts';
import { byKey, plus } from './invoiceTotals.ts';
import type { Earning } from './ledger.ts';
import { formatAmount, type Amount } from './money.ts';
import { roundHalfAwayFromZero } from './quantity.ts';
import type { LineTax } from './tax.ts';

export const creditNoteReasons = [
  'duplicate',
  'fraudulent',
  'order_change',
  'product_unsatisfactory',
  'other',
] as const;
export type CreditNoteReason = (typeof creditNoteReasons)[number];

export interface InvoiceLineToCredit extends CreditableLine {
  /** Invoiced early, for a period that is not billed yet: that will give it back. */
  readonly isEarly: boolean;
  readonly earning: Earning;
  /** Of one that is earned over time: what it comes to, and what of it has been earned; null: of no other. */
  readonly deferred: { readonly amount: Amount; readonly recognized: Amount } | null;
}

export interface InvoiceToCredit {
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly currency: string;
  readonly amountDue: Amount;
  readonly amountPaid: Amount;
  readonly amountCredited: Amount;
  /** An attempt is under way whose outcome is not known. */
  readonly paymentInFlight: boolean;
  readonly lines: readonly InvoiceLineToCredit[];
  /** Those that succeeded, the latest first, with what has not been refunded of them. */
  readonly payments: readonly { readonly id: PaymentId; readonly left: Amount }[];
  /** Credit that was bought by it, with what is left of it. */
  readonly grants: readonly { readonly id: CreditGrantId; readonly left: Amount }[];
}

export type CreditNoteRequest =
  | {
      readonly kind: 'lines';
      /** Null: all that is left of every line. */
      readonly lines: readonly { readonly invoiceLine: InvoiceLineId; readonly amount: Amount }[] | null;
      /** Of what was paid, what goes back the way it came. */
      readonly refund: Amount;
      /** Of what was paid, what becomes balance; null: all that is not refunded. */
      readonly credit: Amount | null;
    }
  /** One payment is refunded; null: all that is left of it, as far as that can be credited. */
  | { readonly kind: 'payment'; readonly payment: PaymentId; readonly amount: Amount | null };

export interface DecidedCreditNote {
  readonly lines: readonly LineCredit<InvoiceLineToCredit>[];
  readonly subtotal: Amount;
  /** Added to the lines, and contained in them. */
  readonly tax: Amount;
  readonly taxIncluded: Amount;
  readonly total: Amount;
  /** What each rate gives back. */
  readonly taxes: readonly LineTax[];
  /** Taken off what was still to be paid. */
  readonly receivable: Amount;
  readonly credit: Amount;
  readonly refund: Amount;
  readonly refunds: readonly { readonly payment: PaymentId; readonly amount: Amount }[];
  /** Credit that is taken back, since its purchase is. */
  readonly takenBack: readonly { readonly grant: CreditGrantId; readonly amount: Amount }[];
  /** Whether nothing is left to be paid. */
  readonly settles: boolean;
}

/** Throws a `BillingError` 409 for a state that forbids it, 422 with what is left where it asks for more. */
export function decideCreditNote(invoice: InvoiceToCredit, request: CreditNoteRequest): DecidedCreditNote {
  refuseStatus(invoice);
  refuseEarly(invoice);
  const lines =
    request.kind === 'lines' ? creditLines(invoice, request.lines) : refundLines(invoice, request);
  const sums = sumOf(lines);
  const format = (amount: Amount) => formatAmount(amount, invoice.currency);
  const left = leftWithTaxIn(invoice);
  if (sums.total < 0n || sums.total > left) {
    throw new BillingError(
      422,
      'credit_note_total_invalid',
      `These lines come to ${format(sums.total)}; ${format(left)} of the invoice is left to credit, and a credit note is never below zero. ` +
        'Credit less, or together with it the lines of the other sign.',
      'lines',
    );
  }
  const remaining = remainingOf(invoice);
  const receivable = sums.total < remaining ? sums.total : remaining;
  const rest = (sums.total - receivable) as Amount;
  const { refund, credit } =
    request.kind === 'lines' ? divide(rest, request, format) : { refund: rest, credit: zero };
  return {
    ...sums,
    lines,
    receivable,
    refund,
    credit,
    refunds: refundsOf(invoice, request, refund, format),
    takenBack: takeBack(invoice, lines, format),
    settles: receivable === remaining,
  };
}

/** What of what a credit gives back had been earned by now, of a line that is earned over time. */
export function recognizedBack(credit: LineCredit<InvoiceLineToCredit>): Amount {
  const { deferred } = credit.line;
  if (deferred === null || deferred.amount === 0n) return zero;
  return roundHalfAwayFromZero(new Fraction(earnedBack(credit), deferred.amount).mul(deferred.recognized));
}

const zero = 0n as Amount;

function refuseStatus({ status, paymentInFlight }: InvoiceToCredit): void {
  if (status === 'draft') {
    throw new BillingError(
      409,
      'invoice_draft',
      'The invoice is a draft, and there is nothing to correct yet. Wait until it is final.',
    );
  }
  if (status === 'void') {
    throw new BillingError(
      409,
      'invoice_void',
      'The invoice is void: nothing of it is owed, or to be given back.',
    );
  }
  if (paymentInFlight) throw paymentUnderWay();
}

/** What is credited of it would be given back a second time. */
function refuseEarly({ lines }: InvoiceToCredit): void {
  if (!lines.some(({ isEarly }) => isEarly)) return;
  throw new BillingError(
    409,
    'invoice_early',
    'The invoice was early, and all of it is given back when its period is billed. Credit the invoice that bills the period.',
  );
}

export function paymentUnderWay(): BillingError {
  return new BillingError(
    409,
    'payment_in_flight',
    'A payment of the invoice is under way, or could not be ended. Try again when its outcome is known, with another Idempotency-Key.',
  );
}

export function remainingOf({
  status,
  amountDue,
  amountPaid,
  amountCredited,
}: Pick<InvoiceToCredit, 'status' | 'amountDue' | 'amountPaid' | 'amountCredited'>): Amount {
  return status === 'void' ? zero : ((amountDue - amountPaid - amountCredited) as Amount);
}

function leftWithTaxIn({ lines }: InvoiceToCredit): Amount {
  return lines.reduce((sum, line) => sum + leftWithTaxOf(line), 0n) as Amount;
}

function creditLines(
  { lines }: InvoiceToCredit,
  asked: Extract<CreditNoteRequest, { kind: 'lines' }>['lines'],
): LineCredit<InvoiceLineToCredit>[] {
  if (asked === null) {
    const rest = lines.flatMap((line) => creditRest(line) ?? []);
    if (rest.length === 0) throw nothingLeft();
    return rest;
  }
  const named = new Set<InvoiceLineId>();
  return asked.map(({ invoiceLine, amount }, index) => {
    const param = `lines[${String(index)}]`;
    const line = lines.find(({ id }) => id === invoiceLine);
    if (!line || named.has(invoiceLine)) {
      throw new BillingError(
        400,
        line ? 'line_twice' : 'line_missing',
        line
          ? `Line ${invoiceLine} is named twice. Name it once, with the sum.`
          : `The invoice has no line ${invoiceLine}. Take the id from its lines.`,
        `${param}.invoice_line`,
      );
    }
    named.add(invoiceLine);
    return creditPart(line, amount, `${param}.amount`);
  });
}

function nothingLeft(): BillingError {
  return new BillingError(
    409,
    'nothing_left',
    'All of the invoice has been credited. Nothing is left to give back.',
  );
}

/** The lines that a refund of a payment corrects: all of them, in proportion. */
function refundLines(
  invoice: InvoiceToCredit,
  { payment, amount }: Extract<CreditNoteRequest, { kind: 'payment' }>,
): LineCredit<InvoiceLineToCredit>[] {
  const format = (value: Amount) => formatAmount(value, invoice.currency);
  if (remainingOf(invoice) > 0n) {
    throw new BillingError(
      409,
      'invoice_not_paid',
      `${format(remainingOf(invoice))} of the invoice is still to be paid. Issue a credit note: it takes that off first.`,
    );
  }
  const ofPayment = invoice.payments.find(({ id }) => id === payment)?.left ?? zero;
  const left = leftWithTaxIn(invoice);
  const most = ofPayment < left ? ofPayment : left;
  if (most <= 0n) throw nothingLeft();
  if (amount !== null && amount > most) throw refundTooLarge(amount, most, format, 'amount');
  return spreadOver(invoice.lines, amount ?? most);
}

function sumOf(lines: readonly LineCredit[]) {
  const taxes = lines.map(taxCredited);
  const subtotal = lines.reduce((sum, { amount }) => sum + amount, 0n) as Amount;
  const tax = taxes.reduce((sum, { added }) => sum + added, 0n) as Amount;
  return {
    subtotal,
    tax,
    taxIncluded: taxes.reduce((sum, { included }) => sum + included, 0n) as Amount,
    total: plus(subtotal, tax),
    taxes: byKey(
      lines.flatMap((line) => line.taxes),
      ({ rate }) => rate,
      (first, second) => ({
        ...first,
        taxable: plus(first.taxable, second.taxable),
        amount: plus(first.amount, second.amount),
      }),
    ),
  };
}
