/** What attackers of organizations try: by groups, keys, invitations and lists, and so that nobody is told of it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineRole } from '../../src/organizations/customRoles.ts';
import { createGraph } from '../../src/organizations/graphs.ts';
import { createGroup, updateGroup } from '../../src/organizations/groups.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { aMember, anOrganization, ask, plansOn, type PlanOf } from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

async function aGraph() {
  const organization = await anOrganization(database.pool);
  const made = await createGraph(plans.deps, ask(organization.admin.actor), {
    organizationId: organization.id,
    name: 'shop',
  });
  return { ...organization, ...made };
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
