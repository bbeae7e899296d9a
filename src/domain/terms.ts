/** What a subscription is billed by, and from when (semantics.md, sections 3 and 6). */
import type { BillingCycleAnchor } from './calendar.ts';
import type { MeterId, PlanId, PriceId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { Period } from './period.ts';
import type { PlanVersion } from './plan.ts';
import type { FixedPrice, Price, UsagePrice } from './pricing/price.ts';

/** Another plan whose prices are billed with the subscription's, for a quantity of their own. */
export interface AddOn {
  readonly planId: PlanId;
  readonly planVersion: number;
  readonly quantity: number;
}

/** Terms as they are asked for and stored: by name. */
export interface TermsContent {
  readonly planId: PlanId;
  readonly planVersion: number;
  readonly quantity: number;
  /** Of single prices, by their code; the others have the subscription's, or their add-on's. */
  readonly quantities: Readonly<Record<string, number>>;
  readonly addOns: readonly AddOn[];
  /** Negotiated prices, checked: each in place of the plan's. */
  readonly priceOverrides: readonly { readonly code: string; readonly definition: unknown }[];
  /** Members of the customer's organization that take a seat: never asked for, always counted. Left out: none. */
  readonly seats?: number | undefined;
}

/** What a change asks for: the fields that are to differ; of a plan always both, the plan and its version. */
export type TermsChangeContent = {
  readonly [Field in keyof TermsContent]?: TermsContent[Field] | undefined;
} & {
  /** Begins a new period there. */
  readonly billingCycleAnchor?: BillingCycleAnchor | undefined;
};

/** In effect from an instant until the next terms are. Negotiated prices are in the plan's place, add-ons beside them. */
export interface Terms {
  readonly effectiveAt: Instant;
  readonly plan: PlanVersion;
  readonly quantity: number;
  /** By the code of a price, where it is not the subscription's. */
  readonly quantities?: Readonly<Record<string, number>>;
  /** By the id of a price, where it is of an add-on. */
  readonly addOnVersions?: Readonly<Record<PriceId, number>>;
  /** Left out: none. */
  readonly seats?: number | undefined;
}

/** The terms with what a change asks for in their place. */
export function withChange(
  content: TermsContent,
  { billingCycleAnchor: _anchor, ...fields }: TermsChangeContent,
): TermsContent {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...content, ...Object.fromEntries(given) };
}

/** Whether a price is billed by a quantity of the subscription; a flat amount is the same for any. */
export function countsQuantity(price: Price): boolean {
  return price.type === 'fixed' && price.quantityFrom === 'subscription' && price.model.model !== 'flat';
}

/** Whether the quantity of a price is the members that take a seat. */
export function isBySeats(price: Price): boolean {
  return price.type === 'fixed' && price.quantityFrom === 'seats';
}

/** Whether it charges by them; a flat amount is the same for any. */
function countsSeats(price: Price): boolean {
  return isBySeats(price) && price.model.model !== 'flat';
}

/** Whether terms are to follow the members that take a seat. */
export function followsSeats({ plan }: Terms): boolean {
  return plan.prices.some(isBySeats);
}

/** How many of a price are billed: 1 for one that counts nothing. */
export function quantityOf(terms: Terms, price: Price): number {
  if (countsSeats(price)) return terms.seats ?? 0;
  return countsQuantity(price) ? (terms.quantities?.[price.code] ?? terms.quantity) : 1;
}

/** The version of the plan, or of the add-on, that a price is of. */
export function versionOf(terms: Terms, price: Price): number {
  return terms.addOnVersions?.[price.id] ?? terms.plan.version;
}

/** The meters that its prices bill. */
export function metersOf({ plan }: Terms): MeterId[] {
  return [...new Set(plan.prices.flatMap((price) => (price.type === 'usage' ? [price.meterId] : [])))];
}

/** All terms of a subscription, the earliest first: there is at least one. */
export type TermsHistory = readonly [Terms, ...Terms[]];

/** The terms in effect at an instant; the first ones before they began. */
export function termsAt([first, ...later]: TermsHistory, at: Instant): Terms {
  return later.reduce((current, terms) => (terms.effectiveAt <= at ? terms : current), first);
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
  const changes = history.filter(({ effectiveAt: at }) => at > period.start && at < period.end);
  const starts = [period.start, ...changes.map(({ effectiveAt }) => effectiveAt)];
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
  return charges(run.terms, run.price) === charges(terms, price);
}

/** One text for each price that charges the same, whatever version it is of. */
export function charges(terms: Terms, price: Price): string {
  const { id: _id, ...priceTerms } = price;
  const counted = countsQuantity(price) || countsSeats(price) ? quantityOf(terms, price) : null;
  return JSON.stringify([priceTerms, counted], (_key, value: unknown) =>
    typeof value === 'bigint' ? `${String(value)}n` : value,
  );
}
