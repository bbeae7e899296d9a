/**
 * All that a page shows, worded and formatted, before it is HTML or PDF: both set the same sheet, so neither can say
 * what the other does not.
 */
import type { BillingDocument } from './billingDocument.ts';
import { factsOf, partyBlock, type Fact, type PartyBlock } from './facts.ts';
import { formatsOf, type Formats } from './formats.ts';
import { headlineOf, markOf, type Headline, type Mark } from './headline.ts';
import { labelsOf, type Labels } from './labels.ts';
import { lineTableOf, type LineTable } from './lineTable.ts';
import { pageLocale, type PageLocale } from './locale.ts';
import { plainLine, plainLines } from './plainText.ts';
import { totalsOf, type TotalRow } from './totals.ts';
import { usageOf, type UsageBlock } from './usage.ts';

/** A document with what is needed to word it. */
export interface Wording<Document extends BillingDocument = BillingDocument> {
  readonly document: Document;
  readonly labels: Labels;
  readonly formats: Formats;
}

export interface Sheet {
  readonly locale: PageLocale;
  /** Of the browser's tab and of the PDF. */
  readonly title: string;
  readonly heading: string;
  readonly mark: Mark;
  readonly facts: readonly Fact[];
  readonly seller: PartyBlock;
  readonly customer: PartyBlock;
  readonly headline: Headline;
  readonly memo: readonly string[];
  readonly table: LineTable;
  readonly totals: readonly TotalRow[];
  readonly totalsCaption: string;
  readonly notes: { readonly heading: string; readonly lines: readonly string[] };
  readonly usage: { readonly heading: string; readonly blocks: readonly UsageBlock[] };
  readonly footer: readonly string[];
  /** Says `Page 1 of 3`. */
  readonly pageOf: { readonly label: string; readonly count: (value: number) => string };
}

export function sheetOf(document: BillingDocument): Sheet {
  const locale = pageLocale(document.locale);
  const labels = labelsOf(locale.language);
  const formats = formatsOf(locale.tag, document.timezone, document.currency);
  const wording = { document, labels, formats };
  const heading = document.kind === 'invoice' ? labels.invoice : labels.creditNote;
  const number = document.number === null ? labels.statuses.draft : plainLine(document.number);
  const seller = partyBlock(labels.seller, document.seller, labels);
  return {
    locale,
    title: `${heading} ${number} · ${seller.name}`,
    heading,
    mark: markOf(wording),
    facts: factsOf(wording),
    seller,
    customer: partyBlock(labels.customer, document.customer, labels),
    headline: headlineOf(wording),
    memo: document.memo === null ? [] : plainLines(document.memo),
    table: lineTableOf(wording),
    totals: totalsOf(wording),
    totalsCaption: labels.total,
    notes: { heading: labels.notes, lines: notesOf(wording) },
    usage: { heading: labels.usage, blocks: document.usage.map((meter) => usageOf(meter, wording)) },
    footer: document.footer === null ? [] : plainLines(document.footer),
    pageOf: { label: labels.pageOf, count: formats.count },
  };
}

function notesOf({ document, labels }: Wording): string[] {
  const treatment = {
    standard: [],
    exempt: [labels.exempt],
    reverse_charge: [labels.reverseCharge],
  }[document.taxTreatment];
  return [...treatment, ...document.notes.flatMap(plainLines)];
}
