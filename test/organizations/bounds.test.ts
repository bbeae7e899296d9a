/** What the plan gives bounds what roles allow: subscription, fallback and what is over after a downgrade, from Postgres. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storedPlanBounds } from '../../src/organizations/bounds.ts';
import { createGraph, updateGraph } from '../../src/organizations/graphs.ts';
import { setMemberRole } from '../../src/organizations/members.ts';
import type { OrganizationDependencies } from '../../src/organizations/request.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import {
  aLiveSubscription,
  aStoredFeature,
  aStoredPlan,
  cancel,
} from '../store/entitlements/entitledCustomers.ts';
import { aMember, anOrganization, ask } from './anOrganization.ts';

let database: TestDatabase;
let deps: OrganizationDependencies;
beforeAll(async () => {
  database = await freshDatabase();
  deps = { pool: database.pool, planBounds: storedPlanBounds };
});
afterAll(() => database.drop());

test('a plan gives room and roles, and when it has ended nothing is deleted and nothing may be added', async () => {
  const { pool } = database;
  const graphs = await aStoredFeature(pool, 'graphs', { type: 'limit', limit: 2 });
  const variants = await aStoredFeature(pool, 'variants', { type: 'limit', limit: null });
  const seats = await aStoredFeature(pool, 'seats', { type: 'limit', limit: 5 });
  const roles = await aStoredFeature(pool, 'roles', { type: 'boolean', value: true });
  await aStoredPlan(pool, [{ ...graphs, grant: { type: 'limit', limit: 1 } }, variants], { fallback: true });
  const pro = await aStoredPlan(pool, [graphs, variants, seats, roles]);
  const { id, customerId, admin } = await anOrganization(pool);
  const member = await aMember(pool, id, 'consumer');
  const create = (name: string) => createGraph(deps, ask(admin.actor), { organizationId: id, name });
  const promote = (role: 'contributor' | 'observer') =>
    setMemberRole(deps, ask(admin.actor), { membershipId: member.membershipId, role });

  const { graphId } = await create('one');
  await expect(create('two')).rejects.toMatchObject({ code: 'limit_reached' });
  await expect(promote('contributor')).rejects.toMatchObject({ code: 'feature_missing' });

  const subscription = await aLiveSubscription(pool, customerId, pro);
  await create('two');
  await expect(create('three')).rejects.toMatchObject({ code: 'limit_reached' });
  await promote('contributor');

  await cancel(pool, subscription);
  await expect(create('three')).rejects.toMatchObject({ code: 'limit_reached' });
  await expect(promote('observer')).rejects.toMatchObject({ code: 'feature_missing' });
  await updateGraph(deps, ask(admin.actor), { graphId, title: 'x' });
});
