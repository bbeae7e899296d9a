/** Credit that is bought by itself when little is left. */
import type { Amount } from './money.ts';

/** Amounts in minor units of the customer's currency. */
export interface AutoTopUp {
  readonly threshold: Amount;
  /** Above zero. */
  readonly amount: Amount;
  /** Days by the customer's calendar from the purchase on; null: it never expires. */
  readonly expiresAfterDays: number | null;
  /** Of what is bought: 0 to 100, the lowest is spent first. */
  readonly priority: number;
}

/**
 * Whether credit is to be bought when `left` is what may be spent on any line now: below the threshold, and in any case
 * when nothing is left, so that a threshold of zero means "when it is used up".
 */
export function needsTopUp({ threshold }: Pick<AutoTopUp, 'threshold'>, left: Amount): boolean {
  return left < threshold || left <= 0n;
}
