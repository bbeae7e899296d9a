/** CSV (RFC 4180) of what fits in memory: a header row, lines that end in CRLF, amounts as integers of minor units. */

export type CsvCell = string | number | bigint | null;

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

export function toCsv({ columns, rows }: CsvTable): string {
  return [columns, ...rows].map((cells) => `${cells.map(toField).join(',')}\r\n`).join('');
}

/** Nothing for null. */
function toField(cell: CsvCell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
