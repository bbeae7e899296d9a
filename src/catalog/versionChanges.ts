/** What of a plan's next version differs from its latest one, for people to read. */
import { isDeepStrictEqual } from 'node:util';
import type { PriceTerms } from '../domain/pricing/price.ts';
import { canonicalPrice, canonicalUnits } from './canonical.ts';
import type { DefinedPrice } from './definePrice.ts';
import { writeGrant, type WrittenGrant } from './entitlement.ts';
import type { DefinedPlanVersion, planVersionFields } from './planVersion.ts';
import { toTerms } from './price.ts';

/** All that a version says beside its prices. One that is new in `planVersionFields` must be named here. */
const settings: Record<keyof typeof planVersionFields, (version: DefinedPlanVersion) => unknown> = {
  interval: ({ interval }) => interval,
  interval_count: ({ intervalCount }) => intervalCount,
  proration_unit: ({ prorationUnit }) => prorationUnit,
  grace_period: ({ gracePeriodSeconds }) => gracePeriodSeconds,
  trial_days: ({ trialDays }) => trialDays,
  trial_usage: ({ trialUsage }) => trialUsage,
  trial_end_behavior: ({ trialEndBehavior }) => trialEndBehavior,
  seats_down: ({ seatsDown }) => seatsDown,
  price_units: ({ priceUnits }) => priceUnits,
  past_due_grace_days: ({ pastDueGraceDays }) => pastDueGraceDays,
  features: ({ features }) => writtenFeatures(features),
};

/** A line for each difference; none where both charge the same, however it is written: "1.0" is "1", and a list of values has no order. */
export function versionChanges(latest: DefinedPlanVersion, next: DefinedPlanVersion): string[] {
  const changes = Object.entries(settings)
    .filter(([name]) => name !== 'features') // a line for each, below
    .filter(([name, read]) =>
      name === 'price_units'
        ? !isDeepStrictEqual(canonicalUnits(latest.units), canonicalUnits(next.units))
        : !isDeepStrictEqual(read(latest), read(next)),
    )
    .map(([name, read]) => `~ ${name}: ${show(read(latest))} → ${show(read(next))}`);
  changes.push(...featureChanges(writtenFeatures(latest.features), writtenFeatures(next.features)));
  for (const price of next.prices) {
    const before = latest.prices.find(({ code }) => code === price.code);
    if (!before) changes.push(`+ price ${price.code}: ${price.definition.type}, ${price.definition.model}`);
    else if (!isDeepStrictEqual(charged(before), charged(price))) {
      changes.push(`~ price ${price.code}: ${fieldChanges(before, price).join(', ')}`);
    }
  }
  for (const { code } of latest.prices) {
    if (!next.prices.some((price) => price.code === code)) changes.push(`- price ${code}`);
  }
  const order = (version: DefinedPlanVersion) => version.prices.map(({ code }) => code);
  if (changes.length === 0 && !isDeepStrictEqual(order(latest), order(next))) {
    changes.push('~ prices: in another order');
  }
  return changes;
}

/** What is given, by code: the order in which it is written means nothing. */
function writtenFeatures(features: DefinedPlanVersion['features']): Record<string, WrittenGrant> {
  return Object.fromEntries(features.map(({ feature, grant }) => [feature.code, writeGrant(grant)]));
}

function featureChanges(latest: Record<string, WrittenGrant>, next: Record<string, WrittenGrant>): string[] {
  const added = Object.entries(next).flatMap(([code, grant]) => {
    const before = latest[code];
    if (before === undefined) return [`+ feature ${code}: ${show(grant)}`];
    return isDeepStrictEqual(before, grant) ? [] : [`~ feature ${code}: ${show(before)} → ${show(grant)}`];
  });
  const removed = Object.keys(latest).filter((code) => next[code] === undefined);
  return [...added, ...removed.map((code) => `- feature ${code}`)];
}

function charged({ definition, meterId, terms }: DefinedPrice): PriceTerms {
  return toTerms(canonicalPrice(definition), meterId, terms.priceUnit);
}

function fieldChanges(before: DefinedPrice, after: DefinedPrice): string[] {
  const fieldsOf = ({ definition, meterId }: DefinedPrice): Record<string, unknown> => ({
    ...canonicalPrice(definition),
    ...(meterId !== null && { meter: meterId }),
  });
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const changed = names.filter((name) => !isDeepStrictEqual(old[name], now[name]));
  // The same fields: what its price unit is worth has changed.
  if (changed.length === 0) return ['the worth of its price unit'];
  return changed.map((name) => `${name} ${show(old[name])} → ${show(now[name])}`);
}

function show(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}
