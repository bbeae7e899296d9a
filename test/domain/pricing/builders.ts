/** Prices and usage for tests, said in texts. */
import Fraction from 'fraction.js';
import type { MeterId, PriceId } from '../../../src/domain/ids.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { usageLines, type InvoiceLine } from '../../../src/domain/invoice.ts';
import type {
  FixedPrice,
  FlatTier,
  PercentageModel,
  QuantityModel,
  RateTier,
  UnitTier,
  UsagePrice,
} from '../../../src/domain/pricing/price.ts';
import { one, type Decimal } from '../../../src/domain/quantity.ts';
import type { EventAmounts, Group, GroupUsage } from '../../../src/domain/usage.ts';

export const dec = (text: string | number | bigint): Decimal => new Fraction(text);

const bound = (upTo: string) => (upTo === 'inf' ? 'inf' : dec(upTo));
export const unitTier = (upTo: string, unit: string, flat = '0'): UnitTier => ({
  upTo: bound(upTo),
  unitAmount: dec(unit),
  flatAmount: dec(flat),
});
export const rateTier = (upTo: string, rate: string, flat = '0'): RateTier => ({
  upTo: bound(upTo),
  rate: dec(rate),
  flatAmount: dec(flat),
});
export const flatTier = (upTo: string, flat: string): FlatTier => ({
  upTo: bound(upTo),
  flatAmount: dec(flat),
});

export const perUnit = (unitAmount: string): QuantityModel => ({
  model: 'per_unit',
  unitAmount: dec(unitAmount),
});

export const percentage = (rate: string, fields: Partial<PercentageModel> = {}): PercentageModel => ({
  model: 'percentage',
  rate: dec(rate),
  fixedAmount: dec(0),
  freeEvents: null,
  freeAmount: null,
  perEventMin: null,
  perEventMax: null,
  ...fields,
});

/** Per unit at 1, without anything else. */
export const aUsagePrice = (fields: Partial<UsagePrice> = {}): UsagePrice => ({
  id: 'price_1' as PriceId,
  code: 'calls',
  type: 'usage',
  billing: 'in_arrears',
  meterId: 'mtr_1' as MeterId,
  model: perUnit('1'),
  includedUnits: null,
  minimumAmount: null,
  maximumAmount: null,
  filters: [],
  groupBy: [],
  groupPrices: [],
  prorate: false,
  priceUnit: null,
  taxable: true,
  ...fields,
});

export const aFixedPrice = (fields: Partial<FixedPrice> = {}): FixedPrice => ({
  id: 'price_2' as PriceId,
  code: 'seats',
  type: 'fixed',
  billing: 'in_arrears',
  model: perUnit('1'),
  quantityFrom: 'subscription',
  prorate: false,
  priceUnit: null,
  taxable: true,
  ...fields,
});

/** January 2026, in UTC. */
export const january = {
  start: Date.UTC(2026, 0, 1) as Instant,
  end: Date.UTC(2026, 1, 1) as Instant,
};

export const used = (quantity: string | number, group: Group = {}): GroupUsage => ({
  group,
  quantity: dec(quantity),
});

export const paidBy = (amounts: readonly (string | number)[]): EventAmounts => ({
  first: amounts.map(dec),
  rest: [],
});

export const linesOf = (
  price: UsagePrice,
  usage: readonly GroupUsage[],
  fraction: Decimal = one,
): InvoiceLine[] => usageLines(price, 1, usage, january, fraction);

export const amountsOf = (lines: readonly InvoiceLine[]): [string, number][] =>
  lines.map(({ type, amount }) => [type, Number(amount)]);

export const totalOf = (lines: readonly InvoiceLine[]): bigint =>
  lines.reduce((total, { amount }) => total + amount, 0n);

/** What some work throws; undefined where it throws nothing. */
export function refusal(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
