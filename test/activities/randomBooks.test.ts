/** Whatever happens to a customer's money, in any order: the books are right after each step (semantics.md, 7, 9 and 11). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { correctEnded } from '../../src/activities/correctEnded.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { recognizeDaily } from '../../src/activities/recognizeDaily.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { dayMs, hourMs } from '../domain/cycles.ts';
import { aChange } from '../domain/lifeRequests.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { carryOut, type Act, type BooksLife } from './booksLife.ts';
import { dependenciesOn } from './dependencies.ts';
import { live, prepare, start } from './earlyLife.ts';
import { addCatalog } from './storedCatalog.ts';
import { aStoredLife, sendUsage, type StoredRequest } from './storedLife.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  // A Temporal that takes everything and does nothing: who fails to pay is not asked again by itself.
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterAll(() => database.drop());

const runs = Number(process.env.RUNS ?? 4);
const nth = fc.nat(20);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const act = <Name extends Act['act'], Fields>(
  name: Name,
  fields: { [Field in keyof Fields]: fc.Arbitrary<Fields[Field]> },
) => fc.record(fields).map((each) => ({ ...each, act: name }));

const request: fc.Arbitrary<StoredRequest> = fc.oneof(
  { weight: 6, arbitrary: aChange({ effective: fc.constantFrom('now', 'period_end', undefined) }) },
  fc.record({ ask: fc.constant('addOn' as const), quantity: fc.nat(2) }),
  fc.record({
    ask: fc.constant('pause' as const),
    at: fc.constant('now' as const),
    credit: fc.boolean(),
    resumesAfter: fc.constantFrom(3 * dayMs, null),
  }),
  fc.constant({ ask: 'resume', at: 'now' } as const),
  fc.record({
    ask: fc.constant('cancel' as const),
    at: fc.constantFrom('now' as const, 'period_end' as const),
    credit: fc.boolean(),
  }),
);

const rates = fc.array(
  fc.record({ percentage: fc.integer({ min: 1, max: 2500 }), inclusive: fc.boolean() }),
  {
    maxLength: 2,
  },
);
const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: act('ask', { of: nth, request }) },
  { weight: 1, arbitrary: act('signUp', { quantity: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: act('coupon', {
      percent: maybe(fc.constantFrom(1, 33, 50, 100)),
      amount: fc.integer({ min: 1, max: 3000 }),
      periods: fc.constantFrom(null, 'once' as const, 1, 2),
      onCustomer: fc.boolean(),
      narrow: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: act('taxes', { rates, exempt: fc.constantFrom(false, false, true) }) },
  {
    weight: 3,
    arbitrary: act('grant', {
      amount: fc.integer({ min: 1, max: 2500 }),
      paid: fc.boolean(),
      days: maybe(fc.nat(40)),
      narrow: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: act('topUp', { amount: fc.integer({ min: 150, max: 999 }) }) },
  {
    weight: 3,
    arbitrary: act('item', {
      amount: fc.integer({ min: -1500, max: 2500 }).filter((amount) => amount !== 0),
      alone: fc.boolean(),
      days: maybe(fc.nat(40)),
    }),
  },
  {
    weight: 6,
    arbitrary: act('note', {
      of: nth,
      line: maybe(nth),
      part: fc.integer({ min: 1, max: 12 }),
      refund: fc.constantFrom(0, 0, 1, 5, 10),
    }),
  },
  { weight: 5, arbitrary: act('void', { of: nth }) },
  { weight: 2, arbitrary: act('giveUp', { of: nth }) },
  { weight: 3, arbitrary: act('payLater', { of: nth }) },
  {
    weight: 3,
    arbitrary: act('card', { token: fc.constantFrom('pm_card_visa', 'pm_card_chargeCustomerFail') }),
  },
  { weight: 1, arbitrary: act('threshold', { amount: maybe(fc.integer({ min: 1, max: 200 })) }) },
  { weight: 5, arbitrary: act('voidEvent', { of: nth }) },
  { weight: 2, arbitrary: fc.constant({ act: 'recognize' } as const) },
);

const anyLife = fc.record({
  plan: fc.nat(3),
  quantity: fc.integer({ min: 1, max: 4 }),
  grouped: fc.boolean(),
  committed: fc.boolean(),
  paysLater: fc.boolean(),
  taxes: rates,
  acts: fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 14 * 24 }),
      act: anAct,
      /** Events of now, and one of so many days ago. */
      sizes: fc.array(fc.integer({ min: -2, max: 12 }), { maxLength: 5 }),
      late: maybe(fc.nat(40)),
    }),
    { minLength: 5, maxLength: 16 },
  ),
});

type AnyLife = typeof anyLife extends fc.Arbitrary<infer Value> ? Value : never;

/** More of what always holds, of customers and lines; each row is a violation. */
const laws: readonly string[] = [
  // Less has been given back of a line, by whatever means, than it charged: with its tax, and tax by itself.
  `SELECT l.id, l.type, l.amount, g.net, g.tax
     FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id AND i.status NOT IN ('draft', 'void')
    CROSS JOIN LATERAL (
      SELECT l.amount - l.discount_amount + coalesce(sum(m.net), 0) AS net,
             l.tax_amount + l.tax_included_amount + coalesce(sum(m.tax), 0) AS tax
        FROM (SELECT b.amount - b.discount_amount AS net, b.tax_amount + b.tax_included_amount AS tax
                FROM invoice_lines b JOIN invoices o ON o.id = b.invoice_id AND o.status NOT IN ('draft', 'void')
               WHERE b.credits_line_id = l.id
               UNION ALL
              SELECT -n.amount, -n.tax_amount - n.tax_included_amount
                FROM credit_note_lines n JOIN invoice_lines b ON b.id = n.invoice_line_id
               WHERE l.id IN (b.id, b.credits_line_id)) m) g
    WHERE l.amount > 0 AND l.type IN ('fixed', 'proration', 'one_off', 'progressive') AND (g.net < 0 OR g.tax < 0)`,
  // Of usage too, in whichever ways: of each group in a period, and of its minimum; where nothing is left, no tax is.
  `SELECT l.subscription_id, l.price_code, l.period_start, l.group_values, sum(l.amount - l.discount_amount - n.net) AS net, sum(l.tax_amount + l.tax_included_amount - n.tax) AS tax
     FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id AND i.status NOT IN ('draft', 'void')
     LEFT JOIN invoice_lines w ON l.type = 'waived' AND w.id = l.credits_line_id
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(amount), 0) AS net, coalesce(sum(tax_amount + tax_included_amount), 0) AS tax
        FROM credit_note_lines WHERE invoice_line_id = l.id) n
    WHERE l.type IN ('usage', 'late_usage', 'minimum', 'waived', 'progressive')
    GROUP BY l.subscription_id, l.price_code, l.period_start, l.group_values, coalesce(w.type, l.type) = 'minimum'
   HAVING sum(l.amount - l.discount_amount - n.net) < 0 OR sum(l.tax_amount + l.tax_included_amount - n.tax) < 0
       OR (sum(l.amount - n.net) = 0 AND sum(l.discount_amount) = 0 AND sum(l.tax_amount + l.tax_included_amount - n.tax) <> 0)`,
  // What customers paid, less what went back, is what they were billed, less what is open, given, credited or granted.
  `SELECT c.id, paid.amount AS paid, billed.amount AS billed, noted.amount AS noted, c.balance
     FROM customers c
    CROSS JOIN LATERAL (
      SELECT (SELECT coalesce(sum(amount), 0) FROM payments WHERE customer_id = c.id AND status = 'succeeded')
           - (SELECT coalesce(sum(amount), 0) FROM refunds r WHERE r.customer_id = c.id AND status <> 'failed') AS amount) paid
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(total - (amount_due - amount_paid - amount_credited)), 0) AS amount
        FROM invoices WHERE customer_id = c.id AND status NOT IN ('draft', 'void')) billed
    CROSS JOIN LATERAL (SELECT coalesce(sum(total), 0) AS amount FROM credit_notes WHERE customer_id = c.id) noted
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(m.amount), 0) AS amount FROM credit_movements m JOIN credit_grants g ON g.id = m.credit_grant_id
       WHERE g.customer_id = c.id AND m.kind IN ('applied', 'returned')) granted
    WHERE paid.amount <> billed.amount - noted.amount - granted.amount - c.balance`,
  // A coupon has taken from as many invoices as it may.
  `SELECT d.id, c.duration, c.duration_periods, count(*), count(*) FILTER (WHERE u.counts)
     FROM discounts d JOIN coupons c ON c.id = d.coupon_id
     JOIN discount_uses u ON u.discount_id = d.id JOIN invoices i ON i.id = u.invoice_id AND i.status <> 'void'
    GROUP BY d.id, c.id
   HAVING (c.duration = 'once' AND count(*) > 1)
       OR (c.duration = 'repeating' AND d.subscription_id IS NOT NULL AND count(*) FILTER (WHERE u.counts) > c.duration_periods)`,
  // No line is made negative or larger by its discounts.
  `SELECT l.id, l.amount, l.discount_amount FROM invoice_lines l
    WHERE abs(l.discount_amount) > abs(l.amount) OR l.discount_amount * sign(l.amount) < 0`,
  // Credit is never spent beyond what there is.
  `SELECT id, remaining FROM credit_grants WHERE remaining < 0 OR remaining > amount`,
  // Credit never comes out of an invoice as money.
  `SELECT i.id, i.amount_paid, i.credits, n.money FROM invoices i
    CROSS JOIN LATERAL (SELECT coalesce(sum(credit_amount + refund_amount), 0) AS money FROM credit_notes WHERE invoice_id = i.id) n
    WHERE n.money > greatest(0, i.amount_paid + (SELECT coalesce(sum((c ->> 'amount')::bigint), 0) FROM jsonb_array_elements(i.credits) c
                                                  WHERE c ->> 'grant' IS NULL))`,
  // An invoice is paid when nothing is left of it, and never beyond.
  `SELECT id, status, amount_due, amount_paid, amount_credited FROM invoices
    WHERE (status = 'paid' AND amount_due <> amount_paid + amount_credited AND amount_due > 0)
       OR (status IN ('open', 'uncollectible') AND amount_due - amount_paid - amount_credited <= 0)`,
];

async function violations(): Promise<unknown[]> {
  const found: unknown[] = await audit(database.pool);
  for (const law of laws) found.push(...(await database.pool.query<object>(law)).rows);
  const { rows } = await database.pool.query<object>('SELECT step, reason FROM set_asides');
  return [...found, ...rows];
}

/** Of a book: what is still to be earned, and what was earned beside what its documents say. */
async function earned({ clock }: BooksLife) {
  const { rows } = await database.pool.query<{ deferred: string; revenue: string; documents: string }>(
    `SELECT (SELECT coalesce(sum(CASE 'deferred_revenue' WHEN p.credit_account THEN p.amount WHEN p.debit_account THEN -p.amount ELSE 0 END), 0)
               FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id WHERE t.book = $1)::text AS deferred,
            (SELECT coalesce(sum(CASE 'revenue' WHEN p.credit_account THEN p.amount WHEN p.debit_account THEN -p.amount ELSE 0 END), 0)
               FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id WHERE t.book = $1)::text AS revenue,
            ((SELECT coalesce(sum(l.amount - l.discount_amount - l.tax_included_amount), 0) FROM invoice_lines l
                JOIN invoices i ON i.id = l.invoice_id AND i.status NOT IN ('draft', 'void')
               WHERE i.book = $1 AND l.type <> 'credit_purchase')
           - (SELECT coalesce(sum(n.amount - n.tax_included_amount), 0) FROM credit_note_lines n
                JOIN invoice_lines l ON l.id = n.invoice_line_id JOIN invoices i ON i.id = l.invoice_id
               WHERE i.book = $1 AND l.type <> 'credit_purchase'))::text AS documents`,
    [clock],
  );
  return rows[0];
}

async function checked(of: string): Promise<void> {
  expect([of, await violations()]).toEqual([of, []]);
}

/** How the same life comes to pass. */
interface Course {
  /** Whether events come in another order, and once more. */
  readonly doubled: boolean;
  /** So many hours before each act the clock stops for nothing. */
  readonly stops: number | null;
  readonly check: boolean;
}

async function lived(
  { plan, quantity, acts, paysLater, ...charges }: AnyLife,
  course: Course,
): Promise<BooksLife> {
  const collectionMethod = paysLater ? 'send_invoice' : null;
  const stored = await aStoredLife(deps, start, 'UTC', { plan, quantity, collectionMethod });
  const life: BooksLife = { ...stored, others: [], sent: 0 };
  await prepare(life, charges);
  await live(life, start);
  let now = start;
  for (const { after, act: next, sizes, late } of acts) {
    const before = (now + Math.max(0, after - (course.stops ?? 0)) * hourMs) as Instant;
    now = (now + after * hourMs) as Instant;
    if (course.stops !== null) await live(life, before);
    await live(life, now);
    const times = [...sizes.map(() => now), ...(late === null ? [] : [Math.max(start, now - late * dayMs)])];
    const events = times.map((time, index) => ({
      nth: life.sent + index,
      time: time as Instant,
      size: sizes[index] ?? 4,
    }));
    await sendUsage(life, course.doubled ? events.toReversed() : events, now);
    if (course.doubled) await sendUsage(life, events, now);
    life.sent += times.length;
    const refusal = await carryOut(life, next, now);
    await live(life, now);
    if (course.check) await checked(`${next.act} ${String(refusal)}`);
  }
  now = (now + 400 * dayMs) as Instant;
  for (const [of] of [life.id, ...life.others].entries()) {
    const request = { ask: 'cancel', at: 'now', credit: of === 0 } as const;
    await carryOut(life, { act: 'ask', of: of === 0 ? 0 : of + 1, request }, now);
  }
  await live(life, now);
  await correctEnded(deps, life.clock, now);
  now = (now + 400 * dayMs) as Instant;
  await live(life, now);
  await recognizeDaily(deps, life.clock, now);
  return life;
}

test('whatever is bought, used, credited, voided and paid, in any order, the books are right after each step', async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, async (of) => {
      const life = await lived(of, { doubled: false, stops: null, check: true });
      await checked('the end');
      const books = await earned(life);
      expect(books).toEqual({ deferred: '0', revenue: books?.documents, documents: books?.documents });
    }),
    { numRuns: runs, endOnFailure: true },
  );
});

/** What an equal life has as well, in the order of the numbers. */
async function documentsOf({ customerId }: BooksLife) {
  const { rows } = await database.pool.query(
    `SELECT status, subtotal, discount, tax, tax_included, total, amount_due, amount_paid, amount_credited FROM invoices
      WHERE customer_id = $1 ORDER BY sequence`,
    [customerId],
  );
  return rows as unknown[];
}

test('the same life has the same invoices, however its events come and its clock is moved', async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, fc.integer({ min: 0, max: 50 }), async (of, stops) => {
      const one = await lived(of, { doubled: false, stops: null, check: false });
      const other = await lived(of, { doubled: true, stops, check: false });
      expect(await documentsOf(other)).toEqual(await documentsOf(one));
    }),
    { numRuns: Math.ceil(runs / 2), endOnFailure: true },
  );
  await checked('both');
});
