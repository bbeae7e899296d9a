/** Notices as clients see them. */
import type {
  CustomerId,
  InvoiceId,
  NotificationId,
  PaymentMethodId,
  TestClockId,
} from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { NotificationKind } from '../../domain/notification.ts';

export interface NotificationRow {
  readonly id: NotificationId;
  readonly kind: NotificationKind;
  readonly customer_id: CustomerId;
  readonly invoice_id: InvoiceId | null;
  readonly payment_method_id: PaymentMethodId | null;
  readonly test_clock_id: TestClockId | null;
  readonly status: 'pending' | 'sent' | 'skipped' | 'bounced' | 'failed';
  readonly reason: string | null;
  readonly recipient: string | null;
  readonly tries: number;
  /** Of one that was tried and is to be tried again. */
  readonly next_try_at: Instant | null;
  readonly created: Instant;
  readonly completed_at: Instant | null;
}

export const selectNotifications = `
  SELECT t.id, t.kind, t.customer_id, t.invoice_id, t.payment_method_id, t.test_clock_id, t.status, t.reason, t.recipient, t.tries,
         CASE WHEN t.status = 'pending' AND t.tries > 0 THEN t.try_after END AS next_try_at, t.created, t.completed_at
    FROM notifications t`;
