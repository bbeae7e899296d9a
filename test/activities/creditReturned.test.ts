/** What granted credit paid of an invoice returns to it when the invoice is credited, and never becomes money (semantics.md, 7). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { creditGrantActivities } from '../../src/activities/creditGrants.ts';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { toCreditNote } from '../../src/api/creditNoteResource.ts';
import { audit } from '../../src/audit/audit.ts';
import type { CreditGrantId, InvoiceId, InvoiceLineId, PaymentId } from '../../src/domain/ids.ts';
import type { LineScope } from '../../src/domain/lineScope.ts';
import type { Parties } from '../../src/store/billingCustomers.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { selectCreditNotes, type CreditNoteRow } from '../../src/store/reads/creditNotes.ts';
import type { AskedCreditNote } from '../../src/workflows/contract/creditNote.ts';
import { creditNoteDocument } from '../../src/pages/creditNoteDocument.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn } from './dependencies.ts';
import { day, start } from './earlyLife.ts';
import { addCatalog } from './storedCatalog.ts';
import { advanceStored, aStoredLife, type StoredLife } from './storedLife.ts';

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

interface Granted {
  readonly amount: number;
  readonly paid?: boolean;
  /** Expires so many days after the start. */
  readonly days?: number;
  readonly appliesTo?: LineScope;
}

interface CreditedLife extends StoredLife {
  readonly invoice: InvoiceId;
  readonly grants: readonly CreditGrantId[];
}

/** Its first invoice, of 1000 for `fee` and 333 for `seat`, is paid by its grants and the rest by card; or not, with no card. */
async function aLifeWith(granted: readonly Granted[], { card = true } = {}): Promise<CreditedLife> {
  const life = await aStoredLife(deps, start, 'UTC', { plan: 0 });
  const activities = creditGrantActivities(deps);
  const grants: CreditGrantId[] = [];
  for (const { amount, paid = false, days, appliesTo = {} } of granted) {
    const creditGrantId = newId('credit_grant');
    grants.push(creditGrantId);
    const purchases = await activities.grantCredit({
      ...{ creditGrantId, customerId: life.customerId, amount: String(amount), currency: 'USD', name: null },
      ...{ priority: 50, effectiveAt: null, appliesTo, paid },
      expiresAt: days === undefined ? null : day(days),
    });
    for (const purchase of purchases) await activities.billPurchase(purchase);
  }
  if (!card) {
    await select(`UPDATE customers SET collection_method = 'send_invoice' WHERE id = $1`, [life.customerId]);
  }
  await advanceStored(life, start, 'each');
  const [row] = await select<{ id: InvoiceId }>(
    `SELECT invoice_id AS id FROM invoice_lines WHERE subscription_id = $1`,
    [life.id],
  );
  return { ...life, invoice: row?.id as InvoiceId, grants };
}

const note = (invoiceId: InvoiceId, asked: Partial<Extract<AskedCreditNote, { kind: 'lines' }>> = {}) =>
  creditNoteActivities(deps).issueCreditNote({
    ...{ creditNoteId: newId('credit_note'), invoiceId, reason: 'other', memo: null, metadata: {} },
    asked: { kind: 'lines', lines: null, refund: '0', credit: null, ...asked },
  });

async function lineOf({ invoice }: CreditedLife, code: string, amount: number) {
  const [line] = await select<{ id: InvoiceLineId }>(
    `SELECT id FROM invoice_lines WHERE invoice_id = $1 AND price_code = $2`,
    [invoice, code],
  );
  return { lines: [{ invoiceLine: line?.id as InvoiceLineId, amount: String(amount) }] };
}

const notes = ({ invoice }: CreditedLife) =>
  select(
    `SELECT total::int, receivable_amount::int AS open, credit_amount::int AS balance, refund_amount::int AS refund,
            returned_amount::int AS returned FROM credit_notes WHERE invoice_id = $1 ORDER BY sequence`,
    [invoice],
  );
const left = async ({ grants }: CreditedLife) => {
  const rows = await select<{ id: string; remaining: number }>(
    `SELECT id, remaining::int FROM credit_grants WHERE id = ANY($1)`,
    [grants],
  );
  return grants.map((id) => rows.find((row) => row.id === id)?.remaining);
};
const books = async ({ clock }: CreditedLife) => {
  const rows = await select<{ account: string; balance: number }>(
    `SELECT e.account, sum(e.amount)::int AS balance
       FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id
      CROSS JOIN LATERAL (VALUES (p.debit_account, p.amount), (p.credit_account, -p.amount)) e(account, amount)
      WHERE t.book = $1 GROUP BY e.account HAVING sum(e.amount) <> 0`,
    [clock],
  );
  return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]));
};
const codes = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.flatMap((result) =>
    result.status === 'rejected' && result.reason instanceof ApplicationFailure ? [result.reason.type] : [],
  );

describe('a credit note of an invoice that granted credit paid in part', () => {
  test('gives back the money first, then returns the rest to the credit', async () => {
    const life = await aLifeWith([{ amount: 500 }]);
    await note(life.invoice, { ...(await lineOf(life, 'fee', 600)), refund: '100' });
    await note(life.invoice);
    expect(await notes(life)).toEqual([
      { total: 600, open: 0, balance: 500, refund: 100, returned: 0 },
      { total: 733, open: 0, balance: 233, refund: 0, returned: 500 },
    ]);
    expect(await left(life)).toEqual([500]);
    expect(await books(life)).toMatchObject({
      promotional_credit: -500,
      promotional_expense: 500,
      customer_credit: -733,
    });
    await expect(note(life.invoice)).rejects.toMatchObject({ type: 'nothing_left' });
  });

  test('takes off what is still to be paid before it returns any', async () => {
    const life = await aLifeWith([{ amount: 500 }], { card: false });
    await note(life.invoice, await lineOf(life, 'fee', 1000));
    expect(await notes(life)).toEqual([{ total: 1000, open: 833, balance: 0, refund: 0, returned: 167 }]);
    expect(await left(life)).toEqual([167]);
    expect(await select(`SELECT status FROM invoices WHERE id = $1`, [life.invoice])).toEqual([
      { status: 'paid' },
    ]);
  });

  test('returns to what was spent last, to bought credit as to credit that was given away', async () => {
    const life = await aLifeWith([{ amount: 300 }, { amount: 2000, paid: true }]);
    expect(await left(life)).toEqual([0, 967]);
    await note(life.invoice, await lineOf(life, 'fee', 1000));
    expect(await left(life)).toEqual([0, 1967]);
    await note(life.invoice);
    expect(await left(life)).toEqual([300, 2000]);
    expect(await books(life)).toEqual({
      cash: 2000,
      prepaid_credit: -2000,
      promotional_credit: -300,
      promotional_expense: 300,
    });
  });

  test('forfeits at once what comes back to credit that has ended', async () => {
    const life = await aLifeWith([
      { amount: 500, days: 5 },
      { amount: 100, paid: true, days: 5 },
    ]);
    await advanceStored(life, day(6), 'each');
    await note(life.invoice);
    expect(await notes(life)).toMatchObject([{ balance: 733, returned: 600 }]);
    expect(await left(life)).toEqual([0, 0]);
    expect(await books(life)).toMatchObject({ customer_credit: -733, breakage_revenue: -100, cash: 833 });
    expect(await books(life)).not.toHaveProperty('promotional_expense');
  });

  test('returns credit for some lines with those lines, before any money goes back', async () => {
    const life = await aLifeWith([{ amount: 333, appliesTo: { prices: ['seat'] } }]);
    await note(life.invoice, await lineOf(life, 'seat', 333));
    await note(life.invoice, await lineOf(life, 'fee', 400));
    expect(await notes(life)).toMatchObject([
      { total: 333, balance: 0, returned: 333 },
      { total: 400, balance: 400, returned: 0 },
    ]);
  });

  test('is refused where more is asked as money than money has paid, with what it paid', async () => {
    const life = await aLifeWith([{ amount: 500 }]);
    await expect(note(life.invoice, { refund: '833', credit: '500' })).rejects.toMatchObject({
      type: 'credit_note_division_invalid',
      message: expect.stringContaining('8.33 USD'),
    });
    await note(life.invoice, { refund: '800', credit: '33' });
    expect(await notes(life)).toEqual([{ total: 1333, open: 0, balance: 33, refund: 800, returned: 500 }]);
  });

  test('a payment is refunded only as far as no note has made it balance', async () => {
    const life = await aLifeWith([{ amount: 500 }]);
    await note(life.invoice, await lineOf(life, 'fee', 600));
    const [payment] = await select<{ id: PaymentId }>(`SELECT id FROM payments WHERE invoice_id = $1`, [
      life.invoice,
    ]);
    const refund = (amount: string | null) =>
      creditNoteActivities(deps).issueCreditNote({
        ...{ creditNoteId: newId('credit_note'), invoiceId: life.invoice, reason: 'other' as const },
        ...{
          memo: null,
          metadata: {},
          asked: { kind: 'payment', payment: payment?.id as PaymentId, amount },
        },
      });
    await expect(refund('234')).rejects.toMatchObject({ type: 'refund_too_large' });
    await refund(null);
    expect(await notes(life)).toMatchObject([{ balance: 600 }, { refund: 233 }]);
  });

  test('says so in its answer and in its document', async () => {
    const life = await aLifeWith([{ amount: 500 }]);
    await note(life.invoice);
    const [row] = await select<CreditNoteRow>(
      `SELECT * FROM (${selectCreditNotes}) n WHERE invoice_id = $1`,
      [life.invoice],
    );
    if (!row) throw new Error('there is no note');
    expect(toCreditNote(row)).toMatchObject({ total: 1333n, credit_amount: 833n, returned_amount: 500n });
    expect(creditNoteDocument(row, row.parties as Parties).credits).toEqual([
      { kind: 'prepaid', name: null, amount: 500n },
      { kind: 'balance', name: null, amount: 833n },
    ]);
  });
});

describe('lesson 16: at the same moment', () => {
  test('many notes return to a grant what it paid, and no more', async () => {
    const life = await aLifeWith([{ amount: 500 }]);
    const part = await lineOf(life, 'fee', 250);
    const results = await Promise.allSettled([
      ...Array.from({ length: 5 }, () => note(life.invoice, part)),
      note(life.invoice),
    ]);
    for (const code of codes(results)) expect(['line_credit_invalid', 'nothing_left']).toContain(code);
    await note(life.invoice).catch(() => undefined);
    expect(await left(life)).toEqual([500]);
  });

  test('a note and a void: what the grant paid comes back once', async () => {
    const lives = await Promise.all(
      Array.from({ length: 4 }, () => aLifeWith([{ amount: 500 }], { card: false })),
    );
    const results = await Promise.allSettled(
      lives.flatMap(({ invoice }) => [
        note(invoice),
        endInvoiceActivities(deps).voidInvoice({ operationId: newOperationId(), invoiceId: invoice }),
      ]),
    );
    expect(codes(results)).toHaveLength(4);
    for (const life of lives) expect(await left(life)).toEqual([500]);
  });

  test('a note and the end of its grant: the credit is there, or forfeited, and the books are true', async () => {
    const lives = await Promise.all(
      Array.from({ length: 4 }, () =>
        aLifeWith([
          { amount: 1000, days: 5 },
          { amount: 500, days: 5 },
        ]),
      ),
    );
    expect(await left(lives[0] as CreditedLife)).toEqual([0, 167]);
    await Promise.all(lives.flatMap((life) => [note(life.invoice), advanceStored(life, day(6), 'each')]));
    for (const life of lives) {
      await advanceStored(life, day(7), 'each');
      expect(await left(life)).toEqual([0, 0]);
      expect(await books(life)).toEqual({});
    }
  });
});
