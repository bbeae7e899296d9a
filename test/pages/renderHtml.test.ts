/** The page of a document: self-contained, readable by everyone, and harmless whatever the names in it are. */
import { expect, test } from '@jest/globals';
import { renderHtml } from '../../src/pages/html/renderHtml.ts';
import { textsShown } from './htmlReader.ts';
import {
  aCreditNote,
  aGermanInvoice,
  aJapaneseInvoice,
  aKuwaitiInvoice,
  aLine,
  anInvoice,
} from './sampleDocuments.ts';

const hostile = `"><script>alert('x')</script>]]>&amp;<img src=x onerror=alert(1)> \u202Eevil\u202C \u0000\u001B[31m\u2066`;
const harmless = `"><script>alert('x')</script>]]>&amp;<img src=x onerror=alert(1)> evil [31m`;

function hostileInvoice() {
  const party = { name: hostile, addressLines: [hostile], taxId: hostile, email: hostile };
  return anInvoice({
    number: hostile,
    seller: party,
    customer: party,
    poNumber: hostile,
    memo: `${hostile}\n${hostile}`,
    footer: hostile,
    customFields: [{ name: hostile, value: hostile }],
    lines: [aLine({ description: hostile, details: [hostile] })],
    discounts: [{ name: hostile, amount: 1n }],
    taxes: [{ name: hostile, percentage: '19', inclusive: false, taxable: 1n, amount: 1n }],
    credits: [{ kind: 'prepaid', name: hostile, amount: 1n }],
    notes: [hostile],
    usage: [{ name: hostile, total: '1', days: [{ day: '2026-03-01', quantity: '1' }] }],
  });
}

test('names that are markup are shown as they are, and are never markup', () => {
  const page = renderHtml(hostileInvoice());
  expect(page).not.toMatch(/<script|<img|\]\]>|onerror=alert\(1\)>/);
  const allowed = new Set(
    'html head meta title style body main header div h1 h2 h3 span p dl dt dd bdi section table caption thead tbody tr th td svg desc line rect footer'.split(
      ' ',
    ),
  );
  const tags = [...page.matchAll(/<\/?([a-z][a-z0-9]*)/g)].map(([, tag = '']) => tag);
  expect(tags.filter((tag) => !allowed.has(tag))).toEqual([]);
  // As many elements as the same page with harmless names has.
  const calm = renderHtml(
    JSON.parse(JSON.stringify(hostileInvoice(), bigintsAsText), textAsBigints) as never,
  );
  expect(tags).toHaveLength([...calm.matchAll(/<\/?([a-z][a-z0-9]*)/g)].length);
  const shown = textsShown(page);
  expect(shown.filter((text) => text === harmless).length).toBeGreaterThanOrEqual(11);
});

const bigintsAsText = (_: string, value: unknown) =>
  typeof value === 'bigint' ? `bigint:${String(value)}` : value;
const textAsBigints = (_: string, value: unknown) => {
  if (typeof value !== 'string') return value;
  if (value.startsWith('bigint:')) return BigInt(value.slice(7));
  return value.replaceAll(hostile, 'calm');
};

test('controls, bidi overrides and lone surrogates do not reach the page', () => {
  const page = renderHtml(anInvoice({ memo: `a\u202Eb\u2067c\u0007d\uD800e\u{E0041}f\u0085g` }));
  expect(textsShown(page)).toContain('abcd\uFFFDef\ng');
});

test('the page needs nothing from elsewhere, and runs nothing', () => {
  for (const document of [anInvoice(), aGermanInvoice(), aCreditNote(), aKuwaitiInvoice()]) {
    const page = renderHtml(document);
    expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|<img|<iframe|\son[a-z]+=|javascript:/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  }
});

/** Markup without the spaces between tags, which only make its source readable. */
const dense = (page: string) => page.replace(/\s+/g, ' ').replace(/> /g, '>').replace(/ </g, '<');

test('a screen reader finds the language, the parts, the headers of tables and the chart in words', () => {
  const page = dense(renderHtml(aGermanInvoice()));
  expect(page).toContain('<html lang="de-DE" dir="ltr">');
  expect(page.match(/<main>/g)).toHaveLength(1);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(page.match(/<th scope="col">/g)?.length).toBeGreaterThanOrEqual(5);
  expect(page).toMatch(/<th scope="row"><bdi>Tarif/);
  for (const [, id = ''] of page.matchAll(/aria-labelledby="([^" ]+)/g)) expect(page).toContain(`id="${id}"`);
  expect(page).toMatch(/<svg role="img" aria-labelledby="usage-0-title usage-0-text"/);
  expect(page).toContain(
    '<desc id="usage-0-text">Tägliche Nutzung vom 01.03.2026 bis 31.03.2026. Höchster Tag: 30.03.2026 mit 62.651.</desc>',
  );
  expect(page).toMatch(/<th scope="row">30\.03\.2026<\/th><td>62\.651<\/td>/);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a page prints on the paper of its country', () => {
  expect(renderHtml(anInvoice())).toContain('@page { size: letter;');
  expect(renderHtml(aGermanInvoice())).toContain('@page { size: A4;');
  expect(renderHtml(anInvoice())).toContain('@media print');
});

test('a page in Arabic or Hebrew goes from right to left', () => {
  expect(renderHtml(aKuwaitiInvoice())).toContain('<html lang="ar-KW" dir="rtl">');
  expect(renderHtml(anInvoice({ locale: 'he-IL' }))).toContain('<html lang="he-IL" dir="rtl">');
});

test('the German page has the terms of German invoices', () => {
  const shown = textsShown(renderHtml(aGermanInvoice()));
  for (const term of [
    'Rechnung',
    'Leistungszeitraum',
    'USt. 19 % auf 498,28 €',
    'Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge).',
    'fällig am 1. Mai 2026',
  ]) {
    expect(shown.map((text) => text.replace(/\s/g, ' '))).toContain(term);
  }
  expect(textsShown(renderHtml(aCreditNote()))).toContain('RE-2026-00117 vom 1. April 2026');
});

test('a tax that the prices include is told, not added', () => {
  const page = dense(renderHtml(aJapaneseInvoice()));
  expect(page).toMatch(/<tr class="note"><th scope="row"><bdi>内税 消費税 10%（対象額 ￥92,368）/);
});

test('a draft, a void and a test document are marked, others are not', () => {
  expect(renderHtml(anInvoice())).not.toContain('class="across"');
  expect(renderHtml(anInvoice({ status: 'void' }))).toContain('aria-hidden="true">Void</div>');
  expect(renderHtml(anInvoice({ status: 'draft', number: null }))).toContain(
    'aria-hidden="true">Draft</div>',
  );
  const page = renderHtml(anInvoice({ test: true, status: 'draft', number: null }));
  expect(page).toContain('aria-hidden="true">Test · Draft</div>');
  expect(textsShown(page)).toContain('Test document. It is not an invoice and asks for no payment.');
});

test('a column without figures and parts without content are left out', () => {
  const page = renderHtml(
    anInvoice({
      lines: [aLine({ unitAmount: null })],
      memo: null,
      usage: [],
      notes: [],
      poNumber: null,
      dueAt: null,
      customFields: [],
    }),
  );
  const shown = textsShown(page);
  for (const absent of ['Unit price', 'Tax', 'Notes', 'Usage', 'PO number', 'Due date'])
    expect(shown).not.toContain(absent);
  expect(shown).toContain('due');
});

test('the same document gives the same page', () => {
  expect(renderHtml(aGermanInvoice())).toBe(renderHtml(aGermanInvoice()));
});
