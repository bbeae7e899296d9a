/** Random books, held against a reckoning by hand: what is receivable at any instant, and what a statement adds up to. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CustomerId, InvoiceId } from '../../src/domain/ids.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { newId } from '../../src/store/newId.ts';
import { readBalances } from '../../src/store/reads/ledger.ts';
import { readAging } from '../../src/store/reads/reports/aging.ts';
import {
  findAccount,
  readStatement,
  type AccountStatement,
  type StatementCursor,
  type StatementEntry,
} from '../../src/store/reads/statement.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';

let database: TestDatabase;
const customers: readonly CustomerId[] = [newId('customer'), newId('customer')];
beforeAll(async () => {
  database = await freshDatabase();
  await database.pool.query(
    `INSERT INTO customers (id, name, created) SELECT id, 'A', now() FROM unnest($1::text[]) id`,
    [customers],
  );
});
afterAll(() => database.drop());

const hourMs = 3_600_000;
const start = Date.UTC(2026, 0, 1);
const at = (hour: number) => (start + hour * hourMs) as Instant;

interface Owed {
  readonly customer: number;
  readonly currency: 'USD' | 'EUR';
  readonly amount: number;
  readonly hour: number;
  /** Hours until it is due. */
  readonly terms: number;
  /** What takes something off it, or adds to it: a payment, a credit, a chargeback; so many hours later. */
  readonly moves: readonly { readonly after: number; readonly amount: number }[];
}

/** Whole days meet each other, and the borders of the buckets. */
const hours = (days: number) =>
  fc.oneof(
    fc.nat(days).map((day) => day * 24),
    fc.nat(days * 24),
  );
const anOwed: fc.Arbitrary<Owed> = fc.record({
  customer: fc.nat(1),
  currency: fc.constantFrom('USD' as const, 'EUR' as const),
  amount: fc.integer({ min: 1, max: 9 }),
  hour: hours(60),
  terms: hours(30),
  moves: fc.array(
    fc.record({
      after: hours(120),
      amount: fc.integer({ min: -9, max: 3 }).filter((amount) => amount !== 0),
    }),
    { maxLength: 3 },
  ),
});

async function post(book: string, owed: Owed, invoice: string, amount: number, hour: number): Promise<void> {
  const id = newId('ledger_transaction');
  await database.pool.query(
    `INSERT INTO ledger_transactions (id, book, currency, kind, source_id, effective_at, invoice_id)
     VALUES ($1, $2, $3, 'payment_succeeded', $1, $4, $5)`,
    [id, book, owed.currency, formatInstant(at(hour)), invoice],
  );
  const [debit, credit] = amount > 0 ? ['accounts_receivable', 'revenue'] : ['cash', 'accounts_receivable'];
  await database.pool.query(`INSERT INTO ledger_postings VALUES ($1, 0, $2, $3, $4, $5)`, [
    id,
    debit,
    credit,
    Math.abs(amount),
    customers[owed.customer],
  ]);
}

async function stored(all: readonly Owed[]): Promise<string> {
  const clock = newId('test_clock');
  await database.pool.query(
    `INSERT INTO test_clocks (id, name, frozen_time, target_time) VALUES ($1, 'c', now(), now())`,
    [clock],
  );
  for (const [nth, owed] of all.entries()) {
    const id: InvoiceId = newId('invoice');
    const [finalized, due] = [at(owed.hour), at(owed.hour + owed.terms)].map(formatInstant);
    await database.pool.query(
      `INSERT INTO invoices (id, customer_id, test_clock_id, status, series, span, sequence, number, currency, period_start, period_end, created, finalized_at, due_at)
       VALUES ($1, $2, $3, 'open', 'default', '', $4, $1, $5, $6, $6, $6, $6, $7)`,
      [id, customers[owed.customer], clock, nth + 1, owed.currency, finalized, due],
    );
    await post(clock, owed, id, owed.amount, owed.hour);
    for (const { after, amount } of owed.moves) await post(clock, owed, id, amount, owed.hour + after);
  }
  return clock;
}

const buckets = ['current', 'days_1_30', 'days_31_60', 'days_61_90', 'over_90'] as const;

/** By customer and currency, one invoice after the other. */
function reckon(all: readonly Owed[], hour: number): Record<string, Record<string, bigint>> {
  const aged: Record<string, Record<string, bigint>> = {};
  for (const owed of all) {
    if (owed.hour > hour) continue;
    const amount = owed.moves
      .filter(({ after }) => owed.hour + after <= hour)
      .reduce((sum, move) => sum + move.amount, owed.amount);
    if (amount === 0) continue;
    const days = Math.floor((hour - owed.hour - owed.terms) / 24);
    const bucket = buckets[days <= 0 ? 0 : Math.min(Math.ceil(days / 30), 4)] ?? 'current';
    const key = `${customers[owed.customer] ?? ''}/${owed.currency}`;
    const row = (aged[key] ??= {
      current: 0n,
      days_1_30: 0n,
      days_31_60: 0n,
      days_61_90: 0n,
      over_90: 0n,
      total: 0n,
    });
    row[bucket] = (row[bucket] ?? 0n) + BigInt(amount);
    row['total'] = (row['total'] ?? 0n) + BigInt(amount);
  }
  return aged;
}

test('what is receivable at an instant is what each invoice came to by then, as late as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anOwed, { minLength: 1, maxLength: 8 }),
      fc.array(hours(240), { minLength: 1, maxLength: 4 }),
      async (all, instants) => {
        const book = await stored(all);
        for (const hour of instants) {
          const question = { book, asOf: at(hour), customer: null, currency: null };
          const { rows, totals } = await readAging(database.pool, question, { limit: 100 });
          const found = rows.map(({ id, current, days_1_30, days_31_60, days_61_90, over_90, total }) => [
            id,
            { current, days_1_30, days_31_60, days_61_90, over_90, total },
          ]);
          expect(Object.fromEntries(found)).toEqual(reckon(all, hour));
          const balances = await readBalances(database.pool, book, at(hour));
          const receivable = balances
            .filter(({ code, debits, credits }) => code === 'accounts_receivable' && debits !== credits)
            .map(({ currency, debits, credits }) => [currency, debits - credits]);
          expect(
            totals.filter(({ total }) => total !== 0n).map(({ currency, total }) => [currency, total]),
          ).toEqual(receivable);
        }
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 30) },
  );
});

test('a statement adds up from its opening to its closing, whatever the span, the customer and the pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anOwed, { minLength: 1, maxLength: 8 }),
      hours(90),
      hours(90),
      fc.constantFrom('accounts_receivable', 'revenue', 'cash'),
      fc.option(fc.nat(1)),
      fc.integer({ min: 1, max: 5 }),
      async (all, first, length, code, only, limit) => {
        const book = await stored(all);
        const account = await findAccount(database.pool, code);
        if (!account) throw new Error('the account is there');
        const customer = only === null ? null : (customers[only] ?? null);
        const span = { from: at(first), to: at(first + length) };
        const question = { account, book, currency: 'USD', customer, ...span };
        const signed = all
          .filter((owed) => owed.currency === 'USD' && (only === null || owed.customer === only))
          .flatMap(({ amount, hour, moves }) => [
            { amount, hour },
            ...moves.map((move) => ({ amount: move.amount, hour: hour + move.after })),
          ])
          .filter(({ amount }) => (code === 'revenue' ? amount > 0 : code === 'cash' ? amount < 0 : true))
          .map(({ amount, hour }) => ({ amount: code === 'cash' ? -amount : amount, hour }));
        const before = (hour: number) =>
          BigInt(signed.filter((each) => each.hour < hour).reduce((sum, { amount }) => sum + amount, 0));
        const entries: StatementEntry[] = [];
        for (let cursor: StatementCursor | null = null, more = true; more;) {
          const asked = { limit, cursor };
          const page: AccountStatement | undefined = await readStatement(database.pool, question, asked);
          if (!page) throw new Error('its cursors are its own');
          expect([page.opening, page.closing]).toEqual([before(first), before(first + length)]);
          entries.push(...page.rows);
          more = page.hasMore;
          const last = page.rows.at(-1);
          cursor = last
            ? { transactionId: last.transaction_id, position: Number(last.id.split('/')[1]) }
            : null;
        }
        expect(entries).toHaveLength(
          signed.filter(({ hour }) => hour >= first && hour < first + length).length,
        );
        let balance = before(first);
        for (const entry of entries) {
          balance +=
            account.normal_balance === 'debit' ? entry.debit - entry.credit : entry.credit - entry.debit;
          expect(entry.balance).toBe(balance);
        }
        expect(balance).toBe(before(first + length));
        expect(entries.map((entry) => entry.effective_at)).toEqual(
          entries.map((entry) => entry.effective_at).toSorted((a, b) => a - b),
        );
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 30) },
  );
});
