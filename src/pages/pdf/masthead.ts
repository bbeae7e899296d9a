/** The head of the first page: what this is, of whom, for whom, how much. */
import type { PartyBlock } from '../facts.ts';
import type { Tone } from '../headline.ts';
import type { Sheet } from '../sheet.ts';
import type { PageFlow } from './pageFlow.ts';
import { linesHeight, type Pen, type Tag } from './pen.ts';
import { ascent, colors, leading, styles, type TextStyle } from './style.ts';

export function drawMasthead(pen: Pen, flow: PageFlow, root: Tag, sheet: Sheet): void {
  drawTitle(pen, flow, root, sheet);
  if (sheet.mark.test) drawNotice(pen, flow, root, sheet.mark.test.notice);
  drawFacts(pen, flow, root, sheet);
  drawParties(pen, flow, root, [sheet.seller, sheet.customer]);
  drawHeadline(pen, flow, root, sheet);
}

const toneColors: Readonly<Record<Tone, string>> = {
  neutral: colors.muted,
  good: colors.good,
  bad: colors.bad,
};

function drawTitle(pen: Pen, flow: PageFlow, root: Tag, { heading, mark, seller }: Sheet): void {
  const brand = pen.wrap(seller.name, styles.brand, flow.width * 0.42);
  const shift = ascent(styles.heading) - ascent(styles.brand);
  const height = Math.max(leading(styles.heading), shift + linesHeight(brand, styles.brand));
  const top = flow.take(height + 12);
  pen.tagged(root, 'H1', () => pen.draw(heading, styles.heading, flow.left, top));
  pen.tagged(root, 'P', () => {
    let x = flow.left + pen.width(heading, styles.heading) + 12;
    const badges = [
      { text: mark.status.text, color: toneColors[mark.status.tone] },
      ...(mark.test ? [{ text: mark.test.text, color: colors.warning }] : []),
    ];
    for (const { text, color } of badges) x = drawBadge(pen, text, color, x, top + 7) + 6;
  });
  pen.tagged(root, 'P', () => {
    brand.forEach((line, index) =>
      pen.draw(line, styles.brand, flow.right, top + shift + index * leading(styles.brand), 'right'),
    );
  });
}

/** A word in a rounded frame; answers where it ends. */
function drawBadge(pen: Pen, text: string, color: string, x: number, top: number): number {
  const style: TextStyle = { ...styles.badge, color };
  const width = pen.width(text, style) + 14;
  pen.pdf.lineWidth(0.8).strokeColor(color).roundedRect(x, top, width, 15, 7.5).stroke();
  pen.draw(text, style, x + 7, top + 1.9);
  return x + width;
}

function drawNotice(pen: Pen, flow: PageFlow, root: Tag, notice: string): void {
  const lines = pen.wrap(notice, styles.notice, flow.width - 20);
  const height = linesHeight(lines, styles.notice) + 14;
  const top = flow.take(height + 16);
  pen.decorate(() =>
    pen.pdf
      .lineWidth(0.8)
      .roundedRect(flow.left, top, flow.width, height, 4)
      .fillAndStroke(colors.warningFill, colors.warningLine),
  );
  pen.tagged(root, 'P', () => drawLines(pen, lines, styles.notice, flow.left + 10, top + 7));
}

function drawFacts(pen: Pen, flow: PageFlow, root: Tag, { facts }: Sheet): void {
  const labelWidth = Math.min(
    flow.width * 0.4,
    Math.max(...facts.map(({ label }) => pen.width(label, styles.label))),
  );
  const valueX = flow.left + labelWidth + 18;
  for (const { label, value } of facts) {
    const labels = pen.wrap(label, styles.label, labelWidth + 0.01);
    const values = pen.wrap(value, styles.text, flow.right - valueX);
    const top = flow.take(Math.max(labels.length, values.length) * leading(styles.text) + 1.5);
    pen.tagged(root, 'P', () => {
      drawLines(pen, labels, styles.label, flow.left, top);
      drawLines(pen, values, styles.text, valueX, top);
    });
  }
  flow.take(14);
}

function drawParties(pen: Pen, flow: PageFlow, root: Tag, parties: readonly PartyBlock[]): void {
  const gap = 28;
  const width = (flow.width - gap) / 2;
  const blocks = parties.map(({ label, name, lines }) => [
    { lines: pen.wrap(label, styles.columnHeader, width), style: styles.columnHeader },
    { lines: pen.wrap(name, styles.strong, width), style: styles.strong },
    { lines: lines.flatMap((line) => pen.wrap(line, styles.text, width)), style: styles.text },
  ]);
  const heights = blocks.map((parts) =>
    parts.reduce((sum, { lines, style }) => sum + linesHeight(lines, style), 4),
  );
  const top = flow.take(Math.max(...heights) + 20);
  blocks.forEach((parts, index) => {
    const x = flow.left + index * (width + gap);
    let y = top;
    for (const { lines, style } of parts) {
      const at = y;
      if (lines.length > 0) pen.tagged(root, 'P', () => drawLines(pen, lines, style, x, at));
      y += linesHeight(lines, style) + (style === styles.columnHeader ? 2 : 0);
    }
  });
}

function drawHeadline(pen: Pen, flow: PageFlow, root: Tag, { headline, memo }: Sheet): void {
  const amountWidth = pen.width(`${headline.amount} `, styles.headline);
  const captionWidth = pen.width(headline.caption, styles.caption);
  const oneLine = amountWidth + captionWidth <= flow.width;
  const amounts = pen.wrap(headline.amount, styles.headline, flow.width);
  const captions = oneLine ? [] : pen.wrap(headline.caption, styles.caption, flow.width);
  const top = flow.take(linesHeight([...amounts, ...captions], styles.headline) + 6);
  pen.tagged(root, 'P', () => {
    drawLines(pen, amounts, styles.headline, flow.left, top);
    if (oneLine) pen.draw(headline.caption, styles.caption, flow.left + amountWidth, top);
    drawLines(pen, captions, styles.caption, flow.left, top + linesHeight(amounts, styles.headline));
  });
  drawParagraphs(pen, flow, root, memo);
  flow.take(14);
}

/** Text that may go on on the next page. */
export function drawParagraphs(pen: Pen, flow: PageFlow, root: Tag, paragraphs: readonly string[]): void {
  for (const paragraph of paragraphs) {
    for (const line of pen.wrap(paragraph, styles.text, flow.width)) {
      const top = flow.take(leading(styles.text));
      if (line !== '') pen.tagged(root, 'P', () => pen.draw(line, styles.text, flow.left, top));
    }
  }
}

export function drawLines(
  pen: Pen,
  lines: readonly string[],
  style: TextStyle,
  x: number,
  top: number,
): void {
  lines.forEach((line, index) => pen.draw(line, style, x, top + index * leading(style)));
}
