/** Shares of a whole for people to compare, such as a churn rate: exact, and rounded once. */
import Fraction from 'fraction.js';
import { roundHalfAwayFromZero } from './quantity.ts';

const digits = 4;

/** `part / whole` as a decimal of four fractional digits, a half away from zero; null where there is nothing to divide by. */
export function formatRatio(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const scaled = roundHalfAwayFromZero(new Fraction(part, whole).mul(10 ** digits));
  const text = (scaled < 0n ? 0n - scaled : scaled).toString().padStart(digits + 1, '0');
  return `${scaled < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
