/** Whatever happens to a period's usage after it was billed, and in whichever order, it is never given back twice (semantics.md, section 5). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, InvoiceLineId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { inTransaction } from '../../src/store/database.ts';
import { voidEvent } from '../../src/store/eventVoids.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { day, prepare, start } from './earlyLife.ts';
import { addCatalog } from './storedCatalog.ts';
import { advanceStored, aStoredLife, sendUsage, type StoredLife } from './storedLife.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterAll(() => database.drop());

const runs = Number(process.env.RUNS ?? 5);

/** Numbers choose among what is there of January. */
type Correction =
  | { readonly do: 'late'; readonly sizes: readonly number[] }
  | { readonly do: 'voidEvents'; readonly from: number; readonly count: number }
  | { readonly do: 'void'; readonly of: number }
  | { readonly do: 'note'; readonly of: number; readonly part: number };

const size = fc.integer({ min: 0, max: 9 });
const correction: fc.Arbitrary<Correction> = fc.oneof(
  fc.record({
    do: fc.constant('late' as const),
    sizes: fc.array(size, { minLength: 1, maxLength: 6 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('voidEvents' as const),
      from: fc.nat(6),
      count: fc.integer({ min: 3, max: 15 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('void' as const), of: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('note' as const),
      of: fc.nat(8),
      part: fc.integer({ min: 1, max: 12 }),
    }),
  },
);

const anyHistory = fc.record({
  sizes: fc.array(size, { minLength: 4, maxLength: 12 }),
  percentOff: fc.constantFrom(null, 33, 50, 100),
  taxes: fc.array(fc.record({ percentage: fc.integer({ min: 1, max: 2500 }), inclusive: fc.boolean() }), {
    maxLength: 2,
  }),
  committed: fc.boolean(),
  /** What is corrected in each of the months that follow. */
  months: fc.array(fc.array(correction, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 4 }),
});

interface Life extends StoredLife {
  sent: number;
}

interface Standing {
  readonly of: string;
  /** What is charged before and after discounts, less credit notes, and the tax of that. */
  readonly charged: number;
  readonly net: number;
  readonly tax: number;
}

const lines = `
  WITH lines AS (
    SELECT l.*, i.status, n.net AS noted, n.tax AS noted_tax, coalesce(w.type, l.type) = 'minimum' AS is_minimum,
           l.tax_amount + l.tax_included_amount AS line_tax,
           CASE WHEN l.amount = l.discount_amount THEN 0
                ELSE round(n.net * l.amount / (l.amount - l.discount_amount)) END AS noted_gross
      FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id AND i.status <> 'draft'
      LEFT JOIN invoice_lines w ON l.type = 'waived' AND w.id = l.credits_line_id
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(amount), 0) AS net, coalesce(sum(tax_amount + tax_included_amount), 0) AS tax
         FROM credit_note_lines WHERE invoice_line_id = l.id) n
     WHERE l.subscription_id = $1 AND l.period_start = '2027-01-01' AND l.billing = 'in_arrears'
       AND l.type IN ('usage', 'late_usage', 'minimum', 'waived'))`;

/** Of each group and minimum of January. */
async function standings({ id }: StoredLife): Promise<Standing[]> {
  const { rows } = await database.pool.query<Standing>(
    `${lines}
     SELECT concat(price_code, ' ', group_values ->> 'region', CASE WHEN is_minimum THEN ' minimum' END) AS of,
            sum(amount - noted_gross)::int AS charged, sum(amount - discount_amount - noted)::int AS net,
            sum(line_tax - noted_tax)::int AS tax
       FROM lines WHERE status <> 'void' GROUP BY price_code, group_values, is_minimum ORDER BY 1`,
    [id],
  );
  return rows;
}

/** Of each price: what was waived, and what voids and credit notes have taken off its charges. */
async function waived({ id }: StoredLife) {
  const { rows } = await database.pool.query<{ price: string; waived: number; taken: number }>(
    `${lines}
     SELECT price_code AS price, coalesce(sum(amount) FILTER (WHERE type = 'waived'), 0)::int AS waived,
            coalesce(sum(greatest(CASE WHEN status = 'void' THEN amount ELSE noted_gross END, 0)) FILTER (WHERE type <> 'waived'), 0)::int AS taken
       FROM lines GROUP BY 1`,
    [id],
  );
  return rows;
}

async function correct(life: Life, each: Correction, now: Instant): Promise<void> {
  switch (each.do) {
    case 'late': {
      const events = each.sizes.map((of, index) => ({ nth: life.sent + index, time: day(12), size: of }));
      await sendUsage(life, events, now);
      life.sent += events.length;
      return;
    }
    case 'voidEvents':
      for (let nth = each.from; nth < each.from + each.count; nth += 1) {
        await inTransaction(deps.pool, (tx) => voidEvent(tx, life.customerId, String(nth)));
      }
      return;
    case 'void': {
      const open = await january<{ id: InvoiceId }>(life, `i.id`, `i.status = 'open' ORDER BY i.id`);
      const invoiceId = open[each.of % Math.max(open.length, 1)]?.id;
      if (!invoiceId) return;
      const voided = endInvoiceActivities(deps).voidInvoice({ operationId: newOperationId(), invoiceId });
      return unlessRefused(voided);
    }
    case 'note': {
      const charges = await january<{ id: InvoiceId; line: InvoiceLineId; net: bigint }>(
        life,
        `i.id, l.id AS line, (l.amount - l.discount_amount)::bigint AS net`,
        `i.status IN ('open', 'paid') AND l.amount <> l.discount_amount ORDER BY i.id, line`,
      );
      const charge = charges[each.of % Math.max(charges.length, 1)];
      if (!charge) return;
      const { id: invoiceId, line, net } = charge;
      const amount = each.part >= 10 ? net : (net * BigInt(each.part)) / 10n || net;
      const lines = [{ invoiceLine: line, amount: String(amount) }];
      return unlessRefused(
        creditNoteActivities(deps).issueCreditNote({
          ...{ creditNoteId: newId('credit_note'), invoiceId },
          asked: { kind: 'lines', lines, refund: '0', credit: null },
          ...{ reason: 'other', memo: null, metadata: {} },
        }),
      );
    }
  }
}

/** The invoices with usage of January, and their lines for it. */
async function january<Row extends object>(
  { id }: StoredLife,
  columns: string,
  which: string,
): Promise<Row[]> {
  const { rows } = await database.pool.query<Row>(
    `SELECT DISTINCT ${columns} FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
      WHERE l.subscription_id = $1 AND l.period_start = '2027-01-01' AND l.billing = 'in_arrears'
        AND l.type IN ('usage', 'late_usage', 'minimum', 'waived') AND ${which}`,
    [id],
  );
  return rows;
}

/** Refused is as good as done. */
async function unlessRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof ApplicationFailure && error.nonRetryable)) throw error;
  });
}

test('what is charged is never below zero, with its tax; and no more is waived than was given back in another way', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, async ({ sizes, months, ...charges }) => {
      const stored = await aStoredLife(deps, start, 'UTC', { collectionMethod: 'send_invoice' });
      const life: Life = { ...stored, sent: sizes.length };
      await prepare(life, charges);
      await advanceStored(life, day(10), 'each');
      await sendUsage(
        life,
        sizes.map((of, nth) => ({ nth, time: day(9), size: of })),
        day(10),
      );
      let now = day(31);
      await advanceStored(life, now, 'each');
      for (const corrections of months) {
        for (const each of corrections) await correct(life, each, now);
        now = (now + day(31) - start) as Instant;
        await advanceStored(life, now, 'each');
        for (const standing of await standings(life)) {
          const { charged, net, tax } = standing;
          const isRight = charged === 0 ? net === 0 && tax === 0 : charged > 0 && net >= 0 && tax >= 0;
          expect([JSON.stringify(standing), isRight]).toEqual([JSON.stringify(standing), true]);
        }
        for (const { price, waived: amount, taken } of await waived(life)) {
          expect([price, amount >= 0 && amount <= taken]).toEqual([price, true]);
        }
        expect(await audit(database.pool)).toEqual([]);
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
});
