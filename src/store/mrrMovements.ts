/** The history of monthly recurring revenue: a row for each change of what a subscription comes to. */
import type { CustomerId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

/** What a subscription came to last, and the place of the movement that says so: -1 and 0 where there is none yet. */
export interface LastMrr {
  readonly sequence: number;
  readonly amount: Amount;
}

export interface NewMrrMovement {
  readonly subscriptionId: SubscriptionId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly currency: string;
  readonly occurredAt: Instant;
  readonly last: LastMrr;
  readonly amount: Amount;
}

/** Writes those that change something; asks the database nothing where none does, as in a batch of renewals. */
export async function insertMrrMovements(db: Queryable, movements: readonly NewMrrMovement[]): Promise<void> {
  const changes = movements.filter(({ last, amount }) => last.amount !== amount);
  if (changes.length === 0) return;
  await db.query(
    `INSERT INTO mrr_movements (subscription_id, sequence, previous_sequence, customer_id, book, currency, occurred_at,
                                amount_before, amount_after)
     SELECT subscription_id, sequence, nullif(sequence - 1, -1), customer_id, book, currency, occurred_at, amount_before,
            amount_after
       FROM json_to_recordset($1) AS r(subscription_id text, sequence int, customer_id text, book text, currency text,
                                       occurred_at timestamptz, amount_before bigint, amount_after bigint)`,
    [
      JSON.stringify(
        changes.map(({ subscriptionId, customerId, testClockId, currency, occurredAt, last, amount }) => ({
          subscription_id: subscriptionId,
          sequence: last.sequence + 1,
          customer_id: customerId,
          book: testClockId ?? 'live',
          currency,
          occurred_at: formatInstant(occurredAt),
          amount_before: String(last.amount),
          amount_after: String(amount),
        })),
      ),
    ],
  );
}
