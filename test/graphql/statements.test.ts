/** No N+1: however many things are asked for, the number of statements does not grow. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execute, parse } from 'graphql';
import { uncachedEntitlements } from '../../src/entitlementCache/reader.ts';
import { createContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { newId } from '../../src/store/newId.ts';
import { aMember, anOrganization, ask, type TestOrganization } from '../organizations/anOrganization.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn, everybodyHasEverything } from './aWorld.ts';

const schema = createSchema();
let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await everybodyHasEverything(database.pool);
});
afterAll(() => database.drop());

/** An organization with that many graphs of three variants, members in groups, and keys. */
async function anOrganizationOf(graphs: number): Promise<TestOrganization> {
  const organization = await anOrganization(database.pool);
  const { pool } = database;
  const ids = Array.from({ length: graphs }, () => newId('graph'));
  await pool.query(
    `INSERT INTO graphs (id, organization_id, name) SELECT id, $2, 'g' || nth FROM unnest($1::text[]) WITH ORDINALITY AS g (id, nth)`,
    [ids, organization.id],
  );
  const variants = ids.flatMap((graph) =>
    ['a', 'b', 'c'].map((name) => ({ id: newId('variant'), graph, name })),
  );
  await pool.query(
    `INSERT INTO variants (id, organization_id, graph_id, name)
     SELECT v.id, $2, v.graph, v.name FROM json_to_recordset($1) AS v (id text, graph text, name text)`,
    [JSON.stringify(variants), organization.id],
  );
  const groupId = newId('group');
  await pool.query(
    `INSERT INTO groups (id, organization_id, name, role) VALUES ($1, $2, 'Team', 'observer')`,
    [groupId, organization.id],
  );
  for (const graph of ids.slice(0, graphs)) {
    const { membershipId } = await aMember(pool, organization.id, 'contributor');
    await pool.query(
      `INSERT INTO group_members (organization_id, group_id, membership_id) VALUES ($1, $2, $3)`,
      [organization.id, groupId, membershipId],
    );
    await pool.query(
      `INSERT INTO resource_roles (organization_id, membership_id, graph_id, effect, role) VALUES ($1, $2, $3, 'grant', 'graph_admin')`,
      [organization.id, membershipId, graph],
    );
    await pool.query(
      `INSERT INTO keys (id, kind, name, key_hash, key_hint, organization_id, graph_id, role) VALUES ($1, 'graph', 'k', sha256($1::text::bytea), 'x', $2, $3, 'observer')`,
      [newId('key'), organization.id, graph],
    );
  }
  return organization;
}

/** How many statements a query takes, and what it answers. */
async function statementsOf({ id, admin }: TestOrganization, query: string) {
  let count = 0;
  const counting = new Proxy(database.pool, {
    get(pool, name) {
      if (name === 'query') count++;
      const value: unknown = Reflect.get(pool, name);
      return typeof value === 'function' ? (value.bind(pool) as unknown) : value;
    },
  });
  const contextValue = createContext(
    dependenciesOn(counting),
    uncachedEntitlements(counting),
    ask(admin.actor),
    true,
  );
  const result = await execute({ schema, document: parse(query), contextValue, variableValues: { id } });
  expect(result.errors).toBeUndefined();
  return { count, answer: JSON.stringify(result.data) };
}

const queries = [
  [
    'graphs × variants × roles',
    `query ($id: ID!) { organization(id: $id) { roles { canCreateGraph } graphs(first: 100) { totalCount nodes {
       name organization { name } roles { canManageGraphKey } variants { nodes { ref readme graph { title } roles { canPublishSchema canReadMetrics } } } } } } }`,
    'canPublishSchema',
  ],
  [
    'graphs × keys',
    `query ($id: ID!) { organization(id: $id) { graphs(first: 100) { nodes { keys { totalCount nodes { hint role { name } } } } } } }`,
    'hint',
  ],
  [
    'members × users × groups × roles',
    `query ($id: ID!) { organization(id: $id) { members(first: 100) { totalCount nodes { user { email } role { name } groups { name members { totalCount } }
       resourceRoles { graph { name } role { name } } } } } }`,
    'email',
  ],
] as const;

/** What two branches of a query ask for at once may come in one statement or in two: the bound is for the most. */
const most = 18;

test.each(queries)('%s take no more statements for 50 than may be for 2', async (_name, query, wanted) => {
  const few = await statementsOf(await anOrganizationOf(2), query);
  const many = await statementsOf(await anOrganizationOf(50), query);
  expect(few.answer.split(wanted).length).toBeGreaterThan(2);
  expect(many.answer.split(wanted).length).toBeGreaterThan(50);
  expect([few.count <= most, many.count <= most]).toEqual([true, true]);
});
