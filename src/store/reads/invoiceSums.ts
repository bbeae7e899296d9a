/** What the coupons and the tax rates of an invoice come to: kept with one that is final, of a draft those of its lines so far. */
import { totalsOf } from '../../domain/invoiceTotals.ts';
import type { Amount } from '../../domain/money.ts';
import {
  toLineDiscount,
  toLineTax,
  toStoredDiscount,
  toStoredTax,
  type StoredDiscount,
  type StoredTax,
} from '../lineSums.ts';
import type { InvoiceRow } from './invoices.ts';

export function discountsAndTaxes({
  status,
  discounts,
  taxes,
  lines,
}: Pick<InvoiceRow, 'status' | 'discounts' | 'taxes' | 'lines'>): {
  readonly discounts: readonly StoredDiscount[];
  readonly taxes: readonly StoredTax[];
} {
  if (status !== 'draft') return { discounts, taxes };
  const soFar = totalsOf(
    lines.map((line) => ({
      amount: BigInt(line.amount) as Amount,
      discounts: line.discounts.map(toLineDiscount),
      taxes: line.taxes.map(toLineTax),
    })),
  );
  return { discounts: soFar.discounts.map(toStoredDiscount), taxes: soFar.taxes.map(toStoredTax) };
}
