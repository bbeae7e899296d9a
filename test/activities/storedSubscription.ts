/** A subscription as it is stored when it has been signed up for: what a test does not care about has a sensible value. */
import type { CustomerId, PlanId, SubscriptionId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Queryable } from '../../src/store/database.ts';
import { newId } from '../../src/store/newId.ts';
import { insertSubscription, type NewSubscription } from '../../src/store/subscriptions.ts';

type Given = Partial<Omit<NewSubscription, 'customerId' | 'startedAt'>> & {
  readonly customerId: CustomerId;
  readonly startedAt: Instant;
  readonly planId: PlanId;
};

export async function aStoredSubscription(
  db: Queryable,
  { planId, ...fields }: Given,
): Promise<SubscriptionId> {
  const id = newId('subscription');
  await insertSubscription(db, {
    id,
    testClockId: null,
    content: { planId, planVersion: 1, quantity: 1, quantities: {}, addOns: [], priceOverrides: [] },
    commitment: null,
    anchor: 'anniversary',
    createdAt: fields.startedAt,
    trialEnd: null,
    cancelAt: null,
    collectionMethod: null,
    daysUntilDue: null,
    ...fields,
  });
  return id;
}
