/** What attackers of organizations try: by groups, keys, invitations and lists, and so that nobody is told of it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { OrganizationId } from '../../src/domain/ids.ts';
import { acceptInvitation } from '../../src/organizations/acceptInvitation.ts';
import { authenticateKey } from '../../src/organizations/authenticateKey.ts';
import { defineRole } from '../../src/organizations/customRoles.ts';
import { requireAccess } from '../../src/organizations/decide.ts';
import { createGraph, listGraphs } from '../../src/organizations/graphs.ts';
import { createGroup, updateGroup } from '../../src/organizations/groups.ts';
import { invite } from '../../src/organizations/invitations.ts';
import { createGraphKey, createOrganizationKey } from '../../src/organizations/keys.ts';
import { addMember } from '../../src/organizations/members.ts';
import { findOrganizations, listOrganizations } from '../../src/organizations/organizations.ts';
import type { Request } from '../../src/organizations/request.ts';
import { findUsers } from '../../src/organizations/users.ts';
import { createVariant, deleteVariant } from '../../src/organizations/variants.ts';
import { newId } from '../../src/store/newId.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { aMember, anOrganization, ask, aUser, plansOn, type PlanOf } from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

const now = () => Date.now() as Request['now'];

async function aGraph() {
  const organization = await anOrganization(database.pool);
  const made = await createGraph(plans.deps, ask(organization.admin.actor), {
    organizationId: organization.id,
    name: 'shop',
  });
  return { ...organization, ...made };
}

async function deniedOf({ requestId }: Request) {
  const { rows } = await database.pool.query<{ chain: string; resource: string }>(
    `SELECT chain, resource FROM audit_log WHERE entry ->> 'request_id' = $1 AND outcome = 'denied'`,
    [requestId],
  );
  return rows;
}

test('who may manage groups but not assign roles renames none that gives roles, as whoever signs in is put in by name', async () => {
  const { id, admin } = await aGraph();
  const { roleId } = await defineRole(plans.deps, ask(admin.actor), {
    organizationId: id,
    name: 'keeper',
    permissions: ['organization:read', 'group:manage'],
  });
  const { actor } = await aMember(database.pool, id, roleId);
  const make = (name: string, role: 'org_admin' | null) =>
    createGroup(plans.deps, ask(admin.actor), { organizationId: id, name, role, externalId: name });
  const { groupId } = await make('admins', 'org_admin');
  for (const change of [{ externalId: 'everyone' }, { name: 'everyone' }]) {
    await expect(updateGroup(plans.deps, ask(actor), { groupId, ...change })).rejects.toMatchObject({
      code: 'permission_denied',
    });
  }
  const { groupId: plain } = await make('readers', null);
  await updateGroup(plans.deps, ask(actor), { groupId: plain, externalId: 'others' });
});

const unstorable = [
  ['a zero character', '\0'],
  ['half of a character', '\ud800'],
] as const;

test.each(unstorable)('a denied attempt is told whose reason has %s', async (_what, text) => {
  const { id } = await anOrganization(database.pool);
  const { actor } = await aMember(database.pool, id, 'consumer');
  const request = ask(actor, { reason: `because${text}` });
  await expect(requireAccess(plans.deps, request, 'organization:update', id)).rejects.toMatchObject({
    status: 403,
  });
  expect(await deniedOf(request)).toEqual([{ chain: id, resource: id }]);
});

test.each([...unstorable, ['nine thousand characters', randomBytes(9_000).toString('hex')]])(
  'what is asked of an id with %s is not found, and told',
  async (_what, text) => {
    const { admin } = await anOrganization(database.pool);
    const request = ask(admin.actor);
    await expect(requireAccess(plans.deps, request, 'group:manage', `grp_${text}`)).rejects.toMatchObject({
      status: 404,
    });
    expect(await deniedOf(request)).toEqual([
      { chain: 'installation', resource: expect.stringMatching(/^grp_/) },
    ]);
  },
);

test('who tries the invitation of another is told to the audit log of its organization', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const { token, invitationId } = await invite(plans.deps, ask(admin.actor), {
    organizationId: id,
    email: 'somebody@example.com',
    role: 'consumer',
  });
  const { actor } = (await anOrganization(database.pool)).admin;
  const request = ask(actor);
  await expect(acceptInvitation(plans.deps, request, { token: token ?? '' })).rejects.toMatchObject({
    status: 403,
    code: 'invitation_for_another',
  });
  expect(await deniedOf(request)).toEqual([{ chain: id, resource: invitationId }]);
});

test('an Org Admin makes nobody a member against its will, whose name it would see', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const email = `${randomBytes(8).toString('hex')}@example.com`;
  const userId = await aUser(database.pool, email);
  const request = ask(admin.actor);
  await expect(
    addMember(plans.deps, request, { organizationId: id, email, role: 'consumer' }),
  ).rejects.toMatchObject({ status: 403, code: 'permission_denied' });
  expect(await findUsers(plans.deps, { actor: admin.actor, now: now() }, [userId])).toEqual([undefined]);
  expect(await deniedOf(request)).toEqual([{ chain: id, resource: id }]);
});

test('organizations are listed to those alone who may see them by id', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const { roleId } = await defineRole(plans.deps, ask(admin.actor), {
    organizationId: id,
    name: 'blind',
    permissions: ['graph:read'],
  });
  const blind = await aMember(database.pool, id, roleId);
  const gone = await aMember(database.pool, id, 'observer');
  await database.pool.query(`UPDATE users SET deactivated_at = now() WHERE id = $1`, [gone.userId]);
  const { secret } = await createOrganizationKey(plans.deps, ask(admin.actor), {
    organizationId: id,
    kind: 'service',
    name: 'k',
    capabilities: ['graph:read'],
  });
  const key = await authenticateKey(plans.deps, secret ?? '', now());
  for (const actor of [blind.actor, gone.actor, key]) {
    if (!actor) throw new Error('the key is worth nothing');
    expect(await findOrganizations(plans.deps, { actor, now: now() }, [id])).toEqual([undefined]);
    expect((await listOrganizations(plans.deps, { actor, now: now() }, { first: 10 })).rows).toEqual([]);
  }
  const seen = await listOrganizations(plans.deps, { actor: admin.actor, now: now() }, { first: 10 });
  expect(seen.rows).toMatchObject([{ id }]);
});

test('a key for some variants ends with the last of them', async () => {
  const { admin, graphId, variantId } = await aGraph();
  const { variantId: other } = await createVariant(plans.deps, ask(admin.actor), { graphId, name: 'other' });
  const { secret } = await createGraphKey(plans.deps, ask(admin.actor), {
    graphId,
    name: 'k',
    role: 'observer',
    variantIds: [variantId, other],
  });
  await deleteVariant(plans.deps, ask(admin.actor), variantId);
  expect(await authenticateKey(plans.deps, secret ?? '', now())).toBeDefined();
  await deleteVariant(plans.deps, ask(admin.actor), other);
  expect(await authenticateKey(plans.deps, secret ?? '', now())).toBeUndefined();
});

test('to list the graphs of another organization takes as many statements as of none', async () => {
  const { id } = await anOrganization(database.pool);
  await database.pool.query(
    `INSERT INTO graphs (id, organization_id, name) SELECT 'gph_many' || n, $1, 'g' || n FROM generate_series(1, 120) n`,
    [id],
  );
  const { actor } = (await anOrganization(database.pool)).admin;
  const query = jest.spyOn(database.pool, 'query');
  const statementsFor = async (of: OrganizationId) => {
    query.mockClear();
    const { rows } = await listGraphs(plans.deps, ask(actor), of, { first: 10 });
    expect(rows).toEqual([]);
    return query.mock.calls.length;
  };
  expect(await statementsFor(id)).toBe(await statementsFor(newId('organization')));
  query.mockRestore();
});
