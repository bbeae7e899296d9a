/** Lesson 7: the worker, or the API, is killed on a line of a payment that somebody asks for: one payment, and the books right. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aCustomer, aPlan, eventually, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin | undefined;
afterEach(() => dunlin?.stop());

/** An invoice for which the customer is asked by its bank, in a Dunlin whose worker dies at a statement, once it is armed. */
async function aWaitingInvoice(statement: string) {
  const marker = join(await mkdtemp(join(tmpdir(), 'dunlin-fault-')), 'fault');
  const preload = [new URL('killOnQuery.mjs', import.meta.url).href];
  const stack = await startDunlin({ preload, env: { FAULT_QUERY: statement, FAULT_MARKER: marker } });
  dunlin = stack;
  const customer = await aCustomer(stack, { token: 'pm_card_authenticationRequired' });
  const plan = await aPlan(stack);
  const { latest_invoice: invoice } = await stack.client.post<{ latest_invoice: string }>(
    '/v1/subscriptions',
    {
      customer,
      plan,
    },
  );
  const card = await stack.client.post<Created>(`/v1/customers/${customer}/payment_methods`, {
    token: 'pm_card_visa',
  });
  await writeFile(`${marker}.armed`, '');
  return { stack, marker, invoice, card: card.id };
}

const paymentsOf = async (stack: Dunlin, invoice: string) =>
  (await stack.client.all<{ status: string; amount: number }>(`/v1/payments?invoice=${invoice}`))
    .map(({ status, amount }) => `${status} ${String(amount)}`)
    .reverse();

test.each([
  ['before the waiting attempt is ended at the provider', 'POST .*/charges/cancel'],
  ['before that end is recorded', 'UPDATE payments p\\s+SET status = r.status'],
  ['before the attempt is committed', 'INSERT INTO payments'],
  ['between the committed attempt and the provider', 'POST .*/charges/batch'],
  ['while the payment is posted', 'INSERT INTO ledger_postings'],
])('a payment by another card, killed %s, is made once', async (_moment, statement) => {
  const { stack, marker, invoice, card } = await aWaitingInvoice(statement);
  const body = { payment_method: card };
  // The client goes away as well, as it does when the process of the API dies, and asks again with its key.
  const gone = new AbortController();
  const headers = {
    'idempotency-key': 'once',
    authorization: `Bearer ${stack.key}`,
    'content-type': 'application/json',
  };
  const path = `/v1/invoices/${invoice}/pay`;
  const first = fetch(stack.url + path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: gone.signal,
  });
  await eventually(
    () => readFile(marker, 'utf8').catch(() => ''),
    (text) => text !== '',
    60_000,
  );
  gone.abort();
  await first.catch(() => undefined);
  const ask = () => stack.call('POST', path, body, { 'idempotency-key': 'once' });
  const answer = await eventually(ask, ({ status }) => status === 200, 90_000);
  expect(answer.body['status']).toBe('paid');
  expect(await paymentsOf(stack, invoice)).toEqual(['canceled 1000', 'succeeded 1000']);
  expect(await audit(stack.pool)).toEqual([]);
});

test.each([
  ['before the waiting attempt is ended', 'POST .*/charges/cancel'],
  ['before it is recorded', "INSERT INTO payments.*'offline'"],
  ['before it is posted', 'INSERT INTO ledger_postings'],
])('money that came by itself, killed %s, is recorded once', async (_moment, statement) => {
  const { stack, marker, invoice } = await aWaitingInvoice(statement);
  const body = { invoice, amount: 1000, reference: 'Transfer 7' };
  const ask = () => stack.call('POST', '/v1/payments', body, { 'idempotency-key': 'once' });
  await eventually(ask, ({ status }) => status === 201, 90_000);
  expect(await readFile(marker, 'utf8')).toMatch(new RegExp(statement, 's'));
  expect(await paymentsOf(stack, invoice)).toEqual(['canceled 1000', 'succeeded 1000']);
  expect(await audit(stack.pool)).toEqual([]);
});
