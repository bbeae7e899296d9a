/** Random lives in Postgres: the same events, catalog and changes give the same invoices, however they come (semantics.md, 11.6). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { correctEnded } from '../../src/activities/correctEnded.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { dayMs, hourMs } from '../domain/cycles.ts';
import {
  aCancellation,
  aChange,
  aPause,
  aResumption,
  aTakingBack,
  aTrialMove,
  span,
} from '../domain/lifeRequests.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import { addCatalog } from './storedCatalog.ts';
import {
  advanceStored,
  askStored,
  aStoredLife,
  invoicesOfLife,
  sendUsage,
  type LifeUsage,
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

const runs = Number(process.env.RUNS ?? 8);

const request: fc.Arbitrary<StoredRequest> = fc.oneof(
  { weight: 8, arbitrary: aChange({ anchors: ['anniversary', 'calendar', { day_of_month: 31 }] }) },
  { weight: 3, arbitrary: fc.record({ ask: fc.constant('addOn' as const), quantity: fc.nat(2) }) },
  { weight: 3, arbitrary: aPause },
  { weight: 3, arbitrary: aResumption },
  { weight: 2, arbitrary: aTrialMove },
  { weight: 1, arbitrary: aCancellation },
  { weight: 2, arbitrary: aTakingBack },
  {
    weight: 1,
    arbitrary: fc.record({
      ask: fc.constant('migrate' as const),
      effective: fc.constantFrom('now' as const, 'period_end' as const),
    }),
  },
);

const anyLife = fc.record({
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
  plan: fc.nat(3),
  quantity: fc.integer({ min: 1, max: 4 }),
  backdated: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, span(70)),
  trial: fc.option(span(20)),
  happenings: fc.array(fc.record({ after: span(25), request }), { minLength: 1, maxLength: 6 }),
  usage: fc.array(fc.record({ after: span(90), size: fc.integer({ min: -2, max: 9 }) }), { maxLength: 15 }),
});
type AnyLife = typeof anyLife extends fc.Arbitrary<infer Value> ? Value : never;

/** How the same life comes to pass. */
interface Course {
  /** For each event, so long after its time it is sent, or before it. */
  readonly delays: readonly number[];
  /** Whether each batch is sent again, in another order. */
  readonly doubled: boolean;
  /** Instants at which the clock stops for nothing. */
  readonly stops: readonly number[];
  readonly advance: 'each' | 'last';
  /** How often each activity is run. */
  readonly times: number;
}

const courseWith = (delay: fc.Arbitrary<number>): fc.Arbitrary<Course> =>
  fc.record({
    delays: fc.array(delay, { minLength: 15, maxLength: 15 }),
    doubled: fc.boolean(),
    stops: fc.array(span(90), { maxLength: 6 }),
    advance: fc.constantFrom('each' as const, 'last' as const),
    times: fc.integer({ min: 1, max: 2 }),
  });

const early = courseWith(fc.integer({ min: -23 * hourMs, max: 0 }));
const whenever = courseWith(fc.integer({ min: -23 * hourMs, max: 30 * dayMs }));

const base = Date.UTC(2027, 0, 20, 9);

type Act = { readonly at: number } & (
  | { readonly act: 'ask'; readonly request: StoredRequest }
  | { readonly act: 'send'; readonly events: readonly LifeUsage[] }
  | { readonly act: 'stop' }
);

/** What happens, in order: at one instant events are sent before anything is asked for. */
function actsOf(of: AnyLife, how: Course): Act[] {
  let now = base;
  const asks = of.happenings.map(({ after, request: asked }): Act => {
    now += after;
    return { at: now, act: 'ask', request: asked };
  });
  const sends = of.usage.map(({ after, size }, nth): Act => {
    const time = (base - of.backdated + after) as Instant;
    return { at: Math.max(base, time + (how.delays[nth] ?? 0)), act: 'send', events: [{ nth, time, size }] };
  });
  const stops = how.stops.map((after): Act => ({ at: base + after, act: 'stop' }));
  return [...sends, ...asks, ...stops].sort((a, b) => a.at - b.at);
}

async function lived(of: AnyLife, how: Course) {
  const life = await aStoredLife(deps, base as Instant, of.timezone, {
    plan: of.plan,
    quantity: of.quantity,
    startAt: of.backdated === 0 ? null : ((base - of.backdated) as Instant),
    trialEnd: of.trial === null ? null : ((base + of.trial) as Instant),
  });
  const answers: (string | null)[] = [];
  const acts = actsOf(of, how);
  // What was used before the signup is known when it is billed.
  for (const each of acts) {
    if (each.act === 'send' && each.at === base) await sendUsage(life, each.events, each.at as Instant);
  }
  for (const each of acts) {
    const at = each.at as Instant;
    if (each.act === 'send') {
      if (at === base) continue;
      await advanceStored(life, (at - 1) as Instant, how.advance);
      await sendUsage(life, each.events, at);
      if (how.doubled) await sendUsage(life, each.events.toReversed(), at);
      continue;
    }
    await advanceStored(life, at, how.advance);
    if (each.act === 'ask') {
      answers.push(await askStored(life, each.request, at, how.times));
      await advanceStored(life, at, how.advance);
    }
  }
  const asked = of.happenings.reduce((sum, { after }) => sum + after, 0);
  const end = (base + Math.max(asked, 92 * dayMs) + 35 * dayMs) as Instant;
  await advanceStored(life, end, how.advance);
  return { life, end, invoices: await invoicesOfLife(life), answers };
}

/** Ends a life, with what came late, and adds up what its usage was billed for each price, group and period. */
async function usageBilled(of: AnyLife, how: Course) {
  const { life, end, answers } = await lived(of, how);
  await askStored(life, { ask: 'cancel', at: 'now', credit: false }, end);
  const done = (end + dayMs) as Instant;
  await advanceStored(life, done, how.advance);
  await correctEnded(deps, life.clock, done);
  await advanceStored(life, done, how.advance);
  const { rows } = await database.pool.query(
    `SELECT price_code, type = 'minimum' AS minimum, period_start, period_end, group_key, sum(amount)::int AS amount,
            sum(quantity)::float AS quantity
       FROM invoice_lines WHERE subscription_id = $1 AND type IN ('usage', 'late_usage', 'minimum')
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3, 4, 5`,
    [life.id],
  );
  return { answers, rows };
}

async function setAsides() {
  return (await database.pool.query<{ reason: string }>('SELECT step, reason FROM set_asides')).rows;
}

test('the same life gives the same invoices, however its events arrive and its clock is moved, and each activity run twice changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, early, early, async (of, one, other) => {
      const first = await lived(of, one);
      expect(await setAsides()).toEqual([]);
      const second = await lived(of, other);
      expect(await setAsides()).toEqual([]);
      expect([second.invoices, second.answers]).toEqual([first.invoices, first.answers]);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  expect(await audit(database.pool)).toEqual([]);
});

test('however late events come, each period is billed what it used, to the minor unit', async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, early, whenever, async (of, inTime, late) => {
      expect(await usageBilled(of, late)).toEqual(await usageBilled(of, inTime));
      expect(await setAsides()).toEqual([]);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  expect(await audit(database.pool)).toEqual([]);
});

test('lesson 26: lives on clocks of their own, moved all at once, are those that are moved one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyLife, early), { minLength: 4, maxLength: 4 }), async (lives) => {
      const together = await Promise.all(lives.map(([of, how]) => lived(of, how)));
      for (const [nth, [of, how]] of lives.entries()) {
        expect(together[nth]?.invoices).toEqual((await lived(of, how)).invoices);
      }
    }),
    { numRuns: Math.ceil(runs / 8) },
  );
});
