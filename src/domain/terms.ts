/** What a subscription is billed by, and from when (semantics.md, sections 3 and 6). */
import type { Instant } from './instant.ts';
import type { Period } from './period.ts';
import type { PlanVersion } from './plan.ts';
import type { FixedPrice, Price, UsagePrice } from './pricing/price.ts';

/** In effect from an instant until the next terms are. Negotiated prices are in the plan's place. */
export interface Terms {
  readonly effectiveAt: Instant;
  readonly plan: PlanVersion;
  readonly quantity: number;
}

/** All terms of a subscription, the earliest first: there is at least one. */
export type TermsHistory = readonly [Terms, ...Terms[]];

/** The terms in effect at an instant; the first ones before they began. */
export function termsAt([first, ...later]: TermsHistory, at: Instant): Terms {
  return later.reduce((current, terms) => (terms.effectiveAt <= at ? terms : current), first);
}

export interface TermsChange {
  readonly at: Instant;
  readonly before: Terms;
  readonly after: Terms;
}

/** The changes inside of a period; one at its very start is none of it. */
export function changesWithin(history: TermsHistory, { start, end }: Period): TermsChange[] {
  return history.flatMap((after, index) => {
    const before = history[index - 1];
    const at = after.effectiveAt;
    return before && at > start && at < end ? [{ at, before, after }] : [];
  });
}

/** A price that bills a part of a period. */
export interface PriceRun<P extends Price = Price> {
  readonly price: P;
  readonly terms: Terms;
  readonly period: Period;
}

/**
 * Which prices in arrears bill which parts of a period. A price that a change leaves as it was goes on over it, with
 * its tiers and its included units; one that is changed ends there, and the new one begins.
 */
export function arrearsRuns(history: TermsHistory, period: Period): PriceRun[] {
  const runs: PriceRun[] = [];
  const changes = changesWithin(history, period);
  const starts = [period.start, ...changes.map(({ at }) => at)];
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? period.end;
    const terms = termsAt(history, start);
    for (const price of terms.plan.prices.filter(({ billing }) => billing === 'in_arrears')) {
      const going = runs.findIndex((run) => run.period.end === start && goesOn(run, price, terms));
      const run = runs[going];
      if (run) runs[going] = { price, terms, period: { start: run.period.start, end } };
      else runs.push({ price, terms, period: { start, end } });
    }
  }
  return runs;
}

export function isUsageRun(run: PriceRun): run is PriceRun<UsagePrice> {
  return run.price.type === 'usage';
}

export function isFixedRun(run: PriceRun): run is PriceRun<FixedPrice> {
  return run.price.type === 'fixed';
}

function goesOn(run: PriceRun, price: Price, terms: Terms): boolean {
  return charges(run.price, run.terms.quantity) === charges(price, terms.quantity);
}

/** One text for each price that charges the same, whatever version it is of. */
export function charges(price: Price, quantity: number): string {
  const { id: _id, ...terms } = price;
  const counted = price.type === 'fixed' && price.quantityFrom === 'subscription' ? quantity : null;
  return JSON.stringify([terms, counted], (_key, value: unknown) =>
    typeof value === 'bigint' ? `${String(value)}n` : value,
  );
}
