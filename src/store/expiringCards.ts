/** Cards that are charged by themselves and expire soon: their customers are told, once for each card and expiry. */
import type { CustomerId, PaymentMethodId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface ExpiringCard {
  readonly payment_method_id: PaymentMethodId;
  readonly customer_id: CustomerId;
  readonly exp_year: number;
  readonly exp_month: number;
}

/** The first month, as a number of months since year 0, of which no card has expired yet. */
const monthNumber = (at: string) =>
  `(extract(year FROM ${at} AT TIME ZONE 'UTC') * 12 + extract(month FROM ${at} AT TIME ZONE 'UTC'))::integer`;

/**
 * Default cards of customers with live subscriptions that are good through the month of `from` or later, and not for 30
 * days after `to`; without those that were told of. A card is good to the end of its month. One whose expiry the provider
 * does not tell is none of them.
 */
export async function findExpiringCards(
  db: Queryable,
  testClockId: TestClockId | null,
  from: Instant,
  to: Instant,
  limit: number,
): Promise<ExpiringCard[]> {
  const month = `((m.card ->> 'exp_year')::integer * 12 + (m.card ->> 'exp_month')::integer)`;
  const { rows } = await db.query<ExpiringCard>(
    `SELECT m.id AS payment_method_id, m.customer_id, (m.card ->> 'exp_year')::integer AS exp_year,
            (m.card ->> 'exp_month')::integer AS exp_month
       FROM payment_methods m
       JOIN customers c ON c.default_payment_method_id = m.id
      WHERE m.detached_at IS NULL AND m.card ? 'exp_year' AND m.card ? 'exp_month'
        AND ${month} >= ${monthNumber('$2::timestamptz')} AND ${month} < ${monthNumber(`($3::timestamptz + interval '30 days')`)}
        AND c.deleted_at IS NULL AND c.test_clock_id IS NOT DISTINCT FROM $1
        AND EXISTS (SELECT FROM subscriptions s WHERE s.customer_id = c.id AND s.status <> 'canceled')
        AND NOT EXISTS (SELECT FROM notifications n
                         WHERE n.key = 'card_expiring/' || m.id || '/' || (m.card ->> 'exp_year') || '-' || (m.card ->> 'exp_month'))
      ORDER BY m.id LIMIT $4`,
    [testClockId, formatInstant(from), formatInstant(to), limit],
  );
  return rows;
}

export const cardExpiringKey = (card: ExpiringCard) =>
  `card_expiring/${card.payment_method_id}/${String(card.exp_year)}-${String(card.exp_month)}`;
