/** A preview is what then comes, to the minor unit, and changes nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { nextDueOnClock } from '../../src/store/clockTime.ts';
import { newId } from '../../src/store/newId.ts';
import { readOne } from '../../src/store/reads/page.ts';
import { selectInvoices, type InvoiceRow, type PreviewedInvoice } from '../../src/store/reads/invoices.ts';
import type { ChangeRequest } from '../../src/workflows/contract/subscription.ts';
import { dayMs, hourMs } from '../domain/cycles.ts';
import { aCancellation, aChange, aPause, aTakingBack, aTrialMove, span } from '../domain/lifeRequests.ts';
import { isChangePending } from '../../src/store/subscriptionChanges.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { fingerprint } from './fingerprint.ts';
import { addCatalog } from './storedCatalog.ts';
import {
  advanceStored,
  askStored,
  aStoredLife,
  changeRequest,
  preview,
  sendUsage,
  type StoredLife,
  type StoredRequest,
} from './storedLife.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
  await addCatalog(database.pool);
});
afterAll(() => database.drop());

const runs = Number(process.env.RUNS ?? 10);
const base = Date.UTC(2027, 0, 20, 9);

const anAddOn = fc.record({ ask: fc.constant('addOn' as const), quantity: fc.nat(2) });
const aChangeOfTerms = aChange({ anchors: ['anniversary', 'calendar'] });
const earlier: fc.Arbitrary<StoredRequest> = fc.oneof(
  { weight: 4, arbitrary: aChangeOfTerms },
  { weight: 2, arbitrary: anAddOn },
  { weight: 1, arbitrary: aPause },
  { weight: 1, arbitrary: aCancellation },
);
const previewed: fc.Arbitrary<StoredRequest> = fc.oneof(
  { weight: 5, arbitrary: aChangeOfTerms },
  { weight: 2, arbitrary: anAddOn },
  { weight: 1, arbitrary: aTrialMove },
  { weight: 1, arbitrary: aTakingBack },
);
const anyLife = fc.record({
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
  plan: fc.nat(3),
  quantity: fc.integer({ min: 1, max: 9 }),
  trial: fc.option(span(20), { freq: 3 }),
  committed: fc.option(fc.constantFrom('0', '5000', '60000')),
  happenings: fc.array(fc.record({ after: span(25), request: earlier }), { maxLength: 3 }),
  usage: fc.array(fc.record({ after: span(60), size: fc.integer({ min: 0, max: 9 }) }), { maxLength: 8 }),
  after: fc.oneof(span(25), fc.integer({ min: 0, max: 2 * hourMs })),
  previewed,
});

type AnyLife = typeof anyLife extends fc.Arbitrary<infer Value> ? Value : never;

/** Lived until something is to be previewed. */
async function livedUntilThen(of: AnyLife): Promise<{ life: StoredLife; now: Instant }> {
  const life = await aStoredLife(deps, base as Instant, of.timezone, {
    plan: of.plan,
    quantity: of.quantity,
    trialEnd: of.trial === null ? null : ((base + of.trial) as Instant),
    commitment:
      of.committed === null
        ? null
        : { amount: of.committed, interval: 'period', periods: 1, overage_rate: '1.5' },
  });
  let now = base as Instant;
  await advanceStored(life, now, 'each');
  for (const { after, request } of of.happenings) {
    now = (now + after) as Instant;
    await advanceStored(life, now, 'each');
    await askStored(life, request, now);
    await advanceStored(life, now, 'each');
  }
  now = (now + of.after) as Instant;
  await advanceStored(life, now, 'each');
  const used = of.usage.map(({ after, size }, nth) => ({ nth, size, time: (base + after) as Instant }));
  await sendUsage(
    life,
    used.filter(({ time }) => time <= now + dayMs),
    now,
  );
  return { life, now };
}

async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ApplicationFailure) return error.type ?? '';
    throw error;
  }
}

const money = ({
  subtotal,
  total,
  credits_applied: credits,
  amount_due: due,
}: PreviewedInvoice | InvoiceRow) => [subtotal, total, credits, due].map(String);
const shown = (invoice: PreviewedInvoice | InvoiceRow) => ({
  money: money(invoice),
  period: [invoice.period_start, invoice.period_end],
  lines: invoice.lines.map(
    ({ type, amount, description, period_start, period_end, quantity, unit_amount: unit }) => ({
      type,
      amount,
      description,
      period_start,
      period_end,
      quantity,
      unit,
    }),
  ),
});

/** The next two invoices that really come from when the change takes effect, beside those that are there. */
async function nextTwo(
  life: StoredLife,
  there: Set<InvoiceId>,
  { operationId }: ChangeRequest,
  now: Instant,
): Promise<InvoiceRow[]> {
  for (;;) {
    if (await isChangePending(database.pool, newId('subscription_change', operationId))) {
      for (const id of await invoiceIds(life)) there.add(id);
    }
    const { rows } = await database.pool.query<{ id: InvoiceId }>(
      `SELECT id FROM invoices WHERE subscription_id = $1 AND status <> 'draft' ORDER BY sequence`,
      [life.id],
    );
    const fresh = rows.filter(({ id }) => !there.has(id));
    const at = await nextDueOnClock(database.pool, life.clock, (now + 900 * dayMs) as Instant);
    if (fresh.length >= 2 || at === null) {
      const invoices = fresh
        .slice(0, 2)
        .map(({ id }) => readOne<InvoiceRow>(database.pool, selectInvoices, id));
      return (await Promise.all(invoices)).flatMap((row) => row ?? []);
    }
    await advanceStored(life, at, 'each');
  }
}

async function invoiceIds({ id }: StoredLife): Promise<Set<InvoiceId>> {
  const { rows } = await database.pool.query<{ id: InvoiceId }>(
    `SELECT id FROM invoices WHERE subscription_id = $1`,
    [id],
  );
  return new Set(rows.map((row) => row.id));
}

test('a preview of any change in any life is what the next two invoices then are, or is refused as the change is, and changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, async (of) => {
      const { life, now } = await livedUntilThen(of);
      const request: ChangeRequest = changeRequest(of.previewed, now);
      const there = await invoiceIds(life);
      const before = await fingerprint(database.pool);
      let expected: PreviewedInvoice[] = [];
      const refused = await refusalOf(async () => {
        const { invoice, next } = await preview(life, request);
        expected = [invoice, next].flatMap((each) => each ?? []);
      });
      expect(await fingerprint(database.pool)).toEqual(before);
      const activities = subscriptionActivities(deps);
      expect(await refusalOf(() => activities.changeSubscription(life.id, request))).toBe(refused);
      if (refused !== null) return;
      await advanceStored(life, now, 'each');
      expect((await nextTwo(life, there, request, now)).map(shown)).toEqual(expected.map(shown));
    }),
    { numRuns: runs },
  );
  expect((await database.pool.query('SELECT FROM set_asides')).rowCount).toBe(0);
  expect(await audit(database.pool)).toEqual([]);
});
