/** Invoices that become final at once, some of them dying on the way, and a tax service that is away. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { finalizeInvoices } from '../../src/activities/finalizeInvoices.ts';
import { audit } from '../../src/audit/audit.ts';
import type { CustomerId, InvoiceId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { priceItem } from '../../src/domain/invoiceItem.ts';
import type { Amount } from '../../src/domain/money.ts';
import { rateTable } from '../../src/ports/tax/rateTable.ts';
import { insertCoupon, redeemCoupon } from '../../src/store/coupons.ts';
import { insertItems, placeItems } from '../../src/store/invoiceItems.ts';
import { insertManualInvoice } from '../../src/store/manualInvoices.ts';
import { newId } from '../../src/store/newId.ts';
import { insertTaxRate } from '../../src/store/taxRates.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
});
afterEach(() => database.drop());

const now = Date.UTC(2026, 0, 15) as Instant;

async function aStoredCustomer(fields: { readonly country?: string } = {}): Promise<CustomerId> {
  const id = newId('customer');
  await database.pool.query(
    `INSERT INTO customers (id, name, currency, country, collection_method, created) VALUES ($1, 'A', 'USD', $2, 'send_invoice', now())`,
    [id, fields.country ?? null],
  );
  return id;
}

async function aDraft(customerId: CustomerId, amount = 1000n): Promise<InvoiceId> {
  const id = newId('invoice');
  const of = { customerId, currency: 'USD' };
  await insertManualInvoice(database.pool, { ...of, id, testClockId: null, now, details: {} });
  const item = {
    ...of,
    id: newId('invoice_item'),
    subscriptionId: null,
    description: 'Setup',
    priced: priceItem({ amount: amount as Amount }),
    period: null,
    taxable: true,
    discountable: true,
    taxRates: null,
    waits: false,
    metadata: {},
    createdAt: now,
  };
  await insertItems(database.pool, [item]);
  await placeItems(database.pool, [{ ...of, invoiceId: id, subscriptionId: null }], [item.id]);
  return id;
}

/** In a transaction of its own, which dies before it is committed where that is asked for. */
async function finalizeOne(invoiceId: InvoiceId, dies: boolean): Promise<void> {
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await finalizeInvoices(deps.taxes).run(client, { kind: 'invoice', invoiceId }, now, 1, () => undefined);
  if (!dies) await client.query('COMMIT');
  // The connection is lost, as when its process is killed.
  client.release(dies);
}

const sequences = async () =>
  (
    await database.pool.query<{ n: number }>(
      `SELECT sequence::int AS n FROM invoices WHERE sequence IS NOT NULL ORDER BY sequence`,
    )
  ).rows.map(({ n }) => n);

test('lesson 18: of 50 that become final at once a third dies, and the numbers of the others have no hole', async () => {
  const customer = await aStoredCustomer();
  const drafts: InvoiceId[] = [];
  for (let nth = 0; nth < 50; nth += 1) drafts.push(await aDraft(customer));
  await Promise.all(drafts.map((id, nth) => finalizeOne(id, nth % 3 === 0)));
  const finals = drafts.filter((_id, nth) => nth % 3 !== 0).length;
  expect(await sequences()).toEqual(Array.from({ length: finals }, (_, n) => n + 1));
  // Those that died are as they were, and have their turn.
  await billAllDue(deps, { kind: 'live', shard: 0, shards: 1 }, () => now);
  expect(await sequences()).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  expect(await audit(database.pool)).toEqual([]);
});

test('lesson 16: a coupon for one invoice is used by one of many that become final at once', async () => {
  const customer = await aStoredCustomer();
  const couponId = newId('coupon');
  await insertCoupon(database.pool, {
    ...{ id: couponId, code: 'ONCE', name: null, percentOff: '50', amountOff: null, currency: null },
    ...{
      duration: 'once',
      durationPeriods: null,
      maxRedemptions: null,
      expiresAt: null,
      appliesTo: {},
      metadata: {},
    },
  });
  const redeemed = { couponId, customerId: customer, subscriptionId: null, startsAt: now, now };
  await redeemCoupon(database.pool, { ...redeemed, id: newId('discount') });
  const drafts = [];
  for (let nth = 0; nth < 12; nth += 1) drafts.push(await aDraft(customer));
  await Promise.all(drafts.map((id, nth) => finalizeOne(id, nth === 0)));
  const { rows } = await database.pool.query(
    `SELECT discount::int AS discount FROM invoices WHERE status = 'open' ORDER BY discount DESC`,
  );
  expect(rows.map(({ discount }: { discount: number }) => discount)).toEqual([
    500,
    ...Array.from({ length: 10 }, () => 0),
  ]);
  expect(await audit(database.pool)).toEqual([]);
});

test('lesson 28: while the tax service is away drafts wait in one state, and then become final once, with the right tax', async () => {
  const customer = await aStoredCustomer({ country: 'DE' });
  await insertTaxRate(database.pool, {
    ...{ id: newId('tax_rate'), code: 'vat', name: null, percentage: '19', inclusive: false, country: 'DE' },
    ...{ appliesTo: {}, metadata: {} },
  });
  let away = true;
  const asked: number[] = [];
  deps = {
    ...deps,
    taxes: {
      name: 'service',
      async calculate(requests, rates) {
        asked.push(requests.length);
        if (away) throw new Error('the tax service is away');
        return rateTable.calculate(requests, rates);
      },
    },
  };
  const drafts = [await aDraft(customer), await aDraft(customer, 200n)];
  const run = () => billAllDue(deps, { kind: 'live', shard: 0, shards: 1 }, () => now);
  for (let again = 0; again < 3; again += 1) {
    await run();
    await database.pool.query(`UPDATE set_asides SET retry_at = now()`);
  }
  const states = async () =>
    (
      await database.pool.query(
        `SELECT i.status, i.tax::int AS tax, i.total::int AS total, (SELECT reason FROM set_asides a WHERE a.subject_id = i.id) AS reason
           FROM invoices i ORDER BY i.id`,
      )
    ).rows as unknown[];
  const waits = { status: 'draft', tax: 0, total: 0, reason: 'the tax service is away' };
  expect(await states()).toEqual([waits, waits]);
  expect(await sequences()).toEqual([]);
  away = false;
  await run();
  expect(await states()).toEqual([
    { status: 'open', tax: 190, total: 1190, reason: null },
    { status: 'open', tax: 38, total: 238, reason: null },
  ]);
  expect(asked.length).toBeGreaterThan(3);
  expect((await database.pool.query('SELECT FROM invoices')).rowCount).toBe(drafts.length);
  expect(await audit(database.pool)).toEqual([]);
});
