/** The terms of subscriptions: what each is billed by, and from when. */
import { withOverrides } from '../catalog/override.ts';
import type { PlanId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Terms, TermsHistory } from '../domain/terms.ts';
import type { Queryable } from './database.ts';
import { loadPlanVersion } from './plans.ts';

interface TermsRow {
  readonly subscription_id: SubscriptionId;
  readonly effective_at: Instant;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly quantity: number;
  readonly price_overrides: readonly { readonly code: string; readonly definition: unknown }[];
}

/** The whole history of each of these subscriptions. */
export async function readTerms(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
): Promise<Map<SubscriptionId, TermsHistory>> {
  const { rows } = await db.query<TermsRow>({
    name: 'readTerms',
    text: `SELECT subscription_id, effective_at, plan_id, plan_version, quantity::float8 AS quantity, price_overrides
             FROM subscription_terms WHERE subscription_id = ANY($1) ORDER BY subscription_id, effective_at`,
    values: [subscriptionIds],
  });
  const histories = new Map<SubscriptionId, [Terms, ...Terms[]]>();
  for (const row of rows) {
    const plan = await loadPlanVersion(db, row.plan_id, row.plan_version);
    const terms: Terms = {
      effectiveAt: row.effective_at,
      plan: withOverrides(plan, row.price_overrides),
      quantity: row.quantity,
    };
    const history = histories.get(row.subscription_id);
    if (history) history.push(terms);
    else histories.set(row.subscription_id, [terms]);
  }
  return histories;
}

/** The history of one of them. Throws where it has none: every subscription begins with terms. */
export function historyOf(
  histories: ReadonlyMap<SubscriptionId, TermsHistory>,
  id: SubscriptionId,
): TermsHistory {
  const history = histories.get(id);
  if (!history) throw new Error(`subscription ${id} has no terms`);
  return history;
}
