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

  describe('what has no order may be written in another one', () => {
    const tokens = {
      code: 'tokens',
      event_type: 'token',
      aggregation: 'sum',
      property: 'n',
      filters: [
        { property: 'kind', in: ['a', 'b'] },
        { property: 'kind', not_in: ['c'] },
        { property: 'zone', not_in: ['x', 'y'] },
      ],
      group_by: ['region', 'size'],
    };
    const table = {
      code: 'tokens',
      type: 'usage',
      meter: 'tokens',
      model: 'dimensional',
      dimensions: ['region', 'size'],
      unit_amounts: [
        { values: ['eu', 's'], unit_amount: '1' },
        { values: ['us', 's'], unit_amount: '2' },
      ],
      filters: [
        { property: 'region', in: ['eu', 'us'] },
        { property: 'size', not_in: ['l', 'm'] },
      ],
    };
    const grouped = {
      code: 'grouped',
      type: 'usage',
      meter: 'tokens',
      model: 'per_unit',
      unit_amount: '1',
      group_by: ['region', 'size'],
      group_prices: [
        { group: { region: 'eu', size: 's' }, unit_amount: '2' },
        { group: { region: 'us', size: 's' }, unit_amount: '3' },
      ],
    };
    const units = [
      { code: 'credits', rate: '2' },
      { code: 'tokens', rate: '3' },
    ];
    const written = (meter: Fields, price: Fields, priceUnits: unknown = units) =>
      catalogSchema.parse({
        meters: [{ ...tokens, ...meter }],
        plans: [{ code: 'ai', currency: 'USD', interval: 'month', price_units: priceUnits, prices: [price] }],
      });
    const turned = (list: readonly unknown[]) => [...list].reverse();

    test.each<[string, Fields, Fields, unknown]>([
      ['price units', {}, table, turned(units)],
      ['filters of a price', {}, { ...table, filters: turned(table.filters) }, units],
      [
        'the values of a filter',
        {},
        {
          ...table,
          filters: [
            { property: 'region', in: ['us', 'eu'] },
            { property: 'size', not_in: ['m', 'l'] },
          ],
        },
        units,
      ],
      ['the rows of a table', {}, { ...table, unit_amounts: turned(table.unit_amounts) }, units],
      ['the filters of a meter', { filters: turned(tokens.filters) }, table, units],
      ['what a meter is grouped by', { group_by: turned(tokens.group_by) }, table, units],
    ])('%s', async (_what, meter, price, priceUnits) => {
      await applyCatalog(database.pool, written({}, table));
      expect(await lines(written(meter, price, priceUnits))).toEqual([]);
    });

    test('the prices of groups, and the properties of a group', async () => {
      await applyCatalog(database.pool, written({}, grouped));
      const groupPrices = [
        { group: { size: 's', region: 'us' }, unit_amount: '3' },
        { group: { size: 's', region: 'eu' }, unit_amount: '2' },
      ];
      expect(await lines(written({}, { ...grouped, group_prices: groupPrices }))).toEqual([]);
    });

    test('but a price that groups in another order has its lines in another order: a new version', async () => {
      await applyCatalog(database.pool, written({}, grouped));
      expect(await lines(written({}, { ...grouped, group_by: ['size', 'region'] }))).toEqual([
        '+ plan ai, version 2',
        '    ~ price grouped: group_by ["region","size"] → ["size","region"]',
      ]);
    });

    test('and a change names what has changed alone', async () => {
      await applyCatalog(database.pool, written({}, table));
      const price = { ...table, filters: turned(table.filters), default_unit_amount: '9' };
      expect(await lines(written({}, price))).toEqual([
        '+ plan ai, version 2',
        '    ~ price tokens: default_unit_amount none → "9"',
      ]);
    });

    test('but what a meter is grouped by stays in the stored order, and never changes', async () => {
      await applyCatalog(database.pool, written({}, table));
      const renamed = written({ name: 'AI tokens', group_by: turned(tokens.group_by) }, table);
      await applyCatalog(database.pool, renamed);
      const { rows } = await database.pool.query(`SELECT name, group_by FROM meters WHERE code = 'tokens'`);
      expect(rows).toEqual([{ name: 'AI tokens', group_by: ['region', 'size'] }]);
      await expect(lines(written({ group_by: ['region', 'size', 'kind'] }, table))).rejects.toMatchObject({
        code: 'meter_changed',
        param: 'meters[0].group_by',
      });
    });
  });

  test('a name and metadata that are not described stay as they are stored, and can be taken away', async () => {
    const described = { name: 'The team', metadata: { owner: 'ada' } };
    await applyCatalog(database.pool, aCatalog({ meter: described, plan: described }));
    const left = aCatalog({ plan: { name: undefined, metadata: undefined } });
    expect(await lines(left)).toEqual([]);
    const emptied = aCatalog({ meter: { metadata: {} }, plan: { name: undefined, metadata: {} } });
    expect(await lines(emptied)).toEqual([
      '~ meter requests: name or metadata',
      '~ plan team: name or metadata',
    ]);
    await applyCatalog(database.pool, emptied);
    const { rows } = await database.pool.query(
      `SELECT name, metadata FROM meters UNION ALL SELECT name, metadata FROM plans`,
    );
    expect(rows).toEqual([1, 2].map(() => ({ name: 'The team', metadata: {} })));
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

test('what is new and has no name goes by its code', async () => {
  await applyCatalog(database.pool, aCatalog({ plan: { name: undefined } }));
  const { rows } = await database.pool.query(
    `SELECT name, metadata FROM meters UNION ALL SELECT name, metadata FROM plans`,
  );
  expect(rows).toEqual([
    { name: 'requests', metadata: {} },
    { name: 'team', metadata: {} },
  ]);
});

test('a code that is described twice is refused by name', async () => {
  const { meters, plans } = aCatalog();
  const [meter] = meters;
  const [plan] = plans;
  if (!meter || !plan) throw new Error('the catalog is empty');
  await expect(lines({ meters: [meter, meter], features: [], plans: [] })).rejects.toMatchObject({
    param: 'meters[1].code',
  });
  await expect(lines({ meters, features: [], plans: [plan, plan] })).rejects.toMatchObject({
    param: 'plans[1].code',
  });
});
