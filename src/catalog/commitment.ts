/** A commitment as it is written and stored: the least that is paid over an interval of whole periods. */
import { z } from 'zod';
import {
  commitmentIntervals,
  commitmentPeriods,
  type Commitment,
  type CommitmentInterval,
} from '../domain/commitment.ts';
import { BillingError } from '../domain/errors.ts';
import type { PlanVersion } from '../domain/plan.ts';
import { largestAmount } from '../domain/pricing/amountLimit.ts';
import { decimal, toDecimal, toOptionalDecimal } from './fields.ts';

export const commitmentSchema = z.strictObject({
  /** In minor units. */
  amount: decimal,
  interval: z.enum(commitmentIntervals),
  /** How many times what is spent beyond it is charged: "1.2" is a fifth more. */
  overage_rate: decimal.optional(),
});
export type WrittenCommitment = z.output<typeof commitmentSchema>;

export interface StoredCommitment {
  readonly amount: string;
  readonly interval: CommitmentInterval;
  readonly periods: number;
  readonly overage_rate: string | null;
}

/** Nobody agrees to more, and what it makes of a whole invoice is still an amount. */
const largestOverageRate = 100;

/** Throws a `BillingError` 400 or 422 that names what of it is wrong. */
export function defineCommitment(written: WrittenCommitment, plan: PlanVersion): StoredCommitment {
  const { amount, interval, overage_rate: rate = null } = written;
  for (const [field, value] of Object.entries({ amount, overage_rate: rate ?? '0' })) {
    if (value.startsWith('-')) {
      throw new BillingError(
        400,
        'amount_negative',
        'A commitment cannot be negative.',
        `commitment.${field}`,
      );
    }
  }
  if (toDecimal(amount).gt(largestAmount)) {
    throw new BillingError(
      400,
      'amount_out_of_range',
      `A commitment is ${String(largestAmount)} minor units at most. Give less.`,
      'commitment.amount',
    );
  }
  if (toOptionalDecimal(rate ?? undefined)?.gt(largestOverageRate)) {
    throw new BillingError(
      400,
      'overage_rate_out_of_range',
      `What is spent beyond a commitment is charged ${String(largestOverageRate)} times at most. Give "1.2" for a fifth more.`,
      'commitment.overage_rate',
    );
  }
  return { amount, interval, periods: commitmentPeriods(interval, plan), overage_rate: rate };
}

export function toCommitment(stored: StoredCommitment): Commitment {
  return {
    amount: toDecimal(stored.amount),
    periods: stored.periods,
    overageRate: toOptionalDecimal(stored.overage_rate ?? undefined),
  };
}

/** As it is written. */
export function fromCommitment({
  amount,
  interval,
  overage_rate: rate,
}: StoredCommitment): WrittenCommitment {
  return { amount, interval, ...(rate !== null && { overage_rate: rate }) };
}
