/** Real usage, billed twice: by the product, and by plain arithmetic over the file. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { applyDemoCatalog } from '../../src/stack/demo/demoCatalog.ts';
import { loadFlights, type Flight } from '../../src/stack/demo/flights.ts';
import { runScenario, type Scenario } from '../../src/stack/demo/scenario.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

interface Invoice {
  readonly customer: string;
  readonly number: string;
  readonly status: string;
  readonly total: number;
  readonly amount_paid: number;
  readonly period: { readonly start: string };
  readonly lines: {
    readonly data: readonly {
      readonly description: string;
      readonly amount: number;
      readonly type: string;
    }[];
  };
}

let dunlin: Dunlin;
let flights: Flight[];
let scenario: Scenario;
let invoices: Invoice[];

beforeAll(async () => {
  dunlin = await startDunlin();
  await applyDemoCatalog(dunlin.pool);
  flights = await loadFlights();
  scenario = await runScenario(dunlin.client, {
    flights,
    cardOf: () => 'pm_card_visa',
    arrange: (month) => shuffled([...month, ...month]),
    progress: () => undefined,
  });
  invoices = await dunlin.client.all<Invoice>('/v1/invoices');
}, 240_000);
afterAll(() => dunlin.stop());

/** The plan in thousandths of a hundredth of a cent, by hand: nothing of the product's arithmetic. */
function expectedMonth(month: readonly Flight[]): { flights: bigint; miles: bigint } {
  const scale = 10_000n;
  let flightFees = 0n;
  for (let nth = 1; nth <= month.length; nth += 1) {
    if (nth === 21) flightFees += 500n * scale;
    flightFees += nth <= 20 ? 1_500_000n : nth <= 100 ? 955_000n : 602_500n;
  }
  const miles = month.reduce((sum, flight) => sum + flight.distance, 0);
  return { flights: halfUp(flightFees, scale), miles: halfUp(BigInt(miles) * 1_375n, scale) };
}

/** Nothing here is negative. */
function halfUp(value: bigint, scale: bigint): bigint {
  const rest = value % scale;
  return value / scale + (rest * 2n >= scale ? 1n : 0n);
}

test('every flight is counted once, though each was sent twice and in any order', () => {
  expect(scenario.accepted).toBe(flights.length);
  expect(scenario.duplicates).toBe(flights.length);
});

test('every invoice is, to the minor unit, what plain arithmetic over the file gives', () => {
  const expected: string[] = [];
  for (const [customer, airport] of scenario.airports) {
    expected.push(`${customer} 2001-01 4900`); // the first fee, at signup
    for (const month of ['2001-01', '2001-02', '2001-03']) {
      const usage = expectedMonth(
        flights.filter(({ origin, time }) => origin === airport && time.startsWith(month)),
      );
      expected.push(`${customer} ${month} ${String(4900n + usage.flights + usage.miles)}`);
    }
  }
  const actual = invoices.map(
    ({ customer, period, total }) => `${customer} ${period.start.slice(0, 7)} ${String(total)}`,
  );
  expect(actual.sort()).toEqual(expected.sort());
});

test('every invoice is paid, once', async () => {
  expect(new Set(invoices.map(({ status }) => status))).toEqual(new Set(['paid']));
  const payments = await dunlin.client.all<{ invoice: string; amount: number }>('/v1/payments');
  expect(payments).toHaveLength(invoices.length);
  expect(sum(payments.map(({ amount }) => amount))).toBe(sum(invoices.map(({ total }) => total)));
});

test('numbers run from 1 without a hole', () => {
  const sequences = invoices.map(({ number }) => Number(number.split('-').at(-1))).sort((a, b) => a - b);
  expect(sequences).toEqual(Array.from({ length: invoices.length }, (_, index) => index + 1));
});

test('the ledger balances, and the audit finds nothing', async () => {
  const { data } = await dunlin.client.get<{
    data: { debits: number; credits: number; id: string; balance: number }[];
  }>(`/v1/ledger/accounts?book=${scenario.clockId}`);
  expect(sum(data.map(({ debits }) => debits))).toBe(sum(data.map(({ credits }) => credits)));
  const cash = data.find(({ id }) => id === 'cash/USD');
  expect(cash?.balance).toBe(sum(invoices.map(({ amount_paid }) => amount_paid)));
  expect(await audit(dunlin.pool)).toEqual([]);
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** An order that has nothing to do with time, and is the same in every run. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item, index) => ({ item, rank: (index * 7_919 + 13) % 104_729 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
