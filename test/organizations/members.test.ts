/** Members, invitations, seats and the last Org Admin, with those who act at the same moment. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { acceptInvitation } from '../../src/organizations/acceptInvitation.ts';
import { invite, resendInvitation, withdrawInvitation } from '../../src/organizations/invitations.ts';
import {
  addMember,
  leaveOrganization,
  listMembers,
  removeMember,
  setMemberActive,
  setMemberRole,
} from '../../src/organizations/members.ts';
import { addGroupMembers, createGroup, setGroupRole } from '../../src/organizations/groups.ts';
import type { Request } from '../../src/organizations/request.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import {
  aMember,
  anOrganization,
  ask,
  enterprise,
  operator,
  plansOn,
  type PlanOf,
  type TestOrganization,
} from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

const anonymous = { kind: 'anonymous' } as const;
const day = 24 * 60 * 60 * 1000;

/** With so many seats. */
async function withSeats(seats: number): Promise<TestOrganization> {
  const organization = await anOrganization(database.pool);
  plans.set(organization.customerId, { ...enterprise, limits: new Map([['seats', seats]]) });
  return organization;
}

async function seatsOf({ id }: TestOrganization): Promise<number> {
  const { rows } = await database.pool.query<{ seats: number }>(
    `SELECT count(*)::int AS seats FROM billable_members WHERE organization_id = $1`,
    [id],
  );
  return rows[0]?.seats ?? 0;
}

async function invited(organization: TestOrganization, email: string, role = 'observer' as const) {
  const { token } = await invite(plans.deps, ask(organization.admin.actor), {
    organizationId: organization.id,
    email,
    role,
  });
  if (token === null) throw new Error('no token');
  return token;
}

function fulfilled(results: readonly PromiseSettledResult<unknown>[]): number {
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'limit_reached' });
  }
  return results.filter(({ status }) => status === 'fulfilled').length;
}

test('who accepts becomes a member once, as the user of the address, with one audit entry of its own', async () => {
  const organization = await anOrganization(database.pool);
  const token = await invited(organization, 'Ada@Example.com');
  const { membershipId } = await acceptInvitation(plans.deps, ask(anonymous), { token, name: 'Ada' });
  const { rows } = await listMembers(plans.deps, ask(organization.admin.actor), organization.id, {
    first: 9,
  });
  expect(rows.find(({ id }) => id === membershipId)).toMatchObject({
    email: 'ada@example.com',
    name: 'Ada',
    role: 'observer',
    takes_seat: true,
  });
  await expect(acceptInvitation(plans.deps, ask(anonymous), { token })).rejects.toMatchObject({
    code: 'invitation_accepted',
  });
  await expect(
    invite(plans.deps, ask(organization.admin.actor), {
      organizationId: organization.id,
      email: 'ada@example.com',
      role: 'observer',
    }),
  ).rejects.toMatchObject({ code: 'already_member' });
  const log = await database.pool.query(`SELECT action FROM audit_log WHERE chain = $1 ORDER BY sequence`, [
    organization.id,
  ]);
  expect(log.rows).toEqual([{ action: 'invitation.create' }, { action: 'invitation.accept' }]);
});

test('a token is worth nothing when it has expired, was replaced or withdrawn, or is for another user', async () => {
  const organization = await anOrganization(database.pool);
  const admin = organization.admin.actor;
  const made = await invite(plans.deps, ask(admin), {
    organizationId: organization.id,
    email: 'bo@example.com',
    role: 'consumer',
  });
  const token = made.token ?? '';
  const later = ask(anonymous, { now: (Date.now() + 8 * day) as Request['now'] });
  await expect(acceptInvitation(plans.deps, later, { token })).rejects.toMatchObject({
    code: 'invitation_expired',
  });
  const again = await resendInvitation(plans.deps, ask(admin), made.invitationId);
  await expect(acceptInvitation(plans.deps, ask(anonymous), { token })).rejects.toMatchObject({
    code: 'invitation_unknown',
  });
  await expect(acceptInvitation(plans.deps, ask(admin), { token: again.token ?? '' })).rejects.toMatchObject({
    code: 'invitation_for_another',
  });
  await withdrawInvitation(plans.deps, ask(admin), made.invitationId);
  await expect(
    acceptInvitation(plans.deps, ask(anonymous), { token: again.token ?? '' }),
  ).rejects.toMatchObject({ code: 'invitation_withdrawn' });
});

test('of many who invite at once, as many are invited as there are seats', async () => {
  const organization = await withSeats(3);
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, (_one, index) => invited(organization, `seat${String(index)}@example.com`)),
  );
  expect(fulfilled(results)).toBe(2);
});

test('of many who accept the last seat at once, one gets it, and Consumers need none', async () => {
  const organization = await withSeats(10);
  const tokens: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    tokens.push(await invited(organization, `last${String(index)}@example.com`));
  }
  plans.set(organization.customerId, { ...enterprise, limits: new Map([['seats', 2]]) });
  const results = await Promise.allSettled(
    tokens.map((token) => acceptInvitation(plans.deps, ask(anonymous), { token })),
  );
  expect(fulfilled(results)).toBe(1);
  expect(await seatsOf(organization)).toBe(2);
  await addMember(plans.deps, ask(operator), {
    organizationId: organization.id,
    email: 'reader@example.com',
    role: 'consumer',
  });
  expect(await seatsOf(organization)).toBe(2);
});

test('by no way does a member come to a seat that the plan has not', async () => {
  const organization = await withSeats(1);
  const { id, admin } = organization;
  const consumer = await aMember(database.pool, id, 'consumer');
  const { groupId } = await createGroup(plans.deps, ask(admin.actor), { organizationId: id, name: 'g' });
  await addGroupMembers(plans.deps, ask(admin.actor), { groupId, membershipIds: [consumer.membershipId] });
  const results = await Promise.allSettled([
    setMemberRole(plans.deps, ask(admin.actor), { membershipId: consumer.membershipId, role: 'observer' }),
    setGroupRole(plans.deps, ask(admin.actor), { groupId, role: 'contributor' }),
    addMember(plans.deps, ask(operator), { organizationId: id, email: 'x@example.com', role: 'org_admin' }),
  ]);
  expect(fulfilled(results)).toBe(0);
  expect(await seatsOf(organization)).toBe(1);
});

test('of the last two Org Admins that leave at once, one stays', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const other = await aMember(database.pool, id, 'org_admin');
  const results = await Promise.allSettled(
    [admin, other].map(({ actor }) => leaveOrganization(plans.deps, ask(actor), id)),
  );
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const rejected = results.find(({ status }) => status === 'rejected');
  expect(rejected).toMatchObject({ reason: { status: 409, code: 'last_org_admin' } });
});

test('the last Org Admin is neither removed, lowered nor deactivated', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const { membershipId } = admin;
  const biller = await aMember(database.pool, id, 'billing_manager');
  for (const attempt of [
    () => removeMember(plans.deps, ask(biller.actor), membershipId),
    () => setMemberRole(plans.deps, ask(admin.actor), { membershipId, role: 'observer' }),
    () => setMemberActive(plans.deps, ask(operator), { membershipId, active: false }),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'last_org_admin' });
  }
});

test('roles that a plan does not have cannot be given, and what was given stays', async () => {
  const { id, customerId, admin } = await anOrganization(database.pool);
  const observer = await aMember(database.pool, id, 'observer');
  plans.set(customerId, { features: new Set(), limits: new Map([['seats', null]]) });
  await expect(
    setMemberRole(plans.deps, ask(admin.actor), { membershipId: observer.membershipId, role: 'contributor' }),
  ).rejects.toMatchObject({ code: 'feature_missing' });
  const { rows } = await listMembers(plans.deps, ask(observer.actor), id, { first: 9 });
  expect(rows).toHaveLength(2);
});

test('a custom role that may invite makes nobody more than a Consumer', async () => {
  const { id } = await anOrganization(database.pool);
  await database.pool.query(
    `INSERT INTO roles (id, organization_id, name, permissions) VALUES ('role_' || $1, $1, 'host', '{member:invite}')`,
    [id],
  );
  const host = await aMember(database.pool, id, `role_${id}` as never);
  const invites = (role: 'org_admin' | 'consumer') =>
    invite(plans.deps, ask(host.actor), { organizationId: id, email: `${role}@example.com`, role });
  await expect(invites('org_admin')).rejects.toMatchObject({ code: 'permission_denied' });
  await expect(invites('consumer')).resolves.toMatchObject({ replayed: false });
});
