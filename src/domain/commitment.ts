/** A commitment: the least that is paid over a window of periods, with a true-up at its end (semantics.md, section 7). */
import { BillingError } from './errors.ts';
import type { InvoiceLine } from './invoice.ts';
import type { Amount } from './money.ts';
import type { Period } from './period.ts';
import type { PlanVersion } from './plan.ts';
import { formatDecimal, one, roundHalfAwayFromZero, type Decimal } from './quantity.ts';

export const commitmentIntervals = ['period', 'month', 'quarter', 'year'] as const;
export type CommitmentInterval = (typeof commitmentIntervals)[number];

export interface Commitment {
  /** In minor units. */
  readonly amount: Decimal;
  /** How many billing periods its window has; the first window begins with the first period. */
  readonly periods: number;
  /** What is spent beyond the amount is charged so many times; null: once. */
  readonly overageRate: Decimal | null;
}

const monthsOf = { month: 1, quarter: 3, year: 12 } as const;

/** How many periods of the plan the interval has. Throws a `BillingError` 422 where they are no whole number. */
export function commitmentPeriods(
  interval: CommitmentInterval,
  plan: Pick<PlanVersion, 'interval' | 'intervalCount'>,
): number {
  if (interval === 'period') return 1;
  const planMonths = { day: 0, week: 0, month: 1, year: 12 }[plan.interval] * plan.intervalCount;
  const periods = planMonths === 0 ? 0 : monthsOf[interval] / planMonths;
  if (Number.isInteger(periods) && periods > 0) return periods;
  throw new BillingError(
    422,
    'commitment_interval_invalid',
    `A ${interval} is no whole number of the plan's periods. Choose "period", or a longer interval.`,
    'commitment.interval',
  );
}

/** What is known of a window when an invoice is finalised. */
export interface CommitmentWindow {
  readonly period: Period;
  /** The part of it that the subscription lived: 1, but for one that ended inside of it. */
  readonly part: Decimal;
  /** Whether its last period is closed. */
  readonly complete: boolean;
  /** All lines for its periods, with those of the invoice; none of the commitment itself. */
  readonly spent: Amount;
  /** What was billed for the window so far. */
  readonly billed: { readonly commitment: Amount; readonly overage: Amount };
}

/**
 * The lines that bring a window to what is due for it: the true-up when it is complete, and the surcharge on what is
 * spent beyond. Late usage changes both, so each is the difference to what was billed before.
 */
export function commitmentLines(commitment: Commitment, window: CommitmentWindow): InvoiceLine[] {
  const least = commitment.amount.mul(window.part);
  const committed = roundHalfAwayFromZero(least);
  const { spent, billed } = window;
  const missing = window.complete && spent < committed ? committed - spent : 0n;
  const beyond = spent > committed ? spent - committed : 0n;
  const surcharge = roundHalfAwayFromZero((commitment.overageRate ?? one).sub(1).mul(beyond));
  const due = [
    { type: 'commitment', what: 'true-up to the commitment', amount: missing - billed.commitment },
    { type: 'overage', what: 'surcharge beyond the commitment', amount: surcharge - billed.overage },
  ] as const;
  return due.flatMap(({ type, what, amount }): InvoiceLine[] =>
    amount === 0n
      ? []
      : [
          {
            type,
            priceId: null,
            priceCode: 'commitment',
            billing: 'in_arrears',
            description: what,
            period: window.period,
            group: null,
            quantity: one,
            unitAmount: null,
            amount: amount as Amount,
            computation: {
              planVersion: 0,
              model: 'commitment',
              parameters: {
                amount: formatDecimal(commitment.amount),
                spent: String(spent),
                ...(commitment.overageRate && { overageRate: formatDecimal(commitment.overageRate) }),
              },
              quantity: { measured: '1', included: '0', billed: '1' },
              fraction: window.part.toFraction(),
              exactAmount: String(amount),
              before: {
                quantity: '0',
                amount: String(type === 'commitment' ? billed.commitment : billed.overage),
              },
              after: { quantity: '1', amount: String(type === 'commitment' ? missing : surcharge) },
            },
          },
        ],
  );
}
