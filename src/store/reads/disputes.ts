/** Disputes as clients see them. */
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';

export interface DisputeRow {
  readonly id: string;
  readonly payment_id: string;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly test_clock_id: string | null;
  readonly status: 'open' | 'won' | 'lost';
  readonly reason: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly completed_at: Instant | null;
}

export const selectDisputes = `
  SELECT t.id, t.payment_id, p.invoice_id, t.customer_id, t.test_clock_id, t.status, t.reason, t.amount, t.currency,
         t.metadata, t.created, t.completed_at
    FROM disputes t JOIN payments p ON p.id = t.payment_id`;
