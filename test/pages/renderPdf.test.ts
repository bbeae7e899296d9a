/** The PDF says what the page says, well set, and in the same bytes each time. */
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BillingDocument } from '../../src/pages/billingDocument.ts';
import { renderHtml } from '../../src/pages/html/renderHtml.ts';
import { renderPdf } from '../../src/pages/pdf/renderPdf.ts';
import { squeezed, textsShown } from './htmlReader.ts';
import { readMetadata, readPages, type ReadPage, type TextBox } from './pdfReader.ts';
import {
  aCreditNote,
  aGermanInvoice,
  aJapaneseInvoice,
  aLine,
  aLongInvoice,
  anInvoice,
  at,
  dailyUsage,
} from './sampleDocuments.ts';

const many = Array.from({ length: 11 }, (_, index) => dailyUsage(`Meter ${String(index)}`, 28 + index));
const wide = aWideInvoice();
const samples: readonly (readonly [string, BillingDocument])[] = [
  ['a short invoice', anInvoice()],
  ['a German invoice', aGermanInvoice()],
  ['a credit note', aCreditNote()],
  ['two hundred lines', aLongInvoice(200)],
  ['a Japanese invoice', aJapaneseInvoice()],
  ['a draft of a test clock', anInvoice({ test: true, status: 'draft', number: null, issuedAt: null })],
  ['a void invoice', aGermanInvoice({ status: 'void' })],
  ['dinars', anInvoice({ currency: 'KWD', locale: 'fr-FR' })],
  ['Polish, Greek, Cyrillic and Turkish names', aNameOfEverywhere()],
  ['figures of every length', wide],
  ['many meters, of many days', anInvoice({ usage: many })],
  ['a description longer than a page', anInvoice({ lines: [aLine({ description: 'word '.repeat(1_500) })] })],
];

function aNameOfEverywhere() {
  return anInvoice({
    locale: 'pl-PL',
    currency: 'PLN',
    customer: {
      name: 'Łódzkie Zakłady Żółć i Gęś Sp. z o.o.',
      addressLines: [
        'Ελληνική Εταιρεία Α.Ε.',
        'ООО «Ромашка», ул. Щёлковская',
        'İstanbul Şişli Ğüneş',
        '서울 강남구',
      ],
      taxId: 'PL5260001246',
      email: null,
    },
    lines: [aLine({ description: '₺ ₽ ₹ ₩ € £ ¥ → ✓ • ™ 繁體中文 简体中文' })],
  });
}

function aWideInvoice() {
  const amount = 999_999_999_999_999n;
  return anInvoice({
    lines: [
      aLine({
        description:
          'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3),
        quantity: '123456789012345678901234567890.123456789012',
        unitAmount: '999999999999999.123456789012',
        taxPercentages: ['19', '8.875'],
        amount: 888_888_888_888_888n,
      }),
    ],
    subtotal: amount,
    total: amount,
    discounts: [{ name: 'A discount with a very long name, '.repeat(6), amount }],
    customFields: [{ name: 'A field with a very long name, '.repeat(4), value: 'x'.repeat(300) }],
  });
}

const read = new Map<BillingDocument, Promise<ReadPage[]>>();

/** The pages of a sample, rendered once for all tests that look at them. */
function pagesOf(document: BillingDocument): Promise<ReadPage[]> {
  const pages = read.get(document) ?? renderPdf(document).then(readPages);
  read.set(document, pages);
  return pages;
}

/** All that stands upright: the word across a page is a mark, not text. */
const upright = ({ boxes }: ReadPage) => boxes.filter(({ rotated }) => !rotated);
const textOf = (pages: readonly ReadPage[]) =>
  squeezed(
    pages
      .flatMap(upright)
      .map(({ text }) => text)
      .join(''),
  );

test.each(samples)('the PDF of %s says all that the page says, and nothing else', async (_, document) => {
  const pages = await pagesOf(document);
  const shown = textsShown(renderHtml(document)).map(squeezed);
  const printed = textOf(pages);
  // A word cut over pages has a page's foot and head in it.
  const whole = shown.filter((text) => text.length < 5_000);
  expect(whole.filter((text) => !printed.includes(text))).toEqual([]);
  const all = shown.join('');
  const foreign = pages.flatMap((page) =>
    upright(page).filter(
      ({ text, top }) => !all.includes(squeezed(text)) && top > 70 && top < page.height - 60,
    ),
  );
  expect(foreign).toEqual([]);
});

test.each(samples)('no text of %s leaves the margins or covers other text', async (_, document) => {
  const pages = await pagesOf(document);
  for (const page of pages) {
    const boxes = upright(page);
    const outside = boxes.filter(
      ({ left, right, top, bottom }) =>
        left < 49.5 || right > page.width - 49.5 || top < 40 || bottom > page.height - 36,
    );
    expect(outside).toEqual([]);
    expect(overlaps(boxes)).toEqual([]);
  }
});

function overlaps(boxes: readonly TextBox[]): (readonly [string, string])[] {
  const apart = (a: TextBox, b: TextBox) =>
    a.right <= b.left + 0.6 || b.right <= a.left + 0.6 || a.bottom <= b.top + 0.6 || b.bottom <= a.top + 0.6;
  return boxes.flatMap((box, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => !apart(box, other))
      .map((other) => [box.text, other.text] as const),
  );
}

test('on each page of a long invoice the columns are named, and the pages are numbered', async () => {
  const pages = await readPages(await renderPdf(aLongInvoice(120)));
  expect(pages.length).toBeGreaterThan(5);
  pages.forEach((page, index) => {
    const texts = upright(page).map(({ text }) => text);
    expect(texts).toContain(`Page ${String(index + 1)} of ${String(pages.length)}`);
    if (index < pages.length - 1)
      expect(texts).toEqual(expect.arrayContaining(['Description', 'Qty', 'Amount']));
  });
});

test('the sums stand together, below at least one line, however many lines there are', async () => {
  for (let lines = 4; lines <= 18; lines += 1) {
    const pages = await readPages(
      await renderPdf(aLongInvoice(lines, { usage: [], discounts: [{ name: 'Discount', amount: 1n }] })),
    );
    const page = pages.find((one) => upright(one).some(({ text }) => text === 'Subtotal'));
    const texts = page ? upright(page).map(({ text }) => text) : [];
    expect(texts).toEqual(expect.arrayContaining(['Subtotal', 'Discount', 'Total (USD)', 'Amount due']));
    expect(texts.filter((text) => text.startsWith('Compute')).length).toBeGreaterThanOrEqual(1);
  }
});

test('the figures of each row end at one edge', async () => {
  const [page] = await readPages(await renderPdf(aLongInvoice(12)));
  const boxes = page ? upright(page) : [];
  const rows = boxes.filter(({ text }) => /^Compute \d+$/.test(text));
  const ends = rows.map(({ top }) =>
    Math.max(...boxes.filter((box) => Math.abs(box.top - top) < 1).map(({ right }) => right)).toFixed(1),
  );
  expect(ends).toEqual(rows.map(() => ((page?.width ?? 0) - 50).toFixed(1)));
  expect(rows.length).toBeGreaterThan(5);
});

test('the point of an amount is not kerned under the digit before it', async () => {
  for (let cents = 0n; cents < 10n; cents += 1n) {
    const [page] = await readPages(
      await renderPdf(anInvoice({ amountRemaining: 111_100n + cents * 111n, usage: [], lines: [] })),
    );
    expect(overlaps(page ? upright(page) : [])).toEqual([]);
  }
});

test('an amount is never broken, however wide the other figures are', async () => {
  const rows = new Map<string, string>();
  const boxes = (await pagesOf(wide)).flatMap(upright).sort((a, b) => a.left - b.left);
  for (const { text, top } of boxes) rows.set(top.toFixed(0), (rows.get(top.toFixed(0)) ?? '') + text);
  expect([...rows.values()].filter((row) => row.endsWith('$8,888,888,888,888.88'))).toHaveLength(1);
});

test.each([
  ['draft', 'DRAFT'],
  ['void', 'VOID'],
] as const)('a %s says so across every page', async (status, word) => {
  const pages = await readPages(await renderPdf(aLongInvoice(60, { status, number: null })));
  expect(pages.length).toBeGreaterThan(1);
  for (const { boxes } of pages) {
    expect(boxes.filter(({ rotated }) => rotated).map(({ text }) => text)).toEqual([word]);
  }
});

test('a test document says so across every page and in a sentence; a real one bears no mark', async () => {
  const pages = await readPages(await renderPdf(anInvoice({ test: true })));
  expect(pages.every(({ boxes }) => boxes.some(({ rotated, text }) => rotated && text === 'TEST'))).toBe(
    true,
  );
  expect(textOf(pages)).toContain(squeezed('It is not an invoice and asks for no payment.'));
  const real = await readPages(await renderPdf(anInvoice()));
  expect(real.flatMap(({ boxes }) => boxes).filter(({ rotated }) => rotated)).toEqual([]);
});

test('the paper is that of the customer’s country', async () => {
  const [letter] = await readPages(await renderPdf(anInvoice()));
  const [a4] = await readPages(await renderPdf(aGermanInvoice()));
  expect([letter?.width, letter?.height]).toEqual([612, 792]);
  expect([a4?.width, a4?.height]).toEqual([595.28, 841.89]);
});

test('the file has a title, a language, tags and bookmarks, and is dated by the document', async () => {
  const pdf = await renderPdf(aGermanInvoice());
  const { info, markInfo, outline } = await readMetadata(pdf);
  expect(info).toMatchObject({
    Title: 'Rechnung RE-2026-00117 · Dunlin GmbH',
    Author: 'Dunlin GmbH',
    Language: 'de-DE',
    CreationDate: 'D:20260401000500Z',
  });
  expect(markInfo).toMatchObject({ Marked: true });
  expect(outline?.map(({ title }) => title)).toEqual(['Rechnung', 'Nutzung']);
});

test('digits in Arabic read from left to right', async () => {
  const [page] = await readPages(await renderPdf(anInvoice({ locale: 'ar-EG', timezone: 'Africa/Cairo' })));
  const printed = page ? upright(page).map(({ text }) => text) : [];
  expect(printed.join(' ')).toContain('٢٠٢٦');
  expect(printed.join(' ')).not.toContain('٦٢٠٢');
});

test('a character that no font has is a question mark, not a box', async () => {
  const pages = await readPages(await renderPdf(anInvoice({ memo: 'Rocket 🚀 launch' })));
  expect(textOf(pages)).toContain('Rocket?launch');
});

test('the same document gives the same bytes', async () => {
  for (const document of [anInvoice(), aJapaneseInvoice(), aCreditNote()]) {
    const [first, second] = [await renderPdf(document), await renderPdf(document)];
    expect(first.equals(second)).toBe(true);
  }
});

test('another process, timezone or language of the machine changes no byte', async () => {
  const here = digest(await renderPdf(aJapaneseInvoice())) + digest(renderHtml(aJapaneseInvoice()));
  const run = promisify(execFile);
  for (const environment of [
    { TZ: 'Pacific/Kiritimati', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
    { TZ: 'America/Los_Angeles', LANG: 'tr_TR.UTF-8', LC_ALL: 'C' },
  ]) {
    const { stdout } = await run(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('renderSample.ts', import.meta.url))],
      { env: { ...process.env, NODE_OPTIONS: '', ...environment } },
    );
    expect(stdout.trim()).toBe(here);
  }
});

function digest(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('a document without lines, and one that is issued without a due date, are set too', async () => {
  const pages = await readPages(
    await renderPdf(anInvoice({ lines: [], usage: [], dueAt: null, issuedAt: at('2026-04-01T00:00:00Z') })),
  );
  expect(textOf(pages)).toContain('Amountdue');
});
