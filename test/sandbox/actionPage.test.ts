/** The page on which a customer answers its bank: seen, approved, declined, too late, and who is sent where. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChargeRequest } from '../../src/ports/payment/provider.ts';
import { aListeningSandbox, nameOf, type ListeningSandbox } from './aSandbox.ts';

let sandbox: ListeningSandbox;
beforeAll(async () => {
  sandbox = await aListeningSandbox();
});
afterAll(() => sandbox.stop());

async function asked(
  token = 'pm_card_authenticationRequired',
): Promise<{ request: ChargeRequest; url: string }> {
  const request = await sandbox.aCharge(token, 123_456);
  const [outcome] = await sandbox.provider.charge([request]);
  if (outcome?.status !== 'requires_action' || outcome.action.url === null)
    throw new Error(JSON.stringify(outcome));
  return { request, url: outcome.action.url };
}

const press = (url: string, answer: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' });
const outcomeOf = async (request: ChargeRequest) => (await sandbox.provider.lookUp([nameOf(request)]))[0];
const back = (url: string, to: string) => `${url}?return_url=${encodeURIComponent(to)}`;

test('it shows what is asked, in words and with two buttons', async () => {
  const { url } = await asked();
  const response = await fetch(url);
  const html = await response.text();
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(html).toContain('<html lang="en">');
  expect(html).toContain('<strong>1,234.56 USD</strong>');
  expect(html.match(/<button /g)).toHaveLength(2);
  expect(html).not.toContain('<script');
});

test.each([
  ['pm_card_authenticationRequired', 'approve', { status: 'succeeded' }],
  [
    'pm_card_authenticationRequired',
    'decline',
    { status: 'failed', code: 'payment_intent_authentication_failure' },
  ],
  [
    'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    'approve',
    { status: 'failed', code: 'insufficient_funds' },
  ],
])('%s: %s', async (token, answer, wanted) => {
  const { request, url } = await asked(token);
  const response = await press(back(url, 'https://shop.example/paid?x=1'), answer);
  expect([response.status, response.headers.get('location')]).toEqual([303, 'https://shop.example/paid?x=1']);
  expect(await outcomeOf(request)).toMatchObject(wanted);
});

test('an answer that comes twice, or after the attempt was ended, changes nothing', async () => {
  const { request, url } = await asked();
  await press(url, 'approve');
  expect(await (await press(url, 'decline')).text()).toContain('role="status"');
  expect(await outcomeOf(request)).toMatchObject({ status: 'succeeded' });
  const other = await asked();
  await sandbox.provider.cancel([nameOf(other.request)]);
  await press(other.url, 'approve');
  expect(await outcomeOf(other.request)).toMatchObject({ status: 'canceled' });
  expect(await (await fetch(back(other.url, 'https://shop.example/'))).text()).toContain(
    'href="https://shop.example/"',
  );
});

test('two answers at once: one of them holds, and the money is taken or not', async () => {
  const { request, url } = await asked();
  await Promise.all([
    press(url, 'approve'),
    press(url, 'decline'),
    sandbox.provider.cancel([nameOf(request)]),
  ]);
  const first = await outcomeOf(request);
  expect(await sandbox.provider.charge([request])).toEqual([first]);
});

test('nobody is sent to a script, and nothing is answered but what was asked', async () => {
  const { url } = await asked();
  expect((await press(back(url, 'javascript:alert(1)'), 'approve')).status).toBe(400);
  expect((await fetch(back(url, 'javascript:alert(1)'))).status).toBe(400);
  expect((await press(url, 'perhaps')).status).toBe(400);
  expect((await fetch(`${url}x`)).status).toBe(404);
});
