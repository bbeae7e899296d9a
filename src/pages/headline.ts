/** What a reader looks for first: how much, by when, and whether this is a document that counts. */
import type { BillingDocument } from './billingDocument.ts';
import { fill, type Labels } from './labels.ts';
import type { Wording } from './sheet.ts';

export interface Headline {
  readonly amount: string;
  readonly caption: string;
}

export type Tone = 'neutral' | 'good' | 'bad';

export interface Mark {
  readonly status: { readonly text: string; readonly tone: Tone };
  /** Set large across every page; empty for a document that counts. */
  readonly across: string;
  /** Of a test clock: the word, and the sentence that nobody can overlook. */
  readonly test: { readonly text: string; readonly notice: string } | null;
}

export function headlineOf({ document, labels, formats }: Wording): Headline {
  const amount = document.kind === 'invoice' ? amountOf(document) : document.total;
  return { amount: formats.amount(amount), caption: captionOf(document, labels, formats.date) };
}

function amountOf(document: BillingDocument): bigint {
  const left = document.status === 'open' || document.status === 'uncollectible';
  return left ? document.amountRemaining : document.amountDue;
}

function captionOf(
  document: BillingDocument,
  { captions }: Labels,
  date: Wording['formats']['date'],
): string {
  const { dueAt, paidAt } = document;
  switch (document.status) {
    case 'open':
      return dueAt === null ? captions.due : fill(captions.dueOn, { date: date(dueAt) });
    case 'paid':
      return paidAt === null ? captions.paid : fill(captions.paidOn, { date: date(paidAt) });
    case 'issued':
      return captions.credited;
    case 'draft':
    case 'void':
    case 'uncollectible':
      return captions[document.status];
  }
}

const tones: Readonly<Record<BillingDocument['status'], Tone>> = {
  draft: 'neutral',
  open: 'neutral',
  issued: 'neutral',
  paid: 'good',
  void: 'bad',
  uncollectible: 'bad',
};

export function markOf({ document, labels }: Wording): Mark {
  const { status } = document;
  const counts = status !== 'draft' && status !== 'void';
  const words = [document.test ? labels.test : null, counts ? null : labels.statuses[status]];
  return {
    status: { text: labels.statuses[status], tone: tones[status] },
    across: words.filter((word) => word !== null).join(' · '),
    test: document.test ? { text: labels.test, notice: labels.testNotice } : null,
  };
}
