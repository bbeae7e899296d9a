/** What a notice about an invoice tells, and the keys by which each is given once. */
import type { NoticeChannel } from '../domain/dunning.ts';
import type { CustomerId, InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { NotificationKind } from '../domain/notification.ts';
import type { CollectionRow } from '../store/collections.ts';
import type { NewNotification } from '../store/notifications.ts';

export const actionRequiredKey = (id: InvoiceId, attemptCount: number) =>
  `payment_action_required/${id}/${String(attemptCount)}`;
export const stepKey = (id: InvoiceId, position: number) => `dunning/${id}/${String(position)}`;

/** Given once for each invoice, whoever gives it first. */
export function receiptOf(
  invoiceId: InvoiceId,
  customerId: CustomerId,
  data: NewNotification['data'],
  now: Instant,
): NewNotification {
  return {
    key: `payment_succeeded/${invoiceId}`,
    kind: 'payment_succeeded',
    customerId,
    invoiceId,
    paymentMethodId: null,
    data,
    createdAt: now,
  };
}

/** By whatever channels the customer has, unless the step names some. */
export function noticeOf(
  row: CollectionRow,
  notice: {
    readonly key: string;
    readonly kind: NotificationKind;
    readonly channels?: readonly NoticeChannel[] | undefined;
    readonly data: Readonly<Record<string, unknown>>;
    readonly now: Instant;
  },
): NewNotification {
  return {
    key: notice.key,
    kind: notice.kind,
    customerId: row.customer_id,
    invoiceId: row.id,
    paymentMethodId: null,
    createdAt: notice.now,
    data: {
      amount_remaining: Number(row.remaining),
      currency: row.currency,
      due_at: formatInstant(row.due_at),
      ...(notice.channels && { channels: notice.channels }),
      ...notice.data,
    },
  };
}
