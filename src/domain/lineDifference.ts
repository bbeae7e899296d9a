/** What lines of usage come to beyond what was billed for it before (semantics.md, section 5). */
import type { Amount } from './money.ts';
import { emptyLine, type InvoiceLine } from './invoiceLine.ts';
import type { Period } from './period.ts';
import type { UsagePrice } from './pricing/price.ts';
import { formatDecimal, zero, type Decimal } from './quantity.ts';
import { groupingOf, groupKey, type Group } from './usage.ts';

/** What has been billed for a usage price and a period so far: for a group, or as its minimum. */
export interface BilledUsage {
  readonly type: 'usage' | 'minimum';
  readonly group: Group | null;
  readonly quantity: Decimal;
  readonly amount: Amount;
}

/**
 * The lines of a price and a period, each as the difference to what was billed for its group (or its minimum) before, in
 * the order of the groups; those of which nothing is left are among them. Lines without a difference are left out.
 */
export function lineDifferences(
  price: UsagePrice,
  planVersion: number,
  lines: readonly InvoiceLine[],
  billed: readonly BilledUsage[],
  period: Period,
): InvoiceLine[] {
  const before = sumBilled(price, billed);
  const now = new Map(lines.map((line) => [lineKey(price, line), line]));
  for (const [key, { type, group }] of before) {
    if (!now.has(key)) now.set(key, emptyLine(price, planVersion, type, group, period));
  }
  return [...now]
    .sort(([key], [other]) => (key < other ? -1 : 1))
    .flatMap(([key, line]) => difference(line, before.get(key) ?? noUsage));
}

const noUsage = { quantity: zero, amount: 0n };

function difference(
  line: InvoiceLine,
  before: Pick<BilledUsage, 'quantity'> & { readonly amount: bigint },
): InvoiceLine[] {
  const quantity = line.quantity.sub(before.quantity);
  const amount = (line.amount - before.amount) as Amount;
  if (quantity.equals(0) && amount === 0n) return [];
  return [
    {
      ...line,
      quantity,
      amount,
      computation: {
        ...line.computation,
        before: { quantity: formatDecimal(before.quantity), amount: String(before.amount) },
        after: { quantity: formatDecimal(line.quantity), amount: String(line.amount) },
      },
    },
  ];
}

function sumBilled(price: UsagePrice, billed: readonly BilledUsage[]): Map<string, BilledUsage> {
  const sums = new Map<string, BilledUsage>();
  for (const each of billed) {
    const key = lineKey(price, each);
    const { quantity, amount } = sums.get(key) ?? noUsage;
    sums.set(key, {
      ...each,
      quantity: quantity.add(each.quantity),
      amount: (amount + each.amount) as Amount,
    });
  }
  return sums;
}

/** One text for each line of a price and a period, the minimum last. */
function lineKey(price: UsagePrice, { type, group }: Pick<InvoiceLine, 'type' | 'group'>): string {
  return `${type === 'minimum' ? '1' : '0'} ${groupKey(groupingOf(price), group ?? {})}`;
}
