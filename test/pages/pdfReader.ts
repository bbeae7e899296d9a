/** Reads a PDF back: its text with the place of each piece, and its pages as pictures. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** From the top of the page down. */
  readonly top: number;
  readonly bottom: number;
  readonly rotated: boolean;
}

export interface ReadPage {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly TextBox[];
}

const folder = path.dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

function open(pdf: Buffer) {
  return getDocument({
    data: new Uint8Array(pdf),
    useSystemFonts: false,
    verbosity: 0,
    cMapUrl: path.join(folder, 'cmaps/'),
    standardFontDataUrl: path.join(folder, 'standard_fonts/'),
  }).promise;
}

export async function readPages(pdf: Buffer): Promise<ReadPage[]> {
  const document = await open(pdf);
  const pages: ReadPage[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const { width, height } = page.getViewport({ scale: 1 });
    const { items } = await page.getTextContent({ disableNormalization: true });
    const boxes = items.flatMap((item): TextBox[] => {
      if (!('str' in item) || item.str.trim() === '') return [];
      const [a, b, , d, x, y] = item.transform as [number, number, number, number, number, number];
      const size = Math.hypot(b, d);
      const baseline = height - y;
      return [
        {
          text: item.str,
          left: x,
          right: x + item.width,
          top: baseline - size * 0.74,
          bottom: baseline + size * 0.21,
          rotated: Math.abs(b) > 0.001 || a < 0,
        },
      ];
    });
    pages.push({ width, height, boxes });
  }
  await document.destroy();
  return pages;
}

export async function readMetadata(pdf: Buffer) {
  const document = await open(pdf);
  const { info } = await document.getMetadata();
  const markInfo = await document.getMarkInfo();
  const outline = (await document.getOutline()) as { title: string }[] | null;
  await document.destroy();
  return { info: info as Record<string, unknown>, markInfo, outline };
}

/** Each page as a PNG. */
export async function picturesOf(pdf: Buffer, scale = 1.6): Promise<Buffer[]> {
  const document = await open(pdf);
  const pictures: Buffer[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const viewport = page.getViewport({ scale });
    const canvas = createCanvas(viewport.width, viewport.height);
    // The types ask for a browser's context, which this one stands in for.
    await page.render({ canvasContext: canvas.getContext('2d') as never, viewport }).promise;
    pictures.push(canvas.toBuffer('image/png'));
  }
  await document.destroy();
  return pictures;
}
