/** Where the next block goes: down the page, then on the next one, which has its own head, mark and foot. */
import { fill } from '../labels.ts';
import type { Sheet } from '../sheet.ts';
import type { Pen } from './pen.ts';
import { colors, leading, margin, styles } from './style.ts';

export interface PageFlow {
  readonly left: number;
  readonly right: number;
  readonly width: number;
  /** Whether a block of this height fits below what is on the page. */
  readonly fits: (height: number) => boolean;
  /** Whether it would fit on a page of its own. */
  readonly fitsPage: (height: number) => boolean;
  readonly newPage: () => void;
  /** The top of a block of this height, on a new page where it does not fit; what follows goes below it. */
  readonly take: (height: number) => number;
  /** Numbers the pages, once all are there. */
  readonly finish: () => void;
}

const footStyle = styles.small;
const footGap = 14;

export function startFlow(pen: Pen, sheet: Sheet): PageFlow {
  const { pdf } = pen;
  pdf.addPage();
  const left = margin.side;
  const right = pdf.page.width - margin.side;
  const foot = sheet.footer.flatMap((line) => pen.wrap(line, footStyle, right - left));
  const footHeight = (foot.length + 1) * leading(footStyle);
  const bottom = pdf.page.height - margin.bottom - footHeight - footGap;
  let firstTop: number = margin.top;
  let y = firstTop;
  let pages = 1;
  pen.decorate(() => drawGround(pen, sheet));

  function newPage(): void {
    pdf.addPage();
    pages += 1;
    pen.decorate(() => {
      drawGround(pen, sheet);
      const [line = ''] = pen.wrap(sheet.title, styles.small, right - left);
      pen.draw(line, styles.small, left, margin.top);
    });
    firstTop = margin.top + 2 * leading(styles.small);
    y = firstTop;
  }

  return {
    left,
    right,
    width: right - left,
    fits: (height) => y + height <= bottom,
    fitsPage: (height) => margin.top + 2 * leading(styles.small) + height <= bottom,
    newPage,
    take: (height) => {
      if (y + height > bottom && y > firstTop) newPage();
      const top = y;
      y += height;
      return top;
    },
    finish: () => {
      for (let page = 0; page < pages; page += 1) {
        pdf.switchToPage(page);
        const { label, count } = sheet.pageOf;
        const number = fill(label, { page: count(page + 1), pages: count(pages) });
        pen.decorate(() => {
          rule(pen, left, right, bottom + footGap / 2);
          foot.forEach((line, index) =>
            pen.draw(line, footStyle, left, bottom + footGap + index * leading(footStyle)),
          );
          const last = bottom + footGap + foot.length * leading(footStyle);
          pen.draw(number, footStyle, right, last, 'right');
          const [name = ''] = pen.wrap(sheet.title, footStyle, right - left - 90);
          pen.draw(name, footStyle, left, last);
        });
      }
    },
  };
}

/** A thin line across. */
export function rule(pen: Pen, from: number, to: number, y: number, color: string = colors.line): void {
  pen.pdf.lineWidth(0.6).strokeColor(color).moveTo(from, y).lineTo(to, y).stroke();
}

/** What lies below the text: the coloured edge, and the word across a page that does not count. */
function drawGround(pen: Pen, { mark, locale }: Sheet): void {
  const { pdf } = pen;
  const { width, height } = pdf.page;
  pdf.rect(0, 0, width, 5).fill(colors.accent);
  if (mark.across === '') return;
  const word = mark.across.toLocaleUpperCase(locale.tag);
  const unit = pen.width(word, { weight: 600, size: 1, color: colors.muted });
  const size = Math.min(120, (width * 0.82) / unit);
  const style = { weight: 600, size, color: colors.muted } as const;
  pdf.save();
  pdf.rotate(-32, { origin: [width / 2, height / 2] }).fillOpacity(0.09);
  pen.draw(word, style, width / 2 - (unit * size) / 2, height / 2 - size * 0.7);
  pdf.restore();
}
