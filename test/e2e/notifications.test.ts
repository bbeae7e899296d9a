/** What customers are told arrives at a real mail server, once, and never again at an address that was refused. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aCustomer, eventually, unique, type Created } from '../stack/builders.ts';
import { aClockedLife } from '../stack/clockedLife.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { startMailServer, type MailServer, type Refusal } from '../ports/mailServer.ts';

const refusals = new Map<string, Refusal>();
let server: MailServer;
let dunlin: Dunlin;
beforeAll(async () => {
  server = await startMailServer((recipient) => refusals.get(recipient));
  dunlin = await startDunlin({
    env: { SMTP_URL: server.url, MAIL_FROM: 'billing@puffin.test', PUBLIC_URL: 'https://pay.puffin.test/' },
  });
  await dunlin.client.patch('/v1/business_profile', { name: 'Puffin GmbH', email: 'office@puffin.test' });
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
  await server.stop();
});

interface Notification {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly reason: string | null;
  readonly email: string | null;
  readonly tries: number;
  readonly livemode: boolean;
}
const notificationsOf = (customer: string) =>
  dunlin.client.all<Notification>(`/v1/notifications?customer=${customer}`);
const mailsTo = (address: string) => server.received.filter(({ to }) => to.includes(address));

async function aSentInvoice(fields: Record<string, unknown>, days = 14) {
  const customer = await aCustomer(dunlin, {
    token: null,
    collection_method: 'send_invoice',
    days_until_due: days,
    ...fields,
  });
  const invoice = await dunlin.client.post<Created & { number: string }>('/v1/invoices', {
    customer,
    currency: 'EUR',
    lines: [{ description: 'Setup', amount: 123456 }],
  });
  return {
    customer,
    invoice: await dunlin.client.get<Created & { number: string }>(`/v1/invoices/${invoice.id}`),
  };
}
const settled = (customer: string, count = 1) =>
  eventually(
    () => notificationsOf(customer),
    (found) => found.length === count && found.every(({ status }) => status !== 'pending'),
  );

test('an invoice that falls due with a date is sent when it is final, and arrives at once, in the customer’s language, with its PDF and a link to pay it', async () => {
  const email = `${unique('ada')}@customer.test`;
  const { customer, invoice } = await aSentInvoice({ email, locale: 'de-DE' });
  const began = Date.now();
  const [notice] = await settled(customer);
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(notice).toMatchObject({
    kind: 'invoice_sent',
    status: 'sent',
    reason: null,
    email,
    tries: 1,
    livemode: true,
  });
  const [mail, ...others] = mailsTo(email);
  expect(others).toEqual([]);
  expect(mail?.raw).toContain(`Message-ID: <${notice?.id ?? ''}@puffin.test>`);
  expect(mail?.raw).toContain('From: Puffin GmbH <billing@puffin.test>');
  expect(mail?.raw).toContain('Reply-To: Puffin GmbH <office@puffin.test>');
  expect(mail?.raw).toContain(`Subject: Rechnung ${invoice.number} von Puffin GmbH`);
  expect(mail?.raw).toContain('Content-Type: application/pdf');
  expect(mail?.raw.replace(/=\r\n/g, '')).toContain(`https://pay.puffin.test/pay/${invoice.id}.`);
});

test('asked for again it is sent again; the same request repeated is not', async () => {
  const email = `${unique('ada')}@customer.test`;
  const { customer, invoice } = await aSentInvoice({ email });
  const again = () =>
    dunlin.call('POST', `/v1/invoices/${invoice.id}/send`, {}, { 'idempotency-key': `again-${invoice.id}` });
  await again();
  await again();
  await settled(customer, 2);
  expect(mailsTo(email)).toHaveLength(2);
});

test('a draft that is sent by request is sent once, though becoming final would send it too', async () => {
  const email = `${unique('ada')}@customer.test`;
  const customer = await aCustomer(dunlin, { token: null, email, collection_method: 'send_invoice' });
  const { id } = await dunlin.client.post<Created>('/v1/invoices', {
    customer,
    currency: 'EUR',
    auto_advance: false,
    lines: [{ description: 'Setup', amount: 5000 }],
  });
  await dunlin.client.post(`/v1/invoices/${id}/send`, {});
  await settled(customer);
  expect(mailsTo(email)).toHaveLength(1);
  expect(await dunlin.client.get(`/v1/invoices/${id}`)).toMatchObject({ sent_at: expect.any(String) });
});

test('an address that is refused for good bounces, gets no more mail, and is trusted again when it changes', async () => {
  const email = `${unique('gone')}@customer.test`;
  refusals.set(email, { at: 'RCPT', code: 550, message: `5.1.1 <${email}> is unknown` });
  const { customer, invoice } = await aSentInvoice({ email });
  expect(await settled(customer)).toMatchObject([{ status: 'bounced', reason: '550 5.1.1', email }]);
  expect(await dunlin.client.get(`/v1/customers/${customer}`)).toMatchObject({
    email_undeliverable: { reason: '550 5.1.1' },
  });
  refusals.delete(email);
  await dunlin.client.post(`/v1/invoices/${invoice.id}/send`, {});
  expect(await settled(customer, 2)).toMatchObject([
    { status: 'skipped', reason: 'email_undeliverable' },
    {},
  ]);
  expect(mailsTo(email)).toEqual([]);

  const other = `${unique('new')}@customer.test`;
  expect(await dunlin.client.patch(`/v1/customers/${customer}`, { email: other })).toMatchObject({
    email_undeliverable: null,
  });
  await dunlin.client.post(`/v1/invoices/${invoice.id}/send`, {});
  expect(await settled(customer, 3)).toMatchObject([{ status: 'sent', email: other }, {}, {}]);
});

test('a temporary refusal is tried again, and says when', async () => {
  const email = `${unique('full')}@customer.test`;
  refusals.set(email, { at: 'RCPT', code: 452, message: '4.2.2 mailbox full' });
  const { customer } = await aSentInvoice({ email });
  const [waiting] = await eventually(
    () => notificationsOf(customer),
    ([first]) => first?.reason === '452',
  );
  expect(waiting).toMatchObject({ status: 'pending', tries: 1, next_try_at: expect.any(String) });
  refusals.delete(email);
  await dunlin.pool.query(`UPDATE notifications SET try_after = now() WHERE id = $1`, [waiting?.id]);
  await dunlin.temporal.schedule.getHandle('notifications').trigger();
  expect(await settled(customer)).toMatchObject([{ status: 'sent', tries: 2 }]);
  expect(mailsTo(email)).toHaveLength(1);
});

test('a customer without an address is skipped, and the reason is told', async () => {
  const { customer } = await aSentInvoice({});
  const [skipped] = await settled(customer);
  expect(skipped).toMatchObject({ status: 'skipped', reason: 'no_email', email: null });
  expect(await dunlin.client.get(`/v1/notifications/${skipped?.id ?? ''}`)).toEqual(skipped);
  expect((await dunlin.call('GET', '/v1/notifications/ntf_nothing')).status).toBe(404);
});

test('a customer on a test clock gets no mail by any server: it is stored, and marked', async () => {
  const email = `${unique('clock')}@customer.test`;
  const life = await aClockedLife(dunlin, { customer: { email } });
  await dunlin.client.post(`/v1/invoices/${life.subscription.latest_invoice}/send`, {});
  expect(await settled(life.customer)).toMatchObject([{ status: 'sent', livemode: false }]);
  expect(mailsTo(email)).toEqual([]);
  const { rows } = await dunlin.pool.query(
    `SELECT livemode, subject FROM stored_mails WHERE recipient LIKE $1`,
    [`%<${email}>`],
  );
  expect(rows).toEqual([{ livemode: false, subject: expect.stringMatching(/^\[Test\] Invoice/) }]);
});

test('where mails go to a server, nobody can read them at /dev/mail', async () => {
  expect((await fetch(`${dunlin.url}/dev/mail`)).status).toBe(404);
});

test('neither names nor addresses stand in the history of the workflow that sends', async () => {
  const email = `${unique('secret')}@customer.test`;
  const { customer } = await aSentInvoice({ email, name: 'Augusta' });
  await settled(customer);
  for await (const { workflowId, runId } of dunlin.temporal.workflow.list({
    query: `WorkflowType = 'sendNotifications'`,
  })) {
    const history = await dunlin.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const payloads = JSON.stringify(history, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    expect(payloads).not.toMatch(/customer\.test|Augusta/);
  }
});
