/** The words of a page in each language: terms as they stand on real invoices, not word for word from English. */
import type { CreditNoteReason } from '../domain/creditNoteRequest.ts';
import type { BillingDocument } from './billingDocument.ts';
import { de } from './labels/de.ts';
import { en } from './labels/en.ts';
import { es } from './labels/es.ts';
import { fr } from './labels/fr.ts';
import { it } from './labels/it.ts';
import { ja } from './labels/ja.ts';
import { nl } from './labels/nl.ts';
import { pl } from './labels/pl.ts';
import { pt } from './labels/pt.ts';

/** Words in braces stand for values: `{date}`, `{amount}`, `{tax}`. */
export interface Labels {
  readonly invoice: string;
  readonly creditNote: string;
  readonly invoiceNumber: string;
  readonly creditNoteNumber: string;
  readonly issuedAt: string;
  readonly dueAt: string;
  readonly paidAt: string;
  readonly servicePeriod: string;
  readonly poNumber: string;
  readonly corrects: string;
  readonly correctsValue: string;
  readonly reason: string;
  /** Of any other the memo says what it was. */
  readonly reasons: Readonly<Record<Exclude<CreditNoteReason, 'other'>, string>>;
  readonly seller: string;
  readonly customer: string;
  readonly taxId: string;
  readonly description: string;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly tax: string;
  readonly amount: string;
  readonly subtotal: string;
  readonly taxOn: string;
  readonly taxIncluded: string;
  readonly total: string;
  readonly totalCredit: string;
  readonly credits: Readonly<Record<'prepaid' | 'balance' | 'refund', string>>;
  readonly amountDue: string;
  readonly amountPaid: string;
  readonly amountCredited: string;
  readonly amountRemaining: string;
  readonly statuses: Readonly<Record<BillingDocument['status'], string>>;
  /** Beside the amount that heads the page. */
  readonly captions: Readonly<
    Record<'dueOn' | 'due' | 'paidOn' | 'paid' | 'draft' | 'void' | 'uncollectible' | 'credited', string>
  >;
  readonly test: string;
  readonly testNotice: string;
  readonly reverseCharge: string;
  readonly exempt: string;
  readonly notes: string;
  readonly usage: string;
  /** What the chart shows, in words: `{from}`, `{to}`, `{day}` and `{quantity}` of the highest day. */
  readonly chart: string;
  readonly day: string;
  readonly pageOf: string;
}

const languages: Readonly<Record<string, Labels>> = { de, en, es, fr, it, ja, nl, pl, pt };

/** The labels of a language such as `de`, or the English ones. */
export function labelsOf(language: string): Labels {
  return languages[language] ?? en;
}

/** A label with its values: one that is not given is a mistake of the caller. */
export function fill(label: string, values: Readonly<Record<string, string>>): string {
  return label.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`the label has no value for ${name}`);
    return value;
  });
}
