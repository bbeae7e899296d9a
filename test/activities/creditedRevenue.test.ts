/** The revenue of a line that credit notes correct: each day as much as it earns, never less than nothing (semantics.md, 9). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { recognizeDaily } from '../../src/activities/recognizeDaily.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId, InvoiceLineId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { newId } from '../../src/store/newId.ts';
import { dayMs, hourMs } from '../domain/cycles.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dependenciesOn } from './dependencies.ts';
import { day, start } from './earlyLife.ts';
import { addCatalog } from './storedCatalog.ts';
import { advanceStored, askStored, aStoredLife, type StoredLife } from './storedLife.ts';

quietTemporal();

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterAll(() => database.drop());

const select = async <Row extends object>(sql: string, values: unknown[]): Promise<Row[]> =>
  (await database.pool.query<Row>(sql, values)).rows;

async function aBilledLife(): Promise<StoredLife> {
  const life = await aStoredLife(deps, start, 'UTC', { plan: 0 });
  await advanceStored(life, start, 'each');
  return life;
}

/** What is left of the fee of the first month, net, beside what a later line gives back of it. */
async function feeOf({ id }: StoredLife) {
  const [row] = await select<{ invoice: InvoiceId; line: InvoiceLineId; left: number }>(
    `SELECT l.invoice_id AS invoice, l.id AS line,
            (l.amount - (SELECT coalesce(sum(n.amount), 0) FROM credit_note_lines n WHERE n.invoice_line_id = l.id)
              + (SELECT coalesce(sum(c.amount), 0) FROM invoice_lines c WHERE c.credits_line_id = l.id))::int AS left
       FROM invoice_lines l WHERE l.subscription_id = $1 AND l.price_code = 'fee' AND l.period_index = 0
        AND l.credits_line_id IS NULL`,
    [id],
  );
  if (!row) throw new Error('the fee was not billed');
  return row;
}

async function credit(life: StoredLife, amount: number): Promise<void> {
  const { invoice, line } = await feeOf(life);
  await creditNoteActivities(deps).issueCreditNote({
    ...{ creditNoteId: newId('credit_note'), invoiceId: invoice, reason: 'other', memo: null, metadata: {} },
    asked: {
      ...{ kind: 'lines', refund: '0', credit: null },
      lines: [{ invoiceLine: line, amount: String(amount) }],
    },
  });
}

/** Moves on and recognises what has been earned by then. */
async function recognizeTo(life: StoredLife, at: Instant): Promise<void> {
  await advanceStored(life, at, 'each');
  await recognizeDaily(deps, life.clock, at);
}

/** What the fee has earned by now; with what its credit takes, and without. */
async function earnedOf(life: StoredLife) {
  const { line } = await feeOf(life);
  const [row] = await select<{ line: number; both: number }>(
    `SELECT coalesce(sum(s.recognized) FILTER (WHERE l.id = $1), 0)::int AS line, coalesce(sum(s.recognized), 0)::int AS both
       FROM revenue_schedules s JOIN invoice_lines l ON l.id = s.invoice_line_id
      WHERE $1 IN (l.id, l.credits_line_id)`,
    [line],
  );
  if (!row) throw new Error('nothing was read');
  return row;
}

test('a note takes back what is still to be earned, and leaves alone what was', async () => {
  const life = await aBilledLife();
  await recognizeTo(life, day(10));
  expect(await earnedOf(life)).toEqual({ line: 323, both: 323 });
  await credit(life, 400);
  expect(await earnedOf(life)).toEqual({ line: 323, both: 323 });
  await recognizeTo(life, day(11));
  expect(await earnedOf(life)).toEqual({ line: 336, both: 336 });
  await recognizeTo(life, day(31));
  expect(await earnedOf(life)).toEqual({ line: 600, both: 600 });
});

test('a note of more than is still to be earned takes back the rest of what was, at once', async () => {
  const life = await aBilledLife();
  await recognizeTo(life, day(20));
  await credit(life, 700);
  expect(await earnedOf(life)).toEqual({ line: 300, both: 300 });
  await recognizeTo(life, day(31));
  expect(await earnedOf(life)).toEqual({ line: 300, both: 300 });
});

test('a note of a used part, of which a cancellation has given back the rest, takes it back at once', async () => {
  const life = await aBilledLife();
  await recognizeTo(life, day(10));
  await askStored(life, { ask: 'cancel', at: 'now', credit: true }, day(10));
  await advanceStored(life, day(10), 'each');
  await credit(life, 323);
  expect((await earnedOf(life)).both).toBe(0);
  for (const later of [11, 15, 22, 31]) {
    await recognizeTo(life, day(later));
    expect(Math.abs((await earnedOf(life)).both)).toBeLessThanOrEqual(1);
  }
  expect((await earnedOf(life)).both).toBe(0);
  expect(await audit(database.pool)).toEqual([]);
});

const runs = Number(process.env.RUNS ?? 4);

test('whatever notes come on whatever days, a line has never earned less than nothing, and ends at its net amount', async () => {
  const notes = fc.array(
    fc.record({ after: fc.integer({ min: 0, max: 250 }), share: fc.integer({ min: 1, max: 100 }) }),
    { minLength: 1, maxLength: 5 },
  );
  const ends = fc.option(fc.integer({ min: 1, max: 700 }), { nil: null });
  await fc.assert(
    fc.asyncProperty(notes, ends, fc.boolean(), async (given, endsAfter, isLate) => {
      const life = await aBilledLife();
      let now = start;
      let ended = false;
      const check = async () => {
        const { line, both } = await earnedOf(life);
        expect(line).toBeGreaterThanOrEqual(0);
        // A line and what gives back of it are each rounded once.
        expect(both).toBeGreaterThanOrEqual(-1);
        expect(await audit(database.pool)).toEqual([]);
      };
      for (const { after, share } of given) {
        const at = now + after * hourMs;
        for (let next = now + dayMs; next <= at; next += dayMs) {
          // Recognition may lag behind.
          if (isLate) await advanceStored(life, next as Instant, 'each');
          else await recognizeTo(life, next as Instant);
          await check();
        }
        now = at as Instant;
        await advanceStored(life, now, 'each');
        if (endsAfter !== null && !ended && now >= start + endsAfter * hourMs) {
          ended = (await askStored(life, { ask: 'cancel', at: 'now', credit: true }, now)) === null;
          await advanceStored(life, now, 'each');
        }
        const amount = Math.trunc(((await feeOf(life)).left * share) / 100);
        if (amount > 0) await credit(life, amount);
        await check();
      }
      await recognizeTo(life, (now + 70 * dayMs) as Instant);
      await check();
      const { left } = await feeOf(life);
      expect((await earnedOf(life)).both).toBe(left);
    }),
    { numRuns: runs, endOnFailure: true },
  );
});
