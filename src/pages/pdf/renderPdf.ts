/** A document as PDF: tagged, its fonts within it, and of the same bytes whenever and wherever it is rendered. */
import PDFDocument from 'pdfkit';
import type { BillingDocument } from '../billingDocument.ts';
import { sheetOf, type Sheet } from '../sheet.ts';
import { drawLineTable } from './lineTable.ts';
import { drawMasthead, drawParagraphs } from './masthead.ts';
import { startFlow, type PageFlow } from './pageFlow.ts';
import { createPen, type Pen, type Tag } from './pen.ts';
import { leading, styles } from './style.ts';
import { drawTotals, setTotals } from './totals.ts';
import { typefacesFor } from './typefaces.ts';
import { drawUsage } from './usage.ts';

/** Throws a `BillingError` 400 for a currency that there is not. */
export async function renderPdf(document: BillingDocument): Promise<Buffer> {
  const sheet = sheetOf(document);
  const { locale } = sheet;
  const typefaces = await typefacesFor(textsOf(sheet), locale.language);
  const pdf = new PDFDocument({
    size: locale.paper,
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: '1.7',
    tagged: true,
    lang: locale.tag,
    displayTitle: true,
    // The file's id is a digest of these: no clock, no chance.
    info: {
      Title: sheet.title,
      Author: sheet.seller.name,
      Creator: 'Dunlin',
      Producer: 'Dunlin',
      CreationDate: new Date(document.issuedAt ?? document.period.end),
    },
  });
  draw(createPen(pdf, typefaces), sheet);
  pdf.end();
  const chunks: Buffer[] = [];
  for await (const chunk of pdf) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function draw(pen: Pen, sheet: Sheet): void {
  const root = pen.pdf.struct('Document');
  pen.pdf.addStructure(root);
  const flow = startFlow(pen, sheet);
  pen.pdf.outline.addItem(sheet.heading);
  drawMasthead(pen, flow, root, sheet);
  const totals = setTotals(pen, flow, sheet.totals);
  drawLineTable(pen, flow, root, sheet.table, totals.height);
  drawTotals(pen, flow, root, totals);
  drawNotes(pen, flow, root, sheet);
  drawUsage(pen, flow, root, sheet);
  flow.finish();
  root.end();
}

function drawNotes(pen: Pen, flow: PageFlow, root: Tag, { notes }: Sheet): void {
  if (notes.lines.length === 0) return;
  const height = 18 + leading(styles.section);
  if (!flow.fits(height + 2 * leading(styles.text))) flow.newPage();
  const top = flow.take(height);
  pen.tagged(root, 'H2', () => pen.draw(notes.heading, styles.section, flow.left, top + 14));
  drawParagraphs(pen, flow, root, notes.lines);
}

/** All that a page may print, for the choice of fonts. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, value.toUpperCase()];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
