/** The usage of each meter with its small chart, two beside each other. */
import type { Sheet } from '../sheet.ts';
import type { UsageBlock, UsageDay } from '../usage.ts';
import { drawLines } from './masthead.ts';
import { rule, type PageFlow } from './pageFlow.ts';
import { linesHeight, type Pen, type Tag } from './pen.ts';
import { colors, leading, styles } from './style.ts';

const gap = 28;
const chartHeight = 44;

export function drawUsage(pen: Pen, flow: PageFlow, root: Tag, { usage: { heading, blocks } }: Sheet): void {
  if (blocks.length === 0) return;
  const columns = blocks.length === 1 ? 1 : 2;
  const width = (flow.width - (columns - 1) * gap) / columns;
  const set = blocks.map((block) => setBlock(pen, block, width));
  for (let index = 0; index < set.length; index += columns) {
    const beside = set.slice(index, index + columns);
    const height = Math.max(...beside.map((block) => block.height));
    const headingHeight = index === 0 ? leading(styles.section) + 20 : 0;
    const before = index === 0 ? headingHeight : 14;
    const top = flow.take(before + height) + before;
    if (index === 0) {
      pen.tagged(root, 'H2', () => pen.draw(heading, styles.section, flow.left, top - headingHeight + 14));
      pen.pdf.outline.addItem(heading);
    }
    beside.forEach((block, column) =>
      drawBlock(pen, root, block, flow.left + column * (width + gap), top, width),
    );
  }
}

interface SetBlock {
  readonly block: UsageBlock;
  readonly names: readonly string[];
  readonly summary: readonly string[];
  readonly height: number;
}

function setBlock(pen: Pen, block: UsageBlock, width: number): SetBlock {
  const names = pen.wrap(block.name, styles.strong, width - pen.width(block.total, styles.figure) - 12);
  const summary = block.summary === '' ? [] : pen.wrap(block.summary, styles.small, width);
  const chart = block.days.length === 0 ? 0 : chartHeight + 9 + leading(styles.small);
  return {
    block,
    names,
    summary,
    height: linesHeight(names, styles.strong) + chart + linesHeight(summary, styles.small),
  };
}

function drawBlock(
  pen: Pen,
  root: Tag,
  { block, names, summary }: SetBlock,
  x: number,
  top: number,
  width: number,
): void {
  const right = x + width;
  pen.tagged(root, 'P', () => {
    drawLines(pen, names, styles.strong, x, top);
    pen.draw(block.total, styles.figure, right, top, 'right');
  });
  if (block.days.length === 0) return;
  const bottom = top + linesHeight(names, styles.strong) + 6 + chartHeight;
  pen.tagged(root, 'Figure', () => drawBars(pen, block.days, x, bottom, width), { alt: block.summary });
  const axis = bottom + 3;
  pen.decorate(() => {
    pen.draw(block.days[0]?.day ?? '', styles.small, x, axis);
    if (block.days.length > 1) pen.draw(block.days.at(-1)?.day ?? '', styles.small, right, axis, 'right');
  });
  pen.tagged(root, 'P', () => drawLines(pen, summary, styles.small, x, axis + leading(styles.small)));
}

function drawBars(pen: Pen, days: readonly UsageDay[], x: number, bottom: number, width: number): void {
  rule(pen, x, x + width, bottom);
  const step = Math.min(width / days.length, 24);
  const bar = step * 0.74;
  pen.pdf.fillColor(colors.accent);
  days.forEach(({ height }, index) => {
    if (height === 0) return;
    const tall = (chartHeight * height) / 1000;
    pen.pdf.rect(x + index * step + (step - bar) / 2, bottom - tall, bar, tall).fill();
  });
}
