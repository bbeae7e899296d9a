/** Payments as clients see them. */
import type { CustomerId, InvoiceId, PaymentId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';
import { refundsOf, type ShownRefund } from './refunds.ts';

export interface PaymentRow {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly payment_method_id: string;
  readonly test_clock_id: string | null;
  readonly amount: Amount;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'requires_action';
  readonly failure_code: string | null;
  readonly decline: 'soft' | 'hard' | 'requires_action' | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly completed_at: Instant | null;
  readonly refunds: readonly ShownRefund[];
}

export const selectPayments = `
  SELECT t.id, t.invoice_id, t.customer_id, t.payment_method_id, t.test_clock_id, t.amount, t.currency, t.status,
         t.failure_code, t.decline, t.metadata, t.created, t.completed_at, ${refundsOf('payment_id', 't.id')} AS refunds
    FROM payments t`;
