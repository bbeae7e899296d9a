/** What customers are told: written with the step that it tells of, and sent afterwards. */
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { CustomerId, InvoiceId, PaymentMethodId } from '../domain/ids.ts';
import type { NotificationKind } from '../domain/notification.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';
import { recordNotificationEvents, type NoticeToTell } from './notificationEvents.ts';

export interface NewNotification {
  /** Names the step that it tells of: it is given once, however often that is run. */
  readonly key: string;
  readonly kind: NotificationKind;
  readonly customerId: CustomerId;
  readonly invoiceId: InvoiceId | null;
  readonly paymentMethodId: PaymentMethodId | null;
  /** Ids, amounts and instants; no names and no addresses. */
  readonly data: Readonly<Record<string, unknown>>;
  /** By the customer's clock. */
  readonly createdAt: Instant;
  /** It is mailed so many minutes later, by the real clock, where it is still to be said then. */
  readonly waitMinutes?: number;
}

/** Adds those that are not there yet. */
export async function insertNotifications(
  db: Queryable,
  notifications: readonly NewNotification[],
): Promise<void> {
  if (notifications.length === 0) return;
  const { rows: told } = await db.query<NoticeToTell>(
    `WITH added AS (
       INSERT INTO notifications (id, key, kind, customer_id, invoice_id, payment_method_id, test_clock_id, data, created, try_after)
       SELECT r.id, r.key, r.kind, r.customer_id, r.invoice_id, r.payment_method_id, c.test_clock_id, r.data, r.created,
              now() + make_interval(mins => r.wait)
         FROM json_to_recordset($1) AS r(id text, key text, kind text, customer_id text, invoice_id text,
                                         payment_method_id text, data jsonb, created timestamptz, wait int)
         JOIN customers c ON c.id = r.customer_id
       ON CONFLICT (key) DO NOTHING
       RETURNING id, kind, customer_id, invoice_id, created, data)
     SELECT a.id, a.kind, a.customer_id, a.invoice_id, i.subscription_id, a.created AS at
       FROM added a LEFT JOIN invoices i ON i.id = a.invoice_id
      WHERE coalesce(a.data -> 'channels' ? 'webhook', true) -- where none are named, all
      ORDER BY a.id`,
    [
      JSON.stringify(
        notifications.map((notification) => ({
          id: newId('notification'),
          key: notification.key,
          kind: notification.kind,
          customer_id: notification.customerId,
          invoice_id: notification.invoiceId,
          payment_method_id: notification.paymentMethodId,
          data: notification.data,
          created: formatInstant(notification.createdAt),
          wait: notification.waitMinutes ?? 0,
        })),
      ),
    ],
  );
  await recordNotificationEvents(db, 'given', told);
}
