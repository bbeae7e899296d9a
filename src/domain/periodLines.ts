/** The lines of a subscription's periods: in advance, in arrears, and what a change makes of them (semantics.md, section 3). */
import { creditOf, type Charge, type ProrationRule } from './charge.ts';
import type { InvoiceLineId } from './ids.ts';
import type { Instant } from './instant.ts';
import { fixedLine, prorationLine, type InvoiceLine } from './invoice.ts';
import type { BillingPeriod } from './period.ts';
import type { FixedPrice, Price } from './pricing/price.ts';
import type { SubscriptionPeriod } from './subscription.ts';
import { charges, quantityOf, versionOf, type PriceRun, type Terms } from './terms.ts';

export interface PeriodLine {
  readonly line: InvoiceLine;
  readonly periodIndex: number;
  /** The charge of which it gives back what is left; null: it is none such. */
  readonly creditsLineId: InvoiceLineId | null;
}

export function prorationRule({ plan }: Terms, timezone: string): ProrationRule {
  return { unit: plan.prorationUnit, timezone };
}

function isAdvance(price: Price): price is FixedPrice {
  return price.type === 'fixed' && price.billing === 'in_advance';
}

/** What a period charges in advance. */
export function advanceLines(terms: Terms, period: BillingPeriod, timezone: string): PeriodLine[] {
  return terms.plan.prices
    .filter(isAdvance)
    .map((price) =>
      lineOf(
        fixedLine(
          price,
          versionOf(terms, price),
          quantityOf(terms, price),
          period,
          prorationRule(terms, timezone),
        ),
        period.index,
      ),
    );
}

/** What a recurring price in arrears comes to for the part of a period that it was in effect. */
export function arrearsLine(
  { price, terms, period }: PriceRun<FixedPrice>,
  { index, whole }: Pick<SubscriptionPeriod, 'index' | 'whole'>,
  timezone: string,
): PeriodLine {
  const run = { ...period, index, whole };
  const rule = prorationRule(terms, timezone);
  return lineOf(fixedLine(price, versionOf(terms, price), quantityOf(terms, price), run, rule), index);
}

/** Gives back what is left of charges. */
export function creditLines(charged: readonly Charge[], at: Instant, rule: ProrationRule): PeriodLine[] {
  return charged.flatMap((charge) => {
    const line = creditOf(charge, at, rule);
    return line ? [{ line, periodIndex: charge.periodIndex, creditsLineId: charge.id }] : [];
  });
}

/**
 * What a change inside of a period comes to: what is left of the charges of the old prices is given back, and the new
 * ones are charged for the rest. A price that stays what it was has neither. A charge of neither terms is there where what
 * came in its place was not charged, or is void: it stands until another plan comes.
 */
export function changeLines(
  before: Terms,
  after: Terms,
  left: BillingPeriod,
  charged: readonly Charge[],
  timezone: string,
): PeriodLine[] {
  const textsOf = (terms: Terms) =>
    new Map(terms.plan.prices.map((price) => [price.code, charges(terms, price)]));
  const [old, next] = [textsOf(before), textsOf(after)];
  const stays = (code: string) => next.has(code) && old.get(code) === next.get(code);
  const ends = (code: string) =>
    old.has(code) || next.has(code) ? !stays(code) : isOtherPlan(before, after);
  return [
    ...creditLines(
      charged.filter(({ priceCode }) => ends(priceCode)),
      left.start,
      prorationRule(before, timezone),
    ),
    ...advanceLines(after, left, timezone)
      .filter(({ line }) => !stays(line.priceCode))
      .map((each) => ({ ...each, line: prorationLine(each.line) })),
  ];
}

function isOtherPlan({ plan: before }: Terms, { plan: after }: Terms): boolean {
  return before.planId !== after.planId || before.version !== after.version;
}

function lineOf(line: InvoiceLine, periodIndex: number): PeriodLine {
  return { line, periodIndex, creditsLineId: null };
}
