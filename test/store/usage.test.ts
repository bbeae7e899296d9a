/** What meters count, three ways: rollups with their tail, the raw events, and plain arithmetic over what was sent. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import type { CustomerId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { aggregations, type Aggregation, type Meter } from '../../src/domain/meter.ts';
import { formatDecimal } from '../../src/domain/quantity.ts';
import { ingest } from '../../src/ingest/ingest.ts';
import { inTransaction } from '../../src/store/database.ts';
import { voidEvent } from '../../src/store/eventVoids.ts';
import { insertMeter } from '../../src/store/meters.ts';
import { newId } from '../../src/store/newId.ts';
import { totalUsage, type UsageGroup } from '../../src/store/usage.ts';
import { foldUsage } from '../../src/store/usageRollups.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { othersHaveEnded } from '../stack/othersHaveEnded.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
}, 60_000);
afterAll(() => database.drop());

let customers = 0;
async function aCustomer(): Promise<CustomerId> {
  const id = newId('customer');
  await database.pool.query(
    `INSERT INTO customers (id, external_id, name, created) VALUES ($1, $2, 'Ada', now())`,
    [id, `customer-${String((customers += 1))}`],
  );
  return id;
}

async function aMeter(fields: Partial<Meter> = {}): Promise<Meter> {
  const id = newId('meter');
  const meter: Meter = {
    id,
    code: id,
    eventType: id,
    aggregation: 'sum',
    property: fields.aggregation === 'count' ? null : 'n',
    expression: null,
    filters: [],
    groupBy: ['region', 'request.kind'],
    ...fields,
  };
  await insertMeter(database.pool, { ...meter, name: meter.code, metadata: {} });
  return meter;
}

interface Sent {
  readonly id: string;
  readonly time: number;
  readonly value: string;
  readonly region: string | undefined;
}

const start = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

const sentEvents = fc.array(
  fc.record({
    time: fc
      .integer({ min: -30, max: 90 })
      .chain((minutes) => fc.integer({ min: 0, max: 59_999 }).map((ms) => start + minutes * 600_000 + ms)),
    value: fc.oneof(
      fc.integer({ min: -1000, max: 1000 }).map(String),
      fc.integer({ min: 0, max: 10 ** 9 }).map((n) => `3.${String(n).padStart(12, '0')}`),
    ),
    region: fc.constantFrom('eu', 'us', undefined),
  }),
  { minLength: 1, maxLength: 40 },
);

type Step = { readonly do: 'send' | 'void'; readonly event: number } | { readonly do: 'fold' };

const period = fc
  .tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 40_000 }))
  .map(([from, length]) => ({
    start: (start + from * 1000) as Instant,
    end: (start + (from + length) * 1000) as Instant,
  }));

test.each(aggregations)(
  'lesson 11: %s: any split of events into batches, orders, duplicates, folds and voids gives the same totals',
  async (aggregation) => {
    await fc.assert(
      fc.asyncProperty(
        sentEvents,
        fc.infiniteStream(fc.nat()),
        period,
        fc.boolean(),
        async (given, random, asked, grouped) => {
          const draw = (below: number) => (random.next().value as number) % below;
          const meter = await aMeter({ aggregation });
          const customerId = await aCustomer();
          const events: Sent[] = given.map((event, nth) => ({ ...event, id: `e${String(nth)}` }));
          const steps: Step[] = [];
          const voided = new Set<number>();
          events.forEach((_, event) => {
            steps.splice(draw(steps.length + 1), 0, { do: 'send', event });
            if (draw(3) === 0) steps.splice(draw(steps.length + 1), 0, { do: 'send', event });
            if (draw(5) === 0) {
              voided.add(event);
              steps.push({ do: 'void', event });
            }
            if (draw(6) === 0) steps.splice(draw(steps.length + 1), 0, { do: 'fold' });
          });
          if (draw(2) === 0) steps.push({ do: 'fold' });
          await play(steps, events, meter, customerId, draw);

          const question = { customerId, meter, period: asked, groupBy: grouped ? ['region'] : [] };
          const counted = events.filter((_, nth) => !voided.has(nth));
          const expected = reference(aggregation, counted, asked, grouped);
          const rolledUp = await totalUsage(database.pool, [question]);
          const raw = await totalUsage(database.pool, [question], { raw: true });
          const asOf = await totalUsage(database.pool, [question], { raw: true, asOf: [raw.snapshot] });
          expect(told(rolledUp.groups[0])).toEqual(expected);
          expect(told(raw.groups[0])).toEqual(expected);
          expect(told(asOf.groups[0])).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  },
  60_000,
);

/** Sends what stands together as one batch, and voids after it was sent. */
async function play(
  steps: readonly Step[],
  events: readonly Sent[],
  meter: Meter,
  customerId: CustomerId,
  draw: (below: number) => number,
): Promise<void> {
  let batch: string[] = [];
  const send = async () => {
    const { rejected } = await ingest(database.pool, `[${batch.join(',')}]`, Date.now() as Instant);
    expect(rejected).toEqual([]);
    batch = [];
  };
  for (const step of steps) {
    if (step.do === 'fold') {
      await send();
      await foldUsage(database.pool);
      continue;
    }
    const event = events[step.event];
    if (!event) continue;
    if (step.do === 'send') {
      batch.push(eventJson(event, meter, customerId));
      if (draw(4) === 0) await send();
    } else {
      await send();
      expect(await inTransaction(database.pool, (tx) => voidEvent(tx, meter.id, event.id))).toBe(true);
    }
  }
  await send();
}

function eventJson(event: Sent, meter: Meter, customerId: CustomerId): string {
  const data = event.region === undefined ? '' : `,"region":"${event.region}"`;
  return `{"source":"${meter.id}","id":"${event.id}","type":"${meter.eventType}","subject":"${customerId}",
    "time":"${new Date(event.time).toISOString()}","data":{"n":${event.value}${data}}}`;
}

function told(groups: readonly UsageGroup[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (groups ?? []).map(({ group, quantity }) => [JSON.stringify(group), formatDecimal(quantity)]),
  );
}

/** Semantics, section 5, in plain arithmetic. */
function reference(
  aggregation: Aggregation,
  events: readonly Sent[],
  { start: from, end }: { start: number; end: number },
  grouped: boolean,
): Record<string, string> {
  const carries = aggregation === 'recurring' || aggregation === 'weighted_sum';
  const groups = new Map<string, Sent[]>();
  if (!grouped) groups.set('{}', []);
  for (const event of events) {
    if (event.time >= end || (event.time < from && !carries)) continue;
    const key = grouped ? JSON.stringify({ region: event.region ?? null }) : '{}';
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  const totals = [...groups].map(([key, of]) => [key, total(aggregation, of, from, end)] as const);
  return Object.fromEntries(
    totals
      .filter(([, quantity]) => !(carries && grouped && quantity.equals(0)))
      .map(([key, quantity]) => [key, formatDecimal(quantity)]),
  );
}

function total(aggregation: Aggregation, events: readonly Sent[], from: number, end: number): Fraction {
  const values = events.map(({ value }) => new Fraction(value));
  const sum = values.reduce((all, value) => all.add(value), new Fraction(0));
  const [first = new Fraction(0)] = values;
  switch (aggregation) {
    case 'count':
      return new Fraction(events.length);
    case 'sum':
    case 'recurring':
      return sum;
    case 'min':
      return values.reduce((least, value) => (value.lt(least) ? value : least), first);
    case 'max':
      return values.reduce((most, value) => (value.gt(most) ? value : most), first);
    case 'avg':
      return events.length === 0 ? new Fraction(0) : rounded(sum.div(events.length));
    case 'unique_count':
      return new Fraction(new Set(events.map(({ value }) => value)).size);
    case 'latest': {
      const byTime = [...events].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
      return new Fraction(byTime.at(-1)?.value ?? 0);
    }
    case 'weighted_sum':
      return rounded(
        events
          .map(({ time, value }) => new Fraction(value).mul(end - Math.max(time, from)))
          .reduce((all, weighted) => all.add(weighted), new Fraction(0))
          .div(end - from),
      );
  }
}

/** To 12 fractional digits, a half away from zero. */
function rounded(value: Fraction): Fraction {
  const scaled = value
    .abs()
    .mul(10n ** 12n)
    .add('1/2')
    .floor();
  return scaled.mul(value.s).div(10n ** 12n);
}

test('filters and groups of a price are answered from what its meter groups by', async () => {
  const meter = await aMeter({ filters: [{ property: 'kind', notIn: ['test'] }] });
  const customerId = await aCustomer();
  const send = (id: string, data: string) =>
    ingest(
      database.pool,
      `{"source":"${meter.id}","id":"${id}","type":"${meter.eventType}","subject":"${customerId}","time":"2026-01-01T05:00:00Z","data":${data}}`,
      Date.now() as Instant,
    );
  await send('1', '{"n":1,"region":"eu","request":{"kind":"a"}}');
  await send('2', '{"n":2,"region":"eu","request":{"kind":"b"}}');
  await foldUsage(database.pool);
  await send('3', '{"n":4,"region":"us","request":{"kind":"a"}}');
  await send('4', '{"n":8,"request":{"kind":"a"}}');
  await send('5', '{"n":16,"region":"eu","kind":"test"}');
  const asked = { start: start as Instant, end: (start + 24 * hour) as Instant };
  const question = { customerId, meter, period: asked };
  const { groups } = await totalUsage(database.pool, [
    question,
    { ...question, groupBy: ['request.kind', 'region'] },
    { ...question, filters: [{ property: 'region', in: ['eu', 'us'] }] },
    { ...question, filters: [{ property: 'region', notIn: ['eu'] }], groupBy: ['region'] },
  ]);
  expect(groups.map(told)).toEqual([
    { '{}': '15' },
    {
      '{"request.kind":"a","region":"eu"}': '1',
      '{"request.kind":"b","region":"eu"}': '2',
      '{"request.kind":"a","region":"us"}': '4',
      '{"request.kind":"a","region":null}': '8',
    },
    { '{}': '7' },
    { '{"region":"us"}': '4', '{"region":null}': '8' },
  ]);
});

test('a meter that is added later counts what is stored already, before and after it is folded', async () => {
  const early = await aMeter({ aggregation: 'count' });
  const customerId = await aCustomer();
  const events = Array.from(
    { length: 20 },
    (_, nth) =>
      `{"source":"${early.id}","id":"${String(nth)}","type":"${early.eventType}","subject":"${customerId}","time":"2026-01-01T0${String(nth % 10)}:30:00Z","data":{"n":${String(nth)}}}`,
  );
  await ingest(database.pool, `[${events.join(',')}]`, Date.now() as Instant);
  await othersHaveEnded(database.pool);
  await foldUsage(database.pool);
  const late = await aMeter({ eventType: early.eventType });
  const asked = { start: start as Instant, end: (start + 10 * hour) as Instant };
  const ask = async () =>
    (await totalUsage(database.pool, [{ customerId, meter: late, period: asked }])).groups.map(told);
  expect(await ask()).toEqual([{ '{}': '190' }]);
  expect(await foldUsage(database.pool)).toBe(0);
  expect(await ask()).toEqual([{ '{}': '190' }]);
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS hours FROM usage_rollups WHERE meter_id = $1`,
    [late.id],
  );
  expect(rows).toEqual([{ hours: 10 }]);
});

test('a fold that dies half-way has folded nothing, and is done again', async () => {
  const meter = await aMeter();
  const customerId = await aCustomer();
  await ingest(
    database.pool,
    `{"source":"${meter.id}","id":"1","type":"${meter.eventType}","subject":"${customerId}","time":"2026-01-01T05:00:00Z","data":{"n":7}}`,
    Date.now() as Instant,
  );
  await database.pool.query(
    `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`,
  );
  await database.pool.query(
    `CREATE TRIGGER die BEFORE UPDATE ON usage_rollup_progress FOR EACH ROW EXECUTE FUNCTION die()`,
  );
  await othersHaveEnded(database.pool);
  await expect(foldUsage(database.pool)).rejects.toThrow();
  await database.pool.query(`DROP TRIGGER die ON usage_rollup_progress`);
  const asked = { start: start as Instant, end: (start + 24 * hour) as Instant };
  const ask = async () =>
    (await totalUsage(database.pool, [{ customerId, meter, period: asked }])).groups.map(told);
  expect(await ask()).toEqual([{ '{}': '7' }]);
  await foldUsage(database.pool);
  expect(await ask()).toEqual([{ '{}': '7' }]);
});
