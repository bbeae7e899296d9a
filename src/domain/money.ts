/** Money: integer counts of a currency's minor units, exact at every step (semantics.md, section 1). */
import { BillingError } from './errors.ts';
import { floor, roundHalfAwayFromZero, zero, type Decimal } from './quantity.ts';

declare const minorUnits: unique symbol;
/** An integer count of minor units: cents for USD, yen for JPY, fils for KWD. */
export type Amount = bigint & { readonly [minorUnits]: true };

/** Throws a `BillingError` 400 for a number that is not a safe integer. */
export function amount(value: bigint | number): Amount {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new BillingError(400, 'amount_invalid', `${String(value)} is not an integer count of minor units.`);
  }
  return BigInt(value) as Amount;
}

/** What JSON carries, which knows no bigint: amounts are text. */
export type WithTextAmounts<T> = {
  readonly [Field in keyof T]: T[Field] extends bigint ? string : T[Field];
};

/** An amount that was carried as text. */
export function amountOfText(text: string): Amount {
  return BigInt(text) as Amount;
}

/** The active currencies of ISO 4217 whose minor unit is a hundredth. */
const hundredths =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
  'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ' +
  'ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV ' +
  'MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD ' +
  'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG';
const others: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};
const digitsOf: ReadonlyMap<string, number> = new Map([
  ...hundredths.split(' ').map((code) => [code, 2] as const),
  ...Object.entries(others).flatMap(([digits, codes]) =>
    codes.split(' ').map((code) => [code, Number(digits)] as const),
  ),
]);

/** Whether `code` is an active ISO 4217 currency, in upper case. */
export function isCurrency(code: string): boolean {
  return digitsOf.has(code);
}

/** The number of digits after the point: 0 for JPY, 2 for USD, 3 for KWD. Throws a `BillingError` 400 for no currency. */
export function minorUnitDigits(currency: string): number {
  const digits = digitsOf.get(currency);
  if (digits === undefined) {
    throw new BillingError(
      400,
      'currency_unknown',
      `${currency} is not an ISO 4217 currency. Use a code such as USD.`,
      'currency',
    );
  }
  return digits;
}

/** An amount for people to read, such as `1,234.56 USD`. */
export function formatAmount(value: Amount, currency: string): string {
  const digits = minorUnitDigits(currency);
  const magnitude = (value < 0n ? 0n - value : value).toString().padStart(digits + 1, '0');
  const whole = magnitude.slice(0, magnitude.length - digits).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits === 0 ? '' : `.${magnitude.slice(-digits)}`;
  return `${value < 0n ? '-' : ''}${whole}${fraction} ${currency}`;
}

/**
 * Splits `total` in proportion to `weights` (none negative) by largest remainder, ties to the earlier, so that the parts
 * add up to the whole (section 1). All weights zero: an error, but for a total of zero.
 */
export function allocate(total: Amount, weights: readonly Amount[]): Amount[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) return weights.map(() => 0n as Amount);
  if (whole <= 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError('an amount is split by weights of which none is negative and one is positive');
  }
  const sign = total < 0n ? -1n : 1n;
  const magnitude = total * sign;
  const parts = weights.map((weight) => (magnitude * weight) / whole);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (magnitude * weight) % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1));
  const left = magnitude - parts.reduce((sum, part) => sum + part, 0n);
  const favoured = new Set(byRemainder.slice(0, Number(left)).map(({ index }) => index));
  return parts.map((part, index) => (sign * (part + (favoured.has(index) ? 1n : 0n))) as Amount);
}

/**
 * Rounds the sum of exact amounts once, half away from zero, and gives each its part by largest remainder, ties to the
 * earlier: each differs from its own by less than one minor unit, and they add up to the rounded sum (section 1).
 */
export function apportion(exact: readonly Decimal[]): Amount[] {
  const floors = exact.map(floor);
  const whole = roundHalfAwayFromZero(exact.reduce((sum, value) => sum.add(value), zero));
  const left = whole - floors.reduce((sum, part) => sum + part, 0n);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value.sub(floors[index] ?? 0n) }))
    .sort((a, b) => b.remainder.compare(a.remainder) || a.index - b.index);
  const favoured = new Set(byRemainder.slice(0, Number(left)).map(({ index }) => index));
  return floors.map((part, index) => (part + (favoured.has(index) ? 1n : 0n)) as Amount);
}

/** Whether an amount lies between nothing and a bound, which may be below zero. */
export function isWithin(amount: bigint, bound: bigint): boolean {
  return bound >= 0n ? amount >= 0n && amount <= bound : amount <= 0n && amount >= bound;
}

/** An amount as far as a bound goes, which may be below zero: nothing of the other sign. */
export function limit(amount: bigint, bound: bigint): Amount {
  if (isWithin(amount, bound)) return amount as Amount;
  return (amount > 0n === bound > 0n ? bound : 0n) as Amount;
}
