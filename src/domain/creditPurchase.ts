/** The line by which a customer buys credit (semantics.md, section 7). */
import type { Instant } from './instant.ts';
import { addMilliseconds } from './instant.ts';
import type { InvoiceLine } from './invoiceLine.ts';
import type { Amount } from './money.ts';
import { one } from './quantity.ts';

export interface CreditPurchase {
  readonly name: string | null;
  readonly amount: Amount;
  readonly topUp: boolean;
  readonly effectiveAt: Instant;
  /** Null: never. */
  readonly expiresAt: Instant | null;
}

const dayMs = 86_400_000;

/**
 * It is neither taxed nor discounted: tax is due on what the credit will pay, and that has its own discounts. Its period is
 * the time in which the credit may be spent, and a day where that has no end.
 */
export function creditPurchaseLine(purchase: CreditPurchase): InvoiceLine & { readonly discountable: false } {
  const { name, amount, topUp, effectiveAt, expiresAt } = purchase;
  const exact = String(amount);
  return {
    type: 'credit_purchase',
    priceId: null,
    priceCode: 'credit_purchase',
    billing: 'in_arrears',
    description: name ?? (topUp ? 'Prepaid credit, automatic top-up' : 'Prepaid credit'),
    period: { start: effectiveAt, end: expiresAt ?? addMilliseconds(effectiveAt, dayMs) },
    group: null,
    quantity: one,
    unitAmount: null,
    amount,
    taxable: false,
    discountable: false,
    computation: {
      planVersion: 0,
      model: 'credit_purchase',
      parameters: { amount: exact },
      quantity: { measured: '1', included: '0', billed: '1' },
      fraction: '1',
      exactAmount: exact,
    },
  };
}
