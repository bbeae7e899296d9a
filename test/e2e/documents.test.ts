/** Invoices as pages and files, as a finance team gets them. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aMeter, invoicesOf, sendEvents, unique, type Created } from '../stack/builders.ts';
import { aClockedLife } from '../stack/clockedLife.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { readPages } from '../pages/pdfReader.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

async function fetchDocument(path: string) {
  const response = await fetch(`${dunlin.url}${path}`, {
    headers: { authorization: `Bearer ${dunlin.key}` },
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    file: response.headers.get('content-disposition'),
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}
async function textOf(pdf: Buffer): Promise<string> {
  const boxes = (await readPages(pdf)).flatMap((page) => page.boxes);
  // The signs of an amount stand in columns, each by itself.
  return boxes
    .map((box) => box.text)
    .join(' ')
    .replace(/ ([.,]) /g, '$1');
}
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function aGermanLife() {
  await dunlin.client.patch('/v1/business_profile', {
    name: 'Papageientaucher GmbH',
    address: { line1: 'Hafenstraße 1', postal_code: '20359', city: 'Hamburg' },
    country: 'DE',
    tax_id: 'DE123456789',
  });
  const rate = await dunlin.client.post<Created>('/v1/tax_rates', {
    code: unique('ust'),
    name: 'USt.',
    percentage: '19',
  });
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type, name: 'API-Aufrufe' });
  const coupon = await dunlin.client.post<Created>('/v1/coupons', {
    code: unique('TREUE'),
    name: 'Treuerabatt',
    percent_off: '10',
    duration: 'forever',
  });
  const life = await aClockedLife(dunlin, {
    customer: {
      name: 'Söhne <Müller> & Co.',
      locale: 'de-DE',
      timezone: 'Europe/Berlin',
      country: 'DE',
      address: { line1: 'Ringstraße 5', postal_code: '10115', city: 'Berlin' },
      tax_rates: [rate.id],
      po_number: 'B-77',
    },
    plan: {
      name: 'Pro',
      currency: 'EUR',
      prices: [
        { code: 'base', name: 'Grundgebühr', type: 'fixed', model: 'flat', amount: '123456' },
        {
          code: 'calls',
          name: 'API-Aufrufe je Monat',
          type: 'usage',
          meter,
          model: 'per_unit',
          unit_amount: '0.25',
        },
      ],
    },
    subscription: { coupon: coupon.id },
  });
  await life.to('2026-01-20T00:00:00Z');
  await sendEvents(
    dunlin,
    Array.from({ length: 40 }, (_, nth) => ({
      type,
      subject: life.customer,
      time: `2026-01-${String(1 + (nth % 15)).padStart(2, '0')}T12:00:00Z`,
    })),
  );
  await life.to('2026-02-02T00:00:00Z');
  return { ...life, type };
}

test('an invoice is a page and a file in its customer’s language, and says the same in both', async () => {
  const life = await aGermanLife();
  const invoice = (await invoicesOf(dunlin, life.id)).at(-1);
  const path = `/v1/invoices/${invoice?.id ?? ''}`;
  const [page, file] = [await fetchDocument(`${path}.html`), await fetchDocument(`${path}.pdf`)];
  expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8']);
  expect([file.status, file.type]).toEqual([200, 'application/pdf']);
  expect(file.file).toBe(`inline; filename="${invoice?.number ?? ''}.pdf"`);
  const markup = page.bytes.toString();
  expect(markup).toContain('lang="de-DE"');
  expect(markup).toContain('Söhne &lt;Müller&gt; &amp; Co.');
  const text = await textOf(file.bytes);
  for (const shown of [
    'Rechnung',
    'Papageientaucher GmbH',
    'Treuerabatt',
    '1.234,56',
    'B-77',
    'Grundgebühr',
    'API-Aufrufe je Monat',
    'Pro',
  ]) {
    expect(text).toContain(shown);
    expect(markup).toContain(shown);
  }
});

test('the sums of a draft add up on the page: what is taken off and what taxes come to stand between them', async () => {
  const { customer } = await aGermanLife();
  const draft = await dunlin.client.post<Created>('/v1/invoices', {
    customer,
    auto_advance: false,
    lines: [{ description: 'Einrichtung', amount: 100000, discountable: false }],
  });
  const text = await textOf((await fetchDocument(`/v1/invoices/${draft.id}.pdf`)).bytes);
  expect(text).toMatch(/1\.000,00.*USt\. 19.*1\.000,00.*190,00.*1\.190,00/s);
});

test('drawn again it has the same bytes, whatever its customer, its seller and late usage have become', async () => {
  const life = await aGermanLife();
  const invoice = (await invoicesOf(dunlin, life.id)).at(-1);
  const path = `/v1/invoices/${invoice?.id ?? ''}`;
  const draw = async () => [
    digest((await fetchDocument(`${path}.pdf`)).bytes),
    digest((await fetchDocument(`${path}.html`)).bytes),
  ];
  const before = await draw();
  await dunlin.client.patch(`/v1/customers/${life.customer}`, {
    name: 'Other',
    locale: 'ja-JP',
    country: 'FR',
  });
  await dunlin.client.patch('/v1/business_profile', { name: 'Somebody else' });
  await sendEvents(dunlin, [{ type: life.type, subject: life.customer, time: '2026-01-05T12:00:00Z' }]);
  expect(await draw()).toEqual(before);
});

test('a credit note is a page and a file too, and names the invoice that it corrects', async () => {
  const life = await aGermanLife();
  const invoice = (await invoicesOf(dunlin, life.id)).at(-1);
  const note = await dunlin.client.post<Created & { number: string }>('/v1/credit_notes', {
    invoice: invoice?.id,
    reason: 'product_unsatisfactory',
    memo: 'Ausfall am 12. Januar',
  });
  const path = `/v1/credit_notes/${note.id}`;
  const [page, file] = [await fetchDocument(`${path}.html`), await fetchDocument(`${path}.pdf`)];
  expect([page.status, file.status]).toEqual([200, 200]);
  expect(digest((await fetchDocument(`${path}.pdf`)).bytes)).toBe(digest(file.bytes));
  const text = await textOf(file.bytes);
  for (const shown of [
    note.number,
    invoice?.number ?? '',
    'Leistung mangelhaft',
    'Ausfall am 12. Januar',
    '1.322,32',
  ]) {
    expect(text).toContain(shown);
    expect(page.bytes.toString()).toContain(shown);
  }
});

test('there is none of what is not there, and none without a key', async () => {
  expect((await fetchDocument('/v1/invoices/in_nobody.pdf')).status).toBe(404);
  const response = await fetch(`${dunlin.url}/v1/invoices/in_nobody.html`);
  expect(response.status).toBe(401);
});
