/** Numbers of invoices and credit notes: each series has its pattern, and is gapless (semantics.md, section 7). */
import { BillingError } from './errors.ts';

export interface InvoiceSeries {
  readonly code: string;
  readonly prefix: string;
  /** Such as `{prefix}-{yyyy}-{seq:4}`. */
  readonly pattern: string;
  /** When it begins with 1 again. */
  readonly restarts: 'never' | 'yearly' | 'monthly';
}

/** A day by the customer's calendar: `YYYY-MM-DD`. */
export type LocalDay = string;

const token = /\{(prefix|yyyy|yy|mm|seq(?::([1-9]|1[0-2]))?)\}/g;
/** Numbers of test clocks begin with it, so that no document that counts may. */
export const testPrefix = 'TEST';
const plain = /^[A-Za-z0-9/._-]*$/;

/**
 * Throws a `BillingError` 400 for a pattern by which two invoices could have one number: it begins with the prefix, which
 * no other series has, and holds the sequence once, and the year or month that it restarts with.
 */
export function checkPattern({ prefix, pattern, restarts }: Omit<InvoiceSeries, 'code'>): void {
  const refuse = (message: string, param = 'pattern') => {
    throw new BillingError(400, 'pattern_invalid', message, param);
  };
  if (!/^[A-Z0-9]{1,12}$/.test(prefix)) {
    refuse('Give a prefix of 1 to 12 capital letters and digits, such as INV.', 'prefix');
  }
  if (prefix === testPrefix)
    refuse(`Give a prefix other than ${testPrefix}, which test clocks have.`, 'prefix');
  if (!plain.test(pattern.replace(token, ''))) {
    refuse(
      'Use {prefix}, {yyyy}, {yy}, {mm}, {seq} or {seq:6}, and beside them letters, digits and / . _ - only.',
    );
  }
  if (!/^\{prefix\}[/._-]/.test(pattern))
    refuse('A pattern begins with {prefix} and a separator, such as {prefix}-{seq}.');
  const names = [...pattern.matchAll(token)].map(([, name = '']) => name.split(':')[0]);
  if (names.filter((name) => name === 'seq').length !== 1) refuse('A pattern holds {seq} once.');
  const hasYear = names.includes('yyyy') || names.includes('yy');
  if (restarts !== 'never' && !hasYear) refuse(`A series that restarts ${restarts} holds {yyyy} or {yy}.`);
  if (restarts === 'monthly' && !names.includes('mm')) refuse('A series that restarts monthly holds {mm}.');
}

/** The run of numbers that a day belongs to: a year, a month, or all there are (an empty text). */
export function spanOf({ restarts }: Pick<InvoiceSeries, 'restarts'>, day: LocalDay): string {
  if (restarts === 'never') return '';
  return day.slice(0, restarts === 'yearly' ? 4 : 7);
}

/** The number of the nth of its span. `prefix` may be another than the series': test clocks have their own. */
export function formatNumber(
  { prefix, pattern }: Pick<InvoiceSeries, 'prefix' | 'pattern'>,
  day: LocalDay,
  sequence: bigint,
): string {
  return pattern.replace(token, (_whole, name: string, width: string | undefined) => {
    switch (name.split(':')[0]) {
      case 'prefix':
        return prefix;
      case 'yyyy':
        return day.slice(0, 4);
      case 'yy':
        return day.slice(2, 4);
      case 'mm':
        return day.slice(5, 7);
      default:
        return String(sequence).padStart(Number(width ?? 1), '0');
    }
  });
}
