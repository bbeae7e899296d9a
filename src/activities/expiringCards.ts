/** Looks for cards that expire within 30 days, and tells their customers before a payment fails for it. */
import type { TestClockId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { cardExpiringKey, findExpiringCards } from '../store/expiringCards.ts';
import { insertNotifications } from '../store/notifications.ts';
import type { Dependencies } from './dependencies.ts';
import { batchSize } from './dueStep.ts';

/** What was told of is not found again, so it may die on any line. Of a clock that has moved, `from` is where it stood. */
export async function tellOfExpiringCards(
  { pool }: Dependencies,
  testClockId: TestClockId | null,
  from: Instant,
  now: Instant,
): Promise<void> {
  for (;;) {
    const cards = await findExpiringCards(pool, testClockId, from, now, batchSize);
    await insertNotifications(
      pool,
      cards.map((card) => ({
        key: cardExpiringKey(card),
        kind: 'card_expiring' as const,
        customerId: card.customer_id,
        invoiceId: null,
        paymentMethodId: card.payment_method_id,
        data: { exp_year: card.exp_year, exp_month: card.exp_month },
        createdAt: now,
      })),
    );
    if (cards.length < batchSize) return;
  }
}
