/** Keys, and who they make their bearer; personal keys, roles for single graphs and variants, who can, refs. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { authenticateKey } from '../../src/organizations/authenticateKey.ts';
import { decide } from '../../src/organizations/decide.ts';
import { createGraph, deleteGraph } from '../../src/organizations/graphs.ts';
import { createGraphKey, createOrganizationKey, listGraphKeys } from '../../src/organizations/keys.ts';
import {
  createOrganization,
  deleteOrganization,
  listOrganizations,
} from '../../src/organizations/organizations.ts';
import { createPersonalKey } from '../../src/organizations/personalKeys.ts';
import { clearResourceRole, setResourceRole } from '../../src/organizations/resourceRoles.ts';
import { revokeKey } from '../../src/organizations/revokeKey.ts';
import { createVariant, findVariantByRef, protectVariant } from '../../src/organizations/variants.ts';
import { whoCan } from '../../src/organizations/whoCan.ts';
import type { Request } from '../../src/organizations/request.ts';
import { newId } from '../../src/store/newId.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import {
  aMember,
  anOrganization,
  ask,
  aUser,
  enterprise,
  operator,
  plansOn,
  type PlanOf,
} from './anOrganization.ts';

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
  const { graphId, variantId } = await createGraph(plans.deps, ask(organization.admin.actor), {
    organizationId: organization.id,
    name: 'shop',
  });
  return { ...organization, graphId, variantId };
}

test('a graph key is shown once, stored hashed, and acts for its graph until it is revoked', async () => {
  const { admin, graphId, variantId, id } = await aGraph();
  const once = { clientMutationId: 'k' };
  const input = { graphId, name: 'ci', role: 'contributor' } as const;
  const made = await createGraphKey(plans.deps, ask(admin.actor, once), input);
  const again = await createGraphKey(plans.deps, ask(admin.actor, once), input);
  expect(again).toEqual({ keyId: made.keyId, secret: null, replayed: true });
  const secret = made.secret ?? '';
  expect(secret).toMatch(/^dg_/);
  const everything = await database.pool.query(
    `SELECT k::text FROM keys k UNION ALL SELECT entry::text FROM audit_log`,
  );
  expect(JSON.stringify(everything.rows)).not.toContain(secret.slice(3, -4));
  const actor = await authenticateKey(plans.deps, secret, now());
  if (!actor) throw new Error('no actor');
  expect((await decide(plans.deps, ask(actor), 'schema:publish', variantId)).allowed).toBe(true);
  await expect(decide(plans.deps, ask(actor), 'schema:publish', newId('variant'))).rejects.toMatchObject({
    status: 404,
  });
  await protectVariant(plans.deps, ask(admin.actor), { variantId, isProtected: true });
  expect((await decide(plans.deps, ask(actor), 'schema:publish', variantId)).reason).toBe(
    'protected_variant',
  );
  const stranger = (await anOrganization(database.pool)).admin;
  await expect(revokeKey(plans.deps, ask(stranger.actor), made.keyId)).rejects.toMatchObject({ status: 404 });
  await revokeKey(plans.deps, ask(admin.actor), made.keyId);
  expect(await authenticateKey(plans.deps, secret, now())).toBeUndefined();
  const { rows } = await listGraphKeys(plans.deps, ask(admin.actor), graphId, { first: 5 });
  expect(rows.map(({ key_hint: hint }) => hint)).toEqual([`dg_…${secret.slice(-4)}`]);
  expect(id).toMatch(/^org_/);
});

test('a key is worth nothing when it has expired, and when its graph or its organization has gone', async () => {
  const { admin, graphId, id } = await aGraph();
  const soon = (now() + 60_000) as Request['now'];
  const key = await createGraphKey(plans.deps, ask(admin.actor), {
    graphId,
    name: 'a',
    role: 'graph_admin',
    expiresAt: soon,
  });
  const service = await createOrganizationKey(plans.deps, ask(admin.actor), {
    organizationId: id,
    kind: 'service',
    name: 'b',
    capabilities: ['graph:read', 'member:read'],
  });
  expect(await authenticateKey(plans.deps, key.secret ?? '', soon)).toBeUndefined();
  expect(await authenticateKey(plans.deps, key.secret ?? '', now())).toMatchObject({ kind: 'graph_key' });
  await deleteGraph(plans.deps, ask(admin.actor), graphId);
  expect(await authenticateKey(plans.deps, key.secret ?? '', now())).toBeUndefined();
  expect(await authenticateKey(plans.deps, service.secret ?? '', now())).toMatchObject({
    kind: 'organization_key',
  });
  await deleteOrganization(plans.deps, ask(admin.actor), id);
  expect(await authenticateKey(plans.deps, service.secret ?? '', now())).toBeUndefined();
});

test('when a key was last used is written once a minute', async () => {
  const userId = await aUser(database.pool);
  const { secret, keyId } = await createPersonalKey(plans.deps, ask(operator), { name: 'cli', userId });
  const minute = (now() - (now() % 60_000) + 60_000) as Request['now'];
  const read = async () => {
    const { rows } = await database.pool.query<{ last_used_at: number; xmin: string }>(
      `SELECT last_used_at, xmin::text FROM keys WHERE id = $1`,
      [keyId],
    );
    return rows[0];
  };
  expect(await authenticateKey(plans.deps, secret ?? '', minute)).toEqual({ kind: 'user', userId, keyId });
  const first = await read();
  expect(first?.last_used_at).toBe(minute);
  await authenticateKey(plans.deps, secret ?? '', (minute + 59_999) as Request['now']);
  expect(await read()).toEqual(first);
  await authenticateKey(plans.deps, secret ?? '', (minute + 60_000) as Request['now']);
  expect((await read())?.last_used_at).toBe(minute + 60_000);
});

test('nobody gives a key more than it may do itself, and a personal key makes no other', async () => {
  const { admin, graphId, variantId, id } = await aGraph();
  await database.pool.query(
    `INSERT INTO roles (id, organization_id, name, permissions)
     VALUES ('role_k', $1, 'keeper', '{graph:read,variant:read,api_schema:read,changelog:read,explorer:query,proposal:read,graph_key:manage}')`,
    [id],
  );
  const keeper = await aMember(database.pool, id, 'role_k' as never);
  const make = (role: 'consumer' | 'contributor' | 'graph_admin') =>
    createGraphKey(plans.deps, ask(keeper.actor), { graphId, name: role, role, variantIds: [variantId] });
  await expect(make('contributor')).rejects.toMatchObject({ code: 'permission_denied' });
  await expect(make('graph_admin')).rejects.toMatchObject({ code: 'permission_denied' });
  await expect(make('consumer')).resolves.toMatchObject({ replayed: false });
  const personal = await createPersonalKey(plans.deps, ask(admin.actor), { name: 'cli' });
  const actor = await authenticateKey(plans.deps, personal.secret ?? '', now());
  if (!actor) throw new Error('no actor');
  await expect(createPersonalKey(plans.deps, ask(actor), { name: 'more' })).rejects.toMatchObject({
    status: 403,
  });
  const other = (await anOrganization(database.pool)).admin;
  await expect(revokeKey(plans.deps, ask(other.actor), personal.keyId)).rejects.toMatchObject({
    status: 404,
  });
  await revokeKey(plans.deps, ask(actor), personal.keyId);
  expect(await authenticateKey(plans.deps, personal.secret ?? '', now())).toBeUndefined();
});

test('a grant on a variant lets a member publish there, also when it is protected, and no more once it is cleared', async () => {
  const { admin, id, graphId, variantId } = await aGraph();
  const observer = await aMember(database.pool, id, 'observer');
  const { variantId: staging } = await createVariant(plans.deps, ask(admin.actor), {
    graphId,
    name: 'staging',
  });
  await protectVariant(plans.deps, ask(admin.actor), { variantId, isProtected: true });
  const target = { on: variantId, membershipId: observer.membershipId };
  await setResourceRole(plans.deps, ask(admin.actor), { ...target, effect: 'grant', role: 'contributor' });
  const may = async (variant: typeof variantId) =>
    (await decide(plans.deps, ask(observer.actor), 'schema:publish', variant)).allowed;
  expect([await may(variantId), await may(staging)]).toEqual([true, false]);
  const able = await whoCan(plans.deps, ask(observer.actor), 'schema:publish', variantId, { first: 10 });
  expect(able.rows.map(({ userId }) => userId)).toEqual([admin.userId, observer.userId]);
  await clearResourceRole(plans.deps, ask(admin.actor), target);
  expect(await may(variantId)).toBe(false);
  const stranger = (await anOrganization(database.pool)).admin;
  for (const on of [variantId, newId('variant')]) {
    await expect(
      setResourceRole(plans.deps, ask(stranger.actor), {
        ...target,
        on,
        effect: 'grant',
        role: 'contributor',
      }),
    ).rejects.toMatchObject({ status: 404, message: `There is no variant ${on}: check the id.` });
  }
});

test('a ref names what is one’s own before what is public elsewhere', async () => {
  const one = await aGraph();
  const two = await aGraph();
  await database.pool.query(`UPDATE variants SET is_public = true WHERE id = ANY($1)`, [
    [one.variantId, two.variantId],
  ]);
  const find = (actor: Request['actor'], organizationId?: typeof one.id) =>
    findVariantByRef(plans.deps, ask(actor), { ref: 'shop@current', organizationId });
  expect((await find(one.admin.actor))?.id).toBe(one.variantId);
  expect((await find(two.admin.actor))?.id).toBe(two.variantId);
  await expect(find({ kind: 'anonymous' })).rejects.toMatchObject({ code: 'ref_ambiguous' });
  expect((await find({ kind: 'anonymous' }, two.id))?.id).toBe(two.variantId);
  await database.pool.query(`UPDATE variants SET is_public = false WHERE id = ANY($1)`, [
    [one.variantId, two.variantId],
  ]);
  expect(await find({ kind: 'anonymous' }, two.id)).toBeUndefined();
});

test('a user makes an organization for itself, with a customer; an operator for others; a key for nobody', async () => {
  const userId = await aUser(database.pool);
  const actor = { kind: 'user', userId, keyId: null } as const;
  const made = await createOrganization(plans.deps, ask(actor), { name: 'Mine' });
  expect(made.userId).toBe(userId);
  expect((await listOrganizations(plans.deps, ask(actor), { first: 5 })).rows.map(({ id }) => id)).toEqual([
    made.organizationId,
  ]);
  await expect(
    createOrganization(plans.deps, ask(operator), {
      name: 'X',
      adminEmail: 'x@example.com',
      customerId: made.customerId,
    }),
  ).rejects.toMatchObject({ code: 'customer_has_organization' });
  await expect(
    createOrganization(plans.deps, ask(actor), { name: 'X', customerId: made.customerId }),
  ).rejects.toMatchObject({ status: 403 });
  await expect(
    createOrganization(plans.deps, ask({ kind: 'anonymous' }), { name: 'X' }),
  ).rejects.toMatchObject({
    status: 401,
  });
  const events = await database.pool.query(
    `SELECT type FROM event_log WHERE customer_id = $1 ORDER BY sequence`,
    [made.customerId],
  );
  expect(events.rows).toEqual(
    ['customer.created', 'organization.created', 'member.added'].map((type) => ({ type })),
  );
  plans.set(made.customerId, enterprise);
});
