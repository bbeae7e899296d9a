/** Notices as domain events, for those who tell their customers in another way than by mail. */
import type { CustomerId, InvoiceId, NotificationId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { NotificationKind } from '../domain/notification.ts';
import type { Queryable } from './database.ts';
import { recordEvents } from './eventLog.ts';

export interface NoticeToTell {
  readonly id: NotificationId;
  readonly kind: NotificationKind;
  readonly customer_id: CustomerId;
  readonly invoice_id: InvoiceId | null;
  /** Of its invoice. */
  readonly subscription_id: SubscriptionId | null;
  readonly at: Instant;
}

/**
 * `notification.<kind>` when a notice is given; `notification.bounced` and `notification.failed` when its mail cannot be
 * delivered. The one place where notices become events.
 */
export async function recordNotificationEvents(
  db: Queryable,
  what: 'given' | 'bounced' | 'failed',
  notices: readonly NoticeToTell[],
): Promise<void> {
  await recordEvents(
    db,
    notices.map(({ id, kind, customer_id, invoice_id, subscription_id, at }) => ({
      type: `notification.${what === 'given' ? kind : what}` as const,
      objectId: id,
      customerId: customer_id,
      subscriptionId: subscription_id,
      occurredAt: at,
      data: { notification: id, kind, invoice: invoice_id },
    })),
  );
}
