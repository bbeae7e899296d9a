/** How many subscriptions a second are renewed, invoiced, paid and posted, and how fast bare rows can be written. */
import type { Pool } from 'pg';
import { billAllDue } from '../src/activities/billDue.ts';
import type { Dependencies } from '../src/activities/dependencies.ts';
import type { SubscriptionId } from '../src/domain/ids.ts';
import type { Instant } from '../src/domain/instant.ts';

/** Adds `count` paying customers whose subscription to a metered plan, with so many events each, fell due a moment ago. */
export async function seedDueSubscriptions(
  pool: Pool,
  count: number,
  eventsEach: number,
): Promise<SubscriptionId[]> {
  const run = String(Date.now());
  const plan = `plan_bench${run}`;
  const now = new Date();
  const end = new Date(now.getTime() - 1000);
  const start = new Date(end);
  start.setUTCMonth(start.getUTCMonth() - 1);
  await pool.query(
    `INSERT INTO meters (id, code, name, event_type, aggregation, created) VALUES ($1, $1, 'calls', $1, 'count', now())`,
    [`mtr_bench${run}`],
  );
  await pool.query(`INSERT INTO plans (id, code, name, created) VALUES ($1, $1, 'Bench', now())`, [plan]);
  await pool.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     VALUES ($1, 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
    [plan],
  );
  await pool.query(
    `INSERT INTO prices (id, plan_id, version, position, code, meter_id, definition) VALUES
       ($1 || '_fee', $1, 1, 0, 'fee', NULL, '{"type":"fixed","billing":"in_advance","quantity_from":"subscription","model":"flat","amount":"4900"}'),
       ($1 || '_calls', $1, 1, 1, 'calls', $2, '{"type":"usage","billing":"in_arrears","quantity_from":"fixed","model":"graduated","tiers":[{"up_to":"5","unit_amount":"10","flat_amount":"0"},{"up_to":"inf","unit_amount":"7.5","flat_amount":"0"}]}')`,
    [plan, `mtr_bench${run}`],
  );
  await pool.query(
    `INSERT INTO customers (id, name, currency, created) SELECT 'cus_b${run}_' || n, 'Bench', 'USD', now() FROM generate_series(1, $1) n`,
    [count],
  );
  await pool.query(
    `INSERT INTO sandbox.payment_methods (id, token) SELECT 'sandbox_pm_b${run}_' || n, 'pm_card_visa' FROM generate_series(1, $1) n`,
    [count],
  );
  await pool.query(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, created)
     SELECT 'pm_b${run}_' || n, 'cus_b${run}_' || n, 'sandbox', 'sandbox_pm_b${run}_' || n, 'card', now() FROM generate_series(1, $1) n`,
    [count],
  );
  await pool.query(
    `UPDATE customers SET default_payment_method_id = 'pm_b${run}_' || split_part(id, '_', 3) WHERE id LIKE 'cus_b${run}_%'`,
  );
  await pool.query(
    `INSERT INTO subscriptions (id, customer_id, plan_id, plan_version, quantity, status, billing_cycle_anchor, started_at,
                                period_index, current_period_start, current_period_end, next_due_at, created)
     SELECT 'sub_b${run}_' || n, 'cus_b${run}_' || n, $2, 1, 1, 'active', '"anniversary"', $3, 0, $3, $4, $4, $3
       FROM generate_series(1, $1) n`,
    [count, plan, start, end],
  );
  await pool.query(
    `INSERT INTO mrr_movements (subscription_id, sequence, customer_id, book, currency, occurred_at, amount_before, amount_after)
     SELECT 'sub_b${run}_' || n, 0, 'cus_b${run}_' || n, 'live', 'USD', $2, 0, 4900 FROM generate_series(1, $1) n`,
    [count, start],
  );
  await pool.query(
    `INSERT INTO subscription_periods (subscription_id, index, starts_at, ends_at)
     SELECT 'sub_b${run}_' || n, 0, $2, $3 FROM generate_series(1, $1) n`,
    [count, start, end],
  );
  await pool.query(
    `WITH claimed AS (
       INSERT INTO usage_event_identities (source, id)
       SELECT 'bench${run}', n || '-' || e FROM generate_series(1, $1) n, generate_series(1, ${String(eventsEach)}) e)
     INSERT INTO usage_events (source, id, type, customer_id, time, data)
     SELECT 'bench${run}', n || '-' || e, 'mtr_bench${run}', 'cus_b${run}_' || n, $2::timestamptz + e * interval '27 days' / ${String(eventsEach)}, '{}'
       FROM generate_series(1, $1) n, generate_series(1, ${String(eventsEach)}) e`,
    [count, start],
  );
  await pool.query('VACUUM ANALYZE');
  return Array.from({ length: count }, (_, nth) => `sub_b${run}_${String(nth + 1)}` as SubscriptionId);
}

/** Renews everything due, in two shards, and returns how many seconds it took. */
export async function timeRenewals(deps: Dependencies): Promise<number> {
  const started = performance.now();
  const now = () => Date.now() as Instant;
  await Promise.all([0, 1].map((shard) => billAllDue(deps, { kind: 'live', shard, shards: 2 }, now)));
  return (performance.now() - started) / 1000;
}
