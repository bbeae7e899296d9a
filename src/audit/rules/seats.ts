/** Of seats: what is counted, what is noted of it, and what is billed say the same. */
import type { Rule } from '../rule.ts';

export const seatRules: readonly Rule[] = [
  {
    number: '4',
    says: 'the seats that are noted of an organization are the members that take one',
    sql: `SELECT o.id, format('%s members take a seat, %s are noted', taken.seats, coalesce(noted.seats, 0)) AS message
            FROM organizations o
           CROSS JOIN LATERAL (SELECT count(*) AS seats FROM billable_members b
                               WHERE b.organization_id = o.id AND o.deleted_at IS NULL) taken
            LEFT JOIN LATERAL (SELECT c.seats FROM seat_changes c WHERE c.organization_id = o.id
                                ORDER BY c.sequence DESC LIMIT 1) noted ON true
           WHERE taken.seats <> coalesce(noted.seats, 0)`,
  },
  {
    number: '4',
    says: 'a subscription that counts seats is billed by those that are taken, but for what waits',
    sql: `SELECT s.id, format('%s members take a seat, it is billed by %s', coalesce(noted.seats, 0), s.seats) AS message
            FROM subscriptions s
            LEFT JOIN organizations o ON o.customer_id = s.customer_id
            LEFT JOIN LATERAL (SELECT c.seats FROM seat_changes c WHERE c.organization_id = o.id
                                ORDER BY c.sequence DESC LIMIT 1) noted ON true
            LEFT JOIN LATERAL (SELECT (ch.change ->> 'seats')::bigint AS seats FROM subscription_changes ch
                                WHERE ch.subscription_id = s.id AND ch.status = 'pending' AND ch.change ? 'seats'
                                ORDER BY ch.sequence DESC LIMIT 1) pending ON true
           WHERE s.status <> 'canceled' AND counts_seats(s.plan_id, s.plan_version, s.price_overrides, s.add_ons)
             AND coalesce(pending.seats, s.seats) <> coalesce(noted.seats, 0)
             AND NOT EXISTS (SELECT FROM waiting_seats w WHERE w.subscription_id = s.id)`,
  },
];
