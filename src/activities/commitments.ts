/** Brings each window of a commitment to what is due for it, on the invoice that closes a period of it. */
import type { PoolClient } from 'pg';
import { commitmentLines, type CommitmentWindow } from '../domain/commitment.ts';
import type { InvoiceId } from '../domain/ids.ts';
import { subtotal } from '../domain/invoice.ts';
import { fraction } from '../domain/proration.ts';
import { zero, type Decimal } from '../domain/quantity.ts';
import {
  findCommitted,
  readSpending,
  type CommittedSubscription,
  type SpendingPeriod,
  type SubscriptionSpending,
} from '../store/commitments.ts';
import { insertLines } from '../store/invoiceLines.ts';

/** After all other lines. */
const firstCommitmentPosition = 2_000_000;

/** Returns how many lines were added. */
export async function billCommitments(tx: PoolClient, invoiceIds: readonly InvoiceId[]): Promise<number> {
  const committed = await findCommitted(tx, invoiceIds);
  if (committed.length === 0) return 0;
  const spending = await readSpending(tx, [...new Set(committed.map((each) => each.subscription_id))]);
  // Of one subscription several may become final together: an earlier one counts for a later one.
  const final = new Set<InvoiceId>();
  const positions = new Map<InvoiceId, number>();
  const lines = committed.flatMap((subscription) => {
    const { invoice_id: invoiceId, subscription_id: subscriptionId } = subscription;
    final.add(invoiceId);
    const spent = spending.get(subscriptionId) ?? { periods: [], lines: [] };
    return windowsOf(subscription, spent)
      .flatMap((window) =>
        commitmentLines(subscription.commitment, windowAt(window, subscription, spent, final)),
      )
      .map((line) => {
        const position = positions.get(invoiceId) ?? firstCommitmentPosition;
        positions.set(invoiceId, position + 1);
        return { invoiceId, subscriptionId, periodIndex: null, position, line };
      });
  });
  await insertLines(tx, lines);
  return lines.length;
}

/** The windows that the invoice has lines for: those of the periods it closes, and those that late usage is for. */
function windowsOf(
  { invoice_id: invoiceId, commitment, ended }: CommittedSubscription,
  { periods, lines }: SubscriptionSpending,
): number[] {
  const closing = periods.flatMap((period, nth) => (period.invoice_id === invoiceId ? [nth] : []));
  const own = lines.filter(({ invoice_id: id }) => id === invoiceId);
  const lineOf = own.map(({ period_start: at }) => periods.findLastIndex((period) => period.starts_at <= at));
  // The last invoice settles the last window, also where the period had nothing to bill.
  const last = ended ? [periods.length - 1] : [];
  const windows = [...closing, ...lineOf, ...last]
    .filter((nth) => periods[nth]?.closed)
    .map((nth) => Math.floor(nth / commitment.periods));
  return [...new Set(windows)].sort((a, b) => a - b);
}

function windowAt(
  window: number,
  subscription: CommittedSubscription,
  { periods, lines }: SubscriptionSpending,
  final: ReadonlySet<InvoiceId>,
): CommitmentWindow {
  const { commitment, ended } = subscription;
  const nth = window * commitment.periods;
  const inside = periods.slice(nth, nth + commitment.periods);
  const first = inside[0];
  const last = inside.at(-1);
  if (!first || !last) throw new Error(`subscription ${subscription.subscription_id} has no such window`);
  const next = periods[nth + commitment.periods];
  const isFinal = (invoice: { readonly invoice_id: InvoiceId | null; readonly invoice_is_draft: boolean }) =>
    !invoice.invoice_is_draft || (invoice.invoice_id !== null && final.has(invoice.invoice_id));
  const ofWindow = lines.filter(
    (line) =>
      isFinal(line) &&
      line.period_start >= first.starts_at &&
      (next === undefined || line.period_start < next.starts_at),
  );
  const sumOf = (...types: string[]) => subtotal(ofWindow.filter(({ type }) => types.includes(type)));
  const whole = inside.length === commitment.periods || ended;
  return {
    period: { start: first.starts_at, end: last.ends_at },
    part: partOf(subscription, inside),
    complete: whole && inside.every((period) => period.closed && isFinal(period)),
    spent: subtotal(ofWindow.filter(({ type }) => type !== 'commitment' && type !== 'overage')),
    billed: { commitment: sumOf('commitment'), overage: sumOf('overage') },
  };
}

/** Each period counts by the part of its interval that it is; those still to come count whole, unless there are none. */
function partOf(subscription: CommittedSubscription, inside: readonly SpendingPeriod[]): Decimal {
  const { commitment, proration_unit: unit, timezone, ended } = subscription;
  const there = inside.reduce((sum, period) => {
    const lived = { start: period.starts_at, end: period.ends_at };
    const whole = { start: period.interval_starts_at, end: period.interval_ends_at };
    return sum.add(fraction(lived, whole, unit, timezone));
  }, zero);
  const toCome = ended ? 0 : commitment.periods - inside.length;
  return there.add(toCome).div(commitment.periods);
}
