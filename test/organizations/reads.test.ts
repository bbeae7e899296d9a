/** Finds by ids for loaders, how many statements a decision takes, and what a flood of denied attempts leaves to others. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { auditLogRules } from '../../src/audit/rules/auditLog.ts';
import type { GroupId } from '../../src/domain/ids.ts';
import { storedPlanBounds } from '../../src/organizations/bounds.ts';
import { defineRole, findRoles } from '../../src/organizations/customRoles.ts';
import { decide } from '../../src/organizations/decide.ts';
import { findKeys } from '../../src/organizations/findKeys.ts';
import { createGraph, deleteGraph, findGraphs } from '../../src/organizations/graphs.ts';
import { createGroup, findGroups } from '../../src/organizations/groups.ts';
import { findInvitations, invite } from '../../src/organizations/invitations.ts';
import { createGraphKey, createOrganizationKey } from '../../src/organizations/keys.ts';
import { findMembers } from '../../src/organizations/members.ts';
import { createPersonalKey } from '../../src/organizations/personalKeys.ts';
import { findUsers } from '../../src/organizations/users.ts';
import { removeExpiredClientMutations } from '../../src/store/idempotencyExpiry.ts';
import { newId } from '../../src/store/newId.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { aMember, anOrganization, ask, operator, plansOn, type PlanOf } from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => database.drop());

/** With one of everything that is found by its id. */
async function filled() {
  const organization = await anOrganization(database.pool);
  const { id: organizationId, admin } = organization;
  const { deps } = plans;
  const { graphId, variantId } = await createGraph(deps, ask(admin.actor), { organizationId, name: 'shop' });
  const { groupId } = await createGroup(deps, ask(admin.actor), { organizationId, name: 'team' });
  const { invitationId } = await invite(deps, ask(admin.actor), {
    organizationId,
    email: 'new@example.com',
    role: 'observer',
  });
  const { roleId } = await defineRole(deps, ask(admin.actor), {
    organizationId,
    name: 'reader',
    permissions: ['graph:read', 'graph:read'],
  });
  const graphKey = await createGraphKey(deps, ask(admin.actor), { graphId, name: 'ci', role: 'contributor' });
  const service = await createOrganizationKey(deps, ask(admin.actor), {
    organizationId,
    kind: 'service',
    name: 'bot',
    capabilities: ['graph:read'],
  });
  const personal = await createPersonalKey(deps, ask(admin.actor), { name: 'cli' });
  const keys = [graphKey.keyId, service.keyId, personal.keyId];
  return { ...organization, graphId, variantId, groupId, invitationId, roleId, keys };
}

test('groups, invitations, roles, keys and users are found by those who may see them, in the order of the ids', async () => {
  const { id, admin, groupId, invitationId, roleId, keys } = await filled();
  const observer = await aMember(database.pool, id, 'observer');
  const consumer = await aMember(database.pool, id, 'consumer');
  const graphAdmin = await aMember(database.pool, id, 'graph_admin');
  const stranger = (await anOrganization(database.pool)).admin;
  const nothing = newId('group');
  const seen = async ({ actor }: { actor: typeof admin.actor }) => {
    const found = [
      ...(await findGroups(plans.deps, ask(actor), [nothing, groupId, groupId])),
      ...(await findInvitations(plans.deps, ask(actor), [invitationId])),
      ...(await findRoles(plans.deps, ask(actor), [roleId])),
      ...(await findKeys(plans.deps, ask(actor), keys)),
      ...(await findUsers(plans.deps, ask(actor), [admin.userId])),
    ];
    return found.map((row) => (row ? 1 : 0)).join('');
  };
  expect(await seen(admin)).toBe('011111111');
  expect(await seen({ actor: operator })).toBe('011111111');
  expect(await seen(observer)).toBe('011110001');
  expect(await seen(graphAdmin)).toBe('011111001');
  expect(await seen(consumer)).toBe('000000000');
  expect(await seen(stranger)).toBe('000000000');
  expect(await seen({ actor: { kind: 'anonymous' } })).toBe('000000000');
  const [role] = await findRoles(plans.deps, ask(admin.actor), [roleId]);
  expect(role?.permissions).toEqual(['graph:read']);
});

test('a user sees itself, and of others those whose membership it sees', async () => {
  const { id, admin } = await filled();
  const consumer = await aMember(database.pool, id, 'consumer');
  const found = await findUsers(plans.deps, ask(consumer.actor), [admin.userId, consumer.userId]);
  expect(found.map((row) => row?.id)).toEqual([undefined, consumer.userId]);
  expect((await findUsers(plans.deps, ask(admin.actor), [consumer.userId]))[0]?.id).toBe(consumer.userId);
});

test('a decision takes one statement, and where a plan has a say what it takes to know the plan', async () => {
  const { id, admin, variantId, graphId } = await filled();
  const query = jest.spyOn(database.pool, 'query');
  const statements = async (work: () => Promise<unknown>) => {
    query.mockClear();
    await work();
    return query.mock.calls.length;
  };
  const asked = jest.spyOn(plans.deps, 'planBounds');
  expect(await statements(() => decide(plans.deps, ask(admin.actor), 'schema:publish', variantId))).toBe(1);
  expect(asked).not.toHaveBeenCalled();
  // The plan is in the process.
  expect(await statements(() => decide(plans.deps, ask(admin.actor), 'graph:create', id))).toBe(1);
  expect(asked).toHaveBeenCalledTimes(1);
  // The plan is in Postgres.
  const stored = { pool: database.pool, planBounds: storedPlanBounds };
  expect(await statements(() => decide(stored, ask(admin.actor), 'graph:create', id))).toBe(2);
  // Facts, and rows: however many.
  expect(await statements(() => findGraphs(plans.deps, ask(admin.actor), [graphId, graphId]))).toBe(2);
});

test('finding a hundred of a kind takes as many statements as finding one', async () => {
  const { id, admin } = await filled();
  const groups: GroupId[] = [];
  for (let index = 0; index < 100; index += 1) groups.push(newId('group'));
  await database.pool.query(
    `INSERT INTO groups (id, organization_id, name) SELECT g, $1, g FROM unnest($2::text[]) g`,
    [id, groups],
  );
  const query = jest.spyOn(database.pool, 'query');
  expect((await findGroups(plans.deps, ask(admin.actor), groups)).map((row) => row?.id)).toEqual(groups);
  expect(query).toHaveBeenCalledTimes(2);
  const { rows } = await database.pool.query<{ id: typeof admin.membershipId }>(
    `SELECT id FROM memberships WHERE organization_id = $1`,
    [id],
  );
  query.mockClear();
  await findMembers(
    plans.deps,
    ask(admin.actor),
    rows.map((row) => row.id),
  );
  expect(query).toHaveBeenCalledTimes(2);
});

test('while strangers’ denied attempts wait for their chain, others are written', async () => {
  const { id, admin } = await filled();
  const stranger = (await anOrganization(database.pool)).admin;
  const holder = await database.pool.connect();
  const before = await entriesOf(stranger.userId);
  try {
    await decideDenied(stranger, newId('graph'));
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM audit_chains WHERE chain = 'installation' FOR UPDATE`);
    const flood = Array.from({ length: 100 }, () => decideDenied(stranger, newId('graph')));
    await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: 'meanwhile' });
    await holder.query('COMMIT');
    await Promise.all(flood);
  } finally {
    holder.release();
  }
  // Each is told, and many in one transaction.
  const after = await entriesOf(stranger.userId);
  expect(after.entries - before.entries).toBe(101);
  expect(after.transactions - before.transactions).toBeLessThan(20);
  for (const { sql } of auditLogRules) expect((await database.pool.query(sql)).rows).toEqual([]);
});

async function decideDenied({ actor }: { actor: Parameters<typeof ask>[0] }, graph: string): Promise<void> {
  await expect(deleteGraph(plans.deps, ask(actor), graph as never)).rejects.toMatchObject({ status: 404 });
}

async function entriesOf(actor: string) {
  const { rows } = await database.pool.query<{ entries: number; transactions: number }>(
    `SELECT count(*)::int AS entries, count(DISTINCT xmin::text)::int AS transactions FROM audit_log WHERE actor = $1`,
    [actor],
  );
  return rows[0] ?? { entries: 0, transactions: 0 };
}

test('the result of a mutation is kept for 24 hours', async () => {
  const { pool } = database;
  await pool.query(
    `INSERT INTO client_mutations (actor, client_mutation_id, fingerprint, result, created)
     VALUES ('usr_old', 'old', '', '{}', now() - interval '24 hours 1 second'),
            ('usr_old', 'new', '', '{}', now() - interval '23 hours 59 minutes')`,
  );
  await removeExpiredClientMutations(pool);
  const { rows } = await pool.query(
    `SELECT client_mutation_id FROM client_mutations WHERE actor = 'usr_old'`,
  );
  expect(rows).toEqual([{ client_mutation_id: 'new' }]);
});
