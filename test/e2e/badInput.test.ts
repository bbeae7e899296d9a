/** Whatever is sent: the contract's error names what is wrong, nothing is changed, and the server stays up. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aCustomer, aMeter, aPlan, aSubscription, aTestClock, flatFee, unique } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(() => dunlin.stop());

const plan = (fields: Record<string, unknown>) => ({
  code: unique('plan'),
  name: 'Plan',
  currency: 'USD',
  interval: 'month',
  prices: [flatFee],
  ...fields,
});

describe('a body', () => {
  test.each<[string, string, string, unknown, number, string, string | undefined]>([
    ['that is no JSON', 'POST', '/v1/customers', '{"name":', 400, 'json_malformed', undefined],
    ['that is missing', 'POST', '/v1/customers', undefined, 400, 'field_missing', undefined],
    ['that is a list', 'POST', '/v1/customers', [], 400, 'field_invalid', undefined],
    [
      'with an unknown field',
      'POST',
      '/v1/customers',
      { name: 'A', nickname: 'B' },
      400,
      'field_unknown',
      'nickname',
    ],
    ['with a wrong type', 'POST', '/v1/customers', { name: 5 }, 400, 'field_invalid', 'name'],
    ['without a field', 'POST', '/v1/customers', { email: 'a@example.com' }, 400, 'field_missing', 'name'],
    [
      'with an unknown currency',
      'POST',
      '/v1/customers',
      { name: 'A', currency: 'XYZ' },
      400,
      'field_invalid',
      'currency',
    ],
    [
      'with an unknown timezone',
      'POST',
      '/v1/customers',
      { name: 'A', timezone: 'Europe/Atlantis' },
      400,
      'field_invalid',
      'timezone',
    ],
    ['with a NUL', 'POST', '/v1/customers', '{"name":"a\\u0000b"}', 400, 'field_invalid', 'name'],
    [
      'with half a surrogate pair',
      'POST',
      '/v1/customers',
      '{"name":"\\ud800"}',
      400,
      'field_invalid',
      'name',
    ],
    [
      'with an endless name',
      'POST',
      '/v1/customers',
      { name: 'x'.repeat(10_000) },
      400,
      'field_invalid',
      'name',
    ],
    [
      'with an external id like ours',
      'POST',
      '/v1/customers',
      { name: 'A', external_id: 'cus_1' },
      400,
      'field_invalid',
      'external_id',
    ],
    [
      'with a test clock that does not exist',
      'POST',
      '/v1/customers',
      { name: 'A', test_clock: 'clock_01kk0000000000000000000000' },
      400,
      'test_clock_missing',
      'test_clock',
    ],
    [
      'with a price of 13 fractional digits',
      'POST',
      '/v1/plans',
      plan({ prices: [{ ...flatFee, amount: '0.1234567890123' }] }),
      400,
      'field_invalid',
      'prices[0].amount',
    ],
    [
      'with a price that is a number',
      'POST',
      '/v1/plans',
      plan({ prices: [{ ...flatFee, amount: 10 }] }),
      400,
      'field_invalid',
      'prices[0].amount',
    ],
    [
      'with a negative price',
      'POST',
      '/v1/plans',
      plan({ prices: [{ ...flatFee, amount: '-1' }] }),
      400,
      'amount_negative',
      'prices[0].amount',
    ],
    [
      'with a period of 0 months',
      'POST',
      '/v1/plans',
      plan({ interval_count: 0 }),
      400,
      'field_invalid',
      'interval_count',
    ],
    [
      'with an unknown model',
      'POST',
      '/v1/plans',
      plan({ prices: [{ ...flatFee, model: 'magic' }] }),
      400,
      'field_invalid',
      'prices[0].model',
    ],
    [
      'with a usage price without a meter',
      'POST',
      '/v1/plans',
      plan({ prices: [{ ...flatFee, type: 'usage' }] }),
      400,
      'meter_invalid',
      'prices[0].meter',
    ],
    [
      'with two prices of one code',
      'POST',
      '/v1/plans',
      plan({ prices: [flatFee, flatFee] }),
      400,
      'code_repeated',
      'prices[1].code',
    ],
    [
      'with tiers that do not end',
      'POST',
      '/v1/plans',
      plan({
        prices: [{ code: 'a', type: 'fixed', model: 'graduated', tiers: [{ up_to: '5', unit_amount: '1' }] }],
      }),
      400,
      'tiers_invalid',
      'prices[0].tiers[0].up_to',
    ],
    [
      'with a dunning campaign that is not there',
      'POST',
      '/v1/plans',
      plan({ dunning: { campaign: 'nobody' } }),
      400,
      'dunning_campaign_missing',
      'dunning.campaign',
    ],
    [
      'of a sum meter without a property',
      'POST',
      '/v1/meters',
      { code: 'x', event_type: 'x', aggregation: 'sum' },
      400,
      'property_missing',
      'property',
    ],
    [
      'with an id of another type',
      'POST',
      '/v1/subscriptions',
      { customer: 'plan_01kk0000000000000000000000', plan: 'plan_01kk0000000000000000000000' },
      400,
      'field_invalid',
      'customer',
    ],
    [
      'with an id that does not exist',
      'POST',
      '/v1/subscriptions',
      { customer: 'cus_01kk0000000000000000000000', plan: 'plan_01kk0000000000000000000000' },
      400,
      'customer_missing',
      'customer',
    ],
    [
      'with an impossible date',
      'POST',
      '/v1/test_clocks',
      { name: 'A', frozen_time: '2026-02-30T00:00:00Z' },
      400,
      'field_invalid',
      'frozen_time',
    ],
  ])('%s is refused, and named', async (_case, method, path, body, status, code, param) => {
    const answer = await dunlin.call(method, path, body);
    expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([status, code, param]);
    expect(answer.body.error).toMatchObject({
      type: 'invalid_request_error',
      request_id: answer.headers.get('x-request-id') as string,
    });
    expect(answer.body.error?.message.length).toBeGreaterThan(10);
  });

  test('over the limit is refused', async () => {
    const answer = await dunlin.call('POST', '/v1/customers', {
      name: 'A',
      metadata: { a: 'x'.repeat(1_100_000) },
    });
    expect([answer.status, answer.body.error?.code]).toEqual([413, 'body_too_large']);
    const events = await dunlin.call('POST', '/v1/events', `[${'1,'.repeat(5_500_000)}1]`);
    expect(events.status).toBe(413);
  });

  test('that is no JSON by its type is refused', async () => {
    const answer = await dunlin.call('POST', '/v1/customers', 'name=A', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([answer.status, answer.body.error?.code]).toEqual([400, 'content_type_unsupported']);
  });
});

describe('an id in a path', () => {
  test.each([
    '/v1/customers/cus_01kk0000000000000000000000',
    '/v1/customers/plan_01kk0000000000000000000000',
    '/v1/subscriptions/%00',
    '/v1/invoices/%F0%9F%92%A9',
    `/v1/plans/${'x'.repeat(2000)}`,
    "/v1/meters/'%20OR%201=1",
    '/v1/coupons/cpn_01kk0000000000000000000000',
    '/v1/invoices/in_01kk0000000000000000000000.pdf',
    '/v1/credit_notes/..%2f..%2fetc%2fpasswd.html',
    '/v1/invoices/in_01kk0000000000000000000000/pay',
    '/nothing',
  ])('%.60s answers 404', async (path) => {
    const answer = await dunlin.call('GET', path);
    expect([answer.status, answer.body.error?.type]).toEqual([404, 'not_found_error']);
  });

  test('that is no URL answers 400', async () => {
    expect((await dunlin.call('GET', '/v1/customers/%E0%A4%A')).status).toBe(400);
  });
});

describe('a key', () => {
  test('that is missing, wrong or revoked is refused', async () => {
    const make = await dunlin.call('POST', '/v1/api_keys', { name: 'short-lived', scopes: ['read'] });
    const key = make.body as unknown as { key: string; id: string };
    const list = (authorization: string) => dunlin.call('GET', '/v1/customers', undefined, { authorization });
    expect((await list(`Bearer ${key.key}`)).status).toBe(200);
    await dunlin.call('DELETE', `/v1/api_keys/${key.id}`);
    const answers = await Promise.all(['', 'Basic abc', 'Bearer nothing', `Bearer ${key.key}`].map(list));
    expect(answers.map(({ status, body }) => [status, body.error?.code])).toEqual([
      [401, 'api_key_missing'],
      [401, 'api_key_missing'],
      [401, 'api_key_unknown'],
      [401, 'api_key_revoked'],
    ]);
    const { rows } = await dunlin.pool.query<{ found: boolean }>(
      `SELECT bool_or(api_keys::text LIKE '%' || $1 || '%') AS found FROM api_keys`,
      [key.key],
    );
    expect(rows[0]?.found).toBe(false);
  });

  test('may do what its scopes say, and no more', async () => {
    const keyWith = async (scopes: string[]) =>
      ((await dunlin.call('POST', '/v1/api_keys', { name: 'k', scopes })).body as unknown as { key: string })
        .key;
    const [reader, writer, meter] = [
      await keyWith(['read']),
      await keyWith(['write']),
      await keyWith(['usage:write']),
    ];
    const status = async (key: string, method: string, path: string, body?: unknown) =>
      (await dunlin.call(method, path, body, { authorization: `Bearer ${key}` })).status;
    expect(await status(reader, 'GET', '/v1/customers')).toBe(200);
    expect(await status(reader, 'POST', '/v1/customers', { name: 'A' })).toBe(403);
    expect(await status(writer, 'POST', '/v1/customers', { name: 'A' })).toBe(201);
    expect(await status(writer, 'GET', '/v1/api_keys')).toBe(403);
    expect(await status(meter, 'POST', '/v1/events', [])).toBe(202);
    expect(await status(meter, 'GET', '/v1/customers')).toBe(403);
  });

  test('above its rate is told when to come back', async () => {
    const { key } = (
      await dunlin.call('POST', '/v1/api_keys', { name: 'slow', scopes: ['read'], rate_limit: 2 })
    ).body as unknown as { key: string };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        dunlin.call('GET', '/v1/plans', undefined, { authorization: `Bearer ${key}` }),
      ),
    );
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect(limited[0]?.headers.get('retry-after')).toBe('1');
  });
});

test('a clock does not go backwards', async () => {
  const clock = await aTestClock(dunlin, '2026-05-01T00:00:00Z');
  const answer = await dunlin.call('POST', `/v1/test_clocks/${clock}/advance`, {
    frozen_time: '2026-04-30T23:59:59Z',
  });
  expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
    400,
    'clock_backwards',
    'frozen_time',
  ]);
});

test('a plan bills a meter by one price', async () => {
  const meter = await aMeter(dunlin);
  const price = { type: 'usage', model: 'per_unit', unit_amount: '1', meter };
  const answer = await dunlin.call(
    'POST',
    '/v1/plans',
    plan({
      prices: [
        { ...price, code: 'a' },
        { ...price, code: 'b' },
      ],
    }),
  );
  expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
    422,
    'meter_billed_twice',
    'prices[1].meter',
  ]);
});

test('a plan version for new subscriptions leaves those there are on theirs', async () => {
  const id = await aPlan(dunlin);
  const before = await aSubscription(dunlin, { customer: await aCustomer(dunlin), plan: id });
  const version = await dunlin.call('POST', `/v1/plans/${id}/versions`, {
    interval: 'month',
    prices: [{ ...flatFee, amount: '2000' }],
  });
  expect([version.status, version.body['version']]).toEqual([201, 2]);
  const after = await aSubscription(dunlin, { customer: await aCustomer(dunlin), plan: id });
  const read = async (sub: string) =>
    (await dunlin.client.get<{ plan_version: number }>(`/v1/subscriptions/${sub}`)).plan_version;
  expect([await read(before.id), await read(after.id)]).toEqual([1, 2]);
});

test('a taken code or external id is a conflict', async () => {
  const code = unique('meter');
  const body = { code, event_type: 'x', aggregation: 'count' };
  expect((await dunlin.call('POST', '/v1/meters', body)).status).toBe(201);
  const again = await dunlin.call('POST', '/v1/meters', body);
  expect([again.status, again.body.error?.code]).toEqual([409, 'code_taken']);
});

test('lists come in pages, newest first, and each item once', async () => {
  const ids: string[] = [];
  for (let nth = 0; nth < 5; nth += 1) ids.push(await aMeter(dunlin));
  const first = await dunlin.client.get<{ data: { id: string }[]; has_more: boolean; next_cursor: string }>(
    '/v1/meters?limit=2',
  );
  expect(first).toMatchObject({ object: 'list', has_more: true });
  const second = await dunlin.client.get<{ data: { id: string }[] }>(
    `/v1/meters?limit=3&cursor=${first.next_cursor}`,
  );
  expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids.reverse());
  expect((await dunlin.call('GET', '/v1/meters?limit=0')).body.error?.param).toBe('limit');
  expect((await dunlin.call('GET', '/v1/meters?limit=101')).status).toBe(400);
});

test('the OpenAPI document has every route, with its errors, and the reference page opens', async () => {
  const document = await dunlin.client.get<{
    openapi: string;
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  }>('/openapi.json');
  expect(document.openapi).toBe('3.1.0');
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => ({ name: `${method} ${path}`, route })),
  );
  expect(routes.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'post /v1/events',
      'post /v1/subscriptions/{id}/cancel',
      'get /v1/ledger/accounts',
      'post /v1/test_clocks/{id}/advance',
    ]),
  );
  for (const { route } of routes)
    expect(Object.keys(route.responses)).toEqual(
      expect.arrayContaining(['400', '401', '404', '409', '422', '429', '503']),
    );
  const page = await fetch(`${dunlin.url}/docs`);
  expect(await page.text()).toContain('swagger-ui-bundle.js');
  expect((await fetch(`${dunlin.url}/docs/assets/swagger-ui-bundle.js`)).status).toBe(200);
});

test('it is ready, counts what is due and not done, and has metrics', async () => {
  expect((await dunlin.call('GET', '/healthz')).body).toEqual({ status: 'ok' });
  const ready = await dunlin.call('GET', '/readyz');
  expect([ready.status, ready.body]).toEqual([
    200,
    {
      status: 'ready',
      checks: { postgres: 'ok', migrations: 'ok', temporal: 'ok', worker: 'ok' },
      due_not_done: { count: 0, oldest_age_seconds: 0, set_aside: 0 },
    },
  ]);
  expect(await (await fetch(`${dunlin.url}/metrics`)).text()).toContain('dunlin_due_not_done 0');
});

test('an idle connection is kept longer than those who call keep it, so that none is closed under a request', async () => {
  const { headers } = await dunlin.call('GET', '/healthz');
  expect(headers.get('keep-alive')).toBe('timeout=75');
});
