/** When an invoice may be voided, or given up as uncollectible (semantics.md, section 7). */
import { paymentUnderWay } from './creditNoteRequest.ts';
import { BillingError } from './errors.ts';
import { formatAmount, type Amount } from './money.ts';

export interface InvoiceToEnd {
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly currency: string;
  readonly amountPaid: Amount;
  /** Below zero: it became balance when it was final. */
  readonly total: Amount;
  /** What the customer has as balance now: as at Stripe, below zero. */
  readonly balance: Amount;
  /** An attempt is under way whose outcome is not known. */
  readonly paymentInFlight: boolean;
  readonly hasCreditNotes: boolean;
  /** Whether a line that is not its own gives back what it charged. */
  readonly isGivenBack: boolean;
  /** Whether a purchase of credit is on it. */
  readonly buysCredit: boolean;
  /** Whether credit that it bought is in use already. */
  readonly grantsCredit: boolean;
}

/** Throws a `BillingError` 409 where an invoice cannot be as if it had never been. */
export function refuseVoid(invoice: InvoiceToEnd): void {
  const { status, amountPaid, total } = invoice;
  if (status === 'draft') throw isDraft('void');
  if (status === 'paid' && total >= 0n) {
    throw new BillingError(
      409,
      'invoice_paid',
      'The invoice is paid and cannot be voided. Issue a credit note, and refund what was paid by it.',
    );
  }
  if (status === 'void') throw new BillingError(409, 'invoice_void', 'The invoice is void already.');
  if (invoice.paymentInFlight) throw paymentUnderWay();
  if (amountPaid > 0n) {
    throw new BillingError(
      409,
      'invoice_partly_paid',
      `${formatAmount(amountPaid, invoice.currency)} of the invoice is paid, so it cannot be voided. Credit the rest by a credit note.`,
    );
  }
  if (invoice.hasCreditNotes) {
    throw new BillingError(
      409,
      'invoice_has_credit_notes',
      'The invoice has credit notes, which stand. Credit the rest by another one.',
    );
  }
  if (invoice.isGivenBack) {
    throw new BillingError(
      409,
      'invoice_given_back',
      'A later change of the subscription has given back a part of what the invoice charged. Credit what is left of it by a credit note.',
    );
  }
  if (total < 0n && invoice.balance > total) {
    throw new BillingError(
      409,
      'balance_is_spent',
      `The invoice gave ${formatAmount((0n - total) as Amount, invoice.currency)} of balance, of which ${formatAmount((0n - invoice.balance) as Amount, invoice.currency)} is left. ` +
        'Bill what is to be taken back by a one-off invoice (POST /v1/invoices).',
    );
  }
  if (invoice.grantsCredit) {
    throw new BillingError(
      409,
      'credit_in_use',
      'The credit that the invoice sold is in use. Credit what is left of it by a credit note.',
    );
  }
}

/** Throws a `BillingError` 409 where there is nothing to give up, or it is not known yet. */
export function refuseUncollectible(invoice: InvoiceToEnd): void {
  const { status } = invoice;
  if (status === 'draft') throw isDraft('marked uncollectible');
  if (status !== 'open') {
    throw new BillingError(
      409,
      `invoice_${status}`,
      `The invoice is ${status}: only an open one can be marked uncollectible.`,
    );
  }
  if (invoice.paymentInFlight) throw paymentUnderWay();
  if (invoice.buysCredit) {
    throw new BillingError(
      409,
      'invoice_buys_credit',
      'Credit that was not paid for is no loss. Void the invoice instead: the credit goes with it.',
    );
  }
}

function isDraft(what: string): BillingError {
  return new BillingError(
    409,
    'invoice_draft',
    `The invoice is a draft and cannot be ${what === 'void' ? 'voided' : what}. Wait until it is final.`,
  );
}
