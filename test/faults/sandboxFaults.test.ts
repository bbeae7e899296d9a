/** The provider fails on purpose while a whole stack bills: each invoice is paid once, and the books are right. */
import { afterEach, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import { aCustomer, aPlan, aSubscription, aTestClock, eventually, invoicesOf } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin | undefined;
afterEach(() => dunlin?.stop());

test('lesson 7: money taken without an answer, errors and lost requests: paid once each', async () => {
  dunlin = await startDunlin();
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const plan = await aPlan(dunlin);
  const subscriptions: string[] = [];
  for (let nth = 0; nth < 6; nth += 1) {
    const customer = await aCustomer(dunlin, { test_clock: clock });
    subscriptions.push((await aSubscription(dunlin, { customer, plan })).id);
  }
  const { faults } = dunlin.sandbox;
  await faults.add({ kind: 'take_and_drop', match: '/charges/batch', times: 2 });
  await faults.add({ kind: 'status', status: 500, match: '/charges', fraction: 0.3, seed: 'errors' });
  await faults.add({ kind: 'drop', match: '/charges', fraction: 0.3, seed: 'lost' });
  await advanceTo(dunlin.client, clock, '2026-04-02T00:00:00Z');
  await faults.clear();
  for (const id of subscriptions) {
    const invoices = await invoicesOf(dunlin, id);
    expect(invoices.map(({ status, attempt_count: attempts }) => [status, attempts])).toEqual(
      Array.from({ length: 4 }, () => ['paid', 1]),
    );
  }
  const { rows } = await dunlin.pool.query(
    `SELECT count(*)::int AS charges, sum(amount)::int AS captured FROM sandbox.charges WHERE status = 'succeeded'`,
  );
  expect(rows).toEqual([{ charges: 24, captured: 24_000 }]);
  expect(await audit(dunlin.pool)).toEqual([]);
});

test('a bank debit that ends days later is one attempt, whatever it is asked meanwhile', async () => {
  dunlin = await startDunlin();
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock, token: 'pm_usBankAccount_success' });
  const { id } = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  const stack = dunlin;
  const invoices = await eventually(
    () => invoicesOf(stack, id),
    (all) => all.every(({ status }) => status === 'paid'),
  );
  expect(invoices.map(({ attempt_count: attempts }) => attempts)).toEqual([1, 1]);
  expect(await audit(dunlin.pool)).toEqual([]);
});

test('a worker without a sandbox starts, and what needs it says in one line how to mend it', async () => {
  dunlin = await startDunlin({ env: { SANDBOX_URL: '' } });
  const { id } = await dunlin.client.post<{ id: string }>('/v1/customers', { name: 'Ada' });
  const answer = await dunlin.call('POST', `/v1/customers/${id}/payment_methods`, { token: 'pm_card_visa' });
  expect([answer.status, answer.body.error?.code, answer.body.error?.message]).toEqual([
    503,
    'sandbox_missing',
    'The sandbox is not configured: set SANDBOX_URL to its address. `npm start` starts one.',
  ]);
});
