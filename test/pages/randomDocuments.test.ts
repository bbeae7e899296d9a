/** Whatever the document: what is shown reads back to the numbers of the model, exactly. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { minorUnitDigits } from '../../src/domain/money.ts';
import type { DocumentLine, InvoiceDocument } from '../../src/pages/billingDocument.ts';
import { atScale } from '../../src/pages/exactDecimal.ts';
import { renderHtml } from '../../src/pages/html/renderHtml.ts';
import { renderPdf } from '../../src/pages/pdf/renderPdf.ts';
import { sheetOf } from '../../src/pages/sheet.ts';
import { squeezed, textsShown } from './htmlReader.ts';
import { readPages } from './pdfReader.ts';
import { anInvoice } from './sampleDocuments.ts';

const locales = [
  'en-US',
  'de-DE',
  'fr-FR',
  'es-ES',
  'it-IT',
  'nl-NL',
  'pt-PT',
  'pl-PL',
  'ja-JP',
  'sv-SE',
  'xx',
];
const currencies = ['USD', 'EUR', 'JPY', 'KWD', 'CLF', 'PLN'];

const amount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const positive = fc.bigInt({ min: 0n, max: 10n ** 15n });
const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }))
  .map(([whole, fraction]) => `${String(whole)}.${String(fraction).padStart(12, '0')}`);
/** From left to right: what another direction moves is tested on its own. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter(
    (name) => !/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u.test(name),
  );

const line: fc.Arbitrary<DocumentLine> = fc.record({
  description: text,
  period: fc.constant(null),
  quantity: decimal,
  unitAmount: fc.option(decimal),
  amount,
  taxPercentages: fc.constant([]),
});

const invoice: fc.Arbitrary<InvoiceDocument> = fc
  .record({
    locale: fc.constantFrom(...locales),
    currency: fc.constantFrom(...currencies),
    status: fc.constantFrom('draft', 'open', 'paid', 'void', 'uncollectible'),
    test: fc.boolean(),
    memo: fc.option(text),
    lines: fc.array(line, { maxLength: 8 }),
    subtotal: amount,
    discounts: fc.array(fc.record({ name: text, amount: positive }), { maxLength: 3 }),
    total: amount,
    credits: fc.array(
      fc.record({ kind: fc.constantFrom('prepaid', 'balance'), name: fc.option(text), amount: positive }),
      { maxLength: 2 },
    ),
    amountDue: positive,
    amountPaid: positive,
    amountCredited: positive,
    amountRemaining: positive,
  } as const)
  .map((changes) => anInvoice({ ...changes, usage: [] }));

/** A number as it is written in a locale, back to a plain decimal. */
function readNumber(written: string, locale: string): string {
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567.8);
  const group = parts.find(({ type }) => type === 'group')?.value ?? '';
  const point = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
  const sign = /[-−]/.test(written) ? '-' : '';
  const digits = written
    .replaceAll(group, '')
    .replace(point, '.')
    .replace(/[^\d.]/g, '');
  return sign + digits.replace(/^\.+|\.+$/g, '');
}

function readAmount(written: string, { locale, currency }: InvoiceDocument): bigint {
  return atScale(readNumber(written, usable(locale)), minorUnitDigits(currency));
}

const usable = (locale: string) => (locale === 'xx' ? 'en-US' : locale);

test('every sum that is shown is that of the model', () => {
  fc.assert(
    fc.property(invoice, (document) => {
      const shown = sheetOf(document).totals.map((row) => readAmount(row.amount, document));
      const { amountPaid, amountCredited } = document;
      const sums = [
        document.subtotal,
        ...document.discounts.map((discount) => -discount.amount),
        document.total,
        ...document.credits.map((credit) => -credit.amount),
        document.amountDue,
        ...(amountPaid === 0n ? [] : [-amountPaid]),
        ...(amountCredited === 0n ? [] : [-amountCredited]),
        ...(amountPaid === 0n && amountCredited === 0n ? [] : [document.amountRemaining]),
      ];
      expect(shown).toEqual(sums);
    }),
    { numRuns: 200 },
  );
});

test('every figure of every line that is shown is that of the model', () => {
  fc.assert(
    fc.property(invoice, (document) => {
      const { rows } = sheetOf(document).table;
      const digits = minorUnitDigits(document.currency);
      document.lines.forEach((own, index) => {
        const figures = rows[index]?.figures ?? [];
        const [quantity = '', ...others] = figures;
        const read = readNumber(quantity, usable(document.locale));
        expect(atScale(read, 12)).toBe(atScale(own.quantity, 12));
        expect(readAmount(others.at(-1) ?? '', document)).toBe(own.amount);
        if (own.unitAmount !== null) {
          const price = readNumber(others[0] ?? '', usable(document.locale));
          expect(atScale(price, digits + 12)).toBe(atScale(own.unitAmount, 12));
        }
      });
    }),
    { numRuns: 200 },
  );
});

test('page and PDF show the same, whatever the names are', async () => {
  await fc.assert(
    fc.asyncProperty(invoice, async (document) => {
      const shown = textsShown(renderHtml(document)).map(readable);
      const pages = await readPages(await renderPdf(document));
      const printed = readable(pages.flatMap(({ boxes }) => boxes.map(({ text: part }) => part)).join(''));
      expect(shown.filter((part) => !printed.includes(part))).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

/** What every font has: for others a question mark may stand. */
function readable(part: string): string {
  return squeezed(part).replace(/[^!-ž]|\?/gu, '');
}
