/** The pay page in a real browser: a customer pays, is declined, asks its bank, and goes on by keyboard alone. */
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { audit } from '../../src/audit/audit.ts';
import { hasChromium, startChromium } from '../browser/chromium.ts';
import { aCustomer, aTestClock, eventually, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
  await dunlin.client.patch('/v1/business_profile', {
    name: 'Puffin & Sons',
    email: 'office@puffin.test',
    country: 'DE',
    address: { line1: 'Hafenstraße 1', postal_code: '20359', city: 'Hamburg' },
  });
}, 60_000);
afterAll(async () => {
  const found = await audit(dunlin.pool);
  await dunlin.stop();
  expect(found).toEqual([]);
});

interface Payment {
  readonly id: string;
  readonly status: string;
  readonly payment_method: string;
}

async function anInvoiceToPay(fields: Record<string, unknown> = {}, amount = 123456) {
  const customer = await aCustomer(dunlin, {
    token: null,
    name: 'Ada',
    collection_method: 'send_invoice',
    days_until_due: 14,
    ...fields,
  });
  const invoice = await dunlin.client.post<Created & { number: string }>('/v1/invoices', {
    customer,
    currency: 'EUR',
    lines: [
      { description: 'Setup of the colony', amount },
      { description: 'Fish, fresh', quantity: '3', unit_amount: '1200' },
    ],
  });
  const { url } = await dunlin.client.post<{ url: string }>(`/v1/invoices/${invoice.id}/pay_link`, {});
  return { customer, url, id: invoice.id, number: invoice.number };
}
const readInvoice = (id: string) =>
  dunlin.client.get<{ status: string; amount_remaining: number }>(`/v1/invoices/${id}`);
const paymentsOf = (id: string) => dunlin.client.all<Payment>(`/v1/payments?invoice=${id}`);
const methodsOf = (customer: string) =>
  dunlin.client.all<{ id: string; default: boolean; card: { last4: string } }>(
    `/v1/customers/${customer}/payment_methods`,
  );
const post = (url: string, body: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams(body),
  });

describe('a link', () => {
  test('that is forged, of another invoice or cut short opens nothing, and tells nothing', async () => {
    const [one, other] = [await anInvoiceToPay(), await anInvoiceToPay()];
    const [, token = ''] = one.url.split('/pay/');
    const signature = token.split('.').at(-1) ?? '';
    for (const forged of [
      token.replace(one.id, other.id),
      token.replace(/\.(\w+)\./, '.zzzzzz.'),
      token.slice(0, -1),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      signature,
      `${token}.x`,
      '%00',
    ]) {
      const response = await fetch(`${dunlin.url}/pay/${forged}`);
      expect([forged, response.status]).toEqual([forged, 404]);
      const text = await response.text();
      expect(text).toContain('This link is not valid');
      expect(text).not.toMatch(/Puffin|INV|Ada/);
    }
  });

  test('ends 30 days after its invoice is due; then it shows nothing, and pays nothing', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const { url, id } = await anInvoiceToPay({ test_clock: clock, locale: 'de-DE' });
    const made = await dunlin.client.post<{ expires_at: string }>(`/v1/invoices/${id}/pay_link`, {});
    expect(made.expires_at.slice(0, 10)).toBe('2026-02-14');
    expect((await fetch(url)).status).toBe(200);
    await dunlin.pool.query(
      `UPDATE test_clocks SET frozen_time = '2026-02-16', target_time = '2026-02-16' WHERE id = $1`,
      [clock],
    );
    const expired = await fetch(url);
    expect(expired.status).toBe(410);
    const text = await expired.text();
    expect(text).toContain('Dieser Link ist abgelaufen');
    expect(text).not.toMatch(/1\.234|Setup/);
    expect((await post(url, {})).status).toBe(410);
    for (const type of ['html', 'pdf']) expect((await fetch(`${url}/invoice.${type}`)).status).toBe(410);
  });

  test('shows its invoice as a page and a file, is never kept, framed or told to others', async () => {
    const { url } = await anInvoiceToPay();
    const page = await fetch(url);
    for (const response of [page, await fetch(`${url}/invoice.html`), await fetch(`${url}/invoice.pdf`)]) {
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('referrer-policy')).toBe('same-origin');
      expect(response.headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
    }
    expect(page.headers.get('content-security-policy')).not.toMatch(/script-src|unsafe/);
  });

  test('is made for final invoices only, by who may write', async () => {
    const customer = await aCustomer(dunlin, { token: null, currency: 'EUR' });
    const draft = await dunlin.client.post<Created>('/v1/invoices', {
      customer,
      auto_advance: false,
      lines: [{ description: 'Setup', amount: 1000 }],
    });
    const answer = await dunlin.call('POST', `/v1/invoices/${draft.id}/pay_link`, {});
    expect([answer.status, answer.body.error?.code]).toEqual([409, 'invoice_draft']);
  });

  test('is paid with a browser that tells no more than the origin of a form, as far as the page lets it', async () => {
    const { url, id } = await anInvoiceToPay();
    const policy = (await fetch(url)).headers.get('referrer-policy');
    // The Fetch standard: "append a request `Origin` header".
    const origin = policy === 'no-referrer' ? 'null' : new URL(url).origin;
    const body = { form: crypto.randomUUID(), method: 'new', token: 'pm_card_visa' };
    const send = (from: string) =>
      fetch(url, {
        ...{ method: 'POST', redirect: 'manual', headers: { origin: from } },
        body: new URLSearchParams(body),
      });
    expect((await send('https://elsewhere.test')).status).toBe(403);
    expect((await send('null')).status).toBe(403);
    expect((await send(origin)).status).toBe(303);
    expect((await paymentsOf(id)).map(({ status }) => status)).toEqual(['succeeded']);
  });

  test('pays for no other site, and not more often than a person would', async () => {
    const { url, id } = await anInvoiceToPay();
    const body = { form: crypto.randomUUID(), method: 'new', token: 'pm_card_visa' };
    expect((await post(url, body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const bare = await fetch(url, { method: 'POST', body: new URLSearchParams(body) });
    expect(bare.status).toBe(403);
    expect(await paymentsOf(id)).toEqual([]);
    const statuses: number[] = [];
    for (let nth = 0; nth < 11; nth += 1) {
      const declined = { ...body, form: crypto.randomUUID(), token: 'pm_nothing' };
      statuses.push((await post(url, declined)).status);
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(303));
    expect(statuses[10]).toBe(429);
  });

  test('pays once, however many tabs pay at once and however often a form is sent', async () => {
    const { url, id } = await anInvoiceToPay();
    const form = () => ({ form: crypto.randomUUID(), method: 'new', token: 'pm_card_visa' });
    const twice = form();
    const answers = await Promise.all([
      post(url, twice),
      post(url, twice),
      post(url, form()),
      post(url, form()),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    expect(await paymentsOf(id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await (await fetch(url)).text()).toContain('This invoice is paid');
  });
});

/** A customer who is charged by itself, has no card and owes two invoices; the link is of the second. */
async function twoFailing() {
  const first = await anInvoiceToPay({
    collection_method: 'charge_automatically',
    days_until_due: undefined,
  });
  const { id } = await dunlin.client.post<Created>('/v1/invoices', {
    customer: first.customer,
    currency: 'EUR',
    lines: [{ description: 'Setup', amount: 700 }],
  });
  const { url } = await dunlin.client.post<{ url: string }>(`/v1/invoices/${id}/pay_link`, {});
  return { customer: first.customer, other: first.id, id, url };
}
const aForm = (fields: Record<string, string> = {}) => ({
  form: crypto.randomUUID(),
  method: 'new',
  token: 'pm_card_visa',
  ...fields,
});

describe('a card that is given', () => {
  test('without the wish to use it again pays this invoice, becomes no default and is charged for nothing else', async () => {
    const { customer, other, id, url } = await twoFailing();
    await post(url, aForm());
    expect(await readInvoice(id)).toMatchObject({ status: 'paid' });
    expect(await methodsOf(customer)).toMatchObject([{ default: false }]);
    expect([(await readInvoice(other)).status, await paymentsOf(other)]).toEqual(['open', []]);
  });

  test('is not made the default by an address that is opened later, whatever it says', async () => {
    const { customer, other, id, url } = await twoFailing();
    await post(url, aForm());
    const [attempt] = await paymentsOf(id);
    await fetch(`${url}/return?attempt=${String(attempt?.id)}&default=1`, { redirect: 'manual' });
    expect(await methodsOf(customer)).toMatchObject([{ default: false }]);
    expect(await paymentsOf(other)).toEqual([]);
  });

  test('becomes the default when the bank has approved, as the form asked, and never again once another is chosen', async () => {
    const { customer, id, url } = await twoFailing();
    await post(url, aForm({ token: 'pm_card_authenticationRequired', default: 'yes' }));
    const [attempt] = await paymentsOf(id);
    const back = `${url}/return?attempt=${String(attempt?.id)}`;
    await fetch(back, { redirect: 'manual' });
    expect(await methodsOf(customer)).toMatchObject([{ default: false }]);
    await fetch(`${dunlin.sandbox.url}/control/charges/sandbox_ch_${String(attempt?.id)}/answer`, {
      method: 'POST',
      body: JSON.stringify({ approved: true }),
    });
    await fetch(back, { redirect: 'manual' });
    expect(await methodsOf(customer)).toMatchObject([{ default: true }]);
    const chosen = await dunlin.client.post<Created>(`/v1/customers/${customer}/payment_methods`, {
      token: 'pm_card_mastercard',
    });
    await dunlin.client.post(`/v1/customers/${customer}/payment_methods/${chosen.id}/default`, {});
    await fetch(back, { redirect: 'manual' });
    expect((await methodsOf(customer)).find((method) => method.default)?.id).toBe(chosen.id);
  });

  test('becomes the default, with a receipt, also when the customer never comes back and the bank alone tells', async () => {
    const { customer, id, url } = await twoFailing();
    await post(url, aForm({ token: 'pm_card_authenticationRequired', default: 'yes' }));
    const [attempt] = await paymentsOf(id);
    await fetch(`${dunlin.sandbox.url}/control/charges/sandbox_ch_${String(attempt?.id)}/answer`, {
      method: 'POST',
      body: JSON.stringify({ approved: true }),
    });
    await eventually(
      () => readInvoice(id),
      ({ status }) => status === 'paid',
    );
    expect(await methodsOf(customer)).toMatchObject([{ default: true }]);
    const notices = await dunlin.client.all<{ kind: string }>(`/v1/notifications?invoice=${id}`);
    expect(notices.filter(({ kind }) => kind === 'payment_succeeded')).toHaveLength(1);
  });

  test('is asked about no more by a link that has expired', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const { url, id } = await anInvoiceToPay({ test_clock: clock });
    await post(url, aForm({ default: 'yes' }));
    await dunlin.pool.query(
      `UPDATE test_clocks SET frozen_time = '2026-02-16', target_time = '2026-02-16' WHERE id = $1`,
      [clock],
    );
    const [attempt] = await paymentsOf(id);
    const back = await fetch(`${url}/return?attempt=${String(attempt?.id)}`, { redirect: 'manual' });
    expect(back.status).toBe(303);
    const lookUp = dunlin.temporal.workflow.getHandle(`pay-page-look-up/${id}`);
    await expect(lookUp.describe()).rejects.toThrow('not found');
  });
});

describe('a form', () => {
  const errorOf = (response: Response) =>
    new URL(response.headers.get('location') ?? '', dunlin.url).searchParams.get('error');

  test('that met a provider that is away is given up while the customer waits, and the next one pays', async () => {
    const { url, id } = await anInvoiceToPay();
    await dunlin.sandbox.faults.add({ kind: 'status', status: 503, match: '/payment_methods' });
    try {
      expect(errorOf(await post(url, aForm()))).toBe('unavailable');
      const { status } = await dunlin.temporal.workflow.getHandle(`pay-page/${id}`).describe();
      expect(status.name).toBe('FAILED');
    } finally {
      await dunlin.sandbox.faults.clear();
    }
    expect(await paymentsOf(id)).toEqual([]);
    await post(url, aForm());
    expect(await paymentsOf(id)).toMatchObject([{ status: 'succeeded' }]);
  });

  test("that bears the id of another invoice's payment is refused, and the next one pays", async () => {
    const [one, other] = [await anInvoiceToPay(), await anInvoiceToPay({ token: 'pm_card_visa' })];
    const used = aForm();
    await post(one.url, used);
    const [method] = await methodsOf(other.customer);
    const saved = aForm({ method: String(method?.id) });
    expect(errorOf(await post(other.url, { ...saved, form: used.form }))).toBe('payment_exists');
    expect(await paymentsOf(other.id)).toEqual([]);
    await post(other.url, saved);
    expect(await paymentsOf(other.id)).toMatchObject([{ status: 'succeeded' }]);
  });
});

test.each<[number, Record<string, string>]>([
  [200, {}],
  [200, { host: 'localhost:3000' }],
  [200, { host: '[::1]:3000' }],
  [404, { host: 'pay.puffin.test' }],
  [404, { host: '127.0.0.1.puffin.test' }],
  [404, { 'x-forwarded-for': '203.0.113.7' }],
  [404, { 'x-forwarded-host': 'localhost' }],
  [404, { forwarded: 'for=203.0.113.7' }],
])('/dev/mail answers %i to who comes with %j', async (status, headers) => {
  for (const path of ['/dev/mail', '/dev/mail/']) {
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      get(dunlin.url + path, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(answered).toBe(status);
  }
});

const inBrowser = hasChromium() ? describe : describe.skip;
inBrowser('in a browser', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let axe: string;
  beforeAll(async () => {
    browser = await startChromium();
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 900, height: 1000 } });
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await context.close();
  });

  /** No rule of accessibility is broken; a picture is kept where SCREENSHOTS names a directory. */
  async function look(name: string): Promise<void> {
    const directory = process.env['SCREENSHOTS'];
    if (directory) await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
    await page.evaluate(axe);
    const violations = await page.evaluate(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`,
    );
    expect([name, violations]).toEqual([name, []]);
  }
  const heading = (text: string) => page.getByRole('heading', { name: text }).waitFor();

  test('an invoice is paid with a card that is given', async () => {
    const { url, id, customer } = await anInvoiceToPay({ email: 'payer@customer.test' });
    await page.goto(url);
    await look('open-new-card');
    expect(await page.title()).toMatch(/^Pay invoice .* · Puffin & Sons$/);
    await page.getByLabel('Test card').selectOption('pm_card_visa');
    await page.getByLabel('Use this card for future payments').check();
    await page.getByRole('button', { name: 'Pay €1,270.56' }).click();
    await heading('This invoice is paid');
    await look('paid');
    expect(await readInvoice(id)).toMatchObject({ status: 'paid', amount_remaining: 0 });
    expect(await paymentsOf(id)).toMatchObject([{ status: 'succeeded', source: 'pay_page' }]);
    expect(await methodsOf(customer)).toMatchObject([{ default: true, card: { last4: '4242' } }]);
    expect(await dunlin.client.all(`/v1/notifications?customer=${customer}`)).toMatchObject([
      { kind: 'payment_succeeded' },
      { kind: 'invoice_sent' },
    ]);
  });

  test('a card that is declined says why, but not that it is lost; the next one pays', async () => {
    const { url, id, customer } = await anInvoiceToPay();
    await page.goto(url);
    const pay = async (token: string) => {
      await page.getByLabel('Test card').selectOption(token);
      await page.getByRole('button', { name: /^Pay/ }).click();
    };
    await pay('pm_card_visa_chargeDeclinedInsufficientFunds');
    await page.getByRole('alert').getByText('not enough money').waitFor();
    // It is read out first.
    expect(await page.evaluate('document.activeElement?.id')).toBe('failure');
    expect(await page.title()).toMatch(/^The payment did not go through/);
    await look('declined');
    await page
      .getByRole('radio', { name: 'Another card' })
      .check()
      .catch(() => undefined);
    await pay('pm_card_visa_chargeDeclinedLostCard');
    await page.getByRole('alert').getByText('Your bank declined this card').waitFor();
    expect(await page.content()).not.toMatch(/lost_card|lost card|stolen/i);
    await page
      .getByRole('radio', { name: 'Another card' })
      .check()
      .catch(() => undefined);
    await pay('pm_card_mastercard');
    await heading('This invoice is paid');
    expect((await paymentsOf(id)).map(({ status }) => status)).toEqual(['succeeded', 'failed', 'failed']);
    expect((await methodsOf(customer)).map(({ card }) => card.last4)).not.toContain('9987');
  });

  test('a bank that asks is answered on its page, and the payment is there when the customer is back', async () => {
    const { url, id } = await anInvoiceToPay();
    await page.goto(url);
    await page.getByLabel('Test card').selectOption('pm_card_authenticationRequired');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await heading('Confirm with your bank');
    await look('action');
    await page.getByRole('link', { name: 'Continue to your bank' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await heading('This invoice is paid');
    expect(await paymentsOf(id)).toMatchObject([{ status: 'succeeded' }]);
  });

  test('what is declined at the bank is said, and can be paid in another way', async () => {
    const { url, id } = await anInvoiceToPay();
    await page.goto(url);
    await page.getByLabel('Test card').selectOption('pm_card_authenticationRequired');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByRole('link', { name: 'Continue to your bank' }).click();
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByRole('alert').getByText('not confirmed with your bank').waitFor();
    expect(await readInvoice(id)).toMatchObject({ status: 'open' });
  });

  test('who does not ask its bank pays in another way, and what waited is ended', async () => {
    const { url, id } = await anInvoiceToPay();
    await page.goto(url);
    await page.getByLabel('Test card').selectOption('pm_card_authenticationRequired');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByRole('link', { name: 'Pay in another way' }).click();
    await page.getByRole('radio', { name: 'Another card' }).check();
    await page.getByLabel('Test card').selectOption('pm_card_visa');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await heading('This invoice is paid');
    expect((await paymentsOf(id)).map(({ status }) => status)).toEqual(['succeeded', 'canceled']);
  });

  test('a saved method is offered first, and another may take its place', async () => {
    const { url, customer } = await anInvoiceToPay({ token: 'pm_card_mastercard' });
    await page.goto(url);
    await look('open-saved');
    expect(await page.getByRole('radio', { name: /Mastercard •••• 4444/ }).isChecked()).toBe(true);
    expect(await page.getByLabel('Test card').isVisible()).toBe(false);
    await page.getByRole('radio', { name: 'Another card' }).check();
    await look('open-another');
    await page.getByLabel('Test card').selectOption('pm_card_visa');
    await page.getByLabel('Use this card for future payments').check();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await heading('This invoice is paid');
    expect(await methodsOf(customer)).toMatchObject([
      { default: true, card: { last4: '4242' } },
      { default: false, card: { last4: '4444' } },
    ]);
  });

  test('a double click pays once', async () => {
    const { url, id } = await anInvoiceToPay({ token: 'pm_card_visa' });
    await page.goto(url);
    await page.getByRole('button', { name: /^Pay/ }).dblclick({ noWaitAfter: true });
    await heading('This invoice is paid');
    expect(await paymentsOf(id)).toHaveLength(1);
  });

  test('it can be paid by keyboard alone', async () => {
    const { url, id } = await anInvoiceToPay({ token: 'pm_card_mastercard' });
    await page.goto(url);
    const focused = () =>
      page.evaluate<string>(`document.activeElement?.textContent.trim() || document.activeElement?.value`);
    for (let presses = 0; presses < 10 && !(await focused()).startsWith('pm_'); presses += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: 'Another card' }).isChecked()).toBe(true);
    for (let presses = 0; presses < 10 && !(await focused()).startsWith('Pay'); presses += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('This invoice is paid');
    expect(await readInvoice(id)).toMatchObject({ status: 'paid' });
  });

  test('a bank debit is under way for days, and says so', async () => {
    const { url, customer, id } = await anInvoiceToPay({ token: 'pm_usBankAccount_success' });
    await page.goto(url);
    await page.getByRole('button', { name: /^Pay/ }).click();
    await heading('Your payment is being processed');
    await look('processing');
    await fetch(`${dunlin.sandbox.url}/control/settle`, { method: 'POST' });
    await page.getByRole('link', { name: 'Check again' }).click();
    await heading('This invoice is paid');
    expect(await paymentsOf(id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await methodsOf(customer)).toHaveLength(1);
  });

  test('what is void, expired or not known is said plainly', async () => {
    const { url, id } = await anInvoiceToPay();
    await dunlin.client.post(`/v1/invoices/${id}/void`, {});
    await page.goto(url);
    await heading('This invoice is void');
    await look('void');
    expect(await page.getByRole('button').count()).toBe(0);
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const late = await anInvoiceToPay({ test_clock: clock, locale: 'fr-FR' });
    await page.goto(late.url);
    await look('test-clock-french');
    await dunlin.pool.query(
      `UPDATE test_clocks SET frozen_time = '2026-03-16', target_time = '2026-03-16' WHERE id = $1`,
      [clock],
    );
    await page.goto(late.url);
    await heading('Ce lien a expiré');
    await look('expired');
    await page.goto(`${dunlin.url}/pay/nothing`);
    await heading('This link is not valid');
    await look('unknown');
    // Chromium itself tells of 404 and 410.
    complaints = complaints.filter((complaint) => !/status of 4(04|10)/.test(complaint));
  });

  test.each(['de-DE', 'es', 'fr', 'it', 'ja-JP', 'nl', 'pl', 'pt'])('it speaks %s', async (locale) => {
    const { url } = await anInvoiceToPay({ locale, token: 'pm_card_visa' });
    await page.goto(url);
    await look(`language-${locale}`);
    expect(await page.getAttribute('html', 'lang')).toBe(locale);
    expect(await page.textContent('body')).not.toMatch(/undefined|\{\w+\}|Pay with/);
  });

  test('it fits a telephone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const { url } = await anInvoiceToPay({ token: 'pm_card_visa' });
    await page.goto(url);
    await look('telephone');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  test('the mail with the link is shown at /dev/mail, where nothing of it runs', async () => {
    const { url, number } = await anInvoiceToPay({ email: 'ada@customer.test', name: '<script>x</script>' });
    await page.goto(`${dunlin.url}/dev/mail`);
    for (
      let tries = 0;
      tries < 20 && (await page.getByRole('link', { name: number }).count()) === 0;
      tries += 1
    ) {
      await page.waitForTimeout(250);
      await page.reload();
    }
    await look('dev-mail-list');
    await page.getByRole('link', { name: number }).click();
    const frame = page.frameLocator('iframe');
    const link = await frame.getByRole('link', { name: 'Pay invoice' }).getAttribute('href');
    await look('dev-mail');
    expect(link?.split('.')[0]).toBe(url.split('.')[0]);
    expect(await frame.locator('script').count()).toBe(0);
  });
});
