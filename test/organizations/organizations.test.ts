/** An organization's own life: its name, its limits where many are made at once, its groups emptied, and its end. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decide } from '../../src/organizations/decide.ts';
import { createGraph } from '../../src/organizations/graphs.ts';
import { addGroupMembers, createGroup, removeGroupMembers } from '../../src/organizations/groups.ts';
import {
  deleteOrganization,
  findOrganizations,
  updateOrganization,
} from '../../src/organizations/organizations.ts';
import { createVariant } from '../../src/organizations/variants.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { aLiveSubscription, aStoredPlan, cancel } from '../store/entitlements/entitledCustomers.ts';
import { aMember, anOrganization, ask, enterprise, plansOn, type PlanOf } from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

test('a Billing Manager changes the organization, a Graph Admin does not, and what is so already is no change', async () => {
  const { id: organizationId } = await anOrganization(database.pool, 'Acme');
  const biller = await aMember(database.pool, organizationId, 'billing_manager');
  const graphAdmin = await aMember(database.pool, organizationId, 'graph_admin');
  const to = { organizationId, name: 'Acme Ltd', metadata: { tier: 'gold' } };
  await updateOrganization(plans.deps, ask(biller.actor), to);
  await updateOrganization(plans.deps, ask(biller.actor), to);
  await expect(updateOrganization(plans.deps, ask(graphAdmin.actor), to)).rejects.toMatchObject({
    status: 403,
  });
  const [row] = await findOrganizations(plans.deps, ask(graphAdmin.actor), [organizationId]);
  expect(row).toMatchObject({ name: 'Acme Ltd', metadata: { tier: 'gold' } });
  const { rows } = await database.pool.query(
    `SELECT action, outcome, entry -> 'before' ->> 'name' AS before FROM audit_log WHERE chain = $1 ORDER BY sequence`,
    [organizationId],
  );
  expect(rows).toEqual([
    { action: 'organization.update', outcome: 'done', before: 'Acme' },
    { action: 'organization.update', outcome: 'denied', before: null },
  ]);
});

test('while a subscription lives the organization is not deleted; when it has ended it is', async () => {
  const { pool } = database;
  const { id, customerId, admin } = await anOrganization(pool);
  const subscription = await aLiveSubscription(pool, customerId, await aStoredPlan(pool, []));
  const remove = () => deleteOrganization(plans.deps, ask(admin.actor), id);
  await expect(remove()).rejects.toMatchObject({ status: 409, code: 'organization_is_billed' });
  expect((await findOrganizations(plans.deps, ask(admin.actor), [id]))[0]?.id).toBe(id);
  await cancel(pool, subscription);
  await remove();
  expect(await findOrganizations(plans.deps, ask(admin.actor), [id])).toEqual([undefined]);
});

test('of many who make graphs and variants at once, as many are made as there is room for', async () => {
  const { id: organizationId, customerId, admin } = await anOrganization(database.pool);
  const limits = new Map([...enterprise.limits, ['graphs', 2] as const, ['variants', 5] as const]);
  plans.set(customerId, { ...enterprise, limits });
  const all = async (attempts: Promise<unknown>[]) => {
    const results = await Promise.allSettled(attempts);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'limit_reached' });
    }
    return results.filter(({ status }) => status === 'fulfilled').length;
  };
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(
    await all(names.map((name) => createGraph(plans.deps, ask(admin.actor), { organizationId, name }))),
  ).toBe(2);
  const { rows: graphs } = await database.pool.query<{ id: never }>(
    `SELECT id FROM graphs WHERE organization_id = $1`,
    [organizationId],
  );
  // Two variants came with the graphs; in both graphs together there is room for three more.
  expect(
    await all(
      graphs.flatMap(({ id: graphId }) =>
        names.map((name) => createVariant(plans.deps, ask(admin.actor), { graphId, name })),
      ),
    ),
  ).toBe(3);
});

test('who is taken out of a group has its role no more; where it gives roles, by who assigns them', async () => {
  const { id: organizationId, admin } = await anOrganization(database.pool);
  await database.pool.query(
    `INSERT INTO roles (id, organization_id, name, permissions) VALUES ('role_g', $1, 'grouper', '{group:manage,group:read}')`,
    [organizationId],
  );
  const grouper = await aMember(database.pool, organizationId, 'role_g' as never);
  const member = await aMember(database.pool, organizationId, 'consumer');
  const { membershipId } = member;
  const plain = await createGroup(plans.deps, ask(grouper.actor), { organizationId, name: 'plain' });
  const giving = await createGroup(plans.deps, ask(admin.actor), {
    organizationId,
    name: 'giving',
    role: 'graph_admin',
  });
  for (const { groupId } of [plain, giving]) {
    await addGroupMembers(plans.deps, ask(admin.actor), { groupId, membershipIds: [membershipId] });
  }
  const may = async () =>
    (await decide(plans.deps, ask(member.actor), 'graph:create', organizationId)).allowed;
  const out = ({ groupId }: typeof plain, by = grouper) =>
    removeGroupMembers(plans.deps, ask(by.actor), { groupId, membershipIds: [membershipId] });
  await out(plain);
  await expect(out(giving)).rejects.toMatchObject({ status: 403, code: 'permission_denied' });
  expect(await may()).toBe(true);
  await out(giving, admin);
  await out(giving, admin);
  expect(await may()).toBe(false);
  const told = await database.pool.query(
    `SELECT FROM audit_log WHERE chain = $1 AND action = 'group.remove_members' AND outcome = 'done'`,
    [organizationId],
  );
  expect(told.rowCount).toBe(2);
});
