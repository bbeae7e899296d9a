/** Early invoices in Postgres: who is looked at, and what is made of it (semantics.md, section 7). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, PlanId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Amount } from '../../src/domain/money.ts';
import type { TaxProvider } from '../../src/ports/tax/provider.ts';
import { rateTable } from '../../src/ports/tax/rateTable.ts';
import { inTransaction } from '../../src/store/database.ts';
import { voidEvent } from '../../src/store/eventVoids.ts';
import { findLooks, saveThreshold, type LookPage } from '../../src/store/thresholds.ts';
import { foldUsage } from '../../src/store/usageRollups.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { anEarlyLife, day, earlyOf, live, lookAt, prepare, start, use } from './earlyLife.ts';
import { addCatalog, planIds } from './storedCatalog.ts';
import {
  aClockCustomer,
  advanceStored,
  askStored,
  changeRequest,
  preview,
  type StoredLife,
} from './storedLife.ts';
import { aStoredSubscription } from './storedSubscription.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterAll(() => database.drop());

test('usage that passes the amount is invoiced at once, what comes after it as the difference, and all of it given back at the close', async () => {
  // The plan: calls at 10 after the first, 7.5 and once 3 beyond three more; sizes at 2, by region, 20 at the least.
  const life = await anEarlyLife(deps, 30);
  await use(life, day(3), 1, 2);
  expect(await live(life, day(4))).toBe(0); // 10 + 6: a minimum does not count
  await use(life, day(4), 9);
  expect(await live(life, day(5))).toBe(1);
  expect(await lookAt(life, day(6))).toEqual([]);
  await use(life, day(6), 20, 3);
  expect(await live(life, day(7))).toBe(1);
  await live(life, day(40));
  expect(await earlyOf(life)).toEqual([
    [
      'threshold',
      'paid',
      [
        ['calls', null, 20, '01-06'],
        ['size', 'eu', 18, '01-06'],
        ['size', 'us', 6, '01-06'],
      ],
    ],
    [
      'threshold',
      'paid',
      [
        ['calls', null, 21, '01-08'],
        ['size', 'eu', 6, '01-08'],
        ['size', 'us', 40, '01-08'],
      ],
    ],
    [
      'subscription',
      'paid',
      [
        ['calls', null, -20, '01-06'],
        ['size', 'eu', -18, '01-06'],
        ['size', 'us', -6, '01-06'],
        ['calls', null, -21, '01-08'],
        ['size', 'eu', -6, '01-08'],
        ['size', 'us', -40, '01-08'],
      ],
    ],
  ]);
  const { rows } = await database.pool.query(
    `SELECT data ->> 'amount' AS amount FROM event_log WHERE subscription_id = $1 AND type = 'invoice.threshold_reached'`,
    [life.id],
  );
  expect(rows).toEqual([{ amount: '44' }, { amount: '67' }]);
  expect(await audit(database.pool)).toEqual([]);
});

test('who has sent nothing since is not looked at; a void, other terms, another threshold or a new period is something to see', async () => {
  const life = await anEarlyLife(deps, 1000);
  const looked = async (at: Instant) => {
    const before = await seen(life);
    await lookAt(life, at);
    return (await seen(life)) !== before;
  };
  expect([await looked(day(1)), await looked(day(2))]).toEqual([true, false]);
  const [event = ''] = await use(life, day(2), 5);
  expect([await looked(day(3)), await looked(day(3))]).toEqual([true, false]);
  await foldUsage(database.pool);
  expect(await looked(day(3))).toBe(false);
  await inTransaction(database.pool, (tx) => voidEvent(tx, life.customerId, event));
  expect([await looked(day(3)), await looked(day(3))]).toEqual([true, false]);
  await saveThreshold(database.pool, life.id, 900n as Amount);
  expect([await looked(day(3)), await looked(day(3))]).toEqual([true, false]);
  await advanceStored(life, day(4), 'each');
  await askStored(life, { ask: 'change', plan: 0, quantity: 3, behavior: 'none' }, day(4));
  await advanceStored(life, day(4), 'each');
  expect([await looked(day(4)), await looked(day(5)), await looked(day(6))]).toEqual([false, true, false]);
  await advanceStored(life, day(31), 'each');
  expect([await looked(day(31)), await looked(day(32)), await looked(day(33))]).toEqual([false, true, false]);
  await saveThreshold(database.pool, life.id, null);
  await use(life, day(33), 5000);
  expect(await looked(day(34))).toBe(false);
});

test('those to look at are found page by page, each once', async () => {
  const clock = await aClockCustomer(database.pool, start, 'UTC');
  const ids: string[] = [];
  for (let nth = 0; nth < 5; nth += 1) {
    const id = await aStoredSubscription(database.pool, {
      customerId: clock.customerId,
      testClockId: clock.clock,
      startedAt: start,
      planId: planIds[0] ?? ('' as PlanId),
    });
    await saveThreshold(database.pool, id, BigInt(1 + nth) as Amount);
    ids.push(id);
  }
  const found: string[] = [];
  await billAllDue(deps, { kind: 'clock', testClockId: clock.clock }, () => start);
  for (let from: string | null = ''; from !== null;) {
    const page: LookPage = await findLooks(database.pool, clock.clock, day(1), from, 2);
    found.push(...page.ids);
    from = page.next;
  }
  expect(found).toEqual(ids.toSorted());
  expect(await findLooks(database.pool, null, day(1), '', 2)).toEqual({ ids: [], next: null });
});

async function seen({ id }: StoredLife): Promise<string> {
  const { rows } = await database.pool.query<{ look: string }>(
    `SELECT xmin::text AS look FROM threshold_looks WHERE subscription_id = $1`,
    [id],
  );
  return rows[0]?.look ?? '';
}

test('an early invoice that is void has charged nothing: its usage may be early again, and it is not given back', async () => {
  const life = await anEarlyLife(deps, 30);
  await database.pool.query(`UPDATE customers SET collection_method = 'send_invoice' WHERE id = $1`, [
    life.customerId,
  ]);
  await use(life, day(3), 40);
  expect(await live(life, day(4))).toBe(1);
  const { rows } = await database.pool.query<{ id: InvoiceId }>(
    `SELECT id FROM invoices WHERE subscription_id = $1 AND billing_reason = 'threshold'`,
    [life.id],
  );
  for (const { id: invoiceId } of rows) {
    await endInvoiceActivities(deps).voidInvoice({
      operationId: randomUUID(),
      invoiceId,
    });
  }
  await use(life, day(4), 5);
  expect(await live(life, day(5))).toBe(1);
  await live(life, day(40));
  expect((await earlyOf(life)).map(([, status, lines]) => [status, lines])).toEqual([
    ['void', [['size', 'us', 80, '01-05']]],
    [
      'open',
      [
        ['calls', null, 10, '01-06'],
        ['size', 'us', 90, '01-06'],
      ],
    ],
    [
      'open',
      [
        ['calls', null, -10, '01-06'],
        ['size', 'us', -90, '01-06'],
      ],
    ],
  ]);
  expect(await audit(database.pool)).toEqual([]);
});

test('an invoice that is due together with an early one waits until that is final, and gives back what was taken of it', async () => {
  const life = await anEarlyLife(deps, 30);
  await prepare(life, { percentOff: 10, taxes: [{ percentage: 1900, inclusive: false }] });
  await use(life, day(29), 40);
  expect(await lookAt(life, day(30))).toEqual([life.id]);
  await advanceStored(life, day(40), 'last');
  const { rows } = await database.pool.query(
    `SELECT l.type, l.amount::int, l.discount_amount::int AS discount, l.tax_amount::int AS tax
       FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
      WHERE i.subscription_id = $1 AND l.period_index = 0 AND l.price_code = 'size' ORDER BY i.finalized_at, i.sequence, l.position`,
    [life.id],
  );
  expect(rows).toEqual([
    { type: 'progressive', amount: 80, discount: 8, tax: 14 },
    { type: 'usage', amount: 80, discount: 8, tax: 14 },
    { type: 'progressive', amount: -80, discount: -8, tax: -14 },
  ]);
  expect(await audit(database.pool)).toEqual([]);
});

test('the audit finds what was early and is not given back, and what is given back of a period that is open', async () => {
  const life = await anEarlyLife(deps, 30);
  await use(life, day(3), 40);
  expect(await live(life, day(4))).toBe(1);
  const found = async (damage: string) => {
    const client = await database.pool.connect();
    try {
      // Behind the back of every trigger and constraint, as a careless hand would.
      await client.query(`SET session_replication_role = replica`);
      await client.query(damage);
      return (await audit(database.pool)).filter(({ rule }) => rule === '7').map(({ message }) => message);
    } finally {
      await client.query(`RESET session_replication_role`);
      client.release();
    }
  };
  const open = `UPDATE subscription_periods SET invoice_id = NULL WHERE subscription_id = '${life.id}' AND index = 0`;
  const charge = `SELECT id FROM invoice_lines WHERE subscription_id = '${life.id}' AND type = 'progressive' AND credits_line_id IS NULL`;
  await live(life, day(40));
  expect(await found(open)).toEqual([expect.stringContaining('given back 1 times, 0 of them') as unknown]);
  await found(
    `UPDATE subscription_periods SET invoice_id = (SELECT invoice_id FROM invoice_lines WHERE credits_line_id IN (${charge}))
      WHERE subscription_id = '${life.id}' AND index = 0`,
  );
  const credit = `(SELECT id FROM invoice_lines WHERE credits_line_id IN (${charge}))`;
  expect(
    await found(`UPDATE invoice_lines SET type = 'late_usage', credits_line_id = NULL WHERE id = ${credit}`),
  ).toEqual([expect.stringContaining('given back 0 times') as unknown]);
  await found(
    `UPDATE invoice_lines SET type = 'progressive', credits_line_id = (${charge})
      WHERE subscription_id = '${life.id}' AND type = 'late_usage'`,
  );
  expect(await audit(database.pool)).toEqual([]);
});

test('what fails for one is set aside for its looks, with its reason; it renews all the same', async () => {
  const life = await anEarlyLife(deps, 30);
  const other = await anEarlyLife(deps, 30);
  await use(life, day(3), 40);
  await use(other, day(3), 40);
  await database.pool.query(
    `CREATE FUNCTION fail_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no luck'; END $$;
     CREATE TRIGGER fail_one BEFORE INSERT ON invoices FOR EACH ROW
       WHEN (NEW.billing_reason = 'threshold' AND NEW.subscription_id = '${life.id}') EXECUTE FUNCTION fail_one()`,
  );
  expect(await lookAt(life, day(4))).toEqual([]);
  const { rows } = await database.pool.query(`SELECT subject_id, step, reason FROM set_asides`);
  expect(rows).toEqual([{ subject_id: `${life.id}/threshold`, step: 'threshold', reason: 'no luck' }]);
  expect(await live(other, day(4))).toBe(1);
  await advanceStored(life, day(40), 'each');
  await database.pool.query(`DROP TRIGGER fail_one ON invoices; DELETE FROM set_asides`);
  const { rows: periods } = await database.pool.query(
    `SELECT period_index FROM subscriptions WHERE id = $1`,
    [life.id],
  );
  expect(periods).toEqual([{ period_index: 1 }]);
});

test('lesson 28: while the tax service is away what was used waits as one early draft, however often it is looked at', async () => {
  let away = false;
  const taxes: TaxProvider = {
    name: 'service',
    calculate(requests, rates) {
      if (away) throw new Error('the tax service is away');
      return rateTable.calculate(requests, rates);
    },
  };
  const life = await anEarlyLife({ ...deps, taxes }, 30);
  await prepare(life, { taxes: [{ percentage: 1900, inclusive: false }] });
  await use(life, day(3), 40);
  away = true;
  const early = [['size', 'us', 80, '01-05']];
  for (const nth of [4, 5, 6]) {
    await live(life, day(nth));
    expect(await earlyOf(life)).toEqual([['threshold', 'draft', early]]);
    await database.pool.query(`UPDATE set_asides SET retry_at = now()`);
  }
  away = false;
  await live(life, day(7));
  expect(await earlyOf(life)).toEqual([['threshold', 'paid', early]]);
  const { rows } = await database.pool.query(
    `SELECT tax::int AS tax FROM invoices WHERE subscription_id = $1 AND billing_reason = 'threshold'`,
    [life.id],
  );
  expect(rows).toEqual([{ tax: 15 }]);
  expect(await audit(database.pool)).toEqual([]);
});

test('a preview of what comes gives back what was early, and leaves it', async () => {
  const life = await anEarlyLife(deps, 30);
  await use(life, day(3), 40);
  expect(await live(life, day(4))).toBe(1);
  const { invoice } = await preview(
    life,
    changeRequest(
      { ask: 'change', quantity: 2, behavior: 'create_prorations', effective: 'period_end' },
      day(4),
    ),
  );
  const lines = invoice?.lines.filter(({ type }) => type === 'progressive' || type === 'usage');
  expect(lines?.map(({ type, amount }) => [type, amount])).toEqual([
    ['usage', '0'],
    ['usage', '80'],
    ['progressive', '-80'],
  ]);
  expect(await earlyOf(life)).toHaveLength(1);
});
