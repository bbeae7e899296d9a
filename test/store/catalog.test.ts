/** A catalog applied to a real database: new meters, plans and versions, once, all or nothing. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { describeChange } from '../../src/catalog/catalogChanges.ts';
import { catalogSchema, type WrittenCatalog } from '../../src/catalog/catalogFile.ts';
import { applyCatalog, compareCatalog } from '../../src/store/catalog.ts';
import { demoCatalogPath } from '../../src/stack/demo/demoCatalog.ts';
import { readCatalog } from '../../src/stack/catalog/readCatalog.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

type Fields = Record<string, unknown>;
const requests = { code: 'requests', event_type: 'request', aggregation: 'count' };
const seat = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '900' };
const perRequest = {
  code: 'requests',
  type: 'usage',
  model: 'per_unit',
  unit_amount: '0.25',
  meter: 'requests',
};

function aCatalog({ meter = {}, plan = {} }: { meter?: Fields; plan?: Fields } = {}): WrittenCatalog {
  return catalogSchema.parse({
    meters: [{ ...requests, ...meter }],
    plans: [
      {
        code: 'team',
        name: 'Team',
        currency: 'USD',
        interval: 'month',
        prices: [seat, perRequest],
        ...plan,
      },
    ],
  });
}

const lines = async (catalog: WrittenCatalog) =>
  (await compareCatalog(database.pool, catalog)).flatMap(describeChange);
const count = async (table: string) => {
  const { rows } = await database.pool.query<{ count: bigint }>(`SELECT count(*) FROM ${table}`);
  return Number(rows[0]?.count);
};

test("the demo's catalog is applied from its file, and applied again it changes nothing", async () => {
  const { catalog } = await readCatalog([demoCatalogPath]);
  const applied = (await applyCatalog(database.pool, catalog)).flatMap(describeChange);
  expect(applied).toEqual([
    '+ meter flights: count of flight',
    '+ meter miles: sum of flight',
    '+ plan airport, version 1',
    '    + price platform_fee: fixed, flat',
    '    + price flights: usage, graduated',
    '    + price miles: usage, per_unit',
  ]);
  expect(await lines(catalog)).toEqual([]);
  expect(await applyCatalog(database.pool, catalog)).toEqual([]);
  expect(await count('plan_versions')).toBe(1);
});

test('comparing changes nothing', async () => {
  expect(await lines(aCatalog())).toHaveLength(4);
  expect(await count('meters')).toBe(0);
});

describe('of a plan that is stored', () => {
  beforeEach(async () => {
    await applyCatalog(database.pool, aCatalog());
  });

  test.each<[string, Fields, string[]]>([
    [
      'another unit amount is a new version',
      { prices: [seat, { ...perRequest, unit_amount: '0.3' }] },
      ['+ plan team, version 2', '    ~ price requests: unit_amount "0.25" → "0.3"'],
    ],
    [
      'an amount written another way is the same',
      { prices: [seat, { ...perRequest, unit_amount: '0.250' }] },
      [],
    ],
    [
      'a default that is written out is the same',
      { prices: [{ ...seat, billing: 'in_advance' }, perRequest] },
      [],
    ],
    [
      'a new price is a new version',
      { prices: [seat, perRequest, { code: 'support', type: 'fixed', model: 'flat', amount: '100' }] },
      ['+ plan team, version 2', '    + price support: fixed, flat'],
    ],
    [
      'a price that is taken out is a new version',
      { prices: [seat] },
      ['+ plan team, version 2', '    - price requests'],
    ],
    [
      'prices in another order are a new version, since lines are in their order',
      { prices: [perRequest, seat] },
      ['+ plan team, version 2', '    ~ prices: in another order'],
    ],
    [
      'another model names each field',
      { prices: [{ code: 'seat', type: 'fixed', model: 'flat', amount: '5' }, perRequest] },
      [
        '+ plan team, version 2',
        '    ~ price seat: model "per_unit" → "flat", unit_amount "900" → none, amount none → "5"',
      ],
    ],
    [
      'another grace period is a new version',
      { grace_period: 0 },
      ['+ plan team, version 2', '    ~ grace_period: 3600 → 0'],
    ],
    [
      'a price unit is a new version',
      { price_units: [{ code: 'credits', rate: '2' }] },
      ['+ plan team, version 2', '    ~ price_units: [] → [{"code":"credits","rate":"2"}]'],
    ],
    ['another name is no new version', { name: 'Teams' }, ['~ plan team: name or metadata']],
    ['other metadata are no new version', { metadata: { owner: 'ada' } }, ['~ plan team: name or metadata']],
  ])('%s', async (_, plan, expected) => {
    const catalog = aCatalog({ plan });
    expect(await lines(catalog)).toEqual(expected);
    await applyCatalog(database.pool, catalog);
    expect(await lines(catalog)).toEqual([]);
  });

  test('the worth of a price unit is a change of the prices that are stated in it', async () => {
    const prices = [{ ...seat, price_unit: 'credits' }];
    await applyCatalog(
      database.pool,
      aCatalog({ plan: { prices, price_units: [{ code: 'credits', rate: '2' }] } }),
    );
    expect(
      await lines(aCatalog({ plan: { prices, price_units: [{ code: 'credits', rate: '3' }] } })),
    ).toEqual([
      '+ plan team, version 3',
      '    ~ price_units: [{"code":"credits","rate":"2"}] → [{"code":"credits","rate":"3"}]',
      '    ~ price seat: the worth of its price unit',
    ]);
  });

  test('two that are applied at once make one new version', async () => {
    const catalog = aCatalog({ plan: { grace_period: 60 } });
    await Promise.all([1, 2, 3].map(() => applyCatalog(database.pool, catalog)));
    expect(await count('plan_versions')).toBe(2);
  });

  test('what a meter counts never changes, its name does', async () => {
    await expect(
      lines(aCatalog({ meter: { aggregation: 'unique_count', property: 'user' } })),
    ).rejects.toMatchObject({
      code: 'meter_changed',
      param: 'meters[0].aggregation',
      message: expect.stringContaining('another aggregation and property'),
    });
    const renamed = aCatalog({ meter: { name: 'API requests', metadata: { team: 'core' } } });
    expect(await lines(renamed)).toEqual(['~ meter requests: name or metadata']);
    await applyCatalog(database.pool, renamed);
    expect(await lines(renamed)).toEqual([]);
  });

  test("a plan's currency never changes", async () => {
    await expect(lines(aCatalog({ plan: { currency: 'EUR' } }))).rejects.toMatchObject({
      code: 'currency_changed',
      param: 'plans[0].currency',
    });
  });

  test('a meter that the catalog does not describe is found among those stored', async () => {
    const catalog = { ...aCatalog({ plan: { code: 'other' } }), meters: [] };
    expect(await lines(catalog)).toEqual([
      '+ plan other, version 1',
      '    + price seat: fixed, per_unit',
      '    + price requests: usage, per_unit',
    ]);
  });
});

test.each<[string, Fields, string, string]>([
  [
    'a price without its meter',
    { prices: [{ ...perRequest, meter: 'calls' }] },
    'meter_missing',
    'plans[0].prices[0].meter',
  ],
  [
    'a group that the meter does not tell apart',
    { prices: [{ ...perRequest, group_by: ['region'] }] },
    'property_not_grouped',
    'plans[0].prices[0].group_by',
  ],
  [
    'two prices of one meter',
    { prices: [perRequest, { ...perRequest, code: 'again' }] },
    'meter_billed_twice',
    'plans[0].prices[1].meter',
  ],
  ['two prices of one code', { prices: [seat, seat] }, 'code_repeated', 'plans[0].prices[1].code'],
])('%s is refused by name, and nothing is written', async (_, plan, code, param) => {
  await expect(applyCatalog(database.pool, aCatalog({ plan }))).rejects.toMatchObject({ code, param });
  expect(await count('meters')).toBe(0);
});

test('a code that is described twice is refused by name', async () => {
  const { meters, plans } = aCatalog();
  const [meter] = meters;
  const [plan] = plans;
  if (!meter || !plan) throw new Error('the catalog is empty');
  await expect(lines({ meters: [meter, meter], plans: [] })).rejects.toMatchObject({
    param: 'meters[1].code',
  });
  await expect(lines({ meters, plans: [plan, plan] })).rejects.toMatchObject({ param: 'plans[1].code' });
});
