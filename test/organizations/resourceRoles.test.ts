/** Who gives access to a graph: whoever manages it there, and never more than it has itself. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { permissionsAskedOf } from '../../src/domain/permissions/permission.ts';
import { decide } from '../../src/organizations/decide.ts';
import { createGraph, deleteGraph } from '../../src/organizations/graphs.ts';
import { createGraphKey } from '../../src/organizations/keys.ts';
import {
  clearResourceRole,
  listResourceRoles,
  setResourceRole,
} from '../../src/organizations/resourceRoles.ts';
import { protectVariant } from '../../src/organizations/variants.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { aMember, anOrganization, ask, enterprise, plansOn, type PlanOf } from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

const denied = { status: 403, code: 'permission_denied' };

async function aGraph() {
  const organization = await anOrganization(database.pool);
  const made = await createGraph(plans.deps, ask(organization.admin.actor), {
    organizationId: organization.id,
    name: 'shop',
  });
  return { ...organization, ...made };
}

test('a Contributor is Graph Admin of the graph that it creates, of no other, and takes no seat more', async () => {
  const { id, customerId, graphId: others } = await aGraph();
  plans.set(customerId, { ...enterprise, limits: new Map([...enterprise.limits, ['seats', 2]]) });
  const contributor = await aMember(database.pool, id, 'contributor');
  const { graphId } = await createGraph(plans.deps, ask(contributor.actor), {
    organizationId: id,
    name: 'own',
  });
  const observer = await aMember(database.pool, id, 'consumer');
  const input = { membershipId: observer.membershipId, effect: 'grant', role: 'consumer' } as const;
  await setResourceRole(plans.deps, ask(contributor.actor), { ...input, on: graphId });
  await expect(
    setResourceRole(plans.deps, ask(contributor.actor), { ...input, on: others }),
  ).rejects.toMatchObject(denied);
  const rows = await listResourceRoles(plans.deps, ask(contributor.actor), graphId);
  expect(rows.map(({ membership_id: of, role }) => [of, role])).toEqual([
    [contributor.membershipId, 'graph_admin'],
    [observer.membershipId, 'consumer'],
  ]);
  const told = await database.pool.query<{ owner: string }>(
    `SELECT entry #>> '{after,graph_admin}' AS owner FROM audit_log WHERE resource = $1 AND action = 'graph.create'`,
    [graphId],
  );
  expect(told.rows).toEqual([{ owner: contributor.membershipId }]);
  await deleteGraph(plans.deps, ask(contributor.actor), graphId);
});

test('who is Graph Admin of all graphs is granted none of its own, nor anybody where the plan has no roles', async () => {
  const { id, customerId, admin } = await anOrganization(database.pool);
  const graphAdmin = await aMember(database.pool, id, 'graph_admin');
  const contributor = await aMember(database.pool, id, 'contributor');
  await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: 'a' });
  await createGraph(plans.deps, ask(graphAdmin.actor), { organizationId: id, name: 'b' });
  plans.set(customerId, { ...enterprise, features: new Set() });
  await createGraph(plans.deps, ask(contributor.actor), { organizationId: id, name: 'c' });
  const granted = await database.pool.query(`SELECT FROM resource_roles WHERE organization_id = $1`, [id]);
  expect(granted.rowCount).toBe(0);
});

test('who manages access by a custom role gives what it has on the graph, and no more', async () => {
  const { id, graphId } = await aGraph();
  await database.pool.query(
    `INSERT INTO roles (id, organization_id, name, permissions)
     VALUES ('role_door', $1, 'door', '{graph_access:manage,graph:read,variant:read,api_schema:read,changelog:read,explorer:query,proposal:read}')`,
    [id],
  );
  const door = await aMember(database.pool, id, 'role_door' as never);
  const { membershipId } = await aMember(database.pool, id, 'consumer');
  const gives = (role: 'consumer' | 'observer', to = membershipId) =>
    setResourceRole(plans.deps, ask(door.actor), { on: graphId, membershipId: to, effect: 'grant', role });
  await expect(gives('observer')).rejects.toMatchObject(denied);
  await expect(gives('observer', door.membershipId)).rejects.toMatchObject(denied);
  await expect(gives('consumer')).resolves.toMatchObject({ on: graphId });
  await expect(listResourceRoles(plans.deps, ask(door.actor), graphId)).resolves.toHaveLength(1);
});

test('nobody ends the limit that is set for itself, nor gives on the graph what it keeps it from', async () => {
  const { id, graphId, variantId, admin } = await aGraph();
  const owner = await aMember(database.pool, id, 'graph_admin');
  const own = { on: variantId, membershipId: owner.membershipId };
  await setResourceRole(plans.deps, ask(admin.actor), { ...own, effect: 'limit', role: 'observer' });
  for (const attempt of [
    () => clearResourceRole(plans.deps, ask(owner.actor), own),
    () => setResourceRole(plans.deps, ask(owner.actor), { ...own, effect: 'limit', role: 'graph_admin' }),
    () => setResourceRole(plans.deps, ask(owner.actor), { ...own, effect: 'grant', role: 'contributor' }),
    () => createGraphKey(plans.deps, ask(owner.actor), { graphId, name: 'k', role: 'contributor' }),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ status: 403 });
  }
  expect((await decide(plans.deps, ask(owner.actor), 'schema:publish', variantId)).allowed).toBe(false);
  await clearResourceRole(plans.deps, ask(admin.actor), own);
  expect((await decide(plans.deps, ask(owner.actor), 'schema:publish', variantId)).allowed).toBe(true);
});

test('a key of a graph with every permission of one manages no access, and no role above protection is given by less', async () => {
  const { id, graphId, variantId, admin } = await aGraph();
  await protectVariant(plans.deps, ask(admin.actor), { variantId, isProtected: true });
  const all = await database.pool.query<{ id: string }>(
    `INSERT INTO roles (id, organization_id, name, permissions) VALUES ('role_all', $1, 'all', $2) RETURNING id`,
    [id, permissionsAskedOf.graph],
  );
  expect(all.rowCount).toBe(1);
  const almost = await aMember(database.pool, id, 'role_all' as never);
  const key = (role: 'contributor' | 'graph_admin') =>
    createGraphKey(plans.deps, ask(almost.actor), { graphId, name: 'k', role });
  await expect(key('graph_admin')).rejects.toMatchObject({ code: 'protected_variant' });
  const made = await key('contributor');
  const actor = {
    kind: 'graph_key',
    keyId: made.keyId,
    organizationId: id,
    graphId,
    role: 'graph_admin',
    variantIds: null,
  } as const;
  await expect(
    setResourceRole(plans.deps, ask(actor), {
      on: graphId,
      membershipId: almost.membershipId,
      effect: 'grant',
      role: 'graph_admin',
    }),
  ).rejects.toMatchObject(denied);
});
