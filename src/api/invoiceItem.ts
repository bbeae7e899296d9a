/** A single item of an invoice as it is written in a request. */
import { z } from 'zod';
import { toDecimal } from '../catalog/fields.ts';
import { priceItem, type ItemPrice } from '../domain/invoiceItem.ts';
import type { Amount } from '../domain/money.ts';
import type { NewItem } from '../store/invoiceItems.ts';
import { decimal, idOf, instant, metadata, text } from './fields.ts';

export const itemFields = {
  description: text(500),
  /** In minor units; below zero for what is given. In place of it: a quantity and a unit amount. */
  amount: z.int().min(-1_000_000_000_000_000).max(1_000_000_000_000_000).optional(),
  quantity: decimal.optional(),
  unit_amount: decimal.optional(),
  /** It is earned over it, day by day; where it is left out, at once. */
  period: z.strictObject({ start: instant, end: instant }).optional(),
  taxable: z.boolean().default(true),
  /** Whether coupons take from it. */
  discountable: z.boolean().default(true),
  /** In place of what else would be charged. */
  tax_rates: z.array(idOf('tax_rate')).max(10).optional(),
};

type Fields = z.output<z.ZodObject<typeof itemFields>>;

interface Refinement {
  addIssue(issue: { code: 'custom'; path: string[]; message: string }): void;
}

/** What no single field says. */
export function refineItem(item: Fields, context: Refinement): void {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const byUnit = item.unit_amount !== undefined;
  if (byUnit === (item.amount !== undefined)) {
    refuse('amount', 'give an amount, or a unit_amount with its quantity');
  }
  if (item.quantity !== undefined && !byUnit) refuse('quantity', 'give the unit_amount too');
  if (item.period && item.period.end <= item.period.start)
    refuse('period', 'give a period that ends after it starts');
}

export const itemSchema = z
  .strictObject({ ...itemFields, metadata: metadata.default({}) })
  .superRefine(refineItem);
export type WrittenItem = Fields & { readonly metadata: Record<string, string> };

/** An item that was checked. Throws a `BillingError` 422 beyond what an invoice can hold. */
export function toNewItem(
  item: WrittenItem,
  of: Pick<NewItem, 'id' | 'customerId' | 'subscriptionId' | 'currency' | 'createdAt' | 'waits'>,
): NewItem {
  return {
    ...of,
    description: item.description,
    priced: priceItem(priceOf(item)),
    period: item.period ?? null,
    taxable: item.taxable,
    discountable: item.discountable,
    taxRates: item.tax_rates ?? null,
    metadata: item.metadata,
  };
}

function priceOf({ amount, quantity = '1', unit_amount: unitAmount }: Fields): ItemPrice {
  if (unitAmount === undefined) return { amount: BigInt(amount ?? 0) as Amount };
  return { quantity: toDecimal(quantity), unitAmount: toDecimal(unitAmount) };
}
