/** Whatever is sent, it is never a 500, and what is refused changes nothing. Single cases by name: test/e2e/badInput. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flatFee, unique } from '../stack/builders.ts';
import { startApiOnly, type ApiOnly } from './apiOnly.ts';

let api: ApiOnly;
let customer: string;
let plan: string;
let meter: string;
let counter: string;
let clock: string;
beforeAll(async () => {
  api = await startApiOnly();
  const made = async (path: string, body: unknown) => String((await api.call('POST', path, body)).body.id);
  customer = await made('/v1/customers', { name: 'Ada' });
  clock = await made('/v1/test_clocks', { name: 'c', frozen_time: '2026-01-01T00:00:00Z' });
  meter = await made('/v1/meters', {
    code: 'm',
    event_type: 't',
    aggregation: 'sum',
    property: 'n',
    group_by: ['a', 'region'],
  });
  counter = await made('/v1/meters', { code: 'c', event_type: 't', aggregation: 'count' });
  plan = await made('/v1/plans', aPlan());
});
afterAll(() => api.stop());

const aPlan = (fields: Record<string, unknown> = {}) => ({
  code: unique('plan'),
  name: 'Plan',
  currency: 'USD',
  interval: 'month',
  prices: [flatFee],
  ...fields,
});

/** A usage price, per unit where no other model is given. */
const metered = (fields: Record<string, unknown>) => ({
  code: 'calls',
  type: 'usage',
  meter,
  ...('model' in fields ? {} : { model: 'per_unit', unit_amount: '1' }),
  ...fields,
});
const tiered = (model: string, ...bounds: string[]) =>
  metered({ model, tiers: bounds.map((up_to) => ({ up_to, unit_amount: '1' })) });

/** Every row that a request could add. */
async function rows(): Promise<string> {
  const tables = [
    'api_keys',
    'test_clocks',
    'customers',
    'meters',
    'plans',
    'plan_versions',
    'prices',
    'usage_events',
  ];
  const { rows: counts } = await api.pool.query<{ counts: string }>(
    `SELECT concat_ws(' ', ${tables.map((table) => `(SELECT count(*) FROM ${table})`).join(', ')}) AS counts`,
  );
  return counts[0]?.counts ?? '';
}

describe('refused by name, and nothing is changed:', () => {
  const years = 'years 1970 to 2999';
  test.each<[string, string, () => unknown, string, string | undefined]>([
    [
      'a clock before there was Postgres time',
      '/v1/test_clocks',
      () => ({ name: 'c', frozen_time: '0000-01-01T00:00:00Z' }),
      'field_invalid',
      'frozen_time',
    ],
    [
      'a clock that an offset moves beyond the last year',
      '/v1/test_clocks',
      () => ({ name: 'c', frozen_time: '9999-12-31T23:59:59-12:00' }),
      'field_invalid',
      'frozen_time',
    ],
    [
      'an end far from all times',
      '/v1/subscriptions',
      () => ({ customer, plan, cancel_at: '9999-12-31T23:59:59Z' }),
      'field_invalid',
      'cancel_at',
    ],
    [
      'an end in the past',
      '/v1/subscriptions',
      () => ({ customer, plan, cancel_at: '2001-01-01T00:00:00Z' }),
      'instant_in_the_past',
      'cancel_at',
    ],
    [
      'a plan version that is not there',
      '/v1/subscriptions',
      () => ({ customer, plan, plan_version: 2 }),
      'plan_version_missing',
      'plan_version',
    ],
    [
      'a plan version beyond all integers of Postgres',
      '/v1/subscriptions',
      () => ({ customer, plan, plan_version: 2 ** 40 }),
      'plan_version_missing',
      'plan_version',
    ],
    [
      'a day of the month that is none',
      '/v1/subscriptions',
      () => ({ customer, plan, billing_cycle_anchor: { day_of_month: 32 } }),
      'field_invalid',
      'billing_cycle_anchor.day_of_month',
    ],
    [
      'a coupon that nobody knows',
      '/v1/subscriptions',
      () => ({ customer, plan, coupon: 'cpn_1' }),
      'coupon_missing',
      'coupon',
    ],
    [
      'a tax rate that nobody knows',
      '/v1/customers',
      () => ({ name: 'A', tax_rates: ['txr_01h455vb4pex5vsknk084sn02q'] }),
      'tax_rate_missing',
      'tax_rates',
    ],
    [
      'a locale that is none',
      '/v1/customers',
      () => ({ name: 'A', locale: 'de_DE' }),
      'field_invalid',
      'locale',
    ],
    [
      'a coupon of a percentage and of an amount',
      '/v1/coupons',
      () => ({ code: 'A', percent_off: '10', amount_off: 10, currency: 'USD', duration: 'once' }),
      'field_invalid',
      'percent_off',
    ],
    [
      'a coupon of nothing',
      '/v1/coupons',
      () => ({ code: 'A', percent_off: '0.00', duration: 'once' }),
      'field_invalid',
      'percent_off',
    ],
    [
      'a coupon that repeats without end',
      '/v1/coupons',
      () => ({ code: 'A', percent_off: '10', duration: 'repeating' }),
      'field_invalid',
      'duration_periods',
    ],
    [
      'a tax rate beyond all there is',
      '/v1/tax_rates',
      () => ({ code: 'A', percentage: '100.01' }),
      'field_invalid',
      'percentage',
    ],
    [
      'a series that could give a number twice',
      '/v1/invoice_series',
      () => ({ code: 'a', prefix: 'A', pattern: '{prefix}-{seq}', restarts: 'yearly' }),
      'pattern_invalid',
      'pattern',
    ],
    [
      'dunning without a campaign',
      '/v1/customers',
      () => ({ name: 'A', dunning: {} }),
      'field_missing',
      'dunning.campaign',
    ],
    [
      'metadata that is no text',
      '/v1/customers',
      () => ({ name: 'A', metadata: { a: 1 } }),
      'field_invalid',
      'metadata.a',
    ],
    ['a currency in lower case', '/v1/plans', () => aPlan({ currency: 'usd' }), 'field_invalid', 'currency'],
    [
      'a grace period of half a second',
      '/v1/plans',
      () => aPlan({ grace_period: 0.5 }),
      'field_invalid',
      'grace_period',
    ],
    [
      'a model that does not exist',
      '/v1/plans',
      () => aPlan({ prices: [{ ...flatFee, model: 'cheap' }] }),
      'field_invalid',
      'prices[0].model',
    ],
    [
      'a field of another model',
      '/v1/plans',
      () => aPlan({ prices: [{ ...flatFee, rate: '5' }] }),
      'field_unknown',
      'prices[0].rate',
    ],
    [
      'a fixed price by a model for usage',
      '/v1/plans',
      () => aPlan({ prices: [{ code: 'p', type: 'fixed', model: 'percentage', rate: '5' }] }),
      'model_invalid',
      'prices[0].model',
    ],
    [
      'tiers that overlap',
      '/v1/plans',
      () => aPlan({ prices: [flatFee, tiered('graduated', '10', '20', '15', 'inf')] }),
      'tiers_invalid',
      'prices[1].tiers[2].up_to',
    ],
    [
      'a tier after the endless one',
      '/v1/plans',
      () => aPlan({ prices: [tiered('volume', '10', 'inf', '20')] }),
      'tiers_invalid',
      'prices[0].tiers[1].up_to',
    ],
    [
      'tiers without an endless one',
      '/v1/plans',
      () => aPlan({ prices: [tiered('volume', '10', '20')] }),
      'tiers_invalid',
      'prices[0].tiers[1].up_to',
    ],
    [
      '101 tiers',
      '/v1/plans',
      () =>
        aPlan({ prices: [tiered('volume', ...Array.from({ length: 100 }, (_, n) => String(n + 1)), 'inf')] }),
      'tiers_invalid',
      'prices[0].tiers',
    ],
    [
      'a rate above 100 %',
      '/v1/plans',
      () => aPlan({ prices: [metered({ model: 'percentage', rate: '100.1' })] }),
      'rate_out_of_range',
      'prices[0].rate',
    ],
    [
      'eleven groups',
      '/v1/plans',
      () => aPlan({ prices: [metered({ group_by: Array.from('abcdefghijk') })] }),
      'group_by_too_many',
      'prices[0].group_by',
    ],
    [
      'a group of another property',
      '/v1/plans',
      () =>
        aPlan({
          prices: [metered({ group_by: ['a'], group_prices: [{ group: { b: '1' }, unit_amount: '1' }] })],
        }),
      'group_prices_invalid',
      'prices[0].group_prices[0].group',
    ],
    [
      'a minimum above the maximum',
      '/v1/plans',
      () => aPlan({ prices: [metered({ minimum_amount: '2', maximum_amount: '1' })] }),
      'minimum_above_maximum',
      'prices[0].minimum_amount',
    ],
    [
      'a price unit that the plan has not',
      '/v1/plans',
      () =>
        aPlan({
          price_units: [{ code: 'credits', rate: '1.5' }],
          prices: [{ ...flatFee, price_unit: 'tokens' }],
        }),
      'price_unit_unknown',
      'prices[0].price_unit',
    ],
    [
      'a price unit that is worth nothing',
      '/v1/plans',
      () => aPlan({ price_units: [{ code: 'credits', rate: '0' }] }),
      'price_unit_rate_invalid',
      'price_units[0].rate',
    ],
    [
      'a filter with neither list',
      '/v1/plans',
      () => aPlan({ prices: [metered({ filters: [{ property: 'a' }] })] }),
      'field_invalid',
      'prices[0].filters[0]',
    ],
    [
      'a filter by another operator',
      '/v1/plans',
      () => aPlan({ prices: [metered({ filters: [{ property: 'a', in: ['1'], above: '5' }] })] }),
      'field_unknown',
      'prices[0].filters[0].above',
    ],
    [
      'a share of events that are only counted',
      '/v1/plans',
      () => aPlan({ prices: [metered({ model: 'percentage', rate: '1', meter: counter })] }),
      'meter_aggregation_invalid',
      'prices[0].meter',
    ],
    [
      'usage in advance',
      '/v1/plans',
      () => aPlan({ prices: [{ ...flatFee, type: 'usage', meter, billing: 'in_advance' }] }),
      'billing_invalid',
      'prices[0].billing',
    ],
    [
      'a meter that does not exist',
      '/v1/plans',
      () => aPlan({ prices: [{ ...flatFee, type: 'usage', meter: 'mtr_01kk0000000000000000000000' }] }),
      'meter_missing',
      'prices[0].meter',
    ],
    [
      'a field of a tier that does not exist',
      '/v1/plans',
      () =>
        aPlan({
          prices: [{ code: 'g', type: 'fixed', model: 'graduated', tiers: [{ up_to: 'inf', price: '1' }] }],
        }),
      'field_unknown',
      'prices[0].tiers[0].price',
    ],
    [
      'an aggregation that there is not',
      '/v1/meters',
      () => ({ code: 'x', event_type: 'x', aggregation: 'median', property: 'n' }),
      'field_invalid',
      'aggregation',
    ],
    [
      'a scope that does not exist',
      '/v1/api_keys',
      () => ({ name: 'k', scopes: ['root'] }),
      'field_invalid',
      'scopes[0]',
    ],
  ])('%s', async (_case, path, body, code, param) => {
    const before = await rows();
    const reply = await api.call('POST', path, body());
    expect([reply.status, reply.body.error?.code, reply.body.error?.param]).toEqual([400, code, param]);
    if (param?.endsWith('_time')) expect(reply.body.error?.message).toContain(years);
    expect(await rows()).toBe(before);
  });

  test.each([
    ['gzip that is none', 'gzip', Buffer.from('no gzip')],
    ['gzip that is cut off', 'gzip', gzipSync('{"name":"Ada"}').subarray(0, 20)],
    ['brotli that is none', 'br', Buffer.from('no brotli')],
  ])('%s', async (_case, encoding, body) => {
    const before = await rows();
    const reply = await api.call('POST', '/v1/customers', body, { 'content-encoding': encoding });
    expect([reply.status, reply.body.error?.code]).toEqual([400, 'body_unreadable']);
    expect(await rows()).toBe(before);
  });

  test('a small body that unpacks to a large one', async () => {
    const reply = await api.call(
      'POST',
      '/v1/customers',
      gzipSync(JSON.stringify({ name: 'x'.repeat(50_000_000) })),
      {
        'content-encoding': 'gzip',
      },
    );
    expect([reply.status, reply.body.error?.code]).toEqual([413, 'body_too_large']);
  });

  test('a meter is never changed in what it counts', async () => {
    const reply = await api.call('PATCH', `/v1/meters/${meter}`, { property: 'other' });
    expect([reply.status, reply.body.error?.code, reply.body.error?.param]).toEqual([
      400,
      'field_unknown',
      'property',
    ]);
  });
});

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
])('a body in %s is read', async (encoding, compress) => {
  const body = compress(JSON.stringify({ name: 'Ada' }));
  expect((await api.call('POST', '/v1/customers', body, { 'content-encoding': encoding })).status).toBe(201);
});

test.each([
  ['/v1/customers?limit=1&limit=2', 'limit'],
  ['/v1/customers?limit=1.5', 'limit'],
  ['/v1/customers?cursor=%00', 'cursor'],
  ['/v1/customers?nonsense=1', 'nonsense'],
  ['/v1/customers?test_clock=cus_01kk0000000000000000000000', 'test_clock'],
  ['/v1/subscriptions?status=sleeping', 'status'],
  ['/v1/subscriptions?customer=nobody', 'customer'],
  ['/v1/invoices?number=%00', 'number'],
  ['/v1/payments?invoice=sub_01kk0000000000000000000000', 'invoice'],
  ['/v1/ledger/accounts?book=cus_01kk0000000000000000000000', 'book'],
])('%s names the parameter at fault', async (path, param) => {
  const reply = await api.call('GET', path);
  expect([reply.status, reply.body.error?.param]).toEqual([400, param]);
});

/** One of each model, with most of what it may have. */
const somePrices = (): Record<string, unknown>[] => [
  { ...flatFee, taxable: false },
  metered({
    model: 'per_unit',
    unit_amount: '1',
    included_units: '5',
    minimum_amount: '1',
    maximum_amount: '2',
    filters: [{ property: 'a', in: ['b'] }],
    group_by: ['a'],
    group_prices: [{ group: { a: 'b' }, unit_amount: '2' }],
    prorate: true,
  }),
  tiered('graduated', '10', 'inf'),
  tiered('volume', '10', 'inf'),
  metered({ model: 'package', amount: '1', package_size: '10', free_units: '1' }),
  metered({
    model: 'percentage',
    rate: '1',
    fixed_amount: '1',
    free_events: 1,
    free_amount: '1',
    per_event_min: '1',
    per_event_max: '1',
  }),
  metered({ model: 'graduated_percentage', tiers: [{ up_to: 'inf', rate: '1' }] }),
  metered({ model: 'stairstep', tiers: [{ up_to: 'inf', flat_amount: '1' }] }),
  metered({ model: 'dynamic' }),
  metered({
    model: 'dimensional',
    dimensions: ['a'],
    unit_amounts: [{ values: ['b'], unit_amount: '1' }],
    default_unit_amount: '1',
  }),
];

test('each price model is accepted, and a version that was read can be written again', async () => {
  for (const price of somePrices()) {
    const { body } = await api.call('POST', '/v1/plans', aPlan({ prices: [price] }));
    const [read] = body['prices'] as Record<string, unknown>[];
    expect(read).toMatchObject({ object: 'price', ...price });
    const { id, object, ...again } = read ?? {};
    expect([typeof id, object]).toEqual(['string', 'price']);
    const version = { interval: 'month', prices: [again] };
    const reply = await api.call('POST', `/v1/plans/${String(body.id)}/versions`, version);
    const [second] = reply.body['prices'] as Record<string, unknown>[];
    expect([reply.status, { ...second, id }]).toEqual([201, read]);
  }
});

test('a plan has price units, and two prices of a meter where no event passes the filters of both', async () => {
  const units = [{ code: 'credits', rate: '1.5' }];
  const by = (code: string, filter: object) =>
    metered({ code, price_unit: 'credits', filters: [{ property: 'region', ...filter }] });
  const shared = [by('eu', { in: ['de', 'fr'] }), by('rest', { not_in: ['fr', 'de', 'at'] })];
  const reply = await api.call('POST', '/v1/plans', aPlan({ price_units: units, prices: shared }));
  expect([reply.status, reply.body['price_units']]).toEqual([201, units]);
  const overlapping = [shared[0], by('rest', { not_in: ['fr'] })];
  const refused = await api.call('POST', '/v1/plans', aPlan({ price_units: units, prices: overlapping }));
  expect([refused.status, refused.body.error?.code, refused.body.error?.param]).toEqual([
    422,
    'meter_billed_twice',
    'prices[1].meter',
  ]);
});

describe('never a 500', () => {
  /** Values that have broken programs: too long, too deep, no text, no number, of another kind. */
  const oddValues: readonly unknown[] = [
    ...[
      '',
      '\0',
      'a\0b',
      '\ud800',
      'x'.repeat(100_000),
      '__proto__',
      'constructor',
      "'; DROP TABLE plans; --",
    ],
    ...[0, -1, 0.1, 1e308, 2 ** 31, 2 ** 53, -(2 ** 63), true, null, [], {}, [[[]]], { day_of_month: 0 }],
    ...['-0', '1e5', '0x10', '٣', '9'.repeat(30), `0.${'0'.repeat(11)}1`, '1.', '.5', ' 1'],
    ...[
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999-14:00',
      '2026-02-29T00:00:00Z',
      '2026-01-01T24:00:00Z',
    ],
    ...['cus_01kk0000000000000000000000', 'clock_01kk0000000000000000000000', 'plan_', 'USD', 'inf'],
  ];
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(...oddValues),
    fc.string({ unit: 'binary', maxLength: 300 }),
  );
  const places = (): [string, string, Record<string, unknown>][] => [
    [
      'POST',
      '/v1/customers',
      { name: 'A', email: 'a@b.co', timezone: 'UTC', currency: 'USD', metadata: { a: 'b' } },
    ],
    ['PATCH', `/v1/customers/${customer}`, { name: 'A', external_id: null, country: 'DE', metadata: {} }],
    ['POST', '/v1/test_clocks', { name: 'c', frozen_time: '2026-01-01T00:00:00Z' }],
    ['POST', `/v1/test_clocks/${clock}/advance`, { frozen_time: '2026-02-01T00:00:00Z' }],
    [
      'POST',
      '/v1/meters',
      { code: unique('m'), name: 'M', event_type: 't', aggregation: 'sum', property: 'n' },
    ],
    ['PATCH', `/v1/meters/${meter}`, { name: 'M', metadata: {} }],
    [
      'POST',
      '/v1/plans',
      aPlan({ interval_count: 1, grace_period: 0, proration_unit: 'day', price_units: [] }),
    ],
    ['POST', `/v1/plans/${plan}/versions`, { interval: 'week', prices: [flatFee] }],
    ['POST', '/v1/api_keys', { name: 'k', scopes: ['read'], rate_limit: 5 }],
    ['POST', `/v1/customers/${customer}/payment_methods`, { token: 'pm_card_visa' }],
    [
      'POST',
      '/v1/subscriptions',
      { customer, plan, plan_version: 1, quantity: 1, billing_cycle_anchor: 'calendar', metadata: {} },
    ],
    [
      'POST',
      '/v1/events',
      { id: unique('e'), source: 's', type: 't', subject: customer, time: undefined, data: { n: 1 } },
    ],
  ];

  /** A price of any model, with a value at any of its fields. */
  const inAPrice = (nth: number, value: unknown) => {
    const all = somePrices();
    const price = all[nth % all.length] ?? {};
    const names = [...Object.keys(price), 'unknown', 'price_unit', 'quantity_from'];
    return { ...price, [names[Math.floor(nth / all.length) % names.length] ?? '']: value };
  };

  test('for each odd value at each field of each price', async () => {
    const requests = somePrices().flatMap((price) =>
      Object.keys(price).flatMap((name) =>
        oddValues.map((value) => async () => {
          const prices = [{ ...price, [name]: value }];
          const reply = await api.call('POST', '/v1/plans', aPlan({ prices }));
          return reply.status === 201 || reply.body.error?.param?.startsWith('prices[0]') ? [] : reply.text;
        }),
      ),
    );
    const broken: (string | never[])[] = [];
    for (let nth = 0; nth < requests.length; nth += 16)
      broken.push(...(await Promise.all(requests.slice(nth, nth + 16).map((request) => request()))));
    expect(requests.length).toBeGreaterThan(1000);
    expect(broken.flat()).toEqual([]);
  }, 60_000);

  test('for each odd value at each field', async () => {
    const requests = places().flatMap(([method, path, body]) =>
      Object.keys(body).flatMap((name) =>
        oddValues.map((value) => async () => {
          const reply = await api.call(method, path, { ...body, [name]: value });
          return reply.status === 500
            ? `${method} ${path} ${name}=${JSON.stringify(value).slice(0, 50)}`
            : [];
        }),
      ),
    );
    const broken: (string | never[])[] = [];
    for (let nth = 0; nth < requests.length; nth += 16)
      broken.push(...(await Promise.all(requests.slice(nth, nth + 16).map((request) => request()))));
    expect(requests.length).toBeGreaterThan(1000);
    expect(broken.flat()).toEqual([]);
  }, 60_000);

  test('for any value at any field', async () => {
    const refusedBefore: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), odd, fc.boolean(), async (place, field, value, inPrice) => {
        const all = places();
        const [method, path, body] = all[place % all.length] ?? ['GET', '/', {}];
        const names = [...Object.keys(body), 'unknown'];
        const name = names[field % names.length] ?? '';
        const inside = inPrice && 'prices' in body;
        const sent = inside ? { ...body, prices: [inAPrice(field, value)] } : { ...body, [name]: value };
        const before = await rows();
        const reply = await api.call(method, path, sent);
        expect([200, 201, 202, 400, 404, 409, 413, 422, 503]).toContain(reply.status);
        if (reply.status === 503) expect(reply.body.error?.code).toBe('temporal_unavailable');
        if (reply.status < 400) return;
        refusedBefore.push(path);
        expect(reply.body.error?.request_id).toBe(reply.headers.get('x-request-id'));
        expect(reply.text).not.toMatch(/node_modules|\bat .+:\d+:\d+/);
        expect(await rows()).toBe(before);
      }),
      { numRuns: 200 },
    );
    expect(new Set(refusedBefore).size).toBeGreaterThan(6); // it has tried most of them
  }, 60_000);

  test('for any path, filter or cursor', async () => {
    const lists = [
      'customers',
      'subscriptions',
      'invoices',
      'payments',
      'plans',
      'meters',
      'test_clocks',
      'api_keys',
    ];
    const filters = [
      'limit',
      'cursor',
      'customer',
      'status',
      'number',
      'code',
      'external_id',
      'book',
      'source',
    ];
    const text = fc.oneof(
      odd.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), text, fc.boolean(), async (list, filter, value, inPath) => {
        const encoded = encodeURIComponent(value.slice(0, 4000).toWellFormed());
        const resource = lists[list % lists.length] ?? '';
        const name = filters[filter % filters.length] ?? '';
        const reply = await api.call(
          'GET',
          `/v1/${resource}${inPath ? `/${encoded}` : `?${name}=${encoded}`}`,
        );
        expect([200, 400, 404]).toContain(reply.status);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test('for any bytes as a body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, events) => {
        const reply = await api.call('POST', events ? '/v1/events' : '/v1/customers', bytes);
        expect([202, 400]).toContain(reply.status);
      }),
      { numRuns: 150 },
    );
  });
});
