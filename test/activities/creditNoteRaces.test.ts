/** Credit notes, voids, refunds and payments of one invoice at the same moment, or half-way: the books stay right. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { seedDueSubscriptions } from '../../bench/renewals.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import type { PaymentProvider } from '../../src/ports/payment/provider.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { refundActivities } from '../../src/activities/refunds.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, InvoiceLineId, PaymentId, RefundId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { lockToCredit } from '../../src/store/creditableInvoices.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import type { AskedCreditNote } from '../../src/workflows/contract/creditNote.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn, withProvider } from './dependencies.ts';

quietTemporal();

let database: TestDatabase;
let deps: Dependencies;
beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
});
afterEach(async () => {
  // The seeded rows begin with a second period: what the audit misses of the first is not ours.
  const found = (await audit(database.pool)).filter(
    ({ message }) => !message.includes('price fee has 0 lines'),
  );
  await database.drop();
  expect(found).toEqual([]);
});

const live = { kind: 'live', shard: 0, shards: 1 } as const;
const now = () => Date.now() as Instant;
const select = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await database.pool.query<Row>(sql, values)).rows;

interface StoredInvoice {
  readonly id: InvoiceId;
  readonly status: string;
  readonly due: number;
  readonly paid: number;
  readonly credited: number;
}
const invoices = () =>
  select<StoredInvoice>(
    `SELECT id, status, amount_due::int AS due, amount_paid::int AS paid, amount_credited::int AS credited FROM invoices ORDER BY id`,
  );

async function paidInvoices(count: number): Promise<readonly StoredInvoice[]> {
  await seedDueSubscriptions(database.pool, count, 1);
  await billAllDue(deps, live, now);
  return invoices();
}

/** Open, with a card by now, so that they may be collected. */
async function openInvoices(count: number): Promise<readonly StoredInvoice[]> {
  await seedDueSubscriptions(database.pool, count, 1);
  await select(
    `CREATE TABLE cards AS SELECT id, default_payment_method_id AS method FROM customers WHERE default_payment_method_id IS NOT NULL`,
  );
  await select(`UPDATE customers SET default_payment_method_id = NULL`);
  await billAllDue(deps, live, now);
  await select(`UPDATE customers c SET default_payment_method_id = d.method FROM cards d WHERE d.id = c.id`);
  await select(`UPDATE invoices SET collect_at = now() - interval '1 second' WHERE status = 'open'`);
  return invoices();
}

const all: AskedCreditNote = { kind: 'lines', lines: null, refund: '0', credit: null };
const note = (invoiceId: InvoiceId, asked: AskedCreditNote = all, by = deps) =>
  creditNoteActivities(by).issueCreditNote({
    creditNoteId: newId('credit_note'),
    invoiceId,
    asked,
    reason: 'other',
    memo: null,
    metadata: {},
  });
const voidIt = (invoiceId: InvoiceId, operationId = newOperationId()) =>
  endInvoiceActivities(deps).voidInvoice({ operationId, invoiceId });
const collect = (invoiceId: InvoiceId) => billAllDue(deps, { kind: 'invoice', invoiceId }, now);

function refusals(results: readonly PromiseSettledResult<unknown>[]): (string | null | undefined)[] {
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    const reason: unknown = result.reason;
    if (!(reason instanceof ApplicationFailure)) throw reason;
    return [reason.type];
  });
}

describe('lesson 16: at the same moment', () => {
  test('of many notes for all that is left of an invoice, one is issued', async () => {
    const [invoice] = await paidInvoices(1);
    const id = invoice?.id as InvoiceId;
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => note(id)));
    expect(refusals(results)).toEqual(Array.from({ length: 7 }, () => 'nothing_left'));
    expect(await select(`SELECT sum(total)::int AS total FROM credit_notes`)).toEqual([
      { total: invoice?.due },
    ]);
  });

  test('of two notes for the last cent of a line, one is issued', async () => {
    const [invoice] = await paidInvoices(1);
    const id = invoice?.id as InvoiceId;
    const [line] = await select<{ id: string; left: string }>(
      `SELECT id, (amount - 1)::text AS left FROM invoice_lines WHERE invoice_id = $1 AND amount > 1 LIMIT 1`,
      [id],
    );
    const part = (amount: string): AskedCreditNote => ({
      kind: 'lines',
      lines: [{ invoiceLine: line?.id as InvoiceLineId, amount }],
      refund: '0',
      credit: null,
    });
    await note(id, part(line?.left ?? ''));
    const results = await Promise.allSettled([note(id, part('1')), note(id, part('1'))]);
    expect(refusals(results)).toEqual(['line_credit_invalid']);
  });

  test('refunds of one payment give back no more than it brought', async () => {
    const [invoice] = await paidInvoices(1);
    const id = invoice?.id as InvoiceId;
    const [payment] = await select<{ id: string; most: string }>(
      `SELECT id, (amount * 2 / 3)::text AS most FROM payments`,
    );
    const asked: AskedCreditNote = {
      kind: 'payment',
      payment: payment?.id as PaymentId,
      amount: payment?.most ?? '',
    };
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => note(id, asked)));
    expect(refusals(results)).toEqual(Array.from({ length: 3 }, () => 'refund_too_large'));
    for (const { id: refund } of await select<{ id: RefundId }>(`SELECT id FROM refunds`)) {
      await refundActivities(deps).settleRefund(refund);
    }
  });

  test('a note and a payment of the rest never take more than is due', async () => {
    const open = await openInvoices(12);
    const results = await Promise.allSettled(
      open.flatMap(({ id }) => [note(id).catch(unlessInFlight), collect(id)]),
    );
    expect(refusals(results)).toEqual([]);
    for (const { status, due, paid, credited } of await invoices()) {
      expect([status, paid + credited]).toEqual(['paid', due]);
    }
  });

  test('a void and a payment: an invoice is paid, or it is void', async () => {
    const open = await openInvoices(12);
    const results = await Promise.allSettled(
      open.flatMap(({ id }, nth) => (nth % 2 === 0 ? [voidIt(id), collect(id)] : [collect(id), voidIt(id)])),
    );
    for (const refusal of refusals(results)) expect(['payment_in_flight', 'invoice_paid']).toContain(refusal);
    for (const { status, due, paid } of await invoices()) {
      expect([
        ['paid', due],
        ['void', 0],
      ]).toContainEqual([status, paid]);
    }
  });

  test('a void and a note: the one that comes second is refused', async () => {
    const open = await openInvoices(8);
    const results = await Promise.allSettled(open.flatMap(({ id }) => [voidIt(id), note(id)]));
    expect(refusals(results)).toHaveLength(8);
  });

  test('two voids are one, whether they are one request or two', async () => {
    const [first, second] = await openInvoices(2);
    const two = await Promise.allSettled([voidIt(first?.id as InvoiceId), voidIt(first?.id as InvoiceId)]);
    expect(refusals(two)).toEqual(['invoice_void']);
    const operation = newOperationId();
    await Promise.all([
      voidIt(second?.id as InvoiceId, operation),
      voidIt(second?.id as InvoiceId, operation),
    ]);
    expect((await invoices()).map(({ status }) => status)).toEqual(['void', 'void']);
  });
});

function unlessInFlight(error: unknown): void {
  if (!(error instanceof ApplicationFailure) || error.type !== 'payment_in_flight') throw error;
}

test('a note that comes while a payment fails waits for it, or it for the note: neither for ever', async () => {
  const [invoice] = await openInvoices(1);
  const id = invoice?.id as InvoiceId;
  await select(`UPDATE sandbox.payment_methods SET token = 'pm_card_chargeCustomerFail'`);
  await select(
    `INSERT INTO payments (provider, source, id, invoice_id, customer_id, payment_method_id, amount, currency, status, created, asked_at)
     SELECT 'sandbox', 'automatic', $2, i.id, i.customer_id, c.default_payment_method_id, i.amount_due, i.currency, 'pending', now(), now() - interval '1 hour'
       FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE i.id = $1`,
    [id, newId('payment')],
  );
  const tx = await database.pool.connect();
  await tx.query('BEGIN');
  await tx.query(`SELECT FROM invoices WHERE id = $1 FOR UPDATE`, [id]);
  const failing = collect(id);
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await database.pool.query(waiting)).rowCount === 0);
  await lockToCredit(tx, id);
  await tx.query('COMMIT');
  tx.release();
  await failing;
  // The first one failed for want of a card.
  expect(await select(`SELECT status, attempt_count FROM invoices`)).toEqual([
    { status: 'open', attempt_count: 2 },
  ]);
});

describe('a refund', () => {
  async function aPendingRefund(): Promise<RefundId> {
    const [invoice] = await paidInvoices(1);
    const [refund] = await note(invoice?.id as InvoiceId, {
      kind: 'lines',
      lines: null,
      refund: String(invoice?.due),
      credit: null,
    });
    return refund as RefundId;
  }
  const settle = (id: RefundId, changed: Partial<PaymentProvider> = {}) =>
    refundActivities(withProvider(deps, changed)).settleRefund(id);
  const made = () =>
    select(`SELECT count(*)::int AS refunds FROM sandbox.refunds WHERE status = 'succeeded'`);

  test('that died before the provider was asked is made once', async () => {
    const refund = await aPendingRefund();
    await expect(settle(refund, { refund: () => Promise.reject(new Error('killed')) })).rejects.toThrow(
      'killed',
    );
    expect(await select(`SELECT status FROM refunds`)).toEqual([{ status: 'pending' }]);
    await Promise.all([settle(refund), settle(refund)].map((each) => each.catch(() => undefined)));
    await settle(refund);
    expect(await made()).toEqual([{ refunds: 1 }]);
    expect(await select(`SELECT status FROM refunds`)).toEqual([{ status: 'succeeded' }]);
  });

  test('whose answer was lost is asked about again with its key, and made once', async () => {
    const refund = await aPendingRefund();
    const lost: PaymentProvider['refund'] = async (requests) => {
      await deps.payments.named('sandbox').refund(requests);
      return requests.map(() => ({ status: 'unknown', reason: 'timeout', retryAfterMs: null }));
    };
    await expect(settle(refund, { refund: lost })).rejects.toThrow('does not tell');
    await settle(refund);
    expect(await made()).toEqual([{ refunds: 1 }]);
  });
});

test('a payment of an uncollectible invoice makes good the loss', async () => {
  const [invoice] = await openInvoices(1);
  const id = invoice?.id as InvoiceId;
  await endInvoiceActivities(deps).markUncollectible({ operationId: newOperationId(), invoiceId: id });
  expect(await collect(id)).toBe(0);
  await select(
    `INSERT INTO payments (provider, source, id, invoice_id, customer_id, payment_method_id, amount, currency, status, created)
     SELECT 'sandbox', 'automatic', $2, i.id, i.customer_id, c.default_payment_method_id, i.amount_due, i.currency, 'pending', now()
       FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE i.id = $1`,
    [id, newId('payment')],
  );
  await select(`UPDATE payments SET asked_at = now() - interval '1 hour'`);
  await collect(id);
  expect((await invoices())[0]).toMatchObject({ status: 'paid', paid: invoice?.due });
  expect(
    await select(
      `SELECT kind FROM ledger_transactions WHERE kind ~ 'uncollectible' OR kind = 'payment_succeeded' ORDER BY kind`,
    ),
  ).toEqual([
    { kind: 'invoice_uncollectible' },
    { kind: 'payment_succeeded' },
    { kind: 'uncollectible_recovered' },
  ]);
});
