/** What may be written in any order, in one: two writings of the same are equal then. Orders that lines follow are kept. */
import type { PriceDefinition } from './price.ts';
import type { PriceUnitDefinition } from './priceUnits.ts';
import type { PropertyFilterDefinition } from './property.ts';

/** Filters hold together, and so do the values of a list: neither has an order. */
export function canonicalFilters(filters: readonly PropertyFilterDefinition[]): PropertyFilterDefinition[] {
  return inOrder(
    filters.map(({ property, in: included, not_in: excluded }) => ({
      property,
      ...(included && { in: [...new Set(included)].sort() }),
      ...(excluded && { not_in: [...new Set(excluded)].sort() }),
    })),
    (filter) => JSON.stringify(filter),
  );
}

/** Of a price, its filters and its tables, which are looked up by their values. */
export function canonicalPrice(price: PriceDefinition): PriceDefinition {
  const filtered: PriceDefinition = {
    ...price,
    ...(price.filters && { filters: canonicalFilters(price.filters) }),
  };
  if (filtered.model === 'dimensional') {
    return {
      ...filtered,
      unit_amounts: inOrder(filtered.unit_amounts, ({ values }) => JSON.stringify(values)),
    };
  }
  if (filtered.model === 'per_unit' && filtered.group_prices) {
    return { ...filtered, group_prices: inOrder(filtered.group_prices, ({ group }) => groupText(group)) };
  }
  return filtered;
}

export function canonicalUnits<Unit extends Pick<PriceUnitDefinition, 'code'>>(
  units: readonly Unit[],
): Unit[] {
  return inOrder(units, ({ code }) => code);
}

function groupText(group: Readonly<Record<string, string>>): string {
  return JSON.stringify(inOrder(Object.entries(group), ([property]) => property));
}

function inOrder<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return items
    .map((item) => [keyOf(item), item] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, item]) => item);
}
