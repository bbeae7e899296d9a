/** Payments as clients see them. */
import type { CustomerId, InvoiceId, PaymentId } from '../../domain/ids.ts';
import type { Decline } from '../../domain/decline.ts';
import type { Instant } from '../../domain/instant.ts';
import type { PaymentOrigin } from '../../domain/paymentProvider.ts';
import type { Amount } from '../../domain/money.ts';
import type { PaymentSource } from '../payments.ts';
import { refundsOf, type ShownRefund } from './refunds.ts';

export interface PaymentRow {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  /** Null where the money came by itself. */
  readonly payment_method_id: string | null;
  readonly test_clock_id: string | null;
  readonly amount: Amount;
  readonly currency: string;
  readonly provider: PaymentOrigin;
  readonly source: PaymentSource;
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  readonly failure_code: string | null;
  readonly decline: Decline | null;
  readonly external_reference: string | null;
  readonly amount_unapplied: Amount;
  readonly received_at: Instant | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly completed_at: Instant | null;
  readonly refunds: readonly ShownRefund[];
}

export const selectPayments = `
  SELECT t.id, t.invoice_id, t.customer_id, t.payment_method_id, t.test_clock_id, t.amount, t.currency, t.status,
         t.provider, t.source, t.external_reference, t.amount_unapplied, t.received_at, t.failure_code, t.decline, t.metadata, t.created, t.completed_at, ${refundsOf('payment_id', 't.id')} AS refunds
    FROM payments t`;
