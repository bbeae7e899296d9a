/** Usage is given back once: by a void, by a credit note, or by a void of its events, in whichever order (semantics.md, section 5). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { correctEnded } from '../../src/activities/correctEnded.ts';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, InvoiceLineId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { inTransaction } from '../../src/store/database.ts';
import { voidEvent } from '../../src/store/eventVoids.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { hourMs } from '../domain/cycles.ts';
import { eventually } from '../stack/builders.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn } from './dependencies.ts';
import { day, live, prepare, start, type Charges } from './earlyLife.ts';
import { addCatalog } from './storedCatalog.ts';
import { saveThreshold } from '../../src/store/thresholds.ts';
import type { Amount } from '../../src/domain/money.ts';
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

const february = day(31);
const march = day(59);
const april = day(90);

/** A life that pays later, so that its invoices can be voided; `calls` costs 228 for 30 events, `size` 60. */
async function aLife(charges: Charges = {}, plan = 0): Promise<StoredLife> {
  const life = await aStoredLife(deps, start, 'UTC', { plan, collectionMethod: 'send_invoice' });
  await prepare(life, charges);
  await advanceStored(life, start, 'each');
  return life;
}

const events = (first: number, count: number, time: Instant, size = 1) =>
  Array.from({ length: count }, (_, index) => ({ nth: first + index, size, time }));

async function send(life: StoredLife, sent: Parameters<typeof sendUsage>[1], at: Instant): Promise<void> {
  await advanceStored(life, at, 'each');
  await sendUsage(life, sent, at);
}

async function used(life: StoredLife, count = 30, to = february): Promise<void> {
  await send(life, events(0, count, day(9)), day(10));
  await advanceStored(life, to, 'each');
}

async function voidEvents(life: StoredLife, from: number, to: number): Promise<void> {
  await inTransaction(database.pool, async (tx) => {
    for (let nth = from; nth < to; nth += 1) await voidEvent(tx, life.customerId, String(nth));
  });
}

const invoices = ({ customerId }: StoredLife) =>
  select<{ id: InvoiceId; total: number }>(
    `SELECT id, total::int FROM invoices WHERE customer_id = $1 AND status <> 'draft' ORDER BY sequence`,
    [customerId],
  );

async function latest(life: StoredLife): Promise<InvoiceId> {
  const id = (await invoices(life)).at(-1)?.id;
  if (!id) throw new Error('there is no invoice');
  return id;
}

const voidInvoice = (invoiceId: InvoiceId) =>
  endInvoiceActivities(deps).voidInvoice({ operationId: newOperationId(), invoiceId });

/** Credits so many tenths of the lines for usage of an invoice. */
async function credit(invoiceId: InvoiceId, tenths: number, ...priceCodes: string[]): Promise<void> {
  const lines = await select<{ id: InvoiceLineId; net: string }>(
    `SELECT id, ((amount - discount_amount) * $2 / 10)::bigint::text AS net FROM invoice_lines
      WHERE invoice_id = $1 AND type IN ('usage', 'late_usage', 'minimum') AND price_code = ANY($3)
        AND amount <> discount_amount`,
    [invoiceId, tenths, priceCodes],
  );
  await creditNoteActivities(deps).issueCreditNote({
    creditNoteId: newId('credit_note'),
    invoiceId,
    asked: {
      kind: 'lines',
      lines: lines.map(({ id, net }) => ({ invoiceLine: id, amount: net })),
      ...{ refund: '0', credit: null },
    },
    ...{ reason: 'other', memo: null, metadata: {} },
  });
}

/** Lines of the latest invoice about usage that was invoiced before. */
const corrections = async (life: StoredLife) =>
  (
    await select<{ line: unknown[] }>(
      `SELECT json_build_array(type, price_code, amount) AS line FROM invoice_lines
        WHERE invoice_id = $1 AND position >= 1000000 ORDER BY position`,
      [await latest(life)],
    )
  ).map(({ line }) => line);

/** What usage is still charged, net of all corrections, after discounts; and the tax of it. */
async function charged({ id }: StoredLife): Promise<[string, number, number][]> {
  const rows = await select<{ code: string; net: number; tax: number }>(
    `SELECT l.price_code AS code, sum(l.amount - l.discount_amount - n.amount)::int AS net,
            sum(l.tax_amount + l.tax_included_amount - n.tax)::int AS tax
       FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id AND i.status NOT IN ('draft', 'void')
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS amount, coalesce(sum(tax_amount + tax_included_amount), 0) AS tax
          FROM credit_note_lines WHERE invoice_line_id = l.id) n
      WHERE l.subscription_id = $1 AND l.billing = 'in_arrears' AND l.period_start = '2027-01-01' GROUP BY 1 ORDER BY 1`,
    [id],
  );
  return rows.map(({ code, net, tax }) => [code, net, tax]);
}

const nothing = [
  ['calls', 0, 0],
  ['size', 0, 0],
];

describe('what a void of the invoice gave back', () => {
  test('is not given back again when the events are voided, but for a minimum, of which nothing is charged either', async () => {
    const life = await aLife();
    await used(life);
    await voidInvoice(await latest(life));
    await voidEvents(life, 0, 30);
    await advanceStored(life, march, 'each');
    // With no usage the minimum of 20 is due, which had been given back with the 60.
    expect(await corrections(life)).toEqual([
      ['late_usage', 'calls', -228],
      ['late_usage', 'size', -60],
      ['minimum', 'size', 20],
      ['waived', 'calls', 228],
      ['waived', 'size', 60],
      ['waived', 'size', -20],
    ]);
    expect((await invoices(life)).at(-1)?.total).toBe(1000 + 333 + 20);
    expect(await charged(life)).toEqual(nothing);
  });

  test('leaves late usage to be billed: the difference to what was counted', async () => {
    const life = await aLife();
    await used(life);
    await voidInvoice(await latest(life));
    await send(life, events(30, 2, day(12)), day(40));
    await advanceStored(life, march, 'each');
    expect(await corrections(life)).toEqual([
      ['late_usage', 'calls', 15],
      ['late_usage', 'size', 4],
    ]);
    await voidEvents(life, 30, 32);
    await advanceStored(life, april, 'each');
    expect(await corrections(life)).toEqual([
      ['late_usage', 'calls', -15],
      ['late_usage', 'size', -4],
    ]);
    expect(await charged(life)).toEqual(nothing);
  });

  test('counts once, and what comes after it is waived is billed as usual', async () => {
    const life = await aLife();
    await used(life);
    await voidInvoice(await latest(life));
    await voidEvents(life, 0, 30);
    await advanceStored(life, march, 'each');
    await send(life, events(30, 30, day(12)), march);
    await advanceStored(life, april, 'each');
    expect(await charged(life)).toEqual([
      ['calls', 228, 0],
      ['size', 40, 0],
    ]);
  });
});

describe('what a credit note gave back', () => {
  test.each([10, 5, 3])('is not given back again; %d tenths of it', async (tenths) => {
    const life = await aLife({ taxes: [{ percentage: 1900, inclusive: false }], percentOff: 33 });
    await used(life);
    await credit(await latest(life), tenths, 'calls');
    await voidEvents(life, 0, 30);
    await advanceStored(life, march, 'each');
    expect((await charged(life))[0]).toEqual(['calls', 0, 0]);
  });

  test('is that of its line alone: what another group used is given back as it was charged', async () => {
    const life = await aLife();
    await send(life, [...events(0, 10, day(9)), ...events(10, 10, day(9), 3)], day(10));
    await advanceStored(life, february, 'each');
    const [line] = await select<{ id: InvoiceLineId }>(
      `SELECT id FROM invoice_lines WHERE invoice_id = $1 AND group_values ->> 'region' = 'us'`,
      [await latest(life)],
    );
    await creditNoteActivities(deps).issueCreditNote({
      creditNoteId: newId('credit_note'),
      invoiceId: await latest(life),
      asked: {
        kind: 'lines',
        lines: [{ invoiceLine: line?.id as InvoiceLineId, amount: '20' }],
        ...{ refund: '0', credit: null },
      },
      ...{ reason: 'other', memo: null, metadata: {} },
    });
    await voidEvents(life, 0, 10);
    await advanceStored(life, march, 'each');
    expect((await corrections(life)).filter(([, code]) => code === 'size')).toEqual([
      ['late_usage', 'size', -20],
      ['waived', 'size', 20],
    ]);
    expect((await charged(life))[1]).toEqual(['size', 60, 0]);
  });
});

describe('what a void of events gave back', () => {
  test('cannot be credited any more, and its invoice cannot be voided', async () => {
    const life = await aLife({ taxes: [{ percentage: 1900, inclusive: false }] });
    await used(life);
    const january = await latest(life);
    await voidEvents(life, 0, 29);
    await advanceStored(life, march, 'each');
    await expect(voidInvoice(january)).rejects.toMatchObject({ type: 'invoice_given_back' });
    await expect(credit(january, 10, 'calls')).rejects.toMatchObject({ type: 'line_credit_invalid' });
    await creditNoteActivities(deps).issueCreditNote({
      ...{ creditNoteId: newId('credit_note'), invoiceId: january },
      asked: { kind: 'lines', lines: null, refund: '0', credit: null },
      ...{ reason: 'other', memo: null, metadata: {} },
    });
    expect(await charged(life)).toEqual([
      ['calls', 0, 0],
      ['size', 20 - 2, 3],
    ]);
  });

  test('is not given back by a credit note over what was waived, nor over what waives it', async () => {
    const life = await aLife({ taxes: [{ percentage: 1900, inclusive: true }], percentOff: 10 });
    await used(life);
    await credit(await latest(life), 5, 'calls', 'size');
    await voidEvents(life, 0, 30);
    await advanceStored(life, march, 'each');
    const invoiceId = await latest(life);
    const before = await charged(life);
    for (const { id, net } of await select<{ id: InvoiceLineId; net: string }>(
      `SELECT id, (amount - discount_amount)::text AS net FROM invoice_lines WHERE invoice_id = $1 AND type = 'waived'`,
      [invoiceId],
    )) {
      const asked = {
        kind: 'lines',
        lines: [{ invoiceLine: id, amount: net }],
        ...{ refund: '0', credit: null },
      } as const;
      await expect(
        creditNoteActivities(deps).issueCreditNote({
          ...{ creditNoteId: newId('credit_note'), invoiceId, asked },
          ...{ reason: 'other', memo: null, metadata: {} },
        }),
      ).rejects.toMatchObject({ type: 'line_credit_invalid' });
    }
    expect(await charged(life)).toEqual(before);
  });
});

test('at one moment, a credit note and the invoice that gives back wait for each other: together they give back once', async () => {
  // Its invoices are drafts for an hour.
  const life = await aLife({}, 1);
  await advanceStored(life, (start + hourMs) as Instant, 'each');
  await used(life, 30, (february + hourMs) as Instant);
  const january = await latest(life);
  await voidEvents(life, 0, 30);
  await advanceStored(life, march, 'each');
  const { both } = await inTransaction(database.pool, async (tx) => {
    await tx.query('SELECT FROM subscriptions WHERE id = $1 FOR NO KEY UPDATE', [life.id]);
    const started = [credit(january, 10, 'calls'), advanceStored(life, (march + hourMs) as Instant, 'last')];
    await eventually(
      () =>
        select(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          [],
        ),
      (waiting) => waiting.length === started.length,
    );
    return { both: Promise.allSettled(started) };
  });
  await both;
  await advanceStored(life, april, 'each');
  expect((await charged(life))[0]).toEqual(['calls', 0, 0]);
});

test('after the end, what a void gave back is not given back by the invoice that corrects', async () => {
  const life = await aLife();
  await used(life, 30, day(12));
  await askStored(life, { ask: 'cancel', at: 'now', credit: false }, day(12));
  await advanceStored(life, day(12), 'each');
  await voidInvoice(await latest(life));
  await voidEvents(life, 0, 30);
  await correctEnded(deps, life.clock, day(13));
  await advanceStored(life, day(13), 'each');
  expect((await invoices(life)).at(-1)?.total).toBe(0);
  expect(await charged(life)).toEqual(nothing);
});

test('what was invoiced early stays charged when the invoice of its period is void, and is given back with its events', async () => {
  const life = await aLife();
  await saveThreshold(database.pool, life.id, 50n as Amount);
  await send(life, events(0, 30, day(3)), day(3));
  await live(life, day(4));
  await advanceStored(life, february, 'each');
  await voidInvoice(await latest(life));
  await voidEvents(life, 0, 30);
  await advanceStored(life, march, 'each');
  expect(await charged(life)).toEqual([
    ['calls', 0, 0],
    ['size', 20, 0],
  ]);
});
