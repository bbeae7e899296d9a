/** /v1/notifications: what customers were told, and whether it reached them. */
import { z } from 'zod';
import { notificationKinds } from '../../domain/notification.ts';
import { selectNotifications, type NotificationRow } from '../../store/reads/notifications.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  idOf,
  listOf,
  optionalTime,
  pageOf,
  pageQuery,
  time,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

const kind = z.enum(notificationKinds);
const status = z.enum(['pending', 'sent', 'skipped', 'bounced', 'failed']);
const notification = z.object({
  id: z.string(),
  object: z.literal('notification'),
  kind,
  status,
  /** Why it was not sent, or not yet. */
  reason: z.string().nullable(),
  customer: z.string(),
  invoice: z.string().nullable(),
  payment_method: z.string().nullable(),
  /** The address that it was sent to, or that refused it. */
  email: z.string().nullable(),
  tries: z.number(),
  next_try_at: optionalTime,
  completed_at: optionalTime,
  created: time,
  livemode: z.boolean(),
});

export function addNotificationRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/notifications',
    summary: 'List what customers were told.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      invoice: idOf('invoice').optional(),
      kind: kind.optional(),
      status: status.optional(),
    }),
    answer: listOf(notification),
    handle: async ({ query }) =>
      toList(
        await readPage<NotificationRow>(
          pool,
          selectNotifications,
          [
            ['customer_id', query.customer],
            ['invoice_id', query.invoice],
            ['kind', query.kind],
            ['status', query.status],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/notifications/{id}',
    summary: 'Get a notification: bounced says that its address was refused for good, and gets no more mail.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: notification,
    handle: async ({ params: { id } }) =>
      toResource(await findOne<NotificationRow>(pool, selectNotifications, 'notification', id)),
  });
}

function toResource(row: NotificationRow) {
  return {
    id: row.id,
    object: 'notification' as const,
    kind: row.kind,
    status: row.status,
    reason: row.reason,
    customer: row.customer_id,
    invoice: row.invoice_id,
    payment_method: row.payment_method_id,
    email: row.recipient,
    tries: row.tries,
    next_try_at: toOptionalTime(row.next_try_at),
    completed_at: toOptionalTime(row.completed_at),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
  };
}
