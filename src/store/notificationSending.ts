/** Notices on their way to a mail server: taken by one sender at a time, and what became of each. */
import type { CustomerId, InvoiceId, NotificationId, PaymentMethodId, TestClockId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { NotificationKind } from '../domain/notification.ts';
import type { Queryable } from './database.ts';
import { recordNotificationEvents, type NoticeToTell } from './notificationEvents.ts';

export interface PendingNotification {
  readonly id: NotificationId;
  readonly kind: NotificationKind;
  readonly customer_id: CustomerId;
  readonly invoice_id: InvoiceId | null;
  readonly payment_method_id: PaymentMethodId | null;
  readonly test_clock_id: TestClockId | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly created: Instant;
  /** This one counted. */
  readonly tries: number;
  readonly customer: MailedCustomer;
}

/** Whom a notice is for, as they are now: not as they stand on the invoice. */
export interface MailedCustomer {
  readonly name: string;
  readonly email: string | null;
  readonly undeliverable: boolean;
  readonly deleted: boolean;
  readonly locale: string;
  readonly timezone: string;
}

/**
 * Takes the one that has been due the longest, and nobody else does for `leaseSeconds`: then its sender has died, and it
 * is sent again.
 */
export async function takePendingNotification(
  db: Queryable,
  leaseSeconds: number,
): Promise<PendingNotification | undefined> {
  const { rows } = await db.query<PendingNotification>(
    `UPDATE notifications n SET try_after = now() + make_interval(secs => $1), tries = n.tries + 1
       FROM (SELECT id FROM notifications WHERE status = 'pending' AND try_after <= now()
              ORDER BY try_after, id LIMIT 1 FOR UPDATE SKIP LOCKED) due, customers c
      WHERE n.id = due.id AND c.id = n.customer_id
      RETURNING n.id, n.kind, n.customer_id, n.invoice_id, n.payment_method_id, n.test_clock_id, n.data, n.created, n.tries,
                json_build_object('name', c.name, 'email', c.email, 'undeliverable', c.email_undeliverable_at IS NOT NULL,
                  'deleted', c.deleted_at IS NOT NULL, 'locale', c.locale, 'timezone', c.timezone) AS customer`,
    [leaseSeconds],
  );
  return rows[0];
}

/** Whether a notice is due by now that nobody has taken. */
export async function isNotificationDue(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ due: boolean }>(
    `SELECT EXISTS (SELECT FROM notifications WHERE status = 'pending' AND try_after <= now()) AS due`,
  );
  return rows[0]?.due === true;
}

export interface NotificationEnd {
  readonly status: 'sent' | 'skipped' | 'bounced' | 'failed';
  readonly reason: string | null;
  readonly recipient: string | null;
}

/** Records what became of one; of one that has ended already nothing changes. In a transaction. */
export async function completeNotification(
  tx: Queryable,
  id: NotificationId,
  { status, reason, recipient }: NotificationEnd,
): Promise<void> {
  const { rows } = await tx.query<NoticeToTell>(
    `UPDATE notifications n SET status = $2, reason = $3, recipient = $4, completed_at = coalesce(k.frozen_time, now())
       FROM notifications own
       LEFT JOIN test_clocks k ON k.id = own.test_clock_id
       LEFT JOIN invoices i ON i.id = own.invoice_id
      WHERE n.id = $1 AND own.id = n.id AND n.status = 'pending'
      RETURNING n.id, n.kind, n.customer_id, n.invoice_id, i.subscription_id, n.completed_at AS at`,
    [id, status, reason, recipient],
  );
  if (status === 'bounced' || status === 'failed') await recordNotificationEvents(tx, status, rows);
}

/** Notes why a try failed, and when the next one is. */
export async function postponeNotification(
  db: Queryable,
  id: NotificationId,
  reason: string,
  waitMs: number,
): Promise<void> {
  await db.query(
    `UPDATE notifications SET reason = $2, try_after = now() + make_interval(secs => $3)
      WHERE id = $1 AND status = 'pending'`,
    [id, reason, waitMs / 1000],
  );
}

/** Mail to the customer's address is given up, unless it is another one by now. */
export async function markUndeliverable(
  db: Queryable,
  customerId: CustomerId,
  address: string,
  reason: string,
): Promise<void> {
  await db.query(
    `UPDATE customers SET email_undeliverable_at = now(), email_undeliverable_reason = $3
      WHERE id = $1 AND email = $2 AND email_undeliverable_at IS NULL`,
    [customerId, address, reason],
  );
}

/** The card that a notice is about; null for what is no card, or has no end. */
export async function findNoticedCard(
  db: Queryable,
  id: PaymentMethodId,
): Promise<{
  readonly brand: string;
  readonly last4: string;
  readonly exp_month: number;
  readonly exp_year: number;
} | null> {
  const { rows } = await db.query<{
    card: { brand: string; last4: string; exp_month: number; exp_year: number } | null;
  }>(`SELECT card FROM payment_methods WHERE id = $1 AND card ? 'exp_year'`, [id]);
  return rows[0]?.card ?? null;
}
