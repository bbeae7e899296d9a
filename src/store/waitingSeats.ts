/** Seats that subscriptions have still to be billed by, and how many an organization had at an instant. */
import type { CustomerId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

/** When a subscription `s` is due by its seats; null: it is billed by all that there are. */
export const seatsDueAt = `(SELECT min(w.since) FROM waiting_seats w WHERE w.subscription_id = s.id)`;

/**
 * How many seats a customer's organization has; 0 where it has none. Until this transaction ends nobody joins or leaves: who
 * does so later finds the subscription that is added by it.
 */
export async function lockSeats(db: Queryable, customerId: CustomerId): Promise<number> {
  await db.query(`SELECT lock_seats($1)`, [customerId]);
  const { rows } = await db.query<{ seats: number }>(
    `SELECT c.seats::float8 AS seats FROM organizations o JOIN seat_changes c ON c.organization_id = o.id
      WHERE o.customer_id = $1 ORDER BY c.sequence DESC LIMIT 1`,
    [customerId],
  );
  return rows[0]?.seats ?? 0;
}

export interface WaitingSeats {
  readonly id: SubscriptionId;
  readonly sequence: number;
  readonly seats: number;
  readonly since: Instant;
}

/**
 * Takes what waits for subscriptions, of each up to its instant: the last of it, which is all that counts of what happened
 * at one instant. They are locked by the caller, and billed by it in the same transaction.
 */
export async function takeWaitingSeats(
  db: Queryable,
  due: readonly { readonly id: SubscriptionId; readonly at: Instant }[],
): Promise<WaitingSeats[]> {
  if (due.length === 0) return [];
  const { rows } = await db.query<WaitingSeats>({
    name: 'takeWaitingSeats',
    text: `WITH taken AS (
             DELETE FROM waiting_seats w USING json_to_recordset($1) AS r(id text, at timestamptz)
              WHERE w.subscription_id = r.id AND w.since <= r.at AND w.subscription_id = ANY($2)
             RETURNING w.subscription_id, w.sequence, w.seats, w.since)
           SELECT DISTINCT ON (subscription_id) subscription_id AS id, sequence::float8 AS sequence, seats::float8 AS seats, since
             FROM taken ORDER BY subscription_id, taken.sequence DESC`,
    values: [toJson(due), due.map(({ id }) => id)],
  });
  return rows;
}

/** Gives up what waits for the next period: the seats that are taken by now say more. */
export async function withdrawPendingSeats(
  db: Queryable,
  seats: readonly Pick<WaitingSeats, 'id' | 'since'>[],
): Promise<void> {
  await db.query(
    `UPDATE subscription_changes c SET status = 'withdrawn', settled_at = r.at
       FROM json_to_recordset($1) AS r(id text, at timestamptz)
      WHERE c.subscription_id = r.id AND c.status = 'pending' AND c.change ? 'seats'`,
    [toJson(seats.map(({ id, since }) => ({ id, at: since })))],
  );
}

/** Of subscriptions that have ended nothing waits. */
export async function dropWaitingSeats(db: Queryable, ended: readonly SubscriptionId[]): Promise<void> {
  if (ended.length === 0) return;
  await db.query(`DELETE FROM waiting_seats WHERE subscription_id = ANY($1)`, [ended]);
}

/** How many seats the organization of each subscription's customer had at an instant. */
export async function readSeatsAt(
  db: Queryable,
  subscriptions: readonly { readonly id: SubscriptionId; readonly at: Instant }[],
): Promise<Map<SubscriptionId, number>> {
  if (subscriptions.length === 0) return new Map();
  const { rows } = await db.query<{ id: SubscriptionId; seats: number }>({
    name: 'readSeatsAt',
    text: `SELECT s.id, c.seats::float8 AS seats
             FROM json_to_recordset($1) AS r(id text, at timestamptz)
             JOIN subscriptions s ON s.id = r.id
             JOIN organizations o ON o.customer_id = s.customer_id
            CROSS JOIN LATERAL (SELECT seats FROM seat_changes
                                 WHERE organization_id = o.id AND since <= r.at ORDER BY sequence DESC LIMIT 1) c
            WHERE s.id = ANY($2)`,
    values: [toJson(subscriptions), subscriptions.map(({ id }) => id)],
  });
  return new Map(rows.map(({ id, seats }) => [id, seats]));
}

/** Has subscriptions that begin to count seats follow what became of them since. */
export async function followSeats(
  db: Queryable,
  begun: readonly { readonly id: SubscriptionId; readonly since: Instant }[],
): Promise<void> {
  if (begun.length === 0) return;
  await db.query(
    `INSERT INTO waiting_seats (subscription_id, sequence, seats, since)
     SELECT s.id, c.sequence, c.seats, c.since
       FROM json_to_recordset($1) AS r(id text, at timestamptz)
       JOIN subscriptions s ON s.id = r.id
       JOIN organizations o ON o.customer_id = s.customer_id
       JOIN seat_changes c ON c.organization_id = o.id AND c.since > r.at
     ON CONFLICT DO NOTHING`,
    [toJson(begun.map(({ id, since }) => ({ id, at: since })))],
  );
}

function toJson(rows: readonly { readonly id: SubscriptionId; readonly at: Instant }[]): string {
  return JSON.stringify(rows.map(({ id, at }) => ({ id, at: formatInstant(at) })));
}
