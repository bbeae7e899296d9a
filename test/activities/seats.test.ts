/** Seats feed billing: members that join and leave change what their customer is billed for, from that instant on. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import { audit } from '../../src/audit/audit.ts';
import { toTerms, type PriceDefinition } from '../../src/catalog/price.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { rate } from '../../src/domain/pricing/rate.ts';
import { deleteOrganization } from '../../src/organizations/organizations.ts';
import { newOperationId } from '../../src/store/newId.ts';
import { dayMs, hourMs } from '../domain/cycles.ts';
import { anOrganization, ask, plansOn } from '../organizations/anOrganization.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';
import {
  anOrganizationOf,
  aSeatLife,
  aSeatPlan,
  billedSeats,
  join,
  leave,
  linesOf,
  look,
  ofSeats,
  perSeat,
  signUpFor,
  within,
  type SeatLife,
} from './seatLife.ts';
import { aClockCustomer, advanceStored, askStored, nothingAsked } from './storedLife.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
});
afterAll(async () => {
  expect(await audit(database.pool)).toEqual([]);
  expect((await database.pool.query('SELECT * FROM set_asides')).rows).toEqual([]);
  await database.drop();
});

const january = Date.UTC(2027, 0, 1) as Instant;
const day = (nth: number) => (january + (nth - 1) * dayMs) as Instant;
const february = day(32);
const march = day(60);

/** The charges and credits of a life: from when, for how many, how much. */
const charged = async (life: SeatLife) =>
  (await linesOf(life)).map(({ period_start: start, quantity, amount }) => [
    Math.round((start - january) / dayMs) + 1,
    Number(quantity),
    Number(amount),
  ]);

test('who joins is billed from then to the end of the period, and who leaves is given back the rest', async () => {
  const life = await aSeatLife(deps, january, await aSeatPlan(deps, perSeat('3100')), 2);
  await advanceStored(life, day(11), 'each');
  await join(deps, life.organizationId);
  await advanceStored(life, day(21), 'each');
  await leave(deps, life.organizationId);
  await leave(deps, life.organizationId);
  await advanceStored(life, february, 'each');
  const sorted = (rows: number[][]) =>
    rows.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0));
  expect(sorted(await charged(life))).toEqual([
    [1, 2, 6200],
    [11, 2, -4200],
    [11, 3, 6300],
    [21, 3, -3300],
    [21, 1, 1100],
    [32, 1, 3100],
  ]);
  expect((await linesOf(life)).every(({ invoice_id: invoice }) => invoice !== null)).toBe(true);
});

test('with seats_down at period_end a seat that was left is paid for until then, and free for who comes meanwhile', async () => {
  const planId = await aSeatPlan(deps, perSeat('3100'), { seatsDown: 'period_end' });
  const life = await aSeatLife(deps, january, planId, 5);
  await advanceStored(life, day(5), 'each');
  await leave(deps, life.organizationId);
  await leave(deps, life.organizationId);
  await look(life, day(5));
  expect(await billedSeats(life)).toBe(5);
  await advanceStored(life, day(6), 'each');
  await join(deps, life.organizationId);
  await advanceStored(life, day(7), 'each');
  expect(await billedSeats(life)).toBe(5);
  await advanceStored(life, february, 'each');
  expect(await charged(life)).toEqual([
    [1, 5, 15500],
    [32, 4, 12400],
  ]);
  // More than ever after fewer: what waited is given up.
  await advanceStored(life, day(46), 'each');
  await leave(deps, life.organizationId);
  await look(life, day(46));
  for (let nth = 0; nth < 3; nth += 1) await join(deps, life.organizationId);
  await look(life, day(46));
  expect(await billedSeats(life)).toBe(6);
  await advanceStored(life, march, 'each');
  expect(await billedSeats(life)).toBe(6);
});

test('what takes no seat changes nothing: Consumers, Billing Managers, and what one transaction takes back itself', async () => {
  const life = await aSeatLife(deps, january, await aSeatPlan(deps, perSeat('1000')), 1);
  await join(deps, life.organizationId, 'consumer');
  await join(deps, life.organizationId, 'billing_manager');
  const { rows } = await database.pool.query<{ id: string }>(
    `SELECT membership_id AS id FROM billable_members WHERE organization_id = $1`,
    [life.organizationId],
  );
  await within(deps, async (tx) => {
    await tx.query(`UPDATE memberships SET role = 'consumer' WHERE id = $1`, [rows[0]?.id]);
    await tx.query(`UPDATE memberships SET role = 'contributor' WHERE id = $1`, [rows[0]?.id]);
  });
  await advanceStored(life, day(20), 'each');
  expect(await charged(life)).toEqual([[1, 1, 1000]]);
});

test('a seat is taken by a role that is raised, by a group, and by reactivation', async () => {
  const life = await aSeatLife(deps, january, await aSeatPlan(deps, perSeat('1000')), 0);
  const membership = await join(deps, life.organizationId, 'consumer');
  const steps = [
    [1, `UPDATE memberships SET role = 'observer' WHERE id = $1`],
    [0, `UPDATE memberships SET deactivated_at = now() WHERE id = $1`],
    [1, `UPDATE memberships SET deactivated_at = NULL WHERE id = $1`],
    [0, `UPDATE memberships SET role = 'consumer' WHERE id = $1`],
    [
      1,
      `WITH made AS (INSERT INTO groups (id, organization_id, name, role)
                     SELECT 'group_seats', organization_id, 'Seats', 'observer' FROM memberships WHERE id = $1
                     RETURNING id, organization_id)
       INSERT INTO group_members (organization_id, group_id, membership_id) SELECT organization_id, id, $1 FROM made`,
    ],
    [0, `UPDATE groups SET role = 'consumer' WHERE id = 'group_seats' AND $1 <> ''`],
  ] as const;
  for (const [nth, [seats, sql]] of steps.entries()) {
    await advanceStored(life, day(nth + 2), 'each');
    await database.pool.query(sql, [membership]);
    await look(life, day(nth + 2));
    expect([nth, await billedSeats(life)]).toEqual([nth, seats]);
  }
});

describe('where it stands otherwise', () => {
  test('a trial charges for no seat, and the first period is billed by those of then', async () => {
    const planId = await aSeatPlan(deps, perSeat('2800'));
    const life = await aSeatLife(deps, january, planId, 1, { trialEnd: february });
    await advanceStored(life, day(9), 'each');
    await join(deps, life.organizationId);
    await join(deps, life.organizationId);
    await advanceStored(life, (february + hourMs) as Instant, 'each');
    expect(await charged(life)).toEqual([[32, 3, 8400]]);
  });

  test('in a pause nothing is charged, and what begins after it is billed by the seats of then', async () => {
    const life = await aSeatLife(deps, january, await aSeatPlan(deps, perSeat('3100')), 2);
    await advanceStored(life, day(11), 'each');
    await askStored(life, { ask: 'pause', at: 'now', credit: false, resumesAfter: null }, day(11));
    await advanceStored(life, day(15), 'each');
    await join(deps, life.organizationId);
    await advanceStored(life, day(20), 'each');
    expect(await charged(life)).toEqual([[1, 2, 6200]]);
    await askStored(life, { ask: 'resume', at: 'now' }, day(20));
    await advanceStored(life, day(20), 'each');
    expect((await charged(life)).at(-1)).toEqual([20, 3, 9300]);
  });

  test('one that has ended is told nothing, and one that is to end and does not after all has lost nothing', async () => {
    const planId = await aSeatPlan(deps, perSeat('3100'), { seatsDown: 'period_end' });
    const life = await aSeatLife(deps, january, planId, 3);
    await askStored(life, { ask: 'cancel', at: 'period_end', credit: false }, january);
    await advanceStored(life, day(9), 'each');
    await leave(deps, life.organizationId);
    await look(life, day(9));
    await askStored(life, { ask: 'undoCancellation' }, day(9));
    await askStored(life, { ask: 'withdraw' }, day(9));
    await advanceStored(life, february, 'each');
    expect((await charged(life)).at(-1)).toEqual([32, 2, 6200]);
    await askStored(life, { ask: 'cancel', at: 'now', credit: false }, february);
    await advanceStored(life, day(33), 'each');
    await join(deps, life.organizationId);
    await advanceStored(life, day(90), 'each');
    expect(await billedSeats(life)).toBe(2);
    expect(
      (await database.pool.query(`SELECT FROM waiting_seats WHERE subscription_id = $1`, [life.id])).rowCount,
    ).toBe(0);
  });

  test('of an organization that is deleted nobody takes a seat, whatever its customer subscribes to later', async () => {
    const { id: organizationId, customerId, admin } = await anOrganization(database.pool);
    await join(deps, organizationId);
    await deleteOrganization(plansOn(database.pool).deps, ask(admin.actor), organizationId);
    const id = await signUpFor(deps, customerId, await aSeatPlan(deps, perSeat('3100')));
    await look({ deps, id }, Date.now() as Instant);
    expect(await billedSeats({ deps, id })).toBe(0);
    expect((await linesOf({ deps, id })).map(({ amount }) => amount)).toEqual([0n]);
  });

  test('an organization that is made later counts from then, and so does a plan that begins to count', async () => {
    const planId = await aSeatPlan(deps, perSeat('3100'));
    const flat = await aSeatPlan(deps, { ...ofSeats, quantity_from: 'fixed', model: 'flat', amount: '500' });
    const { customerId, clock } = await aClockCustomer(deps.pool, january, 'UTC');
    const [counting, fixed] = [
      { deps, customerId, clock, id: await signUpFor(deps, customerId, planId) },
      { deps, customerId, clock, id: await signUpFor(deps, customerId, flat) },
    ];
    await advanceStored(counting, day(11), 'each');
    expect(await billedSeats(counting)).toBe(0);
    const organizationId = await anOrganizationOf(deps, customerId);
    await join(deps, organizationId);
    await advanceStored(counting, day(21), 'each');
    expect([await billedSeats(counting), await billedSeats(fixed)]).toEqual([1, 0]);
    await subscriptionActivities(deps).changeSubscription(fixed.id, {
      ...nothingAsked,
      operationId: newOperationId(),
      change: { planId, planVersion: 1 },
      effective: 'period_end',
    });
    await join(deps, organizationId);
    await advanceStored(counting, february, 'each');
    await join(deps, organizationId);
    await advanceStored(counting, day(40), 'each');
    expect([await billedSeats(counting), await billedSeats(fixed)]).toEqual([3, 3]);
    const { rows } = await database.pool.query(
      `SELECT quantity::int AS seats FROM invoice_lines WHERE subscription_id = $1 AND type = 'fixed' AND period_start >= $2`,
      [fixed.id, new Date(february).toISOString()],
    );
    expect(rows).toEqual([{ seats: 2 }]);
  });
});

const fixedModels: readonly PriceDefinition[] = [
  perSeat('333.3'),
  {
    ...ofSeats,
    model: 'graduated',
    tiers: [
      { up_to: '2', unit_amount: '700.5', flat_amount: '100' },
      { up_to: 'inf', unit_amount: '310', flat_amount: '0' },
    ],
  },
  {
    ...ofSeats,
    model: 'volume',
    tiers: [
      { up_to: '2', unit_amount: '900', flat_amount: '0' },
      { up_to: 'inf', unit_amount: '501.7', flat_amount: '75.5' },
    ],
  },
  { ...ofSeats, model: 'package', package_size: '3', free_units: '1', amount: '2000' },
  {
    ...ofSeats,
    model: 'stairstep',
    tiers: [
      { up_to: '1', flat_amount: '800' },
      { up_to: '3', flat_amount: '2100' },
      { up_to: 'inf', flat_amount: '5000' },
    ],
  },
  { ...ofSeats, model: 'flat', amount: '1999' },
  { ...perSeat('777.7'), billing: 'in_arrears', prorate: true },
];

const anySeatLife = fc.record({
  price: fc.constantFrom(...fixedModels),
  members: fc.nat(4),
  seatsDown: fc.constantFrom('now' as const, 'period_end' as const),
  happenings: fc.array(
    fc.record({
      after: fc.integer({ min: 1, max: 12 * dayMs }),
      what: fc.constantFrom('join' as const, 'leave' as const),
      // Whether it is told at once, or found when the clock moves on.
      told: fc.boolean(),
    }),
    { maxLength: 10 },
  ),
});

test('whoever comes and goes, what is invoiced is the integral of the price of the seats over time, within half a unit for each line', async () => {
  await fc.assert(
    fc.asyncProperty(anySeatLife, async ({ price, members, seatsDown, happenings }) => {
      const life = await aSeatLife(deps, january, await aSeatPlan(deps, price, { seatsDown }), members);
      let at = january;
      let seats = members;
      const taken: [Instant, number][] = [[january, members]];
      for (const { after, what, told } of happenings) {
        at = (at + after) as Instant;
        await advanceStored(life, at, 'each');
        await (what === 'join' ? join : leave)(deps, life.organizationId);
        seats = what === 'join' ? seats + 1 : Math.max(0, seats - 1);
        taken.push([at, seats]);
        if (told) await look(life, at);
      }
      const boundaries = Array.from({ length: 7 }, (_, month) => Date.UTC(2027, month, 1) as Instant);
      const end = boundaries.find((boundary) => boundary > at) ?? at;
      await advanceStored(life, end, 'each');
      const lines = (await linesOf(life)).filter(({ period_start: start }) => start < end);
      expect(lines.filter(({ invoice_id: invoice }) => invoice === null)).toEqual([]);
      const invoiced = lines.reduce((sum, { amount }) => sum + amount, 0n);
      const exact = integral(price, billedOver(taken, boundaries, seatsDown), boundaries, end);
      const apart = exact.sub(new Fraction(invoiced)).abs();
      expect(apart.lte(new Fraction(lines.length, 2))).toBe(true);
      for (const line of lines) {
        const back = lines.filter(({ credits_line_id: of }) => of === line.id);
        expect(back.reduce((sum, { amount }) => sum - amount, 0n) <= line.amount || back.length === 0).toBe(
          true,
        );
      }
      expect(await billedSeats(life)).toBe(seats);
    }),
    { numRuns: Number(process.env.RUNS ?? 12), endOnFailure: true },
  );
});

/** From when how many are billed: what waits for the end of a period takes effect there. */
function billedOver(
  taken: readonly [Instant, number][],
  boundaries: readonly Instant[],
  seatsDown: 'now' | 'period_end',
): [Instant, number][] {
  const billed: [Instant, number][] = [];
  let [held, wanted] = [0, 0];
  const points = [
    ...taken.map(([at, seats]) => ({ at, seats })),
    ...boundaries.map((at) => ({ at, seats: null })),
  ];
  for (const { at, seats } of points.toSorted((a, b) => a.at - b.at || (a.seats === null ? 1 : -1))) {
    wanted = seats ?? wanted;
    held = seats === null || seatsDown === 'now' || wanted > held ? wanted : held;
    billed.push([at, held]);
  }
  return billed;
}

function integral(
  price: PriceDefinition,
  billed: readonly [Instant, number][],
  boundaries: readonly Instant[],
  end: Instant,
) {
  const terms = toTerms(price, null, null);
  if (terms.type !== 'fixed') throw new Error('it is a fixed price');
  const { model } = terms;
  return billed.reduce((sum, [from, seats], nth) => {
    const until = Math.min(billed[nth + 1]?.[0] ?? end, end);
    const next = boundaries.findIndex((boundary) => boundary > from);
    const whole = (boundaries[next] ?? end) - (boundaries[next - 1] ?? from);
    if (until <= from) return sum;
    return sum.add(rate(model, new Fraction(seats)).amount.mul(new Fraction(until - from, whole)));
  }, new Fraction(0));
}
