/** Where two ways to give back meet in one invoice, together they give back what was charged, and no more (semantics.md, 3 and 7). */
import { formatInstant } from '../../src/domain/instant.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, InvoiceLineId } from '../../src/domain/ids.ts';
import { insertCoupon, redeemCoupon } from '../../src/store/coupons.ts';
import { lockToCredit } from '../../src/store/creditableInvoices.ts';
import { inTransaction } from '../../src/store/database.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import type { AskedCreditNote } from '../../src/workflows/contract/creditNote.ts';
import { dayMs } from '../domain/cycles.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn } from './dependencies.ts';
import { anEarlyLife, day, live, prepare, start, use } from './earlyLife.ts';
import { addCatalog } from './storedCatalog.ts';
import { advanceStored, askStored, aStoredLife, sendUsage, type StoredLife } from './storedLife.ts';

quietTemporal();

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterEach(async () => expect(await audit(database.pool)).toEqual([]));
afterAll(() => database.drop());

const select = async <Row extends object>(sql: string, values: unknown[]): Promise<Row[]> =>
  (await database.pool.query<Row>(sql, values)).rows;

const invoices = ({ customerId }: StoredLife) =>
  select<{ id: InvoiceId; reason: string; status: string; discount: number; tax: number; total: number }>(
    `SELECT id, billing_reason AS reason, status, discount::int, tax::int, total::int FROM invoices
      WHERE customer_id = $1 ORDER BY created, id`,
    [customerId],
  );

const all: AskedCreditNote = { kind: 'lines', lines: null, refund: '0', credit: null };
const note = (invoiceId: InvoiceId, asked = all) =>
  creditNoteActivities(deps).issueCreditNote({
    ...{ creditNoteId: newId('credit_note'), invoiceId, asked },
    ...{ reason: 'other', memo: null, metadata: {} },
  });

describe('lesson 14: a credit note, and then credit for unused time', () => {
  test('give back no more tax than was charged, where each half rounds up', async () => {
    const life = await aStoredLife(deps, start, 'UTC', { plan: 0 });
    await prepare(life, { taxes: [{ percentage: 10, inclusive: false }] });
    await advanceStored(life, start, 'each');
    const [first] = await invoices(life);
    expect(first).toMatchObject({ tax: 1, total: 1334 });
    const [fee] = await select<{ id: InvoiceLineId }>(
      `SELECT id FROM invoice_lines WHERE invoice_id = $1 AND price_code = 'fee'`,
      [first?.id],
    );
    const half = [{ invoiceLine: fee?.id as InvoiceLineId, amount: '500' }];
    await note(first?.id as InvoiceId, { ...all, lines: half });
    await askStored(life, { ask: 'cancel', at: 'now', credit: true }, start);
    await advanceStored(life, start, 'each');
    expect((await invoices(life))[1]).toMatchObject({ tax: 0, total: -833 });
    expect(await select(`SELECT balance::int FROM customers WHERE id = $1`, [life.customerId])).toEqual([
      { balance: -1334 },
    ]);
    await expect(note(first?.id as InvoiceId)).rejects.toMatchObject({ type: 'nothing_left' });
  });

  test('at the same moment, give back once: the change waits for the note', async () => {
    const life = await aStoredLife(deps, start, 'UTC', { plan: 0 });
    await advanceStored(life, start, 'each');
    const [first] = await invoices(life);
    await askStored(life, { ask: 'cancel', at: dayMs, credit: true }, start);
    // A clock waits for a note, too: here it has got there before.
    await select(`UPDATE test_clocks SET target_time = $2, frozen_time = $2 WHERE id = $1`, [
      life.clock,
      formatInstant(day(1)),
    ]);
    await inTransaction(database.pool, async (tx) => {
      await lockToCredit(tx, first?.id as InvoiceId);
      await billAllDue(deps, { kind: 'clock', testClockId: life.clock }, () => day(1));
      expect(await invoices(life)).toHaveLength(1);
    });
    await note(first?.id as InvoiceId);
    await advanceStored(life, day(1), 'last');
    expect((await invoices(life))[1]?.total).toBeGreaterThanOrEqual(0);
  });
});

test('what a commitment gives back has the tax that it was charged with, not today’s', async () => {
  const life = await aStoredLife(deps, start, 'UTC', { plan: 2 });
  await select(`UPDATE subscriptions SET commitment = $2 WHERE id = $1`, [
    life.id,
    JSON.stringify({ amount: '1000', interval: 'period', periods: 1, overage_rate: null }),
  ]);
  await prepare(life, { taxes: [{ percentage: 1900, inclusive: false }] });
  await advanceStored(life, day(8), 'each');
  await select(`UPDATE customers SET tax_exempt = 'exempt' WHERE id = $1`, [life.customerId]);
  const late = Array.from({ length: 40 }, (_, nth) => ({ nth, size: 1, time: day(3) }));
  await sendUsage(life, late, day(9));
  await advanceStored(life, day(15), 'each');
  expect(
    await select(
      `SELECT l.amount::int, l.tax_amount::int AS tax FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
        WHERE l.subscription_id = $1 AND l.type = 'commitment' ORDER BY i.created, l.position`,
      [life.id],
    ),
  ).toEqual([
    { amount: 930, tax: 177 },
    { amount: -303, tax: -58 },
    { amount: 930, tax: 0 },
  ]);
});

test('what was invoiced early can be credited when the invoice of its period is void, since nothing gives it back any more', async () => {
  const life = await anEarlyLife(deps, 50);
  await use(life, day(3), ...Array.from({ length: 30 }, () => 1));
  await live(life, day(4));
  const early = (await invoices(life)).find(({ reason }) => reason === 'threshold')?.id as InvoiceId;
  await expect(note(early)).rejects.toMatchObject({ type: 'invoice_early' });
  await select(`UPDATE customers SET collection_method = 'send_invoice' WHERE id = $1`, [life.customerId]);
  await live(life, day(31));
  const closing = (await invoices(life)).at(-1)?.id as InvoiceId;
  await endInvoiceActivities(deps).voidInvoice({ operationId: newOperationId(), invoiceId: closing });
  await note(early);
  expect(await select(`SELECT balance::int FROM customers WHERE id = $1`, [life.customerId])).toEqual([
    { balance: -288 },
  ]);
});

test.each([true, false])(
  'a coupon takes from so many periods, whether they are on common invoices or not; of one subscription: %s',
  async (ofOne) => {
    const life = await aStoredLife(deps, start, 'UTC', { plan: 0 });
    await select(`UPDATE customers SET invoice_grouping = 'customer' WHERE id = $1`, [life.customerId]);
    const couponId = newId('coupon');
    await insertCoupon(database.pool, {
      ...{ id: couponId, code: couponId, name: null, percentOff: '50', amountOff: null, currency: null },
      ...{ duration: 'repeating', durationPeriods: 2, maxRedemptions: null, expiresAt: null, appliesTo: {} },
      metadata: {},
    });
    const { customerId } = life;
    const subscriptionId = ofOne ? life.id : null;
    await redeemCoupon(database.pool, {
      ...{ id: newId('discount'), couponId, customerId, subscriptionId, startsAt: start, now: start },
    });
    await advanceStored(life, day(100), 'each');
    // The first invoice is the subscription's own.
    expect((await invoices(life)).map(({ discount }) => discount)).toEqual([667, 677, 0, 0]);
  },
);
