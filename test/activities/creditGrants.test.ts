/** Credit from several sides at once, and again after a crash: it is spent once, bought once, and ends once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { billAllDue } from '../../src/activities/billDue.ts';
import { creditGrantActivities } from '../../src/activities/creditGrants.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { audit } from '../../src/audit/audit.ts';
import type { CreditGrantId, CustomerId, InvoiceId, TestClockId } from '../../src/domain/ids.ts';
import { formatInstant, parseInstant, type Instant } from '../../src/domain/instant.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import type { GrantCredit } from '../../src/workflows/contract/credit.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { aClockCustomer } from './storedLife.ts';

const start = parseInstant('2026-01-01T00:00:00Z') ?? (0 as Instant);
let database: TestDatabase;
let deps: Dependencies;
let customerId: CustomerId;
let clock: TestClockId;
beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  ({ customerId, clock } = await aClockCustomer(database.pool, start, 'UTC'));
});
afterEach(async () => {
  expect(await audit(database.pool)).toEqual([]);
  await database.drop();
});

const activities = () => creditGrantActivities(deps);

function aGrant(fields: Partial<GrantCredit> = {}): GrantCredit {
  return {
    creditGrantId: newId('credit_grant', newOperationId()),
    customerId,
    amount: '1000',
    currency: 'USD',
    name: null,
    priority: 50,
    effectiveAt: null,
    expiresAt: null,
    appliesTo: {},
    paid: false,
    ...fields,
  };
}

/** Drafts of one item each, due at once. */
async function someDrafts(count: number, amount: number): Promise<InvoiceId[]> {
  const ids = Array.from({ length: count }, () => newId('invoice'));
  await database.pool.query(
    `WITH drafts AS (
       INSERT INTO invoices (id, customer_id, test_clock_id, status, billing_reason, currency, period_start, period_end, finalizes_at, created)
       SELECT id, $2, $3, 'draft', 'manual', 'USD', $4, $4, $4, $4 FROM unnest($1::text[]) id RETURNING id, created)
     INSERT INTO invoice_lines (id, invoice_id, position, type, price_code, billing, description, period_start, period_end, quantity, amount, computation)
     SELECT 'il_' || id, id, 0, 'one_off', 'item', 'in_arrears', 'item', created, created + interval '1 day', 1, $5, '{}' FROM drafts`,
    [ids, customerId, clock, formatInstant(start), amount],
  );
  return ids;
}

const finalize = (invoiceId: InvoiceId, at = start) =>
  billAllDue(deps, { kind: 'invoice', invoiceId }, () => at);
const onClock = (at: Instant) => billAllDue(deps, { kind: 'clock', testClockId: clock }, () => at);
const topUp = { threshold: 500, amount: 2000, expires_after_days: null, priority: 50 };
const grants = async () =>
  (
    await database.pool.query<{ status: string; remaining: bigint; top_up: boolean }>(
      `SELECT status, remaining, top_up FROM credit_grants ORDER BY created, id`,
    )
  ).rows.map(({ status, remaining, top_up: bought }) => [status, Number(remaining), bought]);
const count = async (what: string) =>
  (await database.pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${what}`)).rows[0]?.count;

describe('lesson 16: at once', () => {
  test('many invoices of a customer spend a grant once', async () => {
    await activities().grantCredit(aGrant());
    const drafts = await someDrafts(12, 150);
    await Promise.all(drafts.map((id) => finalize(id)));
    expect(await grants()).toEqual([['granted', 0, false]]);
    const { rows } = await database.pool.query(
      `SELECT sum(credits_applied)::int AS credit, sum(amount_paid)::int AS paid FROM invoices WHERE status = 'paid'`,
    );
    expect(rows).toEqual([{ credit: 1000, paid: 800 }]);
  });

  test('what makes credit fall from several sides buys one top-up', async () => {
    const voided = aGrant({ amount: '100' });
    await activities().grantCredit(aGrant({ amount: '600' }));
    await activities().grantCredit(voided);
    await activities().setAutoTopUp({ operationId: newOperationId(), customerId, autoTopUp: topUp });
    const drafts = await someDrafts(8, 50);
    await Promise.all([
      ...drafts.map((id) => finalize(id)),
      activities().voidCreditGrant({ operationId: newOperationId(), creditGrantId: voided.creditGrantId }),
      activities().setAutoTopUp({ operationId: newOperationId(), customerId, autoTopUp: topUp }),
    ]);
    expect((await grants()).filter(([, , bought]) => bought)).toEqual([['pending', 2000, true]]);
    await onClock(start);
    expect((await grants()).filter(([, , bought]) => bought)).toEqual([['granted', 2000, true]]);
    expect(await count(`invoices WHERE billing_reason = 'top_up'`)).toBe(1);
  });

  test('a void, an expiry and invoices share out what is left, to the minor unit', async () => {
    const soon = (start + 86_400_000) as Instant;
    const expiring = aGrant({ expiresAt: soon });
    const other = aGrant({ amount: '300' });
    await activities().grantCredit(expiring);
    await activities().grantCredit(other);
    const drafts = await someDrafts(6, 100);
    const gone = (work: Promise<unknown>) => work.catch(() => undefined);
    await Promise.all([
      ...drafts.map((id, nth) => finalize(id, nth % 2 === 0 ? start : soon)),
      onClock(soon),
      gone(
        activities().voidCreditGrant({
          operationId: newOperationId(),
          creditGrantId: expiring.creditGrantId,
        }),
      ),
      gone(
        activities().voidCreditGrant({ operationId: newOperationId(), creditGrantId: other.creditGrantId }),
      ),
      onClock(soon),
    ]);
    const states = await grants();
    expect(states.map(([, remaining]) => remaining)).toEqual([0, 0]);
    expect(await count(`credit_movements WHERE kind IN ('expired', 'voided')`)).toBeLessThanOrEqual(2);
    expect(await count(`invoices WHERE status = 'paid'`)).toBe(6);
  });

  test('many grants that expire together are forfeited once, whoever comes', async () => {
    const soon = (start + 1000) as Instant;
    for (let nth = 0; nth < 30; nth += 1) {
      await activities().grantCredit(aGrant({ amount: '10', expiresAt: soon }));
    }
    await Promise.all([onClock(soon), onClock(soon), onClock(soon)]);
    await onClock(soon);
    expect(await count(`credit_grants WHERE status = 'expired'`)).toBe(30);
    expect(await count(`ledger_transactions WHERE kind = 'credit_expired'`)).toBe(30);
    expect(await onClock(soon)).toBe(0);
  });
});

describe('the same operation, run again after a crash', () => {
  test('grants credit once, and buys it by one invoice', async () => {
    const [given, bought] = [aGrant(), aGrant({ paid: true })];
    for (let nth = 0; nth < 3; nth += 1) await activities().grantCredit(given);
    const purchases = [
      ...(await activities().grantCredit(bought)),
      ...(await activities().grantCredit(bought)),
    ];
    expect(new Set(purchases.map(({ invoiceId }) => invoiceId)).size).toBe(1);
    for (const purchase of purchases) await activities().billPurchase(purchase);
    expect(await activities().grantCredit(bought)).toEqual([purchases[0]]);
    expect(await count('credit_grants')).toBe(2);
    expect(await count('invoices')).toBe(1);
    expect(await count('payments')).toBe(1);
    expect(await count(`credit_grants WHERE status = 'granted'`)).toBe(2);
  });

  test('at the same time from two sides grants once', async () => {
    const bought = aGrant({ paid: true });
    await Promise.all([1, 2, 3].map(() => activities().grantCredit(bought)));
    expect(await count('credit_grants')).toBe(1);
    expect(await count('invoices')).toBe(1);
  });

  test('voids once, and is not refused; another is', async () => {
    const given = aGrant();
    await activities().grantCredit(given);
    const asked = { operationId: newOperationId(), creditGrantId: given.creditGrantId };
    await activities().voidCreditGrant(asked);
    await activities().voidCreditGrant(asked);
    await expect(
      activities().voidCreditGrant({ ...asked, operationId: newOperationId() }),
    ).rejects.toMatchObject({ type: 'credit_grant_ended' });
    expect(await count('credit_movements')).toBe(1);
  });

  test('sets a top-up and buys once, also where that is soon used up', async () => {
    await activities().grantCredit(aGrant({ amount: '1' }));
    const asked = { operationId: newOperationId(), customerId, autoTopUp: { ...topUp, threshold: 5000 } };
    const [first] = await activities().setAutoTopUp(asked);
    if (!first) throw new Error('nothing was bought');
    await activities().billPurchase(first);
    expect(await activities().setAutoTopUp(asked)).toEqual([]);
    expect(await count('invoices')).toBe(1);
  });
});

test('credit that came back to a grant whose time is over is forfeited again', async () => {
  const soon = (start + 1000) as Instant;
  const given = aGrant({ expiresAt: soon });
  await activities().grantCredit(given);
  await onClock(soon);
  const id: CreditGrantId = given.creditGrantId;
  // As the void of an invoice gives it back: the grant lives again, with what returned.
  await database.pool.query(`UPDATE credit_grants SET status = 'granted', ended_at = NULL WHERE id = $1`, [
    id,
  ]);
  const [draft] = await someDrafts(1, 0);
  await database.pool.query(
    `WITH back AS (INSERT INTO credit_movements (credit_grant_id, kind, source_id, amount, created)
       VALUES ($1, 'applied', $2, 40, now()), ($1, 'returned', $2, -100, now()))
     UPDATE credit_grants SET remaining = 60 WHERE id = $1`,
    [id, `${draft ?? ''}/test`],
  );
  await database.pool.query(
    `WITH l AS (INSERT INTO ledger_transactions (id, book, currency, kind, source_id, effective_at)
       VALUES ('ltx_test', $1, 'USD', 'invoice_voided', 'test', now()) RETURNING id)
     INSERT INTO ledger_postings (transaction_id, position, debit_account, credit_account, amount, customer_id)
     SELECT id, 0, 'promotional_expense', 'promotional_credit', 60, $2 FROM l`,
    [clock, customerId],
  );
  await onClock(soon);
  expect(await grants()).toEqual([['expired', 0, false]]);
  expect(await count(`ledger_transactions WHERE kind = 'credit_expired'`)).toBe(2);
});

describe('the database refuses', () => {
  test.each([
    ['a grant below zero', `UPDATE credit_grants SET remaining = -1`],
    ['more credit than was granted', `UPDATE credit_grants SET remaining = amount + 1`],
    ['another amount', `UPDATE credit_grants SET amount = amount + 1`],
    ['another end', `UPDATE credit_grants SET expires_at = now()`],
    ['the removal of a grant', `DELETE FROM credit_grants`],
    ['a grant that waits again', `UPDATE credit_grants SET status = 'pending' WHERE paid`],
    ['a grant that ended with credit left', `UPDATE credit_grants SET status = 'voided', ended_at = now()`],
    [
      'a movement of nothing',
      `INSERT INTO credit_movements (credit_grant_id, kind, source_id, amount, created) SELECT id, 'voided', id, 0, now() FROM credit_grants`,
    ],
    [
      'two top-ups of a customer that wait',
      `INSERT INTO credit_grants (id, customer_id, currency, amount, remaining, paid, top_up, priority, status, invoice_id, effective_at, created)
       SELECT id || n, customer_id, currency, 1, 1, true, true, 50, 'pending', invoice_id, now(), now()
         FROM credit_grants, generate_series(1, 2) n WHERE paid`,
    ],
    ['a change of a movement', `UPDATE credit_movements SET amount = 1`],
  ])('%s', async (_what, statement) => {
    const [given, bought] = [aGrant(), aGrant({ paid: true })];
    await activities().grantCredit(given);
    for (const purchase of await activities().grantCredit(bought)) await activities().billPurchase(purchase);
    const [draft] = await someDrafts(1, 10);
    await finalize(draft ?? ('' as InvoiceId));
    await expect(database.pool.query(statement)).rejects.toThrow();
  });
});
