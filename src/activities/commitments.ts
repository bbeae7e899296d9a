/** Brings each window of a commitment to what is due for it, on the invoice that closes a period of it. */
import type { PoolClient } from 'pg';
import { commitmentLines, type CommitmentWindow } from '../domain/commitment.ts';
import type { InvoiceId } from '../domain/ids.ts';
import { subtotal } from '../domain/invoice.ts';
import { billingPeriod } from '../domain/period.ts';
import { billingCycleOf } from '../domain/plan.ts';
import { fraction } from '../domain/proration.ts';
import { one, type Decimal } from '../domain/quantity.ts';
import { termsAt, type TermsHistory } from '../domain/terms.ts';
import {
  findCommitted,
  readSpending,
  type CommittedSubscription,
  type SubscriptionSpending,
} from '../store/commitments.ts';
import { insertLines } from '../store/invoices.ts';
import { historyOf, readTerms } from '../store/terms.ts';

/** After all other lines. */
const firstCommitmentPosition = 2_000_000;

export async function billCommitments(tx: PoolClient, invoiceIds: readonly InvoiceId[]): Promise<void> {
  const committed = await findCommitted(tx, invoiceIds);
  if (committed.length === 0) return;
  const histories = await readTerms(
    tx,
    committed.map((subscription) => subscription.subscription_id),
  );
  for (const subscription of committed) {
    const spending = await readSpending(tx, subscription.subscription_id);
    const history = historyOf(histories, subscription.subscription_id);
    const lines = windowsOf(subscription, spending).flatMap((index) =>
      commitmentLines(subscription.commitment, windowAt(index, subscription, spending, history)),
    );
    await insertLines(
      tx,
      lines.map((line, nth) => ({
        invoiceId: subscription.invoice_id,
        subscriptionId: subscription.subscription_id,
        position: firstCommitmentPosition + nth,
        line,
      })),
    );
  }
}

/** The windows that the invoice has lines for: that of the period it closes, and those that late usage is for. */
function windowsOf(subscription: CommittedSubscription, { periods, lines }: SubscriptionSpending): number[] {
  const closed = Math.min(subscription.boundary - 1, periods.length - 1);
  const own = lines.filter(({ invoice_id: id }) => id === subscription.invoice_id);
  const indexes = own.map(({ period_start: at }) =>
    periods.findLastIndex((period) => period.starts_at <= at),
  );
  const windows = [...indexes, closed]
    .filter((index) => index >= 0 && index <= closed)
    .map((index) => Math.floor(index / subscription.commitment.periods));
  return [...new Set(windows)].sort((a, b) => a - b);
}

function windowAt(
  window: number,
  subscription: CommittedSubscription,
  { periods, lines }: SubscriptionSpending,
  history: TermsHistory,
): CommitmentWindow {
  const { commitment, ended_at: endedAt } = subscription;
  const first = periods[window * commitment.periods];
  if (!first) throw new Error(`subscription ${subscription.subscription_id} has no period for its window`);
  const lastIndex = (window + 1) * commitment.periods - 1;
  const start = first.starts_at;
  const next = periods[lastIndex + 1];
  const last = periods[Math.min(lastIndex, periods.length - 1)] ?? first;
  const closed = subscription.boundary - 1;
  const endedInside = endedAt !== null && next === undefined && closed >= periods.length - 1;
  const inside = lines.filter(
    ({ period_start: at }) => at >= start && (next === undefined || at < next.starts_at),
  );
  const sumOf = (...types: string[]) => subtotal(inside.filter(({ type }) => types.includes(type)));
  return {
    period: { start, end: last.ends_at },
    part: endedInside ? lived(subscription, history, lastIndex, { start, end: last.ends_at }) : one,
    complete: closed >= lastIndex || endedInside,
    spent: subtotal(inside.filter(({ type }) => type !== 'commitment' && type !== 'overage')),
    billed: { commitment: sumOf('commitment'), overage: sumOf('overage') },
  };
}

/** The part of a window that there was of it, by time, where the subscription ended before it was over. */
function lived(
  subscription: CommittedSubscription,
  history: TermsHistory,
  lastIndex: number,
  there: {
    readonly start: CommittedSubscription['started_at'];
    readonly end: CommittedSubscription['started_at'];
  },
): Decimal {
  const { plan } = termsAt(history, there.start);
  const cycle = billingCycleOf(plan, {
    startedAt: subscription.started_at,
    anchor: subscription.billing_cycle_anchor,
    timezone: subscription.timezone,
  });
  const whole = { start: there.start, end: billingPeriod(cycle, lastIndex).end };
  return fraction(there, whole, plan.prorationUnit, subscription.timezone);
}
