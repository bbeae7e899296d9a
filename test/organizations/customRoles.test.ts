/** Custom roles: who defines them, of what, and what becomes of them when the plan has them no more. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  permissions as allPermissions,
  permissionsKeptForOrgAdmins,
} from '../../src/domain/permissions/permission.ts';
import { changeRole, defineRole, deleteRole, listRoles } from '../../src/organizations/customRoles.ts';
import { decide } from '../../src/organizations/decide.ts';
import { createGraph } from '../../src/organizations/graphs.ts';
import { createOrganizationKey } from '../../src/organizations/keys.ts';
import { setMemberRole } from '../../src/organizations/members.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { aMember, anOrganization, ask, enterprise, plansOn, type PlanOf } from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

async function publishers() {
  const organization = await anOrganization(database.pool);
  const { id: organizationId, admin } = organization;
  const { roleId } = await defineRole(plans.deps, ask(admin.actor), {
    organizationId,
    name: 'publisher',
    permissions: ['schema:publish', 'variant:read', 'schema:publish'],
  });
  const { variantId } = await createGraph(plans.deps, ask(admin.actor), { organizationId, name: 'shop' });
  const member = await aMember(database.pool, organizationId, roleId);
  const may = async (permission: 'schema:publish' | 'metrics:read') =>
    (await decide(plans.deps, ask(member.actor), permission, variantId)).allowed;
  return { ...organization, roleId, member, may };
}

test('a custom role gives what it names, from when it names it, and its list is told once each and in order', async () => {
  const { id, admin, roleId, may } = await publishers();
  const { rows } = await listRoles(plans.deps, ask(admin.actor), id, { first: 5 });
  expect(rows.map(({ name, permissions }) => [name, permissions])).toEqual([
    ['publisher', ['variant:read', 'schema:publish']],
  ]);
  expect([await may('schema:publish'), await may('metrics:read')]).toEqual([true, false]);
  await changeRole(plans.deps, ask(admin.actor), { roleId, permissions: ['metrics:read'] });
  expect([await may('schema:publish'), await may('metrics:read')]).toEqual([false, true]);
  const again = () =>
    defineRole(plans.deps, ask(admin.actor), { organizationId: id, name: 'publisher', permissions: [] });
  await expect(again()).rejects.toMatchObject({ status: 409, code: 'name_taken' });
});

test.each(allPermissions)(
  '%s is in a custom role or a key where Org Admins do not keep it',
  async (permission) => {
    const { id: organizationId, admin } = await anOrganization(database.pool);
    const kept = permissionsKeptForOrgAdmins.includes(permission);
    const results = await Promise.allSettled([
      defineRole(plans.deps, ask(admin.actor), { organizationId, name: 'r', permissions: [permission] }),
      createOrganizationKey(plans.deps, ask(admin.actor), {
        organizationId,
        kind: 'service',
        name: 'k',
        capabilities: [permission],
      }),
    ]);
    for (const result of results) {
      if (kept) expect(result).toMatchObject({ reason: { status: 400, code: 'permission_of_org_admins' } });
      else expect(result.status).toBe('fulfilled');
    }
  },
);

test('none but Org Admins define, change or delete roles, and those of others do not exist', async () => {
  const { id: organizationId, roleId } = await publishers();
  const graphAdmin = await aMember(database.pool, organizationId, 'graph_admin');
  const stranger = (await anOrganization(database.pool)).admin;
  for (const [{ actor }, refusal] of [
    [graphAdmin, { status: 403, code: 'permission_denied' }],
    [stranger, { status: 404, code: 'resource_missing' }],
  ] as const) {
    for (const attempt of [
      () => defineRole(plans.deps, ask(actor), { organizationId, name: 'x', permissions: [] }),
      () => changeRole(plans.deps, ask(actor), { roleId, name: 'x' }),
      () => deleteRole(plans.deps, ask(actor), roleId),
    ]) {
      await expect(attempt()).rejects.toMatchObject(refusal);
    }
  }
});

test('after a downgrade a role keeps acting, is neither changed nor given, and goes when nobody has it', async () => {
  const { id, customerId, admin, member, roleId, may } = await publishers();
  const other = await aMember(database.pool, id, 'consumer');
  plans.set(customerId, { ...enterprise, features: new Set(['roles']) });
  expect(await may('schema:publish')).toBe(true);
  const missing = { status: 403, code: 'feature_missing' };
  await expect(
    changeRole(plans.deps, ask(admin.actor), { roleId, permissions: ['metrics:read'] }),
  ).rejects.toMatchObject(missing);
  await expect(
    defineRole(plans.deps, ask(admin.actor), { organizationId: id, name: 'x', permissions: [] }),
  ).rejects.toMatchObject(missing);
  const gives = { membershipId: other.membershipId, role: roleId };
  await expect(setMemberRole(plans.deps, ask(admin.actor), gives)).rejects.toMatchObject(missing);
  await expect(deleteRole(plans.deps, ask(admin.actor), roleId)).rejects.toMatchObject({
    status: 409,
    code: 'role_in_use',
  });
  const { membershipId } = member;
  await setMemberRole(plans.deps, ask(admin.actor), { membershipId, role: 'consumer' });
  await deleteRole(plans.deps, ask(admin.actor), roleId);
  expect((await listRoles(plans.deps, ask(admin.actor), id, { first: 5 })).rows).toEqual([]);
});
