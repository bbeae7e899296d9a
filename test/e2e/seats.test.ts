/** Seats that are billed, over HTTP: members accept and leave, and invoices say from when to when for how many. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import type { CustomerId, MembershipId, OrganizationId } from '../../src/domain/ids.ts';
import { acceptInvitation } from '../../src/organizations/acceptInvitation.ts';
import { invite } from '../../src/organizations/invitations.ts';
import { removeMember } from '../../src/organizations/members.ts';
import { createOrganization } from '../../src/organizations/organizations.ts';
import { ask, operator, plansOn } from '../organizations/anOrganization.ts';
import {
  aCustomer,
  aPlan,
  aSubscription,
  aTestClock,
  eventually,
  invoicesOf,
  linesOf,
  type Subscription,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

const seat = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '3100', quantity_from: 'seats' };

async function aLife(plan: Record<string, unknown>, fields: Record<string, unknown> = {}) {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { deps } = plansOn(dunlin.pool);
  const { organizationId } = await createOrganization(deps, ask(operator), {
    name: 'Acme',
    customerId: customer as CustomerId,
    adminEmail: `${customer.toLowerCase()}@example.com`,
  });
  const planId = await aPlan(dunlin, { grace_period: 0, prices: [seat], ...plan });
  const { id } = await aSubscription(dunlin, { customer, plan: planId, ...fields });
  const read = () =>
    dunlin.client.get<Subscription & { seats: number; pending_change: object | null }>(
      `/v1/subscriptions/${id}`,
    );
  return {
    id,
    read,
    to: (time: string) => advanceTo(dunlin.client, clock, time),
    lines: () => linesOf(dunlin, id),
    join: () => aMemberOf(deps, organizationId),
    leave: (membershipId: MembershipId) => removeMember(deps, ask(operator), membershipId),
    /** Without the clock moving on. */
    billedBy: (seats: number) => eventually(read, (subscription) => subscription.seats === seats),
  };
}

async function aMemberOf(deps: ReturnType<typeof plansOn>['deps'], organizationId: OrganizationId) {
  const email = `one${String(Math.random()).slice(2)}@example.com`;
  const { token } = await invite(deps, ask(operator), { organizationId, email, role: 'observer' });
  if (token === null) throw new Error('no token');
  return (await acceptInvitation(deps, ask({ kind: 'anonymous' }), { token })).membershipId;
}

test('an invitation that is accepted is billed from then on, at once, with a line that names its period', async () => {
  const life = await aLife({});
  expect((await life.read()).seats).toBe(1);
  await life.to('2026-01-11T00:00:00Z');
  await life.join();
  await life.billedBy(2);
  const timeline = await dunlin.client.get<{ past: { description: string }[] }>(
    `/v1/subscriptions/${life.id}/timeline`,
  );
  expect(timeline.past.map(({ description }) => description)).toContain(
    'its organization has 2 members that take a seat',
  );
  await life.to('2026-02-01T00:00:00Z');
  expect(await life.lines()).toEqual([
    [['fixed', 'seat', 3100, '2026-01-01', '2026-02-01']],
    [
      ['proration', 'seat', -2100, '2026-01-11', '2026-02-01'],
      ['proration', 'seat', 4200, '2026-01-11', '2026-02-01'],
      ['fixed', 'seat', 6200, '2026-02-01', '2026-03-01'],
    ],
  ]);
});

test('who asks how a line came to be is told that it counts seats, and for what part of the period', async () => {
  const life = await aLife({});
  await life.to('2026-01-11T00:00:00Z');
  await life.join();
  await life.billedBy(2);
  const preview = await dunlin.client.post<{ invoice: { lines: { data: { quantity: string }[] } } }>(
    `/v1/subscriptions/${life.id}/preview`,
    { cancel_at: null },
  );
  expect(preview.invoice.lines.data.map(({ quantity }) => quantity)).toEqual(['1', '2', '2']);
  await life.to('2026-02-01T00:00:00Z');
  const [last] = (await invoicesOf(dunlin, life.id)).slice(-1);
  const { lines } = await dunlin.client.get<{ lines: Record<string, unknown>[] }>(
    `/v1/invoices/${String(last?.id)}/explain`,
  );
  expect(lines).toMatchObject([
    {},
    { quantity_from: 'seats', quantity: { billed: '2' }, fraction: '21/31', exact_amount: '4200' },
    { quantity_from: 'seats', quantity: { billed: '2' }, fraction: '1' },
  ]);
});

test('with seats_down at period_end who leaves is billed to the end of the period, and nobody can take that back', async () => {
  const life = await aLife({ seats_down: 'period_end' });
  const membership = await life.join();
  await life.billedBy(2);
  await life.to('2026-01-11T00:00:00Z');
  await life.leave(membership);
  const waiting = await eventually(life.read, ({ pending_change: pending }) => pending !== null);
  expect(waiting.pending_change).toMatchObject({ seats: 1, effective_at: '2026-02-01T00:00:00Z' });
  await dunlin.client.patch(`/v1/subscriptions/${life.id}`, { pending_change: null });
  expect(await life.read()).toMatchObject({ seats: 2, pending_change: { seats: 1 } });
  await life.to('2026-02-01T00:00:00Z');
  expect(await life.read()).toMatchObject({ seats: 1, pending_change: null });
  expect((await life.lines()).at(-1)).toEqual([
    ['proration', 'seat', -3100, '2026-01-01', '2026-02-01'],
    ['proration', 'seat', 6200, '2026-01-01', '2026-02-01'],
    ['fixed', 'seat', 3100, '2026-02-01', '2026-03-01'],
  ]);
});

test('no client sets the quantity of a price that is billed by seats, and each is told what to do', async () => {
  const life = await aLife({ prices: [seat, { ...seat, code: 'other', quantity_from: 'subscription' }] });
  const asked = (quantities: object) => dunlin.call('PATCH', `/v1/subscriptions/${life.id}`, { quantities });
  expect(await asked({ seat: 5 })).toMatchObject({
    status: 422,
    body: { error: { code: 'quantity_from_seats', param: 'quantities' } },
  });
  expect(await asked({ other: 5 })).toMatchObject({ status: 200 });
  const alone = await aLife({});
  expect(await dunlin.call('PATCH', `/v1/subscriptions/${alone.id}`, { quantity: 5 })).toMatchObject({
    status: 422,
    body: { error: { code: 'quantity_from_seats', param: 'quantity' } },
  });
  const late = { ...seat, billing: 'in_arrears' };
  expect(
    await dunlin.call('POST', '/v1/plans', {
      code: 'late_seats',
      name: 'L',
      currency: 'USD',
      interval: 'month',
      prices: [late],
    }),
  ).toMatchObject({ status: 400, body: { error: { code: 'prorate_invalid', param: 'prices[0].prorate' } } });
});

test('seats of an add-on are billed as those of a plan', async () => {
  const addOn = await aPlan(dunlin, {
    grace_period: 0,
    prices: [{ ...seat, code: 'support_seat', unit_amount: '310' }],
  });
  const life = await aLife(
    { prices: [{ code: 'fee', type: 'fixed', model: 'flat', amount: '1000' }] },
    { add_ons: [{ plan: addOn }] },
  );
  await life.to('2026-01-11T00:00:00Z');
  await life.join();
  await life.billedBy(2);
  await life.to('2026-02-01T00:00:00Z');
  const amounts = (await life.lines()).flat().filter(([, name]) => name !== 'fee');
  expect(amounts.map(([, , amount]) => amount)).toEqual([310, -210, 420, 620]);
});
