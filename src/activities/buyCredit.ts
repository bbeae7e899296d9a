/** Credit that customers buy: on demand, and by themselves when little is left. What is bought waits for its invoice. */
import type { PoolClient } from 'pg';
import { needsTopUp } from '../domain/autoTopUp.ts';
import { creditPurchaseLine } from '../domain/creditPurchase.ts';
import { dueAtOf } from '../domain/dueDate.ts';
import type { CreditGrantId, CustomerId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { insertPurchases } from '../store/creditPurchases.ts';
import { insertGrants, type NewGrant } from '../store/grantChanges.ts';
import { newId } from '../store/newId.ts';
import { lockToppedUp } from '../store/topUps.ts';

/** Adds a draft, due at once, for each of these grants; each is granted when its invoice is paid. */
export async function buyCredit(tx: PoolClient, grants: readonly NewGrant[], now: Instant): Promise<void> {
  const purchases = grants.map((grant) => ({
    invoiceId: newId('invoice'),
    grant,
    line: creditPurchaseLine(grant),
  }));
  await insertPurchases(tx, purchases, now);
  await insertGrants(tx, purchases, now);
}

/**
 * Buys credit for those of these customers that have asked for that and have too little left: in the transaction of what
 * made it fall. While one is not paid, no second is bought. `idOf` gives the grant of a customer its id.
 */
export async function buyTopUps(
  tx: PoolClient,
  customerIds: readonly CustomerId[],
  now: Instant,
  idOf: (id: CustomerId) => CreditGrantId = () => newId('credit_grant'),
): Promise<void> {
  const customers = await lockToppedUp(tx, customerIds, now);
  await buyCredit(
    tx,
    customers
      .filter(({ topUp, left }) => needsTopUp(topUp, left))
      .map(({ id, currency, timezone, test_clock_id: testClockId, topUp }) => ({
        id: idOf(id),
        customerId: id,
        testClockId,
        name: null,
        currency,
        amount: topUp.amount,
        paid: true,
        topUp: true,
        priority: topUp.priority,
        appliesTo: {},
        effectiveAt: now,
        expiresAt: topUp.expiresAfterDays === null ? null : dueAtOf(now, topUp.expiresAfterDays, timezone),
      })),
    now,
  );
}
