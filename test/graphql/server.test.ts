/** POST /graphql: who may ask, what it refuses before it reads anything, and errors as they are told. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Request as HttpRequest } from 'express';
import { actorReader } from '../../src/api/identity/actor.ts';
import { newId } from '../../src/store/newId.ts';
import { defaultRateLimit } from '../../src/store/apiKeys.ts';
import { startApiOnly, type ApiOnly } from '../api/apiOnly.ts';
import { limits } from '../../src/graphql/limits.ts';
import { askerOf, type Ask } from './graphqlCall.ts';

let api: ApiOnly;
let ask: Ask;
beforeAll(async () => {
  api = await startApiOnly();
  ask = askerOf(api);
});
afterAll(() => api.stop());

test('without a key nobody asks, and that is no error', async () => {
  expect(await ask('{ me { kind } }', {}, '')).toMatchObject({ status: 200, data: { me: null }, errors: [] });
});

test('an API key of the installation is an operator', async () => {
  const { data } = await ask('{ me { kind keyId user { id } } }');
  expect(data).toEqual({ me: { kind: 'OPERATOR', keyId: expect.stringMatching(/^key_/), user: null } });
});

test('a key that is none is refused, in the form of GraphQL', async () => {
  const { status, errors } = await ask('{ me { kind } }', {}, 'dk_wrong');
  expect([status, errors]).toEqual([
    401,
    [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } }],
  ]);
});

test('without a key an address has a limit too', async () => {
  const site = { publicUrl: 'http://127.0.0.1', showsMails: false, stripePublishableKey: null };
  const actorOf = actorReader({ pool: api.pool, site }, () => Promise.reject(new Error('nobody operates')));
  const from = (ip: string) => actorOf({ get: () => undefined, headers: {}, ip } as unknown as HttpRequest);
  const asked = await Promise.allSettled(
    Array.from({ length: defaultRateLimit + 1 }, () => from('192.0.2.1')),
  );
  expect(asked.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { status: 429 } }]);
  expect(await from('192.0.2.2')).toEqual({ kind: 'anonymous' });
});

test('a form of another site is refused', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, body } = await api.call('POST', '/graphql', 'query=%7Bme%7Bkind%7D%7D', headers);
  expect([status, body['errors']]).toEqual([
    400,
    [
      {
        message: expect.any(String),
        extensions: expect.objectContaining({ code: 'CONTENT_TYPE_UNSUPPORTED' }),
      },
    ],
  ]);
  const { status: plain } = await api.call('POST', '/graphql', '{"query":"{me{kind}}"}', {
    'content-type': 'text/plain',
  });
  expect(plain).toBe(400);
});

test('a query in an address is refused', async () => {
  for (const accept of ['application/json', '*/*', 'text/*', 'text/event-stream', 'text/html;q=0.1, */*']) {
    const { status } = await api.call('GET', '/graphql?query=%7Bme%7Bkind%7D%7D', undefined, { accept });
    expect([accept, status]).toEqual([accept, 405]);
  }
});

describe('limits', () => {
  test('a query that is too deep is refused', async () => {
    const deep = (levels: number) =>
      `{ me ${'{ organizations { nodes '.repeat(1)}{ ${'graphs(first: 1) { nodes { organization { '.repeat(levels)} id ${'} } }'.repeat(levels)} } } } }`;
    expect((await ask(deep(2))).errors).toEqual([]);
    const [error] = (await ask(deep(6))).errors;
    expect(error?.message).toMatch(/depth limit of 12 exceeded/);
  });

  test('depth cannot be hidden in fragments', async () => {
    const levels = 5;
    const fragments = Array.from(
      { length: levels },
      (_, n) =>
        `fragment F${String(n)} on Organization { graphs { nodes { organization { ${n + 1 < levels ? `...F${String(n + 1)}` : 'id'} } } } }`,
    );
    const [error] = (await ask(`{ organization(id: "org_1") { ...F0 } } ${fragments.join(' ')}`)).errors;
    expect(error?.message).toMatch(/depth limit of 12 exceeded/);
  });

  test('too many aliases are refused', async () => {
    const aliases = (count: number) =>
      `{ ${Array.from({ length: count }, (_, n) => `a${String(n)}: me { kind }`).join(' ')} }`;
    expect((await ask(aliases(limits.aliases))).errors).toEqual([]);
    expect((await ask(aliases(limits.aliases + 1))).errors[0]?.message).toMatch(
      /Aliases limit of 30 exceeded/,
    );
  });

  test('a document of too many words is refused', async () => {
    const [error] = (await ask(`{ me { ${'kind '.repeat(limits.tokens)} } }`)).errors;
    expect(error?.message).toMatch(/Token limit of 2000 exceeded/);
  });

  test('a query that could answer too much is refused, and told what it costs', async () => {
    const query = `query ($size: Int!) { me { organizations(first: $size) { nodes { graphs(first: $size) { nodes { id name } } } } } }`;
    expect((await ask(query, { size: 50 })).errors).toEqual([]);
    const [error] = (await ask(query, { size: 100 })).errors;
    // me, organizations; 100 times nodes and graphs; 100 times 100 times nodes with two fields
    expect(error?.extensions).toMatchObject({ code: 'COST_LIMIT_EXCEEDED', cost: 2 + 200 + 30_000 });
    expect(error?.message).toMatch(/costs 30202, and may cost 20000/);
  });

  test('a page of less than nothing makes nothing else cheaper', async () => {
    const query = (size: number) =>
      `{ node(id: "org_1") { ... on Organization { graphs(first: ${String(size)}) { nodes { id } } } }
         me { organizations(first: 100) { nodes { graphs(first: 100) { nodes { id name } } } } } }`;
    for (const size of [1, 0, -1, -1_000_000]) {
      expect((await ask(query(size))).errors[0]?.extensions.code).toBe('COST_LIMIT_EXCEEDED');
    }
  });

  test('who may do something are as many as are asked for', async () => {
    const query = `query ($first: Int!) { whoCan(permission: GRAPH_READ, resource: "org_1", first: $first) {
      member { groups { members(first: 100) { nodes { id } } } } } }`;
    expect((await ask(query, { first: 5 })).errors[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await ask(query, { first: 100 })).errors[0]?.extensions.code).toBe('COST_LIMIT_EXCEEDED');
  });

  test('what a list of ids costs is its length', async () => {
    const ids = (count: number) => ({ ids: Array.from({ length: count }, () => 'org_1') });
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect((await ask(query, ids(9_000))).errors).toEqual([]);
    expect((await ask(query, ids(20_000))).errors[0]?.extensions.code).toBe('COST_LIMIT_EXCEEDED');
  });

  test('a page is 1 to 100 long, and goes one way', async () => {
    const page = (args: string) => ask(`{ me { organizations(${args}) { totalCount } } }`);
    for (const args of ['first: 0', 'first: 101', 'last: 101', 'first: 1, last: 1', 'after: "nonsense"']) {
      const [error] = (await page(args)).errors;
      expect(`${args} ${error?.extensions.code ?? ''}`).toMatch(
        /PAGE_SIZE_INVALID|PAGE_AMBIGUOUS|CURSOR_UNKNOWN/,
      );
    }
  });
});

describe('errors', () => {
  test('what breaks inside is told by the id of the request alone', async () => {
    await api.pool.query('ALTER TABLE users RENAME TO users_away');
    try {
      const { errors, data } = await ask('{ node(id: "usr_1") { id } me { kind } }');
      expect(data).toEqual({ node: null, me: { kind: 'OPERATOR' } });
      expect(errors).toEqual([
        {
          message: expect.stringMatching(/^Something went wrong on our side.*req_/),
          locations: expect.anything(),
          path: ['node'],
          extensions: { code: 'INTERNAL_ERROR', requestId: expect.stringMatching(/^req_/) },
        },
      ]);
      expect(JSON.stringify(errors)).not.toMatch(/users|stack|\.ts/);
    } finally {
      await api.pool.query('ALTER TABLE users_away RENAME TO users');
    }
  });

  test('a rule that refuses is told by its code, with what to do', async () => {
    const [error] = (await ask('{ variant(ref: "a@b@c") { id } }')).errors;
    expect(error?.extensions).toMatchObject({ code: 'REF_MALFORMED', param: 'ref' });
  });

  test("a text that cannot be kept is told as the client's, wherever it stands", async () => {
    const node = 'query ($id: ID!) { node(id: $id) { id } }';
    const named = `mutation ($name: String!, $more: JSON) {
      createOrganization(input: {name: $name, adminEmail: "a@example.com", metadata: $more}) { userErrors { code } } }`;
    for (const [query, variables] of [
      [node, { id: 'usr_\0' }],
      [node, { id: 'org_\ud800' }],
      ['{ node(id: "usr_\\u0000") { id } }', {}],
      ['{ check(permission: GRAPH_READ, resource: """gph_\0""") { allowed } }', {}],
      [named, { name: 'a\0b' }],
      [named, { name: 'Acme', more: { region: 'e\0' } }],
      [named, { name: 'Acme', more: { 'e\0': 'region' } }],
    ] as const) {
      const { errors } = await ask(query, variables);
      expect([query, errors[0]?.extensions.code]).toEqual([
        query,
        expect.stringMatching(/^(TEXT_INVALID|GRAPHQL_PARSE_FAILED)$/),
      ]);
    }
  });

  test("a body that is none is told in GraphQL's form, with what to do", async () => {
    for (const [sent, expected, code, says] of [
      ['{"query":', 400, 'JSON_MALFORMED', /not JSON/],
      ['{}', 400, 'QUERY_MISSING', /Send \{"query"/],
      [`{"query": "${'#'.repeat(300_000)}"}`, 413, 'BODY_TOO_LARGE', /256 KB/],
    ] as const) {
      const { status, body } = await api.call('POST', '/graphql', sent);
      expect([status, body['errors']]).toEqual([
        expected,
        [
          {
            message: expect.stringMatching(says),
            extensions: expect.objectContaining({ code, requestId: expect.stringMatching(/^req_/) }),
          },
        ],
      ]);
    }
  });

  test('the field at fault is one of the input', async () => {
    const absent = newId('customer');
    const create = (input: string) =>
      ask(
        `mutation { made: createOrganization(input: {${input}}) { organization { id } userErrors { field } } }`,
      );
    const made = await create('name: "Fields", adminEmail: "fields@example.com"');
    const { organization } = made.data?.['made'] as { organization: { id: string } };
    const group = await ask(
      `mutation { made: createGroup(input: {organizationId: "${organization.id}", name: "Team"}) { group { id } } }`,
    );
    const { group: team } = group.data?.['made'] as { group: { id: string } };
    for (const [answer, field] of [
      [await create('name: "A", adminEmail: "no"'), 'adminEmail'],
      [await create(`name: "A", adminEmail: "a@example.com", customerId: "${absent}"`), 'customerId'],
      [
        await ask('mutation { made: createPersonalKey(input: {name: "A"}) { userErrors { field } } }'),
        'userId',
      ],
      [
        await ask(
          `mutation { made: addGroupMembers(input: {groupId: "${team.id}", memberIds: ["${newId('membership')}"]}) { userErrors { field } } }`,
        ),
        'memberIds',
      ],
    ] as const) {
      expect(answer.data?.['made']).toMatchObject({ userErrors: [{ field }] });
    }
  });

  test("an id of something else is told as the client's", async () => {
    const made = await ask(
      `mutation { createOrganization(input: {name: "Acme", adminEmail: "a@example.com"}) { organization { id } } }`,
    );
    const { organization } = made.data?.['createOrganization'] as { organization: { id: string } };
    for (const [field, payload] of [
      [`createGraphKey(input: {graphId: $id, name: "ci", role: "contributor"})`, 'createGraphKey'],
      [`createVariant(input: {graphId: $id, name: "one"})`, 'createVariant'],
      [`updateReadme(input: {variantId: $id, readme: "one"})`, 'updateReadme'],
      [`createPersonalKey(input: {name: "one", userId: $id})`, 'createPersonalKey'],
    ] as const) {
      const { data, errors } = await ask(`mutation ($id: ID!) { ${field} { userErrors { code } } }`, {
        id: organization.id,
      });
      expect([payload, data, errors]).toEqual([
        payload,
        { [payload]: { userErrors: [{ code: 'NOT_FOUND' }] } },
        [],
      ]);
    }
  });

  test("a query that is none is told as the client's", async () => {
    for (const query of ['{ nonsense }', '{ me { kind ']) {
      const { errors } = await ask(query);
      expect(errors[0]?.extensions.code).toMatch(/BAD_REQUEST|GRAPHQL_/);
      expect(errors[0]?.extensions.requestId).toMatch(/^req_/);
    }
  });

  test('while Postgres is away it says so', async () => {
    await api.line.cut();
    try {
      const { status, errors } = await ask('{ organization(id: "org_1") { id } }', {}, '');
      expect([status, errors[0]?.extensions.code]).toEqual([200, 'DATABASE_UNAVAILABLE']);
    } finally {
      await api.line.mend();
    }
  });
});

describe('in development', () => {
  test('the schema may be asked for', async () => {
    expect((await ask('{ __schema { queryType { name } } }')).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
  });

  test('GraphiQL is served from here alone', async () => {
    const page = await api.call('GET', '/graphql', undefined, { accept: 'text/html', authorization: '' });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    expect(page.text).toContain('GraphiQL');
    expect(
      [...page.text.matchAll(/<(?:script|link|img)[^>]*(?:src|href)="(https?:[^"]*)"/g)].map(
        ([, url]) => url,
      ),
    ).toEqual([]);
  });
});

describe('in production', () => {
  const operation = 'query Me { me { kind } }';
  const hash = createHash('sha256').update(operation).digest('hex');
  let production: ApiOnly;
  beforeAll(async () => {
    const persistedOperations = new Map([[hash, operation]]);
    production = await startApiOnly({}, { introspection: false, persistedOperations });
  });
  afterAll(() => production.stop());

  test('the schema is not told, neither by asking nor by guessing, and there is no GraphiQL', async () => {
    const closed = askerOf(production);
    expect((await closed('{ __schema { queryType { name } } }')).errors[0]?.message).toMatch(
      /introspection/i,
    );
    for (const [query, variables] of [
      ['{ mee { kind } }', {}],
      ['{ check(permission: GRAPH_REED, resource: "gph_1") { allowed } }', {}],
      ['{ node(id: "gph_1") { name } }', {}],
      [
        'query ($of: Permission!) { check(permission: $of, resource: "gph_1") { allowed } }',
        { of: 'GRAPH_REED' },
      ],
      [
        'mutation ($input: RevokeKeyInput!) { revokeKey(input: $input) { keyId } }',
        { input: { keyId: 'okey_1', reasons: '' } },
      ],
    ] as const) {
      const [error] = (await closed(query, variables)).errors;
      expect([query, error?.message]).toEqual([query, expect.not.stringMatching(/Did you mean/)]);
    }
    for (const key of ['', 'dk_none']) {
      const { data, errors } = await closed('{ _service { sdl } }', {}, key);
      expect([data ?? null, errors[0]?.extensions.code]).toEqual([
        null,
        key === '' ? 'INTROSPECTION_OFF' : 'UNAUTHENTICATED',
      ]);
    }
    expect((await closed('{ _service { sdl } }')).data).toEqual({ _service: { sdl: expect.any(String) } });
    const page = await production.call('GET', '/graphql', undefined, { accept: 'text/html' });
    expect(page.status).toBe(405);
  });

  const persisted = (api: ApiOnly, sha256Hash: string) =>
    api.call('POST', '/graphql', { extensions: { persistedQuery: { version: 1, sha256Hash } } });

  test('an operation that was registered is asked for by its hash', async () => {
    expect((await persisted(production, hash)).body).toEqual({ data: { me: { kind: 'OPERATOR' } } });
    expect((await persisted(production, 'f'.repeat(64))).text).toMatch(/PersistedQueryNotFound/);
  });

  test('where only registered ones are taken, no other is', async () => {
    const persistedOperations = new Map([[hash, operation]]);
    const strict = await startApiOnly({}, { introspection: false, persistedOperations, persistedOnly: true });
    try {
      expect((await persisted(strict, hash)).body).toEqual({ data: { me: { kind: 'OPERATOR' } } });
      expect((await askerOf(strict)('{ me { kind } }')).errors[0]?.message).toMatch(/PersistedQueryOnly/);
    } finally {
      await strict.stop();
    }
  });
});
