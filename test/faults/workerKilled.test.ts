/** The worker process is killed on a line of a renewal: one invoice, one charge and a balanced ledger all the same. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  flatFee,
  invoicesOf,
  sendEvents,
  unique,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin | undefined;
afterEach(() => dunlin?.stop());

test.each([
  ['while the new period is written', 'INSERT INTO invoices '],
  ['between the number and the commit of an invoice', 'UPDATE invoices i.*sequence = r.sequence'],
  ['between the committed attempt and the provider', 'POST .*/charges/batch'],
  ["between the provider's answer and the database", 'UPDATE payments p.*provider_reference'],
  ['while the payment is posted', 'INSERT INTO ledger_postings'],
])('killed %s', async (_moment, statement) => {
  const marker = join(await mkdtemp(join(tmpdir(), 'dunlin-fault-')), 'fault');
  const preload = [new URL('killOnQuery.mjs', import.meta.url).href];
  dunlin = await startDunlin({ preload, env: { FAULT_QUERY: statement, FAULT_MARKER: marker } });
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const event_type = unique('call');
  const meter = await aMeter(dunlin, { event_type });
  const plan = await aPlan(dunlin, {
    prices: [flatFee, { code: 'calls', type: 'usage', model: 'per_unit', unit_amount: '5', meter }],
  });
  const subscriptions: string[] = [];
  for (let nth = 0; nth < 5; nth += 1) {
    const customer = await aCustomer(dunlin, { test_clock: clock });
    subscriptions.push((await aSubscription(dunlin, { customer, plan })).id);
    await sendEvents(dunlin, [{ type: event_type, subject: customer, time: '2026-01-01T10:00:00Z' }]);
  }
  await writeFile(`${marker}.armed`, '');
  const before = dunlin.worker.pid;
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  expect(await readFile(marker, 'utf8')).toMatch(new RegExp(statement, 's'));
  expect(dunlin.worker.pid).not.toBe(before);
  for (const id of subscriptions) {
    const invoices = await invoicesOf(dunlin, id);
    expect(invoices.map(({ total, status }) => [total, status])).toEqual([
      [1000, 'paid'],
      [1005, 'paid'],
    ]);
  }
  const { rows } = await dunlin.pool.query(
    'SELECT count(*)::int AS charges, sum(amount)::int AS captured FROM sandbox.charges',
  );
  expect(rows).toEqual([{ charges: 10, captured: 5 * 2005 }]);
  expect(await audit(dunlin.pool)).toEqual([]);
});
