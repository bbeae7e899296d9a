/** The sums of a document in the order in which they are computed (semantics.md, section 7). */
import type { DocumentTax } from './billingDocument.ts';
import { fill } from './labels.ts';
import { plainLine } from './plainText.ts';
import type { Wording } from './sheet.ts';

export interface TotalRow {
  readonly label: string;
  readonly amount: string;
  /** `note`: not part of the sum; `sum`: what the rows above it come to; `result`: what the reader has to know. */
  readonly weight: 'part' | 'note' | 'sum' | 'result';
}

export function totalsOf(wording: Wording): TotalRow[] {
  const { document, labels, formats } = wording;
  const isInvoice = document.kind === 'invoice';
  const before = [
    row(labels.subtotal, formats.amount(document.subtotal), 'part'),
    ...document.discounts.map(({ name, amount }) =>
      row(plainLine(name), formats.amount(0n - amount), 'part'),
    ),
    ...document.taxes.map((tax) => taxRow(tax, wording)),
    row(
      `${isInvoice ? labels.total : labels.totalCredit} (${document.currency})`,
      formats.amount(document.total),
      isInvoice ? 'sum' : 'result',
    ),
  ];
  const credits = document.credits.map(({ kind, name, amount }) =>
    row(
      name === null ? labels.credits[kind] : plainLine(name),
      formats.amount(isInvoice ? 0n - amount : amount),
      'part',
    ),
  );
  return isInvoice ? [...before, ...credits, ...dueRows(wording)] : [...before, ...credits];
}

/** What is due, and what is left of it where something was paid or credited since. */
function dueRows({ document, labels, formats }: Wording): TotalRow[] {
  const { amountDue, amountPaid, amountCredited, amountRemaining } = document;
  if (amountPaid === 0n && amountCredited === 0n) {
    return [row(labels.amountDue, formats.amount(amountDue), 'result')];
  }
  return [
    row(labels.amountDue, formats.amount(amountDue), 'sum'),
    ...(amountPaid === 0n ? [] : [row(labels.amountPaid, formats.amount(0n - amountPaid), 'part')]),
    ...(amountCredited === 0n
      ? []
      : [row(labels.amountCredited, formats.amount(0n - amountCredited), 'part')]),
    row(labels.amountRemaining, formats.amount(amountRemaining), 'result'),
  ];
}

/** A tax that the prices include is told, not added. */
function taxRow({ name, percentage, inclusive, taxable, amount }: DocumentTax, wording: Wording): TotalRow {
  const { labels, formats } = wording;
  const label = fill(inclusive ? labels.taxIncluded : labels.taxOn, {
    tax: `${plainLine(name)} ${formats.percentage(percentage)}`,
    amount: formats.amount(taxable),
  });
  return row(label, formats.amount(amount), inclusive ? 'note' : 'part');
}

function row(label: string, amount: string, weight: TotalRow['weight']): TotalRow {
  return { label, amount, weight };
}
