/** Exact numbers: quantities, unit prices and all that is computed from them, until it is rounded (semantics.md, section 1). */
import Fraction from 'fraction.js';
import type { Amount } from './money.ts';

/** An exact rational number; never a float. */
export type Decimal = InstanceType<typeof Fraction>;

export const zero: Decimal = new Fraction(0);
export const one: Decimal = new Fraction(1);

const decimal = /^(-?)(\d{1,30})(?:\.(\d{1,12}))?$/;

/** A decimal with up to 30 integer and 12 fractional digits, or undefined: no exponent, no plus, no space. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = decimal.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  return new Fraction(BigInt(`${sign}${whole}${fraction}`), 10n ** BigInt(fraction.length));
}

/** The shortest plain decimal. Throws for a number that needs more than 24 fractional digits, such as a third. */
export function formatDecimal(value: Decimal): string {
  const scale = decimalPlaces(value.d);
  if (scale === undefined) throw new RangeError('the number has no decimal of 24 digits or fewer');
  const digits = ((value.n * 10n ** BigInt(scale)) / value.d).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${value.s < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}

/** The exact value for people and programs to read: a plain decimal, or `n/d` where it has none of 24 digits. */
export function formatExact(value: Decimal): string {
  return decimalPlaces(value.d) === undefined ? value.toFraction() : formatDecimal(value);
}

/** A negative quantity is billed as 0 (section 4). */
export function notBelowZero(value: Decimal): Decimal {
  return value.lt(0) ? zero : value;
}

/** To the minor unit, a half away from zero: the only rounding there is, once for each invoice line (section 1). */
export function roundHalfAwayFromZero(value: Decimal): Amount {
  return (value.s * ((2n * value.n + value.d) / (2n * value.d))) as Amount;
}

/** The share that a part is of a whole; of nothing it is none. */
export function shareOf(part: bigint, whole: bigint): Decimal {
  return whole === 0n ? zero : new Fraction(part, whole);
}

/** The greatest integer that is not above it. */
export function floor(value: Decimal): bigint {
  const signed = value.s * value.n;
  return signed >= 0n ? signed / value.d : -((-signed + value.d - 1n) / value.d);
}

function decimalPlaces(denominator: bigint): number | undefined {
  for (let places = 0, power = 1n; places <= 24; places += 1, power *= 10n) {
    if (power % denominator === 0n) return places;
  }
  return undefined;
}
