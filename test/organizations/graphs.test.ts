/** Graphs of organizations: who may make, see, change and delete them, and what strangers are told. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createGraph,
  deleteGraph,
  findGraphs,
  listGraphs,
  updateGraph,
} from '../../src/organizations/graphs.ts';
import { createPool, inTransaction } from '../../src/store/database.ts';
import { newId } from '../../src/store/newId.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { aMember, anOrganization, ask, enterprise, plansOn, type PlanOf } from './anOrganization.ts';

let database: TestDatabase;
let plans: PlanOf;
beforeAll(async () => {
  database = await freshDatabase();
  plans = plansOn(database.pool);
});
afterAll(() => database.drop());

async function auditOf(chain: string) {
  const { rows } = await database.pool.query<{
    action: string;
    outcome: string;
    resource: string;
    entry: Record<string, unknown>;
  }>(`SELECT action, outcome, resource, entry FROM audit_log WHERE chain = $1 ORDER BY sequence`, [chain]);
  return rows;
}

test('a graph is made with the variant current, and one audit entry', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const made = await createGraph(plans.deps, ask(admin.actor, { reason: 'a start' }), {
    organizationId: id,
    name: 'shop',
  });
  expect(made.replayed).toBe(false);
  const [row] = await findGraphs(plans.deps, ask(admin.actor), [made.graphId]);
  expect(row).toMatchObject({ name: 'shop', organization_id: id });
  expect(await auditOf(id)).toEqual([
    expect.objectContaining({ action: 'graph.create', outcome: 'done', resource: made.graphId }),
  ]);
  expect((await auditOf(id))[0]?.entry).toMatchObject({
    reason: 'a start',
    before: null,
    after: { name: 'shop', variants: [{ id: made.variantId, name: 'current' }] },
    actor: { kind: 'user', id: admin.userId },
  });
});

test('a stranger is told of a graph what is told of one that does not exist, and the organization is not', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const stranger = (await anOrganization(database.pool)).admin;
  const { graphId } = await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: 'shop' });
  const none = newId('graph');
  const errors = await Promise.all(
    [graphId, none].map((asked) =>
      updateGraph(plans.deps, ask(stranger.actor), { graphId: asked, title: 'x' }).catch(
        (error: unknown) => error,
      ),
    ),
  );
  expect(errors[0]).toMatchObject({ status: 404, code: 'resource_missing' });
  expect(String(errors[0]).replaceAll(graphId, none)).toBe(String(errors[1]));
  expect(await findGraphs(plans.deps, ask(stranger.actor), [graphId, none])).toEqual([undefined, undefined]);
  expect(await listGraphs(plans.deps, ask(stranger.actor), id, { first: 10 })).toMatchObject({ rows: [] });
  expect(await auditOf(id)).toHaveLength(1);
  const installation = await auditOf('installation');
  expect(installation.filter(({ resource }) => resource === graphId || resource === none)).toHaveLength(2);
});

test('a stranger waits for nothing and asks as much of the database, whether the graph exists or not', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const stranger = (await anOrganization(database.pool)).admin;
  const { graphId } = await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: 'shop' });
  const counted = createPool(database.url);
  let statements: string[] = [];
  counted.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    Object.assign(client, {
      query: (...given: unknown[]) => {
        const [statement] = given as [string | { text: string }];
        statements.push(typeof statement === 'string' ? statement : statement.text);
        return query(...given);
      },
    });
  });
  const asked = async (of: typeof graphId) => {
    statements = [];
    const { deps } = plansOn(counted);
    await expect(deleteGraph(deps, ask(stranger.actor), of)).rejects.toMatchObject({ status: 404 });
    return statements;
  };
  try {
    // Somebody is changing the organization all the while.
    const [there, none] = await inTransaction(database.pool, async (tx) => {
      await tx.query(`SELECT FROM organizations WHERE id = $1 FOR UPDATE`, [id]);
      return [await asked(graphId), await asked(newId('graph'))];
    });
    expect(there).toEqual(none);
    expect(there.length).toBeGreaterThan(3);
  } finally {
    await counted.end();
  }
});

test('a member whose roles do not allow it is told why, and the attempt is in the audit log once', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const observer = await aMember(database.pool, id, 'observer');
  const { graphId } = await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: 'shop' });
  const request = ask(observer.actor);
  for (let times = 0; times < 2; times += 1) {
    await expect(deleteGraph(plans.deps, request, graphId)).rejects.toMatchObject({
      status: 403,
      code: 'permission_denied',
    });
  }
  const denied = (await auditOf(id)).filter(({ outcome }) => outcome === 'denied');
  expect(denied).toHaveLength(1);
  expect(denied[0]?.entry).toMatchObject({
    denied: { permission: 'graph:delete', reason: 'no_role_allows_it' },
  });
});

test('as many graphs are made at once as the plan has room for', async () => {
  const { id, customerId, admin } = await anOrganization(database.pool);
  plans.set(customerId, {
    ...enterprise,
    limits: new Map([
      ['graphs', 3],
      ['variants', null],
    ]),
  });
  const made = await Promise.allSettled(
    Array.from({ length: 8 }, (_one, index) =>
      createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: `g${String(index)}` }),
    ),
  );
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  for (const one of made) {
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 403, code: 'limit_reached' });
  }
  expect((await listGraphs(plans.deps, ask(admin.actor), id, { first: 10 })).rows).toHaveLength(3);
});

test('a change with a client id is made once, told again, and refused with another input', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const once = { clientMutationId: 'one' };
  const input = { organizationId: id, name: 'shop' };
  const [first, second] = await Promise.all([
    createGraph(plans.deps, ask(admin.actor, once), input),
    createGraph(plans.deps, ask(admin.actor, once), { name: 'shop', organizationId: id }),
  ]);
  expect(first.graphId).toBe(second.graphId);
  expect([first.replayed, second.replayed].sort()).toEqual([false, true]);
  await expect(
    createGraph(plans.deps, ask(admin.actor, once), { ...input, name: 'other' }),
  ).rejects.toMatchObject({
    status: 409,
    code: 'client_mutation_id_in_use',
  });
  expect(await auditOf(id)).toHaveLength(1);
});

test('lists go both ways and show only what may be seen', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const billing = await aMember(database.pool, id, 'billing_manager');
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    ids.push((await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name })).graphId);
  }
  const [a, b, c] = ids;
  const page = async (window: Parameters<typeof listGraphs>[3]) => {
    const { rows, hasNextPage, hasPreviousPage } = await listGraphs(plans.deps, ask(admin.actor), id, window);
    return { ids: rows.map((row) => row.id), hasNextPage, hasPreviousPage };
  };
  expect(await page({ first: 2 })).toEqual({ ids: [a, b], hasNextPage: true, hasPreviousPage: false });
  expect(await page({ first: 2, after: b })).toEqual({ ids: [c], hasNextPage: false, hasPreviousPage: true });
  expect(await page({ last: 2 })).toEqual({ ids: [b, c], hasNextPage: false, hasPreviousPage: true });
  expect(await page({ last: 2, before: b })).toEqual({ ids: [a], hasNextPage: true, hasPreviousPage: false });
  expect((await listGraphs(plans.deps, ask(billing.actor), id, { first: 10 })).rows).toEqual([]);
});

test('an update tells what it changes, and none that changes nothing', async () => {
  const { id, admin } = await anOrganization(database.pool);
  const { graphId } = await createGraph(plans.deps, ask(admin.actor), { organizationId: id, name: 'shop' });
  await updateGraph(plans.deps, ask(admin.actor), { graphId, title: 'Shop', name: 'shop' });
  await updateGraph(plans.deps, ask(admin.actor), { graphId, title: 'Shop' });
  const entries = await auditOf(id);
  expect(entries).toHaveLength(2);
  expect(entries[1]?.entry).toMatchObject({ before: { title: '' }, after: { title: 'Shop' } });
});
