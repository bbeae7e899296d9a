/** What a change gave back is due again when its invoice is void or credited, and later changes go on from there (semantics.md, 3 and 7). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { recognizeDaily } from '../../src/activities/recognizeDaily.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { TermsChangeContent } from '../../src/domain/terms.ts';
import { inTransaction } from '../../src/store/database.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { dayMs, hourMs } from '../domain/cycles.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn } from './dependencies.ts';
import { day, start } from './earlyLife.ts';
import { addCatalog, addOn } from './storedCatalog.ts';
import { advanceStored, askStored, aStoredLife, nothingAsked, type StoredLife } from './storedLife.ts';

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

/** Billed for its first month; of its customer's invoices none is paid. */
async function anUnpaidLife(quantity: number): Promise<StoredLife> {
  const life = await aStoredLife(deps, start, 'UTC', { plan: 0, quantity });
  await select(`UPDATE customers SET collection_method = 'send_invoice' WHERE id = $1`, [life.customerId]);
  await advanceStored(life, start, 'each');
  return life;
}

async function changeTo(life: StoredLife, quantity: number, at: Instant): Promise<void> {
  await advanceStored(life, at, 'each');
  await askStored(life, { ask: 'change', quantity, effective: 'now', behavior: 'always_invoice' }, at);
  await advanceStored(life, at, 'each');
}

async function endNow(life: StoredLife, at: Instant): Promise<void> {
  await advanceStored(life, at, 'each');
  await askStored(life, { ask: 'cancel', at: 'now', credit: true }, at);
  await advanceStored(life, at, 'each');
}

const invoices = ({ customerId }: StoredLife) =>
  select<{ id: InvoiceId; status: string; total: number }>(
    `SELECT id, status, total::int FROM invoices WHERE customer_id = $1 ORDER BY created, id`,
    [customerId],
  );
const latest = async (life: StoredLife) => (await invoices(life)).at(-1)?.id as InvoiceId;
const voidIt = (invoiceId: InvoiceId) =>
  endInvoiceActivities(deps).voidInvoice({ operationId: newOperationId(), invoiceId });
const creditAll = (invoiceId: InvoiceId) =>
  creditNoteActivities(deps).issueCreditNote({
    ...{ creditNoteId: newId('credit_note'), invoiceId, reason: 'other', memo: null, metadata: {} },
    asked: { kind: 'lines', lines: null, refund: '0', credit: null },
  });

const seatLines = ({ id }: StoredLife) =>
  select<{ amount: number; from: string; status: string | null }>(
    `SELECT l.amount::int, to_char(l.period_start AT TIME ZONE 'UTC', 'MM-DD') AS from, i.status
       FROM invoice_lines l LEFT JOIN invoices i ON i.id = l.invoice_id
      WHERE l.subscription_id = $1 AND l.price_code = 'seat' ORDER BY l.period_start, l.id`,
    [id],
  );

describe.each([
  ['void', voidIt],
  ['credited as a whole', creditAll],
])('an upgrade whose invoice is %s', (_how, takeBack) => {
  test('leaves its old price charged, which the next change gives back, and an end', async () => {
    const life = await anUnpaidLife(1);
    await changeTo(life, 3, day(10));
    await takeBack(await latest(life));
    await changeTo(life, 2, day(15));
    expect((await seatLines(life)).filter(({ from }) => from === '01-16')).toEqual([
      { amount: -172, from: '01-16', status: 'open' },
      { amount: 344, from: '01-16', status: 'open' },
    ]);
    await takeBack(await latest(life));
    await endNow(life, day(20));
    expect((await seatLines(life)).filter(({ from }) => from === '01-21')).toMatchObject([
      { amount: -118, from: '01-21' },
    ]);
  });

  test('leaves the books at what is charged in the end', async () => {
    const life = await anUnpaidLife(1);
    await changeTo(life, 3, day(10));
    await recognizeDaily(deps, life.clock, day(12));
    await takeBack(await latest(life));
    await endNow(life, day(20));
    await recognizeDaily(deps, life.clock, day(60));
    const [books] = await select<{ deferred: number; revenue: number; charged: number }>(
      `SELECT (SELECT coalesce(sum(amount - recognized), 0)::int FROM revenue_schedules WHERE book = $1) AS deferred,
              (SELECT sum(CASE 'revenue' WHEN p.credit_account THEN p.amount WHEN p.debit_account THEN -p.amount ELSE 0 END)::int
                 FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id WHERE t.book = $1) AS revenue,
              (SELECT sum(total)::int FROM invoices WHERE book = $1 AND status <> 'void')
                - (SELECT coalesce(sum(total), 0)::int FROM credit_notes WHERE book = $1) AS charged`,
      [life.clock],
    );
    expect(books).toEqual({ deferred: 0, revenue: books?.charged, charged: books?.charged });
  });
});

test('a charge whose end is void stands until another plan comes, whatever else changes', async () => {
  const life = await anUnpaidLife(1);
  const change = async (content: TermsChangeContent, at: Instant) => {
    const asked = { ...nothingAsked, operationId: newOperationId(), change: content };
    await subscriptionActivities(deps).changeSubscription(life.id, {
      ...asked,
      prorationBehavior: 'always_invoice',
    });
    await advanceStored(life, at, 'each');
  };
  await change({ addOns: [{ planId: addOn, planVersion: 1, quantity: 1 }] }, start);
  await advanceStored(life, day(5), 'each');
  await change({ addOns: [], quantity: 3 }, day(5));
  await voidIt(await latest(life));
  await changeTo(life, 2, day(10));
  const support = () =>
    select(
      `SELECT l.amount::int, i.status FROM invoice_lines l LEFT JOIN invoices i ON i.id = l.invoice_id
        WHERE l.subscription_id = $1 AND l.price_code = 'support' ORDER BY l.period_start, l.id`,
      [life.id],
    );
  const restored = [
    { amount: 250, status: 'open' },
    { amount: -210, status: 'void' },
  ];
  expect(await support()).toEqual(restored);
  await endNow(life, day(20));
  expect(await support()).toMatchObject([...restored, { amount: -89 }]);
});

test('a second credit for a charge is refused while the first stands, however close they come', async () => {
  const life = await anUnpaidLife(1);
  await changeTo(life, 3, day(10));
  const [credit] = await select<{ id: string }>(
    `SELECT id FROM invoice_lines WHERE subscription_id = $1 AND credits_line_id IS NOT NULL`,
    [life.id],
  );
  const again = `INSERT INTO invoice_lines (id, invoice_id, position, type, subscription_id, period_index, credits_line_id, price_id, price_code,
                   billing, description, period_start, period_end, quantity, unit_amount, amount, taxable, computation)
                 SELECT $2, NULL, NULL, type, subscription_id, period_index, credits_line_id, price_id, price_code,
                   billing, description, period_start, period_end, quantity, unit_amount, amount, taxable, computation
                   FROM invoice_lines WHERE id = $1`;
  await expect(select(again, [credit?.id, newId('invoice_line')])).rejects.toThrow('given back already');
  await voidIt(await latest(life));
  const [first, second] = [newId('invoice_line'), newId('invoice_line')];
  const racing = (id: string) =>
    inTransaction(database.pool, (tx) => tx.query(again, [credit?.id, id]).then(() => id));
  const results = await Promise.allSettled([racing(first), racing(second)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await select(`DELETE FROM invoice_lines WHERE id = ANY($1)`, [[first, second]]).catch(() => undefined);
  await endNow(life, day(12));
});

describe('an invoice of less than nothing, which became balance', () => {
  const balanceOf = ({ customerId }: StoredLife) =>
    select<{ balance: number }>(`SELECT balance::int FROM customers WHERE id = $1`, [customerId]);

  test('is void while that is unspent: what it gave back is charged again, and given back anew', async () => {
    const life = await anUnpaidLife(3);
    await changeTo(life, 1, day(10));
    expect(await balanceOf(life)).toEqual([{ balance: -451 }]);
    const gave = await latest(life);
    await expect(creditAll(gave)).rejects.toMatchObject({ type: 'invoice_below_zero' });
    await recognizeDaily(deps, life.clock, day(12));
    await voidIt(gave);
    expect(await balanceOf(life)).toEqual([{ balance: 0 }]);
    await changeTo(life, 2, day(15));
    expect((await seatLines(life)).filter(({ from }) => from === '01-16')).toMatchObject([
      { amount: -516 },
      { amount: 344 },
    ]);
  });

  test('is not void once another invoice has used some of it', async () => {
    const life = await anUnpaidLife(3);
    await changeTo(life, 1, day(10));
    const gave = await latest(life);
    await advanceStored(life, day(31), 'each');
    await expect(voidIt(gave)).rejects.toMatchObject({
      type: 'balance_is_spent',
      message: expect.stringContaining('gave 4.51 USD of balance, of which 0.00 USD is left'),
    });
  });

  test('is void once, or its balance spent, where both are tried at the same moment', async () => {
    const life = await anUnpaidLife(3);
    await changeTo(life, 1, day(10));
    const gave = await latest(life);
    const results = await Promise.allSettled([
      voidIt(gave),
      voidIt(gave),
      advanceStored(life, day(31), 'each'),
    ]);
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    const [{ balance } = { balance: 1 }] = await balanceOf(life);
    expect(balance).toBe(0);
  });
});

/** What became balance can neither be credited nor, once it is spent, voided. */
async function unlessSpent(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    const refused = error instanceof ApplicationFailure ? error.type : null;
    if (refused !== 'invoice_below_zero' && refused !== 'balance_is_spent') throw error;
  });
}

interface Charged {
  readonly amount: number;
  readonly exact: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly gives: boolean;
  readonly stands: boolean;
}

/** What a price came to in the first month, and what it ought to: at each moment by the latest charge that stands. */
async function seatsOf({ id }: StoredLife, ends: Instant) {
  const lines = await select<Charged>(
    `SELECT l.amount::int, l.computation ->> 'exactAmount' AS exact, l.period_start AS from, l.period_end AS to,
            l.credits_line_id IS NOT NULL AS gives,
            i.status <> 'void' AND NOT EXISTS (SELECT FROM credit_note_lines n WHERE n.invoice_line_id = l.id) AS stands
       FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
      WHERE l.subscription_id = $1 AND l.price_code = 'seat' AND l.period_index = 0 ORDER BY l.period_start, l.id`,
    [id],
  );
  const standing = lines.filter(({ stands }) => stands);
  const charges = standing.filter(({ gives }) => !gives);
  const due = charges.reduce((sum, { exact, from, to }, index) => {
    const until = Math.min(charges[index + 1]?.from ?? to, Math.max(ends, from));
    return sum + (new Fraction(exact).valueOf() * (until - from)) / (to - from);
  }, 0);
  return { charged: standing.reduce((sum, { amount }) => sum + amount, 0), due, lines: standing.length };
}

const runs = Number(process.env.RUNS ?? 6);

test('whatever changes, is voided and credited, a price costs what its standing charges say for each moment', async () => {
  const acts = fc.array(
    fc.record({
      after: fc.integer({ min: 1, max: 90 }),
      act: fc.oneof(
        fc.record({ to: fc.integer({ min: 1, max: 6 }) }),
        fc.record({ takeBack: fc.constantFrom(voidIt, creditAll), of: fc.nat(5) }),
      ),
    }),
    { minLength: 3, maxLength: 14 },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), acts, async (quantity, lived) => {
      const life = await anUnpaidLife(quantity);
      let now = start;
      for (const { after, act } of lived) {
        now = Math.min(now + after * hourMs, start + 30 * dayMs) as Instant;
        if ('to' in act) await changeTo(life, act.to, now);
        else {
          // The latest that still stands, or the one before it: what was given back meanwhile is refused.
          const changed = (await invoices(life))
            .slice(1)
            .filter(({ status, total }) => status === 'open' || (status === 'paid' && total < 0));
          const given = await select<{ id: InvoiceId }>(
            `SELECT invoice_id AS id FROM invoice_lines l WHERE l.invoice_id = ANY($1)
                AND EXISTS (SELECT FROM invoice_lines c WHERE c.credits_line_id = l.id AND gives_back(c))`,
            [changed.map(({ id }) => id)],
          );
          const free = changed.filter(({ id }) => !given.some((each) => each.id === id));
          const one = free[act.of % Math.max(free.length, 1)];
          if (one) await unlessSpent(act.takeBack(one.id));
        }
        const { charged, due, lines } = await seatsOf(life, (start + 31 * dayMs) as Instant);
        expect(Math.abs(charged - due)).toBeLessThanOrEqual(lines / 2 + 1e-6);
      }
      await endNow(life, now);
      const { charged, due, lines } = await seatsOf(life, now);
      expect(Math.abs(charged - due)).toBeLessThanOrEqual(lines / 2 + 1e-6);
      expect(charged).toBeGreaterThanOrEqual(0);
      expect(await audit(database.pool)).toEqual([]);
    }),
    { numRuns: runs, endOnFailure: true },
  );
});
