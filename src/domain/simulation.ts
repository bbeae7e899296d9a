/** What a plan would have billed: the periods that it would have had, and their lines (semantics.md, sections 2 to 4). */
import type { BillingCycle } from './calendar.ts';
import type { Instant } from './instant.ts';
import { fixedLine, usageLines, type InvoiceLine } from './invoice.ts';
import { billingPeriod, nextPeriod, shortened, type BillingPeriod } from './period.ts';
import type { PlanVersion } from './plan.ts';
import { fraction } from './proration.ts';
import type { GroupUsage } from './usage.ts';

/** The periods from the cycle's start up to an instant, which may cut the last; undefined where they are more. */
export function simulatedPeriods(
  cycle: BillingCycle,
  until: Instant,
  maximum: number,
): BillingPeriod[] | undefined {
  const periods: BillingPeriod[] = [];
  for (let period = billingPeriod(cycle, 0); period.start < until; period = nextPeriod(cycle, period)) {
    if (periods.length === maximum) return undefined;
    periods.push(period.end > until ? shortened(period, until) : period);
    if (period.end >= until) break;
  }
  return periods;
}

/** The lines of one period: its fixed prices, and its usage prices by what each would have been asked; in order. */
export function simulatedLines(
  plan: PlanVersion,
  quantity: number,
  period: BillingPeriod,
  timezone: string,
  usage: readonly (readonly GroupUsage[])[],
): InvoiceLine[] {
  const proration = { unit: plan.prorationUnit, timezone };
  const part = fraction(period, period.whole, plan.prorationUnit, timezone);
  const asked = usage.values();
  return plan.prices.flatMap((price) =>
    price.type === 'fixed'
      ? [fixedLine(price, plan.version, quantity, period, proration)]
      : usageLines(price, plan.version, asked.next().value ?? [], period, part),
  );
}
