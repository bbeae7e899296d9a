/** The sums, in one block that is never cut. */
import type { TotalRow } from '../totals.ts';
import { rule, type PageFlow } from './pageFlow.ts';
import { drawLines } from './masthead.ts';
import { linesHeight, type Pen, type Tag } from './pen.ts';
import { colors, styles, type TextStyle } from './style.ts';

const space = 12;
const padding = 3.5;

interface SetTotal {
  readonly row: TotalRow;
  readonly labels: readonly string[];
  readonly labelStyle: TextStyle;
  readonly amountStyle: TextStyle;
  readonly height: number;
}

export interface SetTotals {
  readonly rows: readonly SetTotal[];
  readonly height: number;
  readonly width: number;
}

const rowStyles: Readonly<Record<TotalRow['weight'], readonly [TextStyle, TextStyle]>> = {
  part: [styles.label, styles.figure],
  note: [styles.label, styles.mutedFigure],
  sum: [styles.strong, styles.strongFigure],
  result: [styles.result, styles.resultFigure],
};

export function setTotals(pen: Pen, flow: PageFlow, totals: readonly TotalRow[]): SetTotals {
  const width = flow.width * 0.56;
  const rows = totals.map((row): SetTotal => {
    const [labelStyle, amountStyle] = rowStyles[row.weight];
    const room = width - pen.width(row.amount, amountStyle) - 16;
    const labels = pen.wrap(row.label, labelStyle, room);
    return { row, labels, labelStyle, amountStyle, height: linesHeight(labels, labelStyle) + 2 * padding };
  });
  return { rows, width, height: rows.reduce((sum, { height }) => sum + height, space) };
}

export function drawTotals(pen: Pen, flow: PageFlow, root: Tag, { rows, width, height }: SetTotals): void {
  const table = pen.pdf.struct('Table');
  root.add(table);
  // A block that a page holds is taken whole; the rows of a longer one go on on the next.
  const whole = flow.fitsPage(height) ? flow.take(height) + space : undefined;
  let y = whole ?? 0;
  const left = flow.right - width;
  for (const { row, labels, labelStyle, amountStyle, height: rowHeight } of rows) {
    const top = whole === undefined ? flow.take(rowHeight) : y;
    y += rowHeight;
    if (row.weight === 'sum' || row.weight === 'result') {
      const color = row.weight === 'result' ? colors.ink : colors.line;
      pen.decorate(() => rule(pen, left, flow.right, top, color));
    }
    const element = pen.pdf.struct('TR');
    table.add(element);
    pen.tagged(element, 'TH', () => drawLines(pen, labels, labelStyle, left, top + padding));
    pen.tagged(element, 'TD', () => pen.draw(row.amount, amountStyle, flow.right, top + padding, 'right'));
    element.end();
  }
  table.end();
}
