/** What the database itself refuses, and what the audit finds where it was forced. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seedDueSubscriptions } from '../../bench/renewals.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import { recognizeDaily } from '../../src/activities/recognizeDaily.ts';
import { refundActivities } from '../../src/activities/refunds.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, InvoiceLineId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { newId } from '../../src/store/newId.ts';
import { dependenciesOn } from '../activities/dependencies.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await seedDueSubscriptions(database.pool, 20, 10);
  await billAllDue(
    dependenciesOn(database.pool),
    { kind: 'live', shard: 0, shards: 1 },
    () => Date.now() as Instant,
  );
  await aRefundedNote();
});
afterAll(() => database.drop());

/** Of one invoice a line is credited, and refunded. */
async function aRefundedNote(): Promise<void> {
  const deps = dependenciesOn(database.pool);
  const { rows } = await database.pool.query<{ invoice: InvoiceId; line: InvoiceLineId; amount: string }>(
    `SELECT invoice_id AS invoice, id AS line, amount::text AS amount FROM invoice_lines WHERE type = 'usage' ORDER BY id LIMIT 1`,
  );
  const [credited] = rows;
  if (!credited) throw new Error('nothing was billed');
  const refunds = await creditNoteActivities(deps).issueCreditNote({
    creditNoteId: newId('credit_note'),
    invoiceId: credited.invoice,
    asked: {
      kind: 'lines',
      lines: [{ invoiceLine: credited.line, amount: credited.amount }],
      refund: credited.amount,
      credit: null,
    },
    reason: 'other',
    memo: null,
    metadata: {},
  });
  for (const id of refunds) await refundActivities(deps).settleRefund(id);
}

describe('the database refuses', () => {
  test.each([
    ['a change of a posting', `UPDATE ledger_postings SET amount = amount + 1`],
    ['the removal of a posting', `DELETE FROM ledger_postings`],
    ['the emptying of the ledger', `TRUNCATE ledger_postings`],
    ['a change of a ledger transaction', `UPDATE ledger_transactions SET currency = 'EUR'`],
    [
      'a posting from an account to itself',
      `INSERT INTO ledger_postings SELECT transaction_id, 99, 'cash', 'cash', 1 FROM ledger_postings LIMIT 1`,
    ],
    [
      'a posting of less than nothing',
      `INSERT INTO ledger_postings SELECT transaction_id, 99, 'cash', 'revenue', -1 FROM ledger_postings LIMIT 1`,
    ],
    [
      'a second transaction for an invoice',
      `INSERT INTO ledger_transactions SELECT id || 'x', book, currency, kind, source_id, effective_at FROM ledger_transactions LIMIT 1`,
    ],
    [
      'a change of a finalised invoice',
      `UPDATE invoices SET subtotal = subtotal + 1, total = total + 1, amount_due = amount_due + 1`,
    ],
    ['a paid invoice to be open again', `UPDATE invoices SET status = 'open', paid_at = NULL`],
    ['an invoice to be deleted', `DELETE FROM invoices`],
    [
      'another line on a finalised invoice',
      `INSERT INTO invoice_lines SELECT id || 'x', invoice_id, position + 50, 'late_usage', subscription_id, price_id, price_code, billing, description, period_start, period_end, quantity, unit_amount, amount, 0, 0, computation FROM invoice_lines`,
    ],
    ['a line of a finalised invoice to change', `UPDATE invoice_lines SET amount = 0`],
    [
      'a line of a finalised invoice to go',
      `DELETE FROM invoice_lines WHERE type = 'usage' AND id NOT IN (SELECT invoice_line_id FROM credit_note_lines)`,
    ],
    [
      'a second invoice for a boundary',
      `INSERT INTO invoices (id, customer_id, subscription_id, boundary, status, currency, period_start, period_end, created) SELECT id || 'x', customer_id, subscription_id, boundary, 'draft', currency, period_start, period_end, now() FROM invoices`,
    ],
    [
      'two attempts in flight for an invoice',
      `INSERT INTO payments (provider, source, id, invoice_id, customer_id, payment_method_id, amount, currency, status, created) SELECT 'sandbox', 'automatic', id || n, invoice_id, customer_id, payment_method_id, 1, currency, 'pending', now() FROM payments, generate_series(1, 2) n`,
    ],
    ['a completed payment to change', `UPDATE payments SET status = 'failed'`],
    ['more to be paid than is due', `UPDATE invoices SET amount_paid = amount_due + 1`],
    [
      'a gap between periods',
      `INSERT INTO subscription_periods SELECT subscription_id, 2, now() + interval '2 months', now() + interval '3 months', 1 FROM subscription_periods WHERE index = 1`,
    ],
    ['a plan version to change', `UPDATE plan_versions SET interval_count = 2`],
    ['a price to change', `UPDATE prices SET code = 'x'`],
    [
      'an event under an identity that is taken',
      `INSERT INTO usage_event_identities (source, id) SELECT source, id FROM usage_event_identities LIMIT 1`,
    ],
    ['an identity to be given back', `DELETE FROM usage_event_identities`],
    ['an event to change', `UPDATE usage_events SET data = '{}'`],
    ['an event to be voided twice', `UPDATE usage_events SET voided_xid = '7', time = now()`],
    ['a meter to count otherwise', `UPDATE meters SET aggregation = 'max'`],
    ['a customer to be deleted', `DELETE FROM customers`],
    ['a movement of recurring revenue to change', `UPDATE mrr_movements SET amount_after = amount_after + 1`],
    ['a movement of recurring revenue to go', `DELETE FROM mrr_movements`],
    [
      'a movement that does not begin where the last one ended',
      `INSERT INTO mrr_movements SELECT subscription_id, 1, 0, customer_id, book, currency, now(), amount_after + 1, 0 FROM mrr_movements LIMIT 1`,
    ],
    ['a credit note to change', `UPDATE credit_notes SET memo = 'x'`],
    ['a line of a credit note to go', `DELETE FROM credit_note_lines`],
    [
      'more to be given back than a line came to',
      `INSERT INTO credit_note_lines SELECT 'x', n.credit_note_id, l.id, 9, l.amount + 1, 0, 0, '[]'::jsonb FROM credit_note_lines n, invoice_lines l WHERE l.amount > 0 AND l.id <> n.invoice_line_id LIMIT 1`,
    ],
    [
      'two notes to give back more than a line came to',
      `WITH note AS (INSERT INTO credit_notes (id, invoice_id, customer_id, series, span, sequence, number, currency, reason, subtotal, tax, tax_included, total, receivable_amount, credit_amount, refund_amount, taxes, parties, created) SELECT 'cn_x', invoice_id, customer_id, series, span, 99, 'CN-99', currency, reason, subtotal, 0, 0, subtotal, 0, subtotal, 0, '[]'::jsonb, '{}'::jsonb, now() FROM credit_notes RETURNING id) INSERT INTO credit_note_lines SELECT 'x', note.id, n.invoice_line_id, 0, 1, 0, 0, '[]'::jsonb FROM note, credit_note_lines n`,
    ],
    [
      'the other sign to be given back of a line',
      `INSERT INTO credit_note_lines SELECT 'x', n.credit_note_id, l.id, 9, -1, 0, 0, '[]'::jsonb FROM credit_note_lines n, invoice_lines l WHERE l.amount > 0 AND l.id <> n.invoice_line_id LIMIT 1`,
    ],
    [
      'a tax to be given back that a line has not',
      `INSERT INTO credit_note_lines SELECT 'x', n.credit_note_id, l.id, 9, 1, 1, 0, '[]'::jsonb FROM credit_note_lines n, invoice_lines l WHERE l.amount > 0 AND l.id <> n.invoice_line_id LIMIT 1`,
    ],
    [
      'a payment to be refunded beyond what it brought',
      `INSERT INTO refunds (id, payment_id, credit_note_id, customer_id, amount, currency, status, created) SELECT 're_x', p.id, n.id, p.customer_id, p.amount + 1, p.currency, 'pending', now() FROM payments p, credit_notes n WHERE p.id NOT IN (SELECT payment_id FROM refunds) LIMIT 1`,
    ],
    ['a refund that is made to change', `UPDATE refunds SET amount = amount - 1`],
    ['a refund to be made twice', `UPDATE refunds SET status = 'pending', completed_at = NULL`],
    [
      'a refund that has failed to be made',
      `UPDATE refunds SET status = 'failed'; UPDATE refunds SET status = 'succeeded'`,
    ],
    [
      'credit to come back to a grant that has ended',
      `WITH g AS (INSERT INTO credit_grants (id, customer_id, currency, amount, remaining, paid, priority, status, effective_at, ended_at, created) SELECT 'cg_x', id, 'USD', 1, 0, false, 1, 'expired', now(), now(), now() FROM customers LIMIT 1) SELECT 1; UPDATE credit_grants SET remaining = 1, status = 'granted', ended_at = NULL WHERE id = 'cg_x'`,
    ],
  ])('%s', async (_what, statement) => {
    await expect(database.pool.query(statement)).rejects.toThrow();
  });
});

test('revenue that was billed in advance is recognised day by day, and adds up to the line', async () => {
  const deps = dependenciesOn(database.pool);
  const days = 45;
  for (let day = 0; day <= days; day += 1)
    await recognizeDaily(deps, 'live', (Date.now() + day * 86_400_000) as Instant);
  await recognizeDaily(deps, 'live', (Date.now() + days * 86_400_000) as Instant); // done before: nothing
  const { rows } = await database.pool.query(
    `SELECT (SELECT sum(amount)::int FROM revenue_schedules) AS deferred,
            (SELECT sum(recognized)::int FROM revenue_schedules) AS recognized,
            (SELECT sum(amount)::int FROM ledger_postings WHERE debit_account = 'deferred_revenue') AS posted,
            (SELECT count(*)::int BETWEEN 28 AND 33 FROM ledger_transactions WHERE kind = 'revenue_recognized') AS daily`,
  );
  expect(rows).toEqual([{ deferred: 20 * 4900, recognized: 20 * 4900, posted: 20 * 4900, daily: true }]);
});

describe('the audit finds', () => {
  test.each([
    [
      '11.1',
      'a period that does not follow',
      `UPDATE subscription_periods SET starts_at = starts_at + interval '1 hour' WHERE index = 1 AND subscription_id = (SELECT min(subscription_id) FROM subscription_periods)`,
    ],
    [
      '11.2',
      'an event in two periods',
      `UPDATE subscription_periods SET starts_at = starts_at - interval '31 days' WHERE index = 1 AND subscription_id = (SELECT max(subscription_id) FROM subscription_periods)`,
    ],
    [
      '11.3',
      'an invoice that is not its lines',
      `UPDATE invoice_lines SET amount = amount + 1 WHERE id = (SELECT min(id) FROM invoice_lines)`,
    ],
    [
      '11.4',
      'a charge that was not recorded',
      `INSERT INTO sandbox.charges (idempotency_key, id, payment_method, amount, currency, status) VALUES ('x', 'x', 'x', 1, 'USD', 'succeeded')`,
    ],
    [
      '11.4',
      'a payment without cash',
      `DELETE FROM ledger_postings WHERE debit_account = 'cash' AND transaction_id = (SELECT min(transaction_id) FROM ledger_postings WHERE debit_account = 'cash')`,
    ],
    [
      '11.4',
      'a refund that was not recorded',
      `INSERT INTO sandbox.refunds (idempotency_key, id, charge, amount, currency, status) VALUES ('x', 'x', 'x', 1, 'USD', 'succeeded')`,
    ],
    ['11.4', 'a refund that is still owed', `UPDATE refunds SET status = 'pending', completed_at = NULL`],
    ['7', 'a credit note that is not its lines', `UPDATE credit_note_lines SET amount = amount - 1`],
    [
      '7',
      'a note that its invoice does not know',
      `UPDATE credit_notes SET receivable_amount = total, refund_amount = 0`,
    ],
    ['11.5', 'a number that is missing', `UPDATE series_counters SET last_sequence = last_sequence + 1`],
    [
      '6',
      'recurring revenue that the prices do not give',
      `UPDATE mrr_movements SET amount_after = 4901 WHERE subscription_id = (SELECT min(subscription_id) FROM mrr_movements)`,
    ],
    [
      '6',
      'recurring revenue of one that has ended',
      `UPDATE subscriptions SET status = 'canceled', ended_at = now(), next_due_at = NULL WHERE id = (SELECT max(id) FROM subscriptions)`,
    ],
    [
      '6',
      'a gap in the history of recurring revenue',
      `INSERT INTO mrr_movements SELECT subscription_id, 2, 1, customer_id, book, currency, occurred_at, 5, 4900 FROM mrr_movements WHERE sequence = 0 LIMIT 1`,
    ],
    [
      '11.6',
      'usage that the events do not give',
      `UPDATE usage_events SET customer_id = (SELECT max(id) FROM customers) WHERE id = (SELECT min(id) FROM usage_events)`,
    ],
  ])('%s: %s', async (rule, _what, damage) => {
    const client = await database.pool.connect();
    try {
      const before = (await audit(database.pool)).filter((violation) => violation.rule === rule).length;
      // Behind the back of every trigger and constraint, as a careless hand would.
      await client.query(`SET session_replication_role = replica`);
      await client.query(damage);
      const after = (await audit(database.pool)).filter((violation) => violation.rule === rule).length;
      expect(after).toBeGreaterThan(before);
    } finally {
      await client.query(`RESET session_replication_role`);
      client.release();
    }
  });
});
