/**
 * What an invoice or a credit note says, as plain data: all that a page shows comes from here, so that the same document
 * gives the same page for ever, whatever the customer or the catalog has become since.
 */
import type { CreditNoteReason } from '../domain/creditNoteRequest.ts';
import type { Instant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';

export interface Party {
  readonly name: string;
  /** Street, town, country: each as it is printed. */
  readonly addressLines: readonly string[];
  readonly taxId: string | null;
  readonly email: string | null;
}

export interface DocumentLine {
  readonly description: string;
  readonly period: Period | null;
  /** An exact decimal. */
  readonly quantity: string;
  /** An exact decimal in minor units, up to 12 digits after the point; null where no single price was applied. */
  readonly unitAmount: string | null;
  readonly amount: bigint;
  /** The percentages of tax on this line, each an exact decimal such as `19`; none where it is not taxed. */
  readonly taxPercentages: readonly string[];
  /** Further sentences below the description. */
  readonly details?: readonly string[];
}

export interface DocumentDiscount {
  readonly name: string;
  /** What it takes off: positive. */
  readonly amount: bigint;
}

export interface DocumentTax {
  readonly name: string;
  readonly percentage: string;
  readonly inclusive: boolean;
  readonly taxable: bigint;
  readonly amount: bigint;
}

/**
 * What an invoice uses of prepaid credit or of the customer's balance, or where a credit note's total went: into
 * either, or back as a refund. Positive; `name` replaces the label of the kind.
 */
export interface DocumentCredit {
  readonly kind: 'prepaid' | 'balance' | 'refund';
  readonly name: string | null;
  readonly amount: bigint;
}

export interface DocumentUsage {
  readonly name: string;
  readonly total: string;
  /** In order of days; a day is `YYYY-MM-DD` in the customer's timezone. */
  readonly days: readonly { readonly day: string; readonly quantity: string }[];
}

interface Billing {
  /** Of a test clock: marked so that nobody takes it for a real one. */
  readonly test: boolean;
  /** Null for a draft. */
  readonly number: string | null;
  /** BCP 47, of the customer, such as `de-DE`; one that is unknown is read as `en-US`. */
  readonly locale: string;
  readonly timezone: string;
  readonly currency: string;
  readonly seller: Party;
  readonly customer: Party;
  readonly issuedAt: Instant | null;
  readonly dueAt: Instant | null;
  readonly paidAt: Instant | null;
  readonly period: Period;
  readonly poNumber: string | null;
  readonly memo: string | null;
  /** At the foot of every page: what the law asks the seller to print. */
  readonly footer: string | null;
  readonly customFields: readonly { readonly name: string; readonly value: string }[];
  readonly lines: readonly DocumentLine[];
  readonly subtotal: bigint;
  readonly discounts: readonly DocumentDiscount[];
  readonly taxes: readonly DocumentTax[];
  /** Where the customer is not charged tax: the sentence that the law asks for is printed in the customer's language. */
  readonly taxTreatment: 'standard' | 'exempt' | 'reverse_charge';
  readonly total: bigint;
  readonly credits: readonly DocumentCredit[];
  readonly amountDue: bigint;
  readonly amountPaid: bigint;
  /** By credit notes. */
  readonly amountCredited: bigint;
  readonly amountRemaining: bigint;
  readonly notes: readonly string[];
  readonly usage: readonly DocumentUsage[];
}

export interface InvoiceDocument extends Billing {
  readonly kind: 'invoice';
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
}

export interface CreditNoteDocument extends Billing {
  readonly kind: 'credit_note';
  readonly status: 'issued' | 'void';
  /** The invoice that it corrects. */
  readonly corrects: { readonly number: string; readonly issuedAt: Instant };
  readonly reason: CreditNoteReason;
}

export type BillingDocument = InvoiceDocument | CreditNoteDocument;
