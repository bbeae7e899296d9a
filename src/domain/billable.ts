/** Whether a subscription can be billed by what changes come to; one that cannot must stop no billing (semantics.md, section 6). */
import { boundariesOf, type BillingCycle, type BillingCycleAnchor } from './calendar.ts';
import { BillingError } from './errors.ts';
import type { Instant } from './instant.ts';
import { billingPeriod } from './period.ts';
import { advanceLines } from './periodLines.ts';
import { billingCycleOf } from './plan.ts';
import type { PendingChange } from './pendingChange.ts';
import { withChange, type Terms, type TermsContent } from './terms.ts';

/** Terms by what they say; throws a `BillingError` for what cannot be billed together. */
export type BuildTerms = (content: TermsContent, effectiveAt: Instant) => Terms;

/** Throws a `BillingError` for an anchor that the interval has no use for, and for an amount beyond all bounds. */
export function refuseUnbillable(
  terms: Terms,
  subscription: Pick<BillingCycle, 'startedAt' | 'anchor' | 'timezone'>,
): void {
  const cycle = billingCycleOf(terms.plan, subscription);
  boundariesOf(cycle);
  advanceLines(terms, billingPeriod(cycle, 0), subscription.timezone);
}

/** What a subscription is billed by, as far as changes make something else of it. */
export interface Billed {
  readonly content: TermsContent;
  readonly anchor: BillingCycleAnchor;
}

/** What changes come to, one after the other. */
export function after<B extends Billed>(billed: B, changes: readonly Pick<PendingChange, 'change'>[]): B {
  return changes.reduce(
    (last, { change }) => ({
      ...last,
      content: withChange(last.content, change),
      anchor: change.billingCycleAnchor ?? last.anchor,
    }),
    billed,
  );
}

/**
 * Of changes that take effect together, those that can be: all, or one by one. A change was possible with all that was
 * known when it was accepted; a pause or another end of a trial since may have put it before another one.
 */
export function possible(
  billed: Billed & Pick<BillingCycle, 'startedAt' | 'timezone'>,
  build: BuildTerms,
  at: Instant,
  due: readonly PendingChange[],
): readonly PendingChange[] {
  const can = (changes: readonly PendingChange[]): boolean => {
    const { content, ...rest } = after(billed, changes);
    try {
      refuseUnbillable(build(content, at), rest);
      return true;
    } catch (error) {
      if (error instanceof BillingError) return false;
      throw error;
    }
  };
  if (due.length === 0 || can(due)) return due;
  return due.reduce<readonly PendingChange[]>(
    (kept, change) => (can([...kept, change]) ? [...kept, change] : kept),
    [],
  );
}
