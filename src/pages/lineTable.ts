/** The lines of a document as a table: a column that would be empty is left out. */
import type { DocumentLine } from './billingDocument.ts';
import { plainLine } from './plainText.ts';
import type { Wording } from './sheet.ts';

export interface LineRow {
  readonly description: string;
  /** Its period and further details, below the description. */
  readonly details: readonly string[];
  /** One for each column after the first. */
  readonly figures: readonly string[];
}

export interface LineTable {
  /** The description, then the figures, the amount last. */
  readonly columns: readonly string[];
  readonly rows: readonly LineRow[];
}

interface Column {
  readonly label: string;
  readonly figure: (line: DocumentLine) => string;
}

export function lineTableOf({ document, labels, formats }: Wording): LineTable {
  const { lines } = document;
  const quantity = {
    label: labels.quantity,
    figure: (line) => formats.quantity(line.quantity),
  } satisfies Column;
  const unitPrice = {
    label: labels.unitPrice,
    figure: (line) => (line.unitAmount === null ? '' : formats.unitPrice(line.unitAmount)),
  } satisfies Column;
  const tax = {
    label: labels.tax,
    figure: (line) => line.taxPercentages.map(formats.percentage).join(' + '),
  } satisfies Column;
  const amount = { label: labels.amount, figure: (line) => formats.amount(line.amount) } satisfies Column;
  const columns: Column[] = [
    quantity,
    ...(lines.some((line) => line.unitAmount !== null) ? [unitPrice] : []),
    ...(lines.some((line) => line.taxPercentages.length > 0) ? [tax] : []),
    amount,
  ];
  return {
    columns: [labels.description, ...columns.map(({ label }) => label)],
    rows: lines.map((line) => ({
      description: plainLine(line.description),
      details: [
        ...(line.period === null ? [] : [formats.period(line.period)]),
        ...(line.details ?? []).map(plainLine),
      ],
      figures: columns.map(({ figure }) => figure(line)),
    })),
  };
}
