/** Exports: what they hold, how it is written, and that a million rows pass through and stay nowhere. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/store/newId.ts';
import { eventually } from '../stack/builders.ts';
import { adminKey, startApiOnly, type ApiOnly } from './apiOnly.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let api: ApiOnly;
const clock = newId('test_clock');
const hostile = '=HYPERLINK("http://x","y")';

beforeAll(async () => {
  api = await startApiOnly();
});
afterAll(() => api.stop());

const query = (statement: string, values: unknown[] = []) => api.pool.query(statement, values);

/** An invoice of so much, with a payment of it, on a book. */
async function anInvoice(book: string, at: string, name: string, number: string): Promise<string> {
  const on = book === 'live' ? null : book;
  const [customer, method, invoice, payment] = [
    newId('customer'),
    newId('payment_method'),
    newId('invoice'),
    newId('payment'),
  ];
  await query(
    `INSERT INTO customers (id, name, external_id, test_clock_id, created) VALUES ($1, $2, $3, $4, $5)`,
    [customer, name, `-${number}`, on, at],
  );
  await query(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, created) VALUES ($1, $2, 'sandbox', 'x', 'card', $3)`,
    [method, customer, at],
  );
  await query(
    `INSERT INTO invoices (id, customer_id, test_clock_id, status, currency, period_start, period_end, created)
     VALUES ($1, $2, $3, 'draft', 'USD', $4, $4, $4)`,
    [invoice, customer, on, at],
  );
  await query(
    `INSERT INTO invoice_lines (id, invoice_id, position, type, price_id, price_code, billing, description, period_start,
                                period_end, quantity, unit_amount, amount, computation)
     VALUES ($1, $2, 0, 'fixed', 'price_1', 'fee', 'in_arrears', $3, $4, $4::timestamptz + interval '1 day', -2.50, '0.5', 900, '{}')`,
    [newId('invoice_line'), invoice, '@SUM(1), "two"\nlines', at],
  );
  await query(
    `UPDATE invoices SET status = 'paid', series = 'default', span = '', sequence = (SELECT count(*) FROM invoices), number = $2, subtotal = 900, total = 900,
                         amount_due = 900, amount_paid = 900, finalized_at = $3, due_at = $3, paid_at = $3 WHERE id = $1`,
    [invoice, number, at],
  );
  await query(
    `INSERT INTO payments (provider, source, id, invoice_id, customer_id, payment_method_id, test_clock_id, amount, currency, status, created, completed_at)
     VALUES ('sandbox', 'automatic', $1, $2, $3, $4, $5, 900, 'USD', 'succeeded', $6, $6)`,
    [payment, invoice, customer, method, on, at],
  );
  for (const [kind, source, debit, credit] of [
    ['invoice_finalized', invoice, 'accounts_receivable', 'revenue'],
    ['payment_succeeded', payment, 'cash', 'accounts_receivable'],
  ]) {
    const transaction = newId('ledger_transaction');
    await query(
      `INSERT INTO ledger_transactions (id, book, currency, kind, source_id, invoice_id, effective_at) VALUES ($1, $2, 'USD', $3, $4, $6, $5)`,
      [transaction, book, kind, source, at, invoice],
    );
    await query(`INSERT INTO ledger_postings VALUES ($1, 0, $2, $3, 900, $4)`, [
      transaction,
      debit,
      credit,
      customer,
    ]);
  }
  return invoice;
}

/** RFC 4180, read strictly. */
function parse(csv: string): string[][] {
  expect(csv.endsWith('\r\n')).toBe(true);
  const records: string[][] = [[]];
  for (const match of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    const [, quoted, plain = '', end] = match;
    records.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') records.push([]);
  }
  return records.slice(0, -1);
}

async function rowsOf(path: string): Promise<Record<string, string>[]> {
  const reply = await api.call('GET', path);
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  const [columns = [], ...rows] = parse(reply.text);
  for (const row of rows) expect(row).toHaveLength(columns.length);
  return rows.map((row) => Object.fromEntries(row.map((cell, nth) => [columns[nth] ?? '', cell])));
}

describe('an export', () => {
  let invoice: string;
  beforeAll(async () => {
    await query(
      `INSERT INTO test_clocks (id, name, frozen_time, target_time) VALUES ($1, 'c', now(), now())`,
      [clock],
    );
    await anInvoice(clock, '2026-01-31T23:59:59.999Z', 'Ada', 'T-1');
    invoice = await anInvoice(clock, '2026-02-01T00:00:00Z', hostile, 'T-2');
    await anInvoice(clock, '2026-03-01T00:00:00Z', 'Grace', 'T-3');
    await anInvoice('live', '2026-02-10T00:00:00Z', 'Live', 'D-1');
  });
  const february = `book=${clock}&from=2026-02-01T00:00:00Z&to=2026-03-01T00:00:00Z`;

  test('of invoices holds those that became final in the span, of one book', async () => {
    expect(await rowsOf(`/v1/exports/invoices?${february}`)).toMatchObject([
      { id: invoice, number: 'T-2', total: '900', currency: 'USD', finalized_at: '2026-02-01T00:00:00.000Z' },
    ]);
    const numbers = (await rowsOf(`/v1/exports/invoices?book=${clock}`)).map(({ number }) => number);
    expect(numbers).toEqual(['T-1', 'T-2', 'T-3']);
    expect((await rowsOf('/v1/exports/invoices')).map(({ number }) => number)).toEqual(['D-1']);
  });

  test('has a header row also where there is nothing', async () => {
    const reply = await api.call('GET', '/v1/exports/ledger?from=2999-01-01T00:00:00Z');
    expect(reply.text).toBe(
      'transaction,position,effective_at,kind,source,invoice,customer,debit_account,credit_account,currency,amount\r\n',
    );
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="ledger.csv"');
  });

  test('gives no spreadsheet a formula to run, and leaves numbers what they are', async () => {
    const [row] = await rowsOf(`/v1/exports/invoices?${february}`);
    expect([row?.['customer_name'], row?.['customer_external_id']]).toEqual([`'${hostile}`, `'-T-2`]);
    const [line] = await rowsOf(`/v1/exports/invoice_lines?${february}`);
    expect(line).toMatchObject({
      description: `'@SUM(1), "two"\nlines`,
      quantity: '-2.5',
      amount: '900',
      unit_amount: '0.5',
    });
  });

  test('of payments and of the ledger names the invoice that each is for', async () => {
    expect(await rowsOf(`/v1/exports/payments?${february}`)).toMatchObject([
      { invoice, amount: '900', status: 'succeeded' },
    ]);
    expect(await rowsOf(`/v1/exports/ledger?${february}`)).toMatchObject([
      { kind: 'invoice_finalized', invoice, debit_account: 'accounts_receivable', amount: '900' },
      { kind: 'payment_succeeded', invoice, credit_account: 'accounts_receivable', amount: '900' },
    ]);
  });

  test.each([
    ['/v1/exports/invoices?book=x', 'book'],
    [`/v1/exports/ledger?from='; DROP TABLE payments; --`, 'from'],
    ['/v1/exports/payments?status=paid', 'status'],
  ])('is refused for %s, which names the field', async (path, param) => {
    const { status, body } = await api.call('GET', path);
    expect([status, body.error?.param]).toEqual([400, param]);
  });

  test('needs a key that may read', async () => {
    const reply = await api.call('GET', '/v1/exports/ledger', undefined, { authorization: '' });
    expect([reply.status, reply.body.error?.code]).toEqual([401, 'api_key_missing']);
  });

  test('of nothing that can be reached is an error, not a file', async () => {
    await api.line.cut();
    const reply = await api.call('GET', '/v1/exports/ledger');
    await api.line.mend();
    expect([reply.status, reply.body.error?.code]).toEqual([503, 'database_unavailable']);
    expect((await api.call('GET', '/v1/exports/ledger')).status).toBe(200);
  });
});

describe('of a million postings', () => {
  const rows = 1_000_000;
  const book = newId('test_clock');
  const path = `/v1/exports/ledger?book=${book}`;
  beforeAll(async () => {
    await query(
      `INSERT INTO ledger_transactions (id, book, currency, kind, source_id, effective_at)
       SELECT 'ltx_many' || n, $1, 'USD', 'revenue_recognized', 'many' || n, '2026-01-01'::timestamptz + n * interval '1 minute'
         FROM generate_series(1, 1000) n`,
      [book],
    );
    await query(
      `INSERT INTO ledger_postings (transaction_id, position, debit_account, credit_account, amount)
       SELECT 'ltx_many' || t, p, 'deferred_revenue', 'revenue', p + 1
         FROM generate_series(1, 1000) t, generate_series(0, 999) p`,
    );
    await query('ANALYZE ledger_postings');
  });

  const open = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      httpGet(api.url + path, { headers: { authorization: `Bearer ${adminKey}` } }, resolve).on(
        'error',
        reject,
      );
    });
  const exporting = async (): Promise<number> => {
    const { rows: found } = await query(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'`,
    );
    return (found[0] as { count: number }).count;
  };

  /** What is held: what only waits for the garbage collector, which has less time on a busy machine, is not counted. */
  function bytesInUse(): number {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  test('each is sent, and no more than some are in memory', async () => {
    const before = bytesInUse();
    let [records, bytes, grown, measuredAt] = [0, 0, 0, 0];
    const response = await open();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) records += 1;
      bytes += chunk.length;
      if (bytes - measuredAt < 8 * 2 ** 20) continue;
      measuredAt = bytes;
      grown = Math.max(grown, bytesInUse() - before);
    }
    expect(records).toBe(rows + 1);
    expect(bytes).toBeGreaterThan(90 * 2 ** 20);
    // The client is in this process too.
    expect(grown).toBeLessThan(48 * 2 ** 20);
  });

  test('whoever reads slowly holds up the query and not the memory', async () => {
    const response = await open();
    response.pause();
    await eventually(exporting, (count) => count === 1);
    const before = bytesInUse();
    const { rows: waits } = await eventually(
      () =>
        query(
          `SELECT wait_event FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'`,
        ),
      ({ rows: found }) => (found[0] as { wait_event: string } | undefined)?.wait_event === 'ClientWrite',
    );
    expect(waits).toHaveLength(1);
    expect(bytesInUse() - before).toBeLessThan(16 * 2 ** 20);
    response.destroy();
    await eventually(exporting, (count) => count === 0);
  });

  test('one whose reader is gone is canceled, and gives its connection back', async () => {
    const responses = await Promise.all([open(), open(), open(), open()]);
    const fifth = await api.call('GET', path);
    expect([fifth.status, fifth.body.error?.code, fifth.headers.get('retry-after')]).toEqual([
      503,
      'exports_busy',
      '10',
    ]);
    for (const response of responses) response.destroy();
    await eventually(exporting, (count) => count === 0);
    expect(
      (
        await eventually(
          () => api.call('GET', '/v1/exports/payments'),
          ({ status }) => status === 200,
        )
      ).text,
    ).toContain('id,');
    expect((await api.call('GET', '/v1/customers')).status).toBe(200);
  });

  test('one that breaks midway ends as a broken answer, never as a whole one', async () => {
    const response = await open();
    response.pause();
    await eventually(exporting, (count) => count === 1);
    await query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'`,
    );
    await expect(
      (async () => {
        for await (const _chunk of response as AsyncIterable<Buffer>);
      })(),
    ).rejects.toThrow('aborted');
  });
});
