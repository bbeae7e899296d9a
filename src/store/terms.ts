/** The terms of subscriptions: what each is billed by, and from when. */
import { buildTerms } from '../catalog/buildTerms.ts';
import type { PlanId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { PlanVersion } from '../domain/plan.ts';
import type { AddOn, Terms, TermsChangeContent, TermsContent, TermsHistory } from '../domain/terms.ts';
import type { Queryable } from './database.ts';
import { loadPlanVersion } from './plans.ts';

interface TermsRow {
  readonly subscription_id: SubscriptionId;
  readonly sequence: number;
  readonly effective_at: Instant;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly quantity: number;
  readonly quantities: Readonly<Record<string, number>>;
  readonly add_ons: readonly AddOn[];
  readonly price_overrides: TermsContent['priceOverrides'];
  readonly seats: number;
}

export interface SubscriptionTerms {
  readonly history: TermsHistory;
  /** What the last of them say, since when, and their place among all. */
  readonly content: TermsContent;
  readonly since: Instant;
  readonly sequence: number;
}

/**
 * The terms of each of these subscriptions since an instant, with those that were in effect there; of terms that began at
 * one instant, the last ones. A long life costs no more than a short one.
 */
export async function readTerms(
  db: Queryable,
  subscriptions: readonly { readonly id: SubscriptionId; readonly since: Instant }[],
): Promise<Map<SubscriptionId, SubscriptionTerms>> {
  const { rows } = await db.query<TermsRow>({
    name: 'readTerms',
    text: `SELECT DISTINCT ON (t.subscription_id, t.effective_at)
                  t.subscription_id, t.sequence, t.effective_at, t.plan_id, t.plan_version, t.quantity::float8 AS quantity,
                  t.quantities, t.add_ons, t.price_overrides, t.seats::float8 AS seats
             FROM json_to_recordset($1) AS r(id text, since timestamptz)
             JOIN subscription_terms t ON t.subscription_id = r.id
              AND t.effective_at >= coalesce((SELECT max(b.effective_at) FROM subscription_terms b
                                               WHERE b.subscription_id = r.id AND b.effective_at <= r.since), '-infinity')
            WHERE t.subscription_id = ANY($2) -- how many they are the planner knows of an array alone
            ORDER BY t.subscription_id, t.effective_at, t.sequence DESC`,
    values: [
      JSON.stringify(subscriptions.map(({ id, since }) => ({ id, since: formatInstant(since) }))),
      subscriptions.map(({ id }) => id),
    ],
  });
  const contents = rows.map(toContent);
  const build = await termsBuilder(db, contents);
  const read = new Map<SubscriptionId, SubscriptionTerms>();
  for (const [nth, row] of rows.entries()) {
    const content = contents[nth] ?? toContent(row);
    const terms = build(content, row.effective_at);
    const earlier = read.get(row.subscription_id);
    const history: TermsHistory = earlier ? [...earlier.history, terms] : [terms];
    read.set(row.subscription_id, { history, content, since: row.effective_at, sequence: row.sequence });
  }
  return read;
}

function toContent(row: Omit<TermsRow, 'subscription_id' | 'effective_at' | 'sequence'>): TermsContent {
  return {
    planId: row.plan_id,
    planVersion: row.plan_version,
    quantity: row.quantity,
    quantities: row.quantities,
    addOns: row.add_ons,
    priceOverrides: row.price_overrides,
    seats: row.seats,
  };
}

/** The terms of one of them. Throws where it has none: every subscription begins with terms. */
export function termsOf(
  read: ReadonlyMap<SubscriptionId, SubscriptionTerms>,
  id: SubscriptionId,
): SubscriptionTerms {
  const terms = read.get(id);
  if (!terms) throw new Error(`subscription ${id} has no terms`);
  return terms;
}

export type TermsBuilder = (content: TermsContent, effectiveAt: Instant) => Terms;

/** Loads every plan version that these name, so that terms of them can be built without waiting. */
export async function termsBuilder(
  db: Queryable,
  contents: readonly TermsChangeContent[],
): Promise<TermsBuilder> {
  const plans = new Map<string, PlanVersion>();
  for (const { planId, planVersion, addOns = [] } of contents) {
    const own = planId !== undefined && planVersion !== undefined ? [{ planId, planVersion }] : [];
    for (const named of [...own, ...addOns]) {
      const key = planKey(named);
      if (!plans.has(key)) plans.set(key, await loadPlanVersion(db, named.planId, named.planVersion));
    }
  }
  return (content, effectiveAt) =>
    buildTerms(content, effectiveAt, (named) => {
      const plan = plans.get(planKey(named));
      if (!plan) throw new Error(`plan version ${planKey(named)} was not loaded`);
      return plan;
    });
}

function planKey({ planId, planVersion }: { readonly planId: PlanId; readonly planVersion: number }): string {
  return `${planId}/${String(planVersion)}`;
}

export interface NewTerms {
  readonly subscriptionId: SubscriptionId;
  readonly sequence: number;
  readonly effectiveAt: Instant;
  readonly content: TermsContent;
}

/** Adds terms, and brings the subscriptions in line with them. */
export async function insertTerms(db: Queryable, terms: readonly NewTerms[]): Promise<void> {
  if (terms.length === 0) return;
  const json = JSON.stringify(
    terms.map(({ subscriptionId, sequence, effectiveAt, content }) => ({
      subscription_id: subscriptionId,
      sequence,
      effective_at: formatInstant(effectiveAt),
      plan_id: content.planId,
      plan_version: content.planVersion,
      quantity: content.quantity,
      quantities: content.quantities,
      add_ons: content.addOns,
      price_overrides: content.priceOverrides,
      seats: content.seats ?? 0,
    })),
  );
  const columns = `subscription_id, sequence, effective_at, plan_id, plan_version, quantity, quantities, add_ons, price_overrides, seats`;
  const recordset = `json_to_recordset($1) AS r(subscription_id text, sequence int, effective_at timestamptz, plan_id text,
    plan_version int, quantity bigint, quantities jsonb, add_ons jsonb, price_overrides jsonb, seats bigint)`;
  await db.query(`INSERT INTO subscription_terms (${columns}) SELECT ${columns} FROM ${recordset}`, [json]);
  await db.query(
    `UPDATE subscriptions s
        SET plan_id = r.plan_id, plan_version = r.plan_version, quantity = r.quantity, quantities = r.quantities,
            add_ons = r.add_ons, price_overrides = r.price_overrides, seats = r.seats
       FROM ${recordset} WHERE s.id = r.subscription_id`,
    [json],
  );
}
