/** Organizations over GraphQL, by a real client against the running API. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cacheExchange, Client, fetchExchange, gql } from '@urql/core';
import { adminKey, startApiOnly, type ApiOnly } from '../api/apiOnly.ts';
import { aMember, anOrganization, type TestOrganization } from '../organizations/anOrganization.ts';
import { aKeyOf, everybodyHasEverything } from './aWorld.ts';

let api: ApiOnly;
let organization: TestOrganization;
let admin: Client;
beforeAll(async () => {
  api = await startApiOnly();
  await everybodyHasEverything(api.pool);
  organization = await anOrganization(api.pool);
  admin = clientOf((await aKeyOf(api.pool, organization.admin.actor, 'admin')).key);
});
afterAll(() => api.stop());

function clientOf(key: string): Client {
  return new Client({
    url: `${api.url}/graphql`,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: false,
    requestPolicy: 'network-only',
    fetchOptions: { headers: { authorization: `Bearer ${key}` } },
  });
}

type Answer = Record<string, Record<string, unknown>>;

async function query(client: Client, text: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const { data, error } = await client.query<Answer>(gql(text), variables).toPromise();
  if (error) throw error;
  return data ?? {};
}

/** A mutation by its name: what is selected of its payload, beside what went wrong. */
async function mutate(client: Client, name: string, input: Record<string, unknown>, selection = '') {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const text = `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} userErrors { code field } clientMutationId } }`;
  const { data, error } = await client.mutation<Answer>(gql(text), { input }).toPromise();
  if (error) throw error;
  return data?.[name] as { userErrors: { code: string; field: string | null }[]; [field: string]: unknown };
}

const codesOf = ({ userErrors }: { userErrors: { code: string }[] }) => userErrors.map(({ code }) => code);

test('a graph is made with its variant, found by its ref, protected, described and deleted', async () => {
  const organizationId = organization.id;
  const made = await mutate(
    admin,
    'createGraph',
    { organizationId, name: 'shop' },
    'graph { id name } variant { id ref }',
  );
  expect(made).toMatchObject({ userErrors: [], graph: { name: 'shop' }, variant: { ref: 'shop@current' } });
  const { id: variantId } = made['variant'] as { id: string };
  const { id: graphId } = made['graph'] as { id: string };
  expect(
    await mutate(admin, 'protectVariant', { variantId, isProtected: true }, 'variant { isProtected }'),
  ).toMatchObject({
    variant: { isProtected: true },
  });
  await mutate(admin, 'updateReadme', { variantId, readme: '# Shop' });
  expect(
    (
      await query(
        admin,
        '{ variant(ref: "shop") { readme isProtected graph { id } roles { canPublishSchema } } }',
      )
    )['variant'],
  ).toMatchObject({
    readme: '# Shop',
    isProtected: true,
    graph: { id: graphId },
    roles: { canPublishSchema: true },
  });
  expect(await mutate(admin, 'deleteGraph', { graphId }, 'graphId')).toMatchObject({
    graphId,
    userErrors: [],
  });
  expect((await query(admin, '{ variant(ref: "shop") { id } }'))['variant']).toBeNull();
});

test('what is wrong with an input is told by a typed code and the field at fault', async () => {
  const organizationId = organization.id;
  await mutate(admin, 'createGraph', { organizationId, name: 'taken' });
  expect((await mutate(admin, 'createGraph', { organizationId, name: 'taken' })).userErrors).toEqual([
    expect.objectContaining({ code: 'NAME_TAKEN', field: 'name' }),
  ]);
  expect(codesOf(await mutate(admin, 'createGraph', { organizationId, name: 'no name' }))).toEqual([
    'NAME_INVALID',
  ]);
  expect(codesOf(await mutate(admin, 'leaveOrganization', { organizationId }))).toEqual(['LAST_ORG_ADMIN']);
  expect(codesOf(await mutate(admin, 'updateOrganization', { organizationId, metadata: [1] }))).toEqual([
    'INVALID',
  ]);
});

test('a mutation with a clientMutationId is made once, also where what it did cannot be done again', async () => {
  const { membershipId } = await aMember(api.pool, organization.id, 'observer');
  const input = { memberId: membershipId, clientMutationId: 'remove-1' };
  const first = await mutate(admin, 'removeMember', input, 'memberId');
  expect(first).toMatchObject({ memberId: membershipId, userErrors: [], clientMutationId: 'remove-1' });
  expect(await mutate(admin, 'removeMember', input, 'memberId')).toEqual(first);
  expect(codesOf(await mutate(admin, 'removeMember', { memberId: membershipId }))).toEqual(['NOT_FOUND']);
  const other = await aMember(api.pool, organization.id, 'observer');
  const reused = { memberId: other.membershipId, clientMutationId: 'remove-1' };
  expect(codesOf(await mutate(admin, 'removeMember', reused))).toEqual(['CLIENT_MUTATION_ID_IN_USE']);
});

test('a secret is told once, works, and is worth nothing when its key is revoked', async () => {
  const { graph } = await mutate(
    admin,
    'createGraph',
    { organizationId: organization.id, name: 'keyed' },
    'graph { id }',
  );
  const input = {
    graphId: (graph as { id: string }).id,
    name: 'ci',
    role: 'contributor',
    clientMutationId: 'key-1',
  };
  const made = await mutate(admin, 'createGraphKey', input, 'secret key { id hint }');
  const again = await mutate(admin, 'createGraphKey', input, 'secret key { id hint }');
  expect([typeof made['secret'], again['secret'], again['key']]).toEqual(['string', null, made['key']]);
  const robot = clientOf(String(made['secret']));
  expect(
    await query(
      robot,
      '{ me { kind user { id } } variant(ref: "keyed") { roles { canPublishSchema canUpdateVariant } graph { organization { id } } } }',
    ),
  ).toMatchObject({
    me: { kind: 'GRAPH_KEY', user: null },
    variant: { roles: { canPublishSchema: true, canUpdateVariant: false }, graph: { organization: null } },
  });
  await mutate(admin, 'revokeKey', { keyId: (made['key'] as { id: string }).id });
  await expect(query(robot, '{ me { kind } }')).rejects.toMatchObject({
    graphQLErrors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
});

test('who is invited becomes a member, with the rights of its role', async () => {
  const organizationId = organization.id;
  const invited = await mutate(
    admin,
    'inviteMember',
    { organizationId, email: 'new@acme.test', role: 'observer' },
    'token invitation { status role { name } }',
  );
  expect(invited['invitation']).toMatchObject({ status: 'OPEN', role: { name: 'Observer' } });
  const anonymous = new Client({
    url: `${api.url}/graphql`,
    exchanges: [fetchExchange],
    preferGetMethod: false,
  });
  const accepted = await mutate(
    anonymous,
    'acceptInvitation',
    { token: invited['token'], name: 'New' },
    'memberId userId',
  );
  expect(accepted.userErrors).toEqual([]);
  const operator = clientOf(adminKey);
  const { secret } = await mutate(
    operator,
    'createPersonalKey',
    { name: 'cli', userId: accepted['userId'] },
    'secret',
  );
  const member = clientOf(String(secret));
  const { me } = await query(
    member,
    '{ me { kind user { email name } personalKeys { name } organizations { nodes { id roles { canReadMember canInviteMember } } } } }',
  );
  expect(me).toMatchObject({
    kind: 'USER',
    user: { email: 'new@acme.test', name: 'New' },
    personalKeys: [{ name: 'cli' }],
    organizations: {
      nodes: [{ id: organizationId, roles: { canReadMember: true, canInviteMember: false } }],
    },
  });
  expect(codesOf(await mutate(anonymous, 'acceptInvitation', { token: invited['token'] }))).toEqual([
    'INVITATION_ACCEPTED',
  ]);
});

test('pages go through a list in both directions, and every thing is on one of them', async () => {
  const other = await anOrganization(api.pool);
  const boss = clientOf((await aKeyOf(api.pool, other.admin.actor, 'boss')).key);
  for (let nth = 0; nth < 6; nth++) await aMember(api.pool, other.id, 'observer');
  const page = async (args: string) => {
    const text = `query ($id: ID!) { organization(id: $id) { members(${args}) { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
    return (await query(boss, text, { id: other.id }))['organization']?.['members'] as {
      totalCount: number;
      nodes: { id: string }[];
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    };
  };
  const all = (await page('first: 100')).nodes.map(({ id }) => id);
  const walk = async (forwards: boolean) => {
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const [size, beside] = forwards ? ['first: 3', 'after'] : ['last: 3', 'before'];
      const { nodes, pageInfo, totalCount } = await page(
        cursor === '' ? size : `${size}, ${beside}: "${cursor}"`,
      );
      expect(totalCount).toBe(7);
      const ids = nodes.map(({ id }) => id);
      if (forwards) seen.push(...ids);
      else seen.unshift(...ids);
      if (!(forwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return seen;
      cursor = forwards ? pageInfo.endCursor : pageInfo.startCursor;
    }
  };
  expect(all).toHaveLength(7);
  expect(await walk(true)).toEqual(all);
  expect(await walk(false)).toEqual(all);
});

test('the audit log tells what was done and what was denied, once for each request', async () => {
  const other = await anOrganization(api.pool);
  const boss = clientOf((await aKeyOf(api.pool, other.admin.actor, 'boss')).key);
  const { actor } = await aMember(api.pool, other.id, 'observer');
  const observer = clientOf((await aKeyOf(api.pool, actor, 'observer')).key);
  await mutate(boss, 'createGraph', { organizationId: other.id, name: 'told', reason: 'for the shop' });
  const denied = await observer
    .query(
      gql(
        'query ($id: ID!) { organization(id: $id) { invoices { totalCount } again: invoices { totalCount } } }',
      ),
      { id: other.id },
    )
    .toPromise();
  expect(denied.error?.graphQLErrors.map(({ extensions }) => extensions['code'])).toEqual([
    'FORBIDDEN',
    'FORBIDDEN',
  ]);
  const cursor = Buffer.from(other.id).toString('base64url');
  const astray = await boss
    .query(
      gql(`query ($id: ID!) { organization(id: $id) { auditLog(after: "${cursor}") { totalCount } } }`),
      { id: other.id },
    )
    .toPromise();
  expect(astray.error?.graphQLErrors[0]?.extensions['code']).toBe('CURSOR_UNKNOWN');
  const text = `query ($id: ID!) { organization(id: $id) { auditLog(first: 5) { totalCount nodes { sequence action outcome actor reason after } } } }`;
  const log = (await query(boss, text, { id: other.id }))['organization']?.['auditLog'];
  expect(log).toMatchObject({
    totalCount: 2,
    nodes: [
      {
        sequence: 2,
        action: 'invoice:read',
        outcome: 'DENIED',
        actor: actor.kind === 'user' ? actor.userId : '',
      },
      {
        sequence: 1,
        action: 'graph.create',
        outcome: 'DONE',
        reason: 'for the shop',
        after: { name: 'told' },
      },
    ],
  });
});

test('entitlements say what the plan allows, and what is used of it', async () => {
  const other = await anOrganization(api.pool);
  const boss = clientOf((await aKeyOf(api.pool, other.admin.actor, 'boss')).key);
  await mutate(boss, 'createGraph', { organizationId: other.id, name: 'counted' });
  const text =
    'query ($id: ID!) { organization(id: $id) { entitlements { feature kind has limit used isOver } } }';
  const told = (await query(boss, text, { id: other.id }))['organization']?.['entitlements'];
  expect(told).toContainEqual(
    expect.objectContaining({
      feature: 'graphs',
      kind: 'LIMIT',
      has: true,
      limit: null,
      used: '1',
      isOver: false,
    }),
  );
  expect(told).toContainEqual(expect.objectContaining({ feature: 'sso', kind: 'BOOLEAN', has: true }));
});

test('whoCan says who may, and by what', async () => {
  const other = await anOrganization(api.pool);
  const boss = clientOf((await aKeyOf(api.pool, other.admin.actor, 'boss')).key);
  await aMember(api.pool, other.id, 'consumer');
  const text = `query ($id: ID!) { whoCan(permission: MEMBER_INVITE, resource: $id) { member { role { name } } decision { reason path { step role passes } } } }`;
  expect((await query(boss, text, { id: other.id }))['whoCan']).toEqual([
    expect.objectContaining({
      member: expect.objectContaining({ role: expect.objectContaining({ name: 'Org Admin' }) }),
      decision: expect.objectContaining({ reason: 'GRANTED' }),
    }),
  ]);
  // Page by page, each after the last member of the one before.
  const page = `query ($id: ID!, $after: ID) { whoCan(permission: MEMBER_READ, resource: $id, first: 1, after: $after) { member { id } } }`;
  await aMember(api.pool, other.id, 'org_admin');
  const seen: string[] = [];
  for (let after: string | undefined, nth = 0; nth < 4; nth += 1) {
    const found = (await query(boss, page, { id: other.id, after }))['whoCan'] as unknown as {
      member: { id: string };
    }[];
    after = found[0]?.member.id;
    if (after === undefined) break;
    seen.push(after);
  }
  const { rows } = await api.pool.query<{ id: string }>(
    `SELECT id FROM memberships WHERE organization_id = $1 AND role = 'org_admin' ORDER BY id`,
    [other.id],
  );
  expect(seen).toEqual(rows.map(({ id }) => id));
});
