/** A meter of a customer is billed by one live subscription, so that no event is billed twice. */
import type { CustomerId, MeterId, SubscriptionId } from '../domain/ids.ts';
import { meterTaken } from '../domain/pricing/sharedMeters.ts';
import type { Queryable } from './database.ts';

export interface MeterClaim {
  readonly subscriptionId: SubscriptionId;
  readonly customerId: CustomerId;
  readonly meterIds: readonly MeterId[];
}

interface ClaimRow {
  readonly subscription_id: SubscriptionId;
  readonly meter_id: MeterId;
}

/**
 * Takes meters for subscriptions. Returns, for each that cannot have all of its own, those that another live subscription
 * of its customer has; such a one gets none.
 */
export async function claimMeters(
  db: Queryable,
  claims: readonly MeterClaim[],
): Promise<Map<SubscriptionId, MeterId[]>> {
  const rows = claims.flatMap(({ subscriptionId, customerId, meterIds }) =>
    meterIds.map((meterId) => ({
      subscription_id: subscriptionId,
      customer_id: customerId,
      meter_id: meterId,
    })),
  );
  const taken = new Map<SubscriptionId, MeterId[]>();
  if (rows.length === 0) return taken;
  const json = JSON.stringify(rows);
  const claimed = `json_to_recordset($1) AS r(subscription_id text, customer_id text, meter_id text)`;
  const { rows: added } = await db.query<ClaimRow>(
    `INSERT INTO metered_subscriptions (customer_id, meter_id, subscription_id)
     SELECT DISTINCT ON (customer_id, meter_id) customer_id, meter_id, subscription_id FROM ${claimed}
     ON CONFLICT (customer_id, meter_id) DO NOTHING
     RETURNING subscription_id, meter_id`,
    [json],
  );
  const { rows: inTheWay } = await db.query<ClaimRow>(
    `SELECT r.subscription_id, r.meter_id FROM ${claimed}
       JOIN metered_subscriptions b ON b.customer_id = r.customer_id AND b.meter_id = r.meter_id
      WHERE b.subscription_id <> r.subscription_id`,
    [json],
  );
  for (const { subscription_id: id, meter_id } of inTheWay) {
    taken.set(id, [...(taken.get(id) ?? []), meter_id]);
  }
  const inVain = added.filter(({ subscription_id: id }) => taken.has(id));
  if (inVain.length > 0) {
    await db.query(
      `DELETE FROM metered_subscriptions b
        USING json_to_recordset($1) AS r(subscription_id text, meter_id text)
        WHERE b.subscription_id = r.subscription_id AND b.meter_id = r.meter_id`,
      [JSON.stringify(inVain)],
    );
  }
  return taken;
}

/** Takes meters for one subscription. Throws `meter_already_billed` where it cannot have all of them. */
export async function claimMetersOfOne(db: Queryable, claim: MeterClaim): Promise<void> {
  const inTheWay = (await claimMeters(db, [claim])).get(claim.subscriptionId);
  if (inTheWay) throw meterTaken(inTheWay);
}

/** Gives back the meters that subscriptions no longer bill, and will not by what is pending. */
export async function releaseMeters(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  await db.query(
    `DELETE FROM metered_subscriptions b
      USING subscriptions s
      WHERE b.subscription_id = ANY($1) AND s.id = b.subscription_id
        AND NOT EXISTS (SELECT FROM subscription_changes c WHERE c.subscription_id = s.id AND c.status = 'pending')
        AND NOT EXISTS (
          SELECT FROM prices p
           WHERE p.meter_id = b.meter_id
             AND (p.plan_id = s.plan_id AND p.version = s.plan_version
                  OR EXISTS (SELECT FROM jsonb_array_elements(s.add_ons) a
                              WHERE a ->> 'planId' = p.plan_id AND (a ->> 'planVersion')::int = p.version)))`,
    [subscriptionIds],
  );
}

/** Those of subscriptions that have ended are free. */
export async function releaseAllMeters(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  await db.query(`DELETE FROM metered_subscriptions WHERE subscription_id = ANY($1)`, [subscriptionIds]);
}
