/** Members that join at one moment, beside the billing of their customer, and processes that die at any word of it. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import Fraction from 'fraction.js';
import { advanceSubscriptions } from '../../src/activities/advanceSubscriptions.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { runDueStep } from '../../src/activities/dueStep.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { acceptInvitation } from '../../src/organizations/acceptInvitation.ts';
import { invite } from '../../src/organizations/invitations.ts';
import { dayMs } from '../domain/cycles.ts';
import { anOrganization, ask, plansOn } from '../organizations/anOrganization.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dyingAt } from './crashing.ts';
import { dependenciesOn } from './dependencies.ts';
import { aSeatLife, aSeatPlan, billedSeats, join, linesOf, look, perSeat, signUpFor } from './seatLife.ts';
import { advanceStored } from './storedLife.ts';

jest.setTimeout(400_000); // a process for each word

let database: TestDatabase;
let deps: Dependencies;
beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
});
afterEach(async () => {
  expect(await audit(database.pool)).toEqual([]);
  await database.drop();
});

const january = Date.UTC(2027, 0, 1) as Instant;
const anonymous = { kind: 'anonymous' } as const;
const now = () => Date.now() as Instant;

test('twenty who accept at once are noted one by one, each once, and billed for the time that each is there', async () => {
  const organization = await anOrganization(database.pool);
  const plans = plansOn(database.pool);
  const planId = await aSeatPlan(deps, perSeat('99999999'));
  const id = await signUpFor(deps, organization.customerId, planId);
  await look({ deps, id }, now());
  const tokens: string[] = [];
  for (let nth = 0; nth < 20; nth += 1) {
    const { token } = await invite(plans.deps, ask(organization.admin.actor), {
      organizationId: organization.id,
      email: `one${String(nth)}@example.com`,
      role: 'observer',
    });
    if (token !== null) tokens.push(token);
  }
  let accepting = true;
  const billing = (async () => {
    while (accepting) await billAllDue(deps, { kind: 'live', shard: 0, shards: 1 }, now);
  })();
  await Promise.all(tokens.map((token) => acceptInvitation(plans.deps, ask(anonymous), { token })));
  accepting = false;
  await billing;
  await billAllDue(deps, { kind: 'subscriptions', subscriptionIds: [id] }, () => (now() + 1_000) as Instant);

  const { rows: noted } = await database.pool.query<{ seats: number; since: Instant }>(
    `SELECT seats::int AS seats, since FROM seat_changes WHERE organization_id = $1 ORDER BY sequence`,
    [organization.id],
  );
  expect(noted.map(({ seats }) => seats)).toEqual(Array.from({ length: 21 }, (_, nth) => nth + 1));
  const { rows: terms } = await database.pool.query<{ seats: number; since: Instant }>(
    `SELECT seats::int AS seats, effective_at AS since FROM subscription_terms WHERE subscription_id = $1 ORDER BY sequence`,
    [id],
  );
  expect(terms.at(-1)?.seats).toBe(21);
  for (const { seats, since } of terms.slice(1)) expect(noted).toContainEqual({ seats, since });
  const { rows: periods } = await database.pool.query<{ end: Instant; start: Instant }>(
    `SELECT current_period_start AS start, current_period_end AS end FROM subscriptions WHERE id = $1`,
    [id],
  );
  const [{ start, end } = { start: 0, end: 0 }] = periods;
  const lines = await linesOf({ deps, id });
  const exact = terms.reduce(
    (sum, { seats, since }, nth) =>
      sum.add(
        new Fraction(99999999 * seats).mul(new Fraction((terms[nth + 1]?.since ?? end) - since, end - start)),
      ),
    new Fraction(0),
  );
  const billed = lines.reduce((sum, { amount }) => sum + amount, 0n);
  expect(exact.sub(new Fraction(billed)).abs().lte(new Fraction(lines.length, 2))).toBe(true);
});

test('a signup beside who joins misses nobody and counts nobody twice', async () => {
  for (let round = 0; round < 8; round += 1) {
    const organization = await anOrganization(database.pool);
    const planId = await aSeatPlan(deps, perSeat('100'));
    const [id] = await Promise.all([
      signUpFor(deps, organization.customerId, planId),
      join(deps, organization.id),
      join(deps, organization.id),
    ]);
    const life = { deps, id };
    await look(life, (now() + 1_000) as Instant);
    expect(await billedSeats(life)).toBe(3);
  }
});

test('whoever dies at any word of taking seats over, the next one bills them once', async () => {
  const planId = await aSeatPlan(deps, perSeat('3100'));
  for (const effect of [false, true]) {
    for (let nth = 1; ; nth += 1) {
      const life = await aSeatLife(deps, january, planId, 1);
      const at = (january + 10 * dayMs) as Instant;
      await advanceStored(life, at, 'last');
      await join(deps, life.organizationId);
      const { deps: mortal, isDead } = dyingAt(deps, nth, effect);
      const scope = { kind: 'subscriptions', subscriptionIds: [life.id] } as const;
      await runDueStep(mortal, advanceSubscriptions(mortal.taxes), scope, at).catch((error: unknown) => {
        if (!isDead()) throw error;
      });
      await look(life, at);
      const amounts = (await linesOf(life)).map(({ amount }) => Number(amount));
      expect([nth, amounts.toSorted((a, b) => a - b)]).toEqual([nth, [-2100, 3100, 4200]]);
      const { rowCount } = await database.pool.query(
        `SELECT FROM event_log WHERE object_id = $1 AND type = 'subscription.seats_changed'`,
        [life.id],
      );
      expect(rowCount).toBe(1);
      if (!isDead()) break;
    }
  }
});

test('whoever dies at any word of joining has either joined and is billed, or neither', async () => {
  const planId = await aSeatPlan(deps, perSeat('3100'));
  for (const effect of [false, true]) {
    for (let nth = 1; ; nth += 1) {
      const life = await aSeatLife(deps, january, planId, 1);
      const { deps: mortal, isDead } = dyingAt(deps, nth, effect);
      await join(mortal, life.organizationId).catch((error: unknown) => {
        if (!isDead()) throw error;
      });
      await look(life, january);
      const { rows } = await database.pool.query<{ members: number }>(
        `SELECT count(*)::int AS members FROM billable_members WHERE organization_id = $1`,
        [life.organizationId],
      );
      expect(await billedSeats(life)).toBe(rows[0]?.members);
      if (!isDead()) break;
    }
  }
});
