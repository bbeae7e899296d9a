/** The invoice of a step of a subscription's life, where it has one (semantics.md, sections 6 and 7). */
import { addMilliseconds, type Instant } from './instant.ts';
import type { Period } from './period.ts';
import type { PendingChange } from './pendingChange.ts';
import type { SubscriptionPeriod, SubscriptionState } from './subscription.ts';
import { arrearsRuns, isUsageRun, type TermsHistory } from './terms.ts';
import type { Turn } from './turn.ts';

export interface StepInvoice {
  /** The index of the period that it opens, of which there is one invoice; null: a change is invoiced at once. */
  readonly boundary: number | null;
  readonly changeId: string | null;
  readonly period: Period;
  readonly finalizesAt: Instant;
  /** Whether it may be one with those of the customer's other subscriptions that renew at the same instant. */
  readonly groups: boolean;
  /** The first and last index of the periods whose usage it bills; null: of none. */
  readonly usageOf: readonly [number, number] | null;
}

/** What of a step an invoice is decided on. */
export interface InvoicedStep {
  readonly turn: Turn;
  readonly closes: (SubscriptionPeriod & { readonly end: Instant }) | null;
  readonly opens: SubscriptionPeriod | null;
  /** How many lines it has. */
  readonly lineCount: number;
  readonly applied: readonly PendingChange[];
}

/** Null: it has none, and its lines wait for the next one. */
export function invoiceOf(
  state: SubscriptionState,
  history: TermsHistory,
  step: InvoicedStep,
): StepInvoice | null {
  const { turn, closes, opens, lineCount, applied } = step;
  const { current, dueAt: at } = state;
  if (turn === 'goes_on') {
    const change = applied.findLast(({ prorationBehavior }) => prorationBehavior === 'always_invoice');
    if (!change || lineCount === 0 || current?.end == null) return null;
    const period = { start: at, end: current.end };
    return { boundary: null, changeId: change.id, period, finalizesAt: at, groups: false, usageOf: null };
  }
  // Past periods are invoiced together with the one that lasts (section 6, backdated start).
  const backdated = at < state.createdAt;
  if (backdated && opens?.end != null && opens.end <= state.createdAt) return null;
  const lived = closes !== null && closes.end > closes.start && closes.billsUsage ? closes : null;
  const usage = lived ? arrearsRuns(history, lived).filter(isUsageRun) : [];
  // The period that lasts has its invoice when it begins; what follows at once bills no past period again.
  const inPast = current?.end == null || current.end <= state.createdAt;
  const catchesUp = state.startedAt < state.createdAt && at <= state.createdAt && inPast;
  const opensBilled = opens?.kind === 'billed';
  // An invoice without anything on it would only puzzle, but every period that is billed has its own.
  const settles = turn === 'ends' && state.committed;
  if (!opensBilled && lineCount === 0 && usage.length === 0 && !settles && !state.linesWait) return null;
  const period = lived ?? (opensBilled ? opens : closes);
  if (!period || period.end === null) return null;
  const graceSeconds = Math.max(0, ...usage.map(({ terms }) => terms.plan.gracePeriodSeconds));
  return {
    boundary: (closes?.index ?? -1) + 1,
    changeId: null,
    period: { start: catchesUp ? state.startedAt : period.start, end: period.end },
    finalizesAt: addMilliseconds(at, graceSeconds * 1000),
    groups: turn === 'renews',
    usageOf: closes ? [catchesUp ? 0 : closes.index, closes.index] : null,
  };
}
