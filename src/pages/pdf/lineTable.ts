/** The lines over as many pages as they need: the header on each, no row cut, the last row beside the sums. */
import type { LineRow, LineTable } from '../lineTable.ts';
import { rule, type PageFlow } from './pageFlow.ts';
import { linesHeight, type Pen, type Tag } from './pen.ts';
import { colors, leading, styles, type TextStyle } from './style.ts';

const gap = 14;
const padding = 6;

/** `reserve` is the height of what must not stand alone on the next page: the sums. */
export function drawLineTable(pen: Pen, flow: PageFlow, root: Tag, table: LineTable, reserve: number): void {
  const element = pen.pdf.struct('Table');
  root.add(element);
  const widths = columnWidths(pen, flow.width, table);
  const header = setHeader(pen, table.columns, widths);
  const rows = table.rows.map((row) => setRow(pen, row, widths));
  const drawHeader = () => drawHeaderRow(pen, flow, element, header, widths);
  if (!flow.fits(header.height + (rows[0]?.height ?? 0))) flow.newPage();
  drawHeader();
  rows.forEach((row, index) => {
    const isLast = index === rows.length - 1;
    const needed = row.height + (isLast && flow.fitsPage(row.height + reserve + header.height) ? reserve : 0);
    if (!flow.fits(needed) && flow.fitsPage(row.height + header.height)) {
      flow.newPage();
      drawHeader();
    }
    drawRow(pen, flow, element, row, widths);
  });
  element.end();
}

/**
 * The figures get the width of the widest. Where that leaves too little for the descriptions, the widest give in and
 * wrap; the amount never does, for half of an amount would be another amount.
 */
function columnWidths(pen: Pen, width: number, { columns, rows }: LineTable): number[] {
  const natural = columns.slice(1).map((label, column) => {
    const figures = rows.map(({ figures: all }) => pen.width(all[column] ?? '', styles.figure));
    return Math.max(Math.min(pen.width(label, styles.columnHeader), 90), ...figures) + 0.5;
  });
  const amount = natural.at(-1) ?? 0;
  const others = natural.slice(0, -1);
  const most = width * 0.7 - natural.length * gap - amount;
  const limit = highestLimit(others, most);
  const figures = [...others.map((one) => Math.min(one, limit)), amount];
  const used = figures.reduce((total, one) => total + one + gap, 0);
  return [width - used, ...figures];
}

/** The limit to each width at which all of them together have the room. */
function highestLimit(widths: readonly number[], room: number): number {
  let left = room;
  const ascending = [...widths].sort((a, b) => a - b);
  for (const [index, width] of ascending.entries()) {
    const share = left / (ascending.length - index);
    if (width > share) return share;
    left -= width;
  }
  return Infinity;
}

interface Cell {
  readonly parts: readonly { readonly lines: readonly string[]; readonly style: TextStyle }[];
}

interface SetRow {
  readonly cells: readonly Cell[];
  readonly height: number;
}

function setHeader(pen: Pen, columns: readonly string[], widths: readonly number[]): SetRow {
  const style = styles.columnHeader;
  return withHeight(
    columns.map((label, index) => ({
      parts: [{ lines: pen.wrap(label, style, widths[index] ?? 0), style }],
    })),
    padding,
  );
}

function setRow(pen: Pen, { description, details, figures }: LineRow, widths: readonly number[]): SetRow {
  const [first = 0] = widths;
  const text = { lines: pen.wrap(description, styles.text, first), style: styles.text };
  const below = {
    lines: details.flatMap((detail) => pen.wrap(detail, styles.small, first)),
    style: styles.small,
  };
  const cells = figures.map((figure, index) => ({
    parts: [{ lines: pen.wrap(figure, styles.figure, widths[index + 1] ?? 0), style: styles.figure }],
  }));
  return withHeight([{ parts: [text, below] }, ...cells], 2 * padding);
}

function withHeight(cells: readonly Cell[], space: number): SetRow {
  const heights = cells.map(({ parts }) =>
    parts.reduce((sum, { lines, style }) => sum + linesHeight(lines, style), 0),
  );
  return { cells, height: Math.max(...heights) + space };
}

function drawHeaderRow(
  pen: Pen,
  flow: PageFlow,
  table: Tag,
  header: SetRow,
  widths: readonly number[],
): void {
  const top = flow.take(header.height);
  const row = pen.pdf.struct('TR');
  table.add(row);
  header.cells.forEach((cell, index) => {
    pen.tagged(row, 'TH', () => drawCell(pen, cell, cellEdge(flow, widths, index), top, index > 0));
  });
  row.end();
  pen.decorate(() => rule(pen, flow.left, flow.right, top + header.height, colors.ink));
}

function drawRow(pen: Pen, flow: PageFlow, table: Tag, row: SetRow, widths: readonly number[]): void {
  if (!flow.fitsPage(row.height)) {
    drawTallRow(pen, flow, table, row, widths);
    return;
  }
  const top = flow.take(row.height);
  const element = pen.pdf.struct('TR');
  table.add(element);
  row.cells.forEach((cell, index) => {
    if (cell.parts.every(({ lines }) => lines.every((line) => line === ''))) return;
    pen.tagged(element, index === 0 ? 'TH' : 'TD', () =>
      drawCell(pen, cell, cellEdge(flow, widths, index), top + padding, index > 0),
    );
  });
  element.end();
  pen.decorate(() => rule(pen, flow.left, flow.right, top + row.height));
}

/** A row that no page holds goes on line by line. */
function drawTallRow(pen: Pen, flow: PageFlow, table: Tag, row: SetRow, widths: readonly number[]): void {
  const [first, ...figures] = row.cells;
  const element = pen.pdf.struct('TR');
  table.add(element);
  let isFirst = true;
  for (const { lines, style } of first?.parts ?? []) {
    for (const line of lines) {
      const top = flow.take(leading(style));
      pen.tagged(element, 'TH', () => pen.draw(line, style, flow.left, top));
      if (isFirst) {
        figures.forEach((cell, index) =>
          pen.tagged(element, 'TD', () => drawCell(pen, cell, cellEdge(flow, widths, index + 1), top, true)),
        );
      }
      isFirst = false;
    }
  }
  element.end();
  const end = flow.take(padding);
  pen.decorate(() => rule(pen, flow.left, flow.right, end + padding));
}

/** Where a column's text begins, or ends where it is aligned to the right. */
function cellEdge(flow: PageFlow, widths: readonly number[], column: number): number {
  if (column === 0) return flow.left;
  const after = widths.slice(column + 1).reduce((sum, width) => sum + width + gap, 0);
  return flow.right - after;
}

function drawCell(pen: Pen, { parts }: Cell, x: number, top: number, toTheRight: boolean): void {
  let y = top;
  for (const { lines, style } of parts) {
    for (const line of lines) {
      if (line !== '') pen.draw(line, style, x, y, toTheRight ? 'right' : 'left');
      y += leading(style);
    }
  }
}
