/** A commitment: the least that is paid over a window of periods, with a true-up at its end (semantics.md, section 7). */
import { BillingError } from './errors.ts';
import type { InvoiceLine } from './invoice.ts';
import type { Amount } from './money.ts';
import type { Period } from './period.ts';
import type { PlanVersion } from './plan.ts';
import { roundWithinLimit } from './pricing/amountLimit.ts';
import { formatDecimal, formatExact, notBelowZero, one, zero, type Decimal } from './quantity.ts';

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
  /** The part of its periods that there is: less than 1 where the first began late, or one ended early. */
  readonly part: Decimal;
  /** Whether its periods are closed and all of their invoices are final, this one being the last. */
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
  const beyond = notBelowZero(least.neg().add(window.spent));
  const missing = window.complete ? notBelowZero(least.sub(window.spent)) : zero;
  const surcharge = beyond.mul((commitment.overageRate ?? one).sub(1));
  return [
    ...commitmentLine(commitment, window, {
      type: 'commitment',
      description: 'true-up to the commitment',
      exact: missing,
      billed: window.billed.commitment,
    }),
    ...commitmentLine(commitment, window, {
      type: 'overage',
      description: 'surcharge beyond the commitment',
      exact: surcharge,
      billed: window.billed.overage,
    }),
  ];
}

interface Owed {
  readonly type: 'commitment' | 'overage';
  readonly description: string;
  /** What it comes to for the window as a whole. */
  readonly exact: Decimal;
  readonly billed: Amount;
}

/** The difference to what was billed before; none where there is none. */
function commitmentLine(
  commitment: Commitment,
  window: CommitmentWindow,
  { type, description, exact, billed }: Owed,
): InvoiceLine[] {
  const due = roundWithinLimit(exact, 'commitment');
  if (due === billed) return [];
  return [
    {
      type,
      priceId: null,
      priceCode: 'commitment',
      billing: 'in_arrears',
      description,
      period: window.period,
      group: null,
      quantity: one,
      unitAmount: null,
      amount: (due - billed) as Amount,
      taxable: true,
      computation: {
        planVersion: 0,
        model: 'commitment',
        parameters: {
          amount: formatDecimal(commitment.amount),
          spent: String(window.spent),
          ...(commitment.overageRate && { overageRate: formatDecimal(commitment.overageRate) }),
        },
        quantity: { measured: '1', included: '0', billed: '1' },
        fraction: window.part.toFraction(),
        exactAmount: formatExact(exact.sub(billed)),
        before: { quantity: '0', amount: String(billed) },
        after: { quantity: '1', amount: String(due) },
      },
    },
  ];
}
