/** Of another organization nothing is told, not even that it exists: its ids answer as ids that were never given. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getNamedType, isInputObjectType, type GraphQLInputType } from 'graphql';
import { startApiOnly, type ApiOnly } from '../api/apiOnly.ts';
import type { Field } from '../../src/graphql/guard.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { newId } from '../../src/store/newId.ts';
import { aMember, aUser } from '../organizations/anOrganization.ts';
import { aFurnishedOrganization, aKeyOf, everybodyHasEverything, type Ids, type Somebody } from './aWorld.ts';
import { fieldsOf, inputOf } from './everyField.ts';
import { askerOf, type Ask } from './graphqlCall.ts';

const schema = createSchema();
let api: ApiOnly;
let ask: Ask;
let own: Ids;
let theirs: Ids;
let strangers: Somebody[];
const absent: Ids = {
  organizationId: newId('organization'),
  memberId: newId('membership'),
  userId: newId('user'),
  groupId: newId('group'),
  invitationId: newId('invitation'),
  roleId: newId('custom_role'),
  graphId: newId('graph'),
  variantId: newId('variant'),
  protectedId: newId('variant'),
  publicId: newId('variant'),
  graphKeyId: newId('key'),
  keyId: newId('key'),
  customerId: newId('customer'),
};

beforeAll(async () => {
  api = await startApiOnly();
  ask = askerOf(api);
  await everybodyHasEverything(api.pool);
  const ours = await aFurnishedOrganization(api.pool, 'Ours');
  const others = await aFurnishedOrganization(api.pool, 'Theirs');
  await api.pool.query(`UPDATE graphs SET name = 'secret' WHERE id = $1`, [others.ids.graphId]);
  [own, theirs] = [ours.ids, others.ids];
  const { actor } = await aMember(api.pool, own.organizationId, 'consumer');
  const nobody = await aUser(api.pool);
  strangers = [
    await aKeyOf(api.pool, ours.organization.admin.actor, 'Org Admin of ours'),
    await aKeyOf(api.pool, actor, 'Consumer of ours'),
    await aKeyOf(api.pool, { kind: 'user', userId: nobody, keyId: null }, 'user of no organization'),
    ours.graphKey,
    ours.organizationKey,
    { name: 'anonymous', key: '', actor: { kind: 'anonymous' } },
  ];
});
afterAll(() => api.stop());

/** What is answered, without what names the request or the ids that were asked for. */
async function answered(query: string, variables: Record<string, unknown>, somebody: Somebody, ids: Ids) {
  const { status, data, errors } = await ask(query, variables, somebody.key);
  let text = JSON.stringify({ status, data, errors });
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(String(id), `<${name}>`);
  return text.replace(/req_[0-9a-z-]+/g, '<request>').replaceAll(/"locations":\[[^\]]*\]/g, '');
}

const queries: readonly (readonly [
  name: string,
  query: string,
  variables: (ids: Ids) => Record<string, unknown>,
])[] = [
  [
    'organization',
    'query ($id: ID!) { organization(id: $id) { id name } }',
    (ids) => ({ id: ids.organizationId }),
  ],
  ['graph', 'query ($id: ID!) { graph(id: $id) { id name } }', (ids) => ({ id: ids.graphId })],
  [
    'variant',
    'query ($id: ID!) { variant(ref: "main", organization: $id) { id } }',
    (ids) => ({ id: ids.organizationId }),
  ],
  [
    '_entities',
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
    (ids) => ({
      r: [
        { __typename: 'Organization', id: ids.organizationId },
        { __typename: 'Graph', id: ids.graphId },
        { __typename: 'Variant', id: ids.variantId },
        { __typename: 'User', id: ids.userId },
      ],
    }),
  ],
  [
    'nodes',
    'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
    (ids) => ({
      ids: Object.entries<string>({ ...ids }).flatMap(([name, id]) => (name === 'publicId' ? [] : [id])),
    }),
  ],
  [
    'checkAll',
    'query ($c: [CheckInput!]!) { checkAll(checks: $c) { allowed reason path { step } } }',
    (ids) => ({
      c: [
        { permission: 'ORGANIZATION_READ', resource: ids.organizationId },
        { permission: 'GRAPH_READ', resource: ids.graphId },
        { permission: 'SCHEMA_PUBLISH', resource: ids.variantId },
        { permission: 'VARIANT_READ', resource: ids.protectedId },
        { permission: 'GRAPH_KEY_READ', resource: ids.graphKeyId },
      ],
    }),
  ],
  ...(['organizationId', 'graphId', 'variantId', 'memberId', 'groupId', 'graphKeyId'] as const).flatMap(
    (name) => [
      [
        `node of ${name}`,
        'query ($id: ID!) { node(id: $id) { id } }',
        (ids: Ids) => ({ id: ids[name] }),
      ] as const,
      [
        `whoCan of ${name}`,
        'query ($id: ID!) { whoCan(permission: SCHEMA_PUBLISH, resource: $id) { decision { reason } } }',
        (ids: Ids) => ({ id: ids[name] }),
      ] as const,
      [
        `check of ${name}`,
        'query ($id: ID!) { check(permission: SCHEMA_PUBLISH, resource: $id) { allowed reason path { step } } }',
        (ids: Ids) => ({ id: ids[name] }),
      ] as const,
    ],
  ),
];

test('every query that takes an id is tried', () => {
  const query = schema.getQueryType();
  const withIds = (query ? fieldsOf(query) : []).filter(({ args }) =>
    args.some(({ type }) => /ID|_Any|CheckInput/.test(String(type))),
  );
  const tried = new Set(queries.map(([name]) => name.split(' ')[0]));
  expect(withIds.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});

test.each(queries)('%s', async (_name, query, variables) => {
  for (const somebody of strangers) {
    const [of, none] = await Promise.all([
      answered(query, variables(theirs), somebody, theirs),
      answered(query, variables(absent), somebody, absent),
    ]);
    expect([somebody.name, of]).toEqual([somebody.name, none]);
  }
});

test('what is not there is not told as forbidden', async () => {
  for (const somebody of strangers) {
    const { data, errors } = await ask(
      'query ($id: ID!) { organization(id: $id) { id } }',
      { id: theirs.organizationId },
      somebody.key,
    );
    expect([somebody.name, data, errors]).toEqual([somebody.name, { organization: null }, []]);
  }
});

test("a ref that two organizations have is the caller's own, and a public one of others is found only by whom it concerns", async () => {
  const variant = async (ref: string, key: string) =>
    (await ask('query ($ref: String!) { variant(ref: $ref) { id } }', { ref }, key)).data?.['variant'];
  const [admin, , nobody] = strangers;
  expect(await variant('main', admin?.key ?? '')).toEqual({ id: own.variantId });
  expect(await variant('secret', admin?.key ?? '')).toBeNull();
  expect(await variant('secret@public', nobody?.key ?? '')).toEqual({ id: theirs.publicId });
  expect(await variant('secret@protected', nobody?.key ?? '')).toBeNull();
});

test("a public variant of strangers stands in the way of nobody's own", async () => {
  const [admin, consumer, nobody] = strangers;
  await api.pool.query(`UPDATE variants SET name = 'shared' WHERE id IN ($1, $2)`, [
    own.variantId,
    theirs.publicId,
  ]);
  await api.pool.query(`UPDATE graphs SET name = 'same' WHERE id IN ($1, $2)`, [own.graphId, theirs.graphId]);
  try {
    for (const [somebody, id] of [
      [admin, own.variantId],
      [consumer, own.variantId],
      [nobody, theirs.publicId],
    ] as const) {
      const { data, errors } = await ask('{ variant(ref: "same@shared") { id } }', {}, somebody?.key);
      expect([somebody?.name, data, errors]).toEqual([somebody?.name, { variant: { id } }, []]);
    }
  } finally {
    await api.pool.query(`UPDATE graphs SET name = 'main' WHERE id = $1`, [own.graphId]);
    await api.pool.query(`UPDATE graphs SET name = 'secret' WHERE id = $1`, [theirs.graphId]);
    await api.pool.query(`UPDATE variants SET name = 'current' WHERE id = $1`, [own.variantId]);
    await api.pool.query(`UPDATE variants SET name = 'public' WHERE id = $1`, [theirs.publicId]);
  }
});

describe('mutations', () => {
  const mutation = schema.getMutationType();
  /** Each id that each mutation takes, alone that of the others. */
  const cases = (mutation ? fieldsOf(mutation) : []).flatMap((field) =>
    idsOf(field).map((name) => [`${field.name} with ${name}`, field, name] as const),
  );

  test.each(cases)('%s', async (_name, field, name) => {
    const query = `mutation ($input: ${String(field.args[0]?.type)}) { ${field.name}(input: $input) { userErrors { code message field } } }`;
    for (const somebody of strangers) {
      // Whoever may do it in its own organization, with one id of the others.
      const [of, none] = [
        await answered(query, { input: withId(field, name, theirs) }, somebody, theirs),
        await answered(query, { input: withId(field, name, absent) }, somebody, absent),
      ];
      expect([somebody.name, of]).toEqual([somebody.name, none]);
      // To take out who is not in it is done already.
      if (field.name !== 'removeGroupMembers') expect(of).toMatch(/userErrors":\[{|UNAUTHENTICATED/);
    }
  });

  test('of all that nothing has changed there', async () => {
    const { rows } = await api.pool.query(
      `SELECT action, actor FROM audit_log WHERE chain = $1 AND outcome = 'denied'`,
      [theirs.organizationId],
    );
    expect(rows).toEqual([]);
    const { rows: there } = await api.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM variants WHERE organization_id = $1 AND deleted_at IS NULL`,
      [theirs.organizationId],
    );
    expect(there[0]?.count).toBe(3);
  });
});

function idsOf(field: Field): string[] {
  const type = getNamedType(field.args[0]?.type as GraphQLInputType);
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields())
    .filter(({ type: of, name }) => getNamedType(of).name === 'ID' || name === 'role')
    .map(({ name }) => name);
}

function withId(field: Field, name: string, ids: Ids): Record<string, unknown> {
  const input = inputOf(field, own);
  const foreign = { ...ids, on: ids.variantId, role: ids.roleId } as unknown as Record<string, string>;
  const list = name.endsWith('Ids');
  const id = foreign[list ? name.slice(0, -1) : name];
  if (id === undefined) throw new Error(`there is no id for ${name}`);
  // For one of both.
  const { memberId: _replaced, ...others } = input;
  return {
    ...(name === 'groupId' && field.name.endsWith('ResourceRole') ? others : input),
    [name]: list ? [id] : id,
  };
}
