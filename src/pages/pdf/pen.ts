/** Sets single lines: measures them, breaks text into them, draws them on the current page, each in its tag. */
import LineBreaker from 'linebreak';
import { runsOf, type Run } from './runs.ts';
import { ascent, leading, type TextStyle } from './style.ts';
import { clustersOf, type Typefaces } from './typefaces.ts';

type Pdf = PDFKit.PDFDocument;
/** An element of the document's structure, as a screen reader walks it. */
export type Tag = ReturnType<Pdf['struct']>;

export interface Pen {
  readonly pdf: Pdf;
  readonly width: (line: string, style: TextStyle) => number;
  /** The lines of a text that fit into a width: none is wider, if need be a word is cut. */
  readonly wrap: (text: string, style: TextStyle, width: number) => string[];
  /** `x` is where the line begins, or where it ends with `align: 'right'`; `top` is that of the line, not its baseline. */
  readonly draw: (line: string, style: TextStyle, x: number, top: number, align?: 'left' | 'right') => void;
  /** Draws what an element of the document's structure says. */
  readonly tagged: (parent: Tag, type: string, draw: () => void, options?: { alt?: string }) => void;
  /** Draws what only decorates: a screen reader passes over it. */
  readonly decorate: (draw: () => void) => void;
}

/**
 * No contextual alternates: they would draw `->` as an arrow and the x of `2x3` as a sign. PDFKit hands the object on as
 * it is, though its types know a list only.
 */
const plain = { calt: false } as unknown as PDFKit.Mixins.OpenTypeFeatures[];
const tabular = { calt: false, tnum: true } as unknown as PDFKit.Mixins.OpenTypeFeatures[];

interface Span {
  readonly text: string;
  readonly face: string;
  readonly features: PDFKit.Mixins.OpenTypeFeatures[];
}

export function createPen(pdf: Pdf, typefaces: Typefaces): Pen {
  for (const [name, font] of typefaces.fonts) pdf.registerFont(name, font);
  const measured = new Map<string, number>();

  function spansOf(line: string, style: TextStyle): Span[] {
    const runs = runsOf(line, style.weight, typefaces);
    return style.tabular ? runs.flatMap(spansOfFigures) : runs.map((run) => ({ ...run, features: plain }));
  }

  function spanWidth({ text, face, features }: Span, size: number): number {
    return pdf.font(face, size).widthOfString(text, { features });
  }

  function width(line: string, style: TextStyle): number {
    const key = `${String(style.weight)}${style.tabular ? 't' : 'p'}${line}`;
    let thousandths = measured.get(key);
    if (thousandths === undefined) {
      thousandths = spansOf(line, style).reduce((sum, span) => sum + spanWidth(span, 1000), 0);
      measured.set(key, thousandths);
    }
    return (thousandths * style.size) / 1000;
  }

  function draw(line: string, style: TextStyle, x: number, top: number, align = 'left'): void {
    let at = align === 'right' ? x - width(line, style) : x;
    const baseline = top + ascent(style);
    pdf.fillColor(style.color);
    for (const span of spansOf(line, style)) {
      const textWidth = spanWidth(span, style.size);
      const { text, features } = span;
      pdf.text(text, at, baseline, { lineBreak: false, baseline: 'alphabetic', features });
      at += textWidth;
    }
  }

  return {
    pdf,
    width,
    wrap: (text, style, limit) => wrapText(text, limit, (part) => width(part, style)),
    draw,
    tagged: (parent, type, drawContent, options = {}) => {
      const element = pdf.struct(type, options);
      parent.add(element);
      element.add(pdf.markStructureContent(type));
      drawContent();
      pdf.endMarkedContent();
      element.end();
    },
    decorate: (drawContent) => {
      pdf.markContent('Artifact', { type: 'Layout' });
      drawContent();
      pdf.endMarkedContent();
    },
  };
}

/** Only digits are set to one width: a sign would stand apart from its number. */
function spansOfFigures({ text, face }: Run): Span[] {
  const parts = text.match(/[0-9]+|[^0-9]+/g) ?? [];
  return parts.map((part) => ({ text: part, face, features: /^[0-9]/.test(part) ? tabular : plain }));
}

/** The height of some lines of a style. */
export function linesHeight(lines: readonly string[], style: TextStyle): number {
  return lines.length * leading(style);
}

/** Breaks where UAX #14 allows it, and within a word only where the word alone is too wide. */
function wrapText(text: string, limit: number, width: (part: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const part of breakable(text)) {
    if (line !== '' && used + width(part.trimEnd()) > limit) {
      lines.push(line.trimEnd());
      line = '';
      used = 0;
    }
    for (const piece of width(part.trimEnd()) > limit ? clustersOf(part) : [part]) {
      if (line !== '' && used + width(piece.trimEnd()) > limit) {
        lines.push(line.trimEnd());
        line = '';
        used = 0;
      }
      line += piece;
      used += width(piece);
    }
  }
  return [...lines, line.trimEnd()];
}

function breakable(text: string): string[] {
  const breaker = new LineBreaker(text);
  const parts: string[] = [];
  let from = 0;
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak()) {
    parts.push(text.slice(from, next.position));
    from = next.position;
  }
  return parts;
}
