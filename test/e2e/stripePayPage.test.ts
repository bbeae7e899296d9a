/** The pay page with Stripe's form, in a real browser: a card is given, a bank asks, a card is declined, and nothing but Stripe is let in. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { audit } from '../../src/audit/audit.ts';
import { findViolations } from '../browser/axe.ts';
import { hasChromium, startChromium } from '../browser/chromium.ts';
import { cards, startStripeStandIn, type StripeStandIn } from '../browser/stripeStandIn.ts';
import { aCustomer, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

const inBrowser = hasChromium() ? describe : describe.skip;
inBrowser('with Stripe', () => {
  let stripe: StripeStandIn;
  let dunlin: Dunlin;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  /** What our own server was sent. */
  let sent: string[];

  beforeAll(async () => {
    stripe = await startStripeStandIn();
    [browser, dunlin] = await Promise.all([
      startChromium(),
      startDunlin({
        env: {
          PAYMENT_PROVIDER: 'stripe',
          STRIPE_SECRET_KEY: 'sk_test_page',
          STRIPE_PUBLISHABLE_KEY: stripe.publishableKey,
          STRIPE_WEBHOOK_SECRET: 'whsec_page',
          STRIPE_API_BASE: stripe.url,
        },
      }),
    ]);
  }, 120_000);
  afterAll(async () => {
    const { rows } = await dunlin.pool.query<{ id: string; amount: string }>(
      `SELECT id, amount::text FROM payments WHERE status = 'succeeded' AND provider = 'stripe'`,
    );
    const found = await audit(dunlin.pool);
    await browser.close();
    await dunlin.stop();
    await stripe.stop();
    expect(new Map(rows.map(({ id, amount }) => [id, Number(amount)]))).toEqual(stripe.captured());
    expect(found).toEqual([]);
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 900, height: 1000 } });
    page = await context.newPage();
    complaints = [];
    sent = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url().startsWith(dunlin.url)) sent.push(request.url() + (request.postData() ?? ''));
    });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
    expect(sent.join()).not.toMatch(/4242424242424242|4000000000/);
  });

  async function anInvoiceToPay({
    token = null,
    ...fields
  }: { token?: string | null; locale?: string } = {}) {
    const customer = await aCustomer(dunlin, {
      token,
      collection_method: 'send_invoice',
      days_until_due: 14,
      ...fields,
    });
    const invoice = await dunlin.client.post<Created>('/v1/invoices', {
      customer,
      currency: 'EUR',
      lines: [{ description: 'Setup', amount: 123456 }],
    });
    const { url } = await dunlin.client.post<{ url: string }>(`/v1/invoices/${invoice.id}/pay_link`, {});
    return { customer, url, id: invoice.id };
  }
  const statusesOf = async (invoice: string) =>
    (await dunlin.client.all<{ status: string }>(`/v1/payments?invoice=${invoice}`)).map(
      ({ status }) => status,
    );
  const methodsOf = (customer: string) =>
    dunlin.client.all<{ default: boolean; card: { last4: string } }>(
      `/v1/customers/${customer}/payment_methods`,
    );
  const heading = (text: string) => page.getByRole('heading', { name: text }).waitFor();
  const form = () => page.frameLocator('iframe[title="Secure payment input frame"]');
  const bank = () => page.frameLocator('iframe[title="3D Secure authentication frame"]');
  async function open(url: string, options?: { hasScript: boolean }) {
    await stripe.serve(context, options);
    await page.goto(url);
  }
  async function give(number: string, expiry = '12/34') {
    await form().getByLabel('Card number').fill(number);
    await form().getByLabel('Expiration date').fill(expiry);
    await form().getByLabel('Security code').fill('123');
  }
  const pay = () => page.getByRole('button', { name: /^Pay/ }).click();

  test('a card that is given to Stripe pays, is not seen by us, and is the default where that is wished', async () => {
    const { url, id, customer } = await anInvoiceToPay();
    await open(url);
    await give(cards.pays);
    expect(await findViolations(page)).toEqual([]);
    await page.getByLabel('Use this card for future payments').check();
    await pay();
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(['succeeded']);
    expect(await methodsOf(customer)).toMatchObject([{ default: true, card: { last4: '4242' } }]);
  });

  test('a bank that asks is answered in the page, and the payment is there', async () => {
    const { url, id } = await anInvoiceToPay();
    await open(url);
    await give(cards.asksBank);
    await pay();
    await heading('Confirm with your bank');
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Continue to your bank' }).click();
    await bank().getByRole('button', { name: 'Complete' }).waitFor();
    expect(await findViolations(page)).toEqual([]);
    await bank().getByRole('button', { name: 'Complete' }).click();
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(['succeeded']);
  });

  test('what is not confirmed with the bank is said, and the next card pays', async () => {
    const { url, id } = await anInvoiceToPay();
    await open(url);
    await give(cards.asksBank);
    await pay();
    await page.getByRole('button', { name: 'Continue to your bank' }).click();
    await bank().getByRole('button', { name: 'Fail' }).click();
    await page.getByRole('alert').getByText('not confirmed with your bank').waitFor();
    await page.getByRole('radio', { name: 'Another card' }).check();
    await give(cards.pays);
    await pay();
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(['succeeded', 'failed']);
  });

  test('who has answered its bank in another window is shown how it stands, not a button that is dead', async () => {
    const { url, id } = await anInvoiceToPay();
    await open(url);
    await give(cards.asksBank);
    await pay();
    await heading('Confirm with your bank');
    const other = await context.newPage();
    await other.goto(url);
    await other.getByRole('button', { name: 'Continue to your bank' }).click();
    await other
      .frameLocator('iframe[title="3D Secure authentication frame"]')
      .getByRole('button', { name: 'Complete' })
      .click();
    await other.getByRole('heading', { name: 'This invoice is paid' }).waitFor();
    await page.getByRole('button', { name: 'Continue to your bank' }).click();
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(['succeeded']);
  });

  test.each([
    ['by the bank', cards.declinedAtCharge, 'Your bank declined this card', ['succeeded', 'failed']],
    ['by Stripe at once', cards.refusedAtOnce, 'This card was not accepted', ['succeeded']],
  ])('a card that is declined %s says so, and the next one pays', async (_by, number, said, statuses) => {
    const { url, id, customer } = await anInvoiceToPay();
    await open(url);
    await give(number);
    await pay();
    await page.getByRole('alert').getByText(said).waitFor();
    expect(await findViolations(page)).toEqual([]);
    await give(cards.pays);
    await pay();
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(statuses);
    expect(await methodsOf(customer)).toMatchObject([{ card: { last4: '4242' } }]);
  });

  test('details that are not complete are said by Stripe, send nothing, and can be completed', async () => {
    const { url, id } = await anInvoiceToPay();
    await open(url);
    await give(cards.pays, '12');
    await pay();
    await page.getByRole('alert').getByText('expiry is incomplete').waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(sent.filter((each) => each.includes('form='))).toEqual([]);
    await give(cards.pays);
    await pay();
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(['succeeded']);
  });

  test('a saved card is offered first, and another takes its place, by keyboard alone', async () => {
    const { url, id, customer } = await anInvoiceToPay({ token: 'pm_card_visa' });
    await open(url);
    expect(await page.getByRole('radio', { name: /Visa •••• 4242/ }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: /Visa •••• 4242/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: 'Another card' }).isChecked()).toBe(true);
    await form().getByLabel('Card number').waitFor();
    for (const text of [cards.asksBank, '12/34', '123']) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.getByLabel('Use this card for future payments').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('Confirm with your bank');
    await page.getByRole('button', { name: 'Continue to your bank' }).focus();
    await page.keyboard.press('Enter');
    await bank().getByRole('button', { name: 'Complete' }).focus();
    await page.keyboard.press('Enter');
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(['succeeded']);
    expect(await methodsOf(customer)).toMatchObject([
      { default: true, card: { last4: '3220' } },
      { default: false, card: { last4: '4242' } },
    ]);
  });

  test.each(['de-DE', 'es-MX', 'fr-CA', 'ja-JP', 'pt-BR', 'en-US', 'sw-KE'])(
    "Stripe's form is there for a customer in %s",
    async (locale) => {
      const { url } = await anInvoiceToPay({ locale });
      await open(url);
      await form().getByLabel('Card number').waitFor();
      expect(await findViolations(page)).toEqual([]);
    },
  );

  test("where Stripe's script cannot be had, that is said, and a saved card pays", async () => {
    const { url, id } = await anInvoiceToPay({ token: 'pm_card_visa' });
    await open(url, { hasScript: false });
    await page.getByRole('radio', { name: 'Another card' }).check();
    await page.getByRole('alert').getByText('We could not process the payment just now').waitFor();
    await pay();
    expect(sent.filter((each) => each.includes('form='))).toEqual([]);
    await page.getByRole('radio', { name: /Visa •••• 4242/ }).check();
    await pay();
    await heading('This invoice is paid');
    expect(await statusesOf(id)).toEqual(['succeeded']);
    complaints = complaints.filter((complaint) => !complaint.includes('ERR_FAILED'));
  });

  test("the page's policy lets in what Stripe demands, and nothing else", async () => {
    const { url } = await anInvoiceToPay();
    await open(url);
    await context.route('https://other.test/**', (route) => route.fulfill({ body: '' }));
    const refused = await page.evaluate<string[]>(`(async () => {
      const refused = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
        refused.push(effectiveDirective.replace('-elem', '') + ' ' + new URL(blockedURI).hostname));
      const load = (name, src) => new Promise((resolve) => {
        const element = document.createElement(name);
        element.onload = element.onerror = resolve;
        element.src = src;
        document.body.append(element);
      });
      for (const host of ['js.stripe.com', 'a1.js.stripe.com', 'hooks.stripe.com', 'api.stripe.com', 'stripe.com.other.test', 'other.test']) {
        await load('script', 'https://' + host + '/x');
        await load('iframe', 'https://' + host + '/x');
        await fetch('https://' + host + '/x', { mode: 'no-cors' }).catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve));
      return refused;
    })()`);
    expect(refused.sort()).toEqual(
      [
        ...['connect-src js.stripe.com', 'connect-src a1.js.stripe.com'],
        ...['connect-src hooks.stripe.com', 'script-src hooks.stripe.com'],
        ...['frame-src api.stripe.com', 'script-src api.stripe.com'],
        ...['stripe.com.other.test', 'other.test'].flatMap((host) =>
          ['connect-src', 'frame-src', 'script-src'].map((directive) => `${directive} ${host}`),
        ),
      ].sort(),
    );
    complaints = [];
  });
});
