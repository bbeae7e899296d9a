/** How many checks of entitlements a second one process answers: in process, and through the bulk call of its API. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { checkEntitlement } from '../src/domain/entitlements/check.ts';
import type { CustomerId } from '../src/domain/ids.ts';
import { one } from '../src/domain/quantity.ts';
import { startEntitlementCache } from '../src/entitlements/cache.ts';

const key = 'dk_bench_0123456789';
const customers = 1_000;
const codes = Array.from({ length: 10 }, (_, nth) => `feature-${String(nth)}`);

export interface CheckRates {
  /** Checks a second of one process through `POST /v1/entitlements/check_bulk`, 1,000 in each, four at a time. */
  readonly bulk: number;
  /** Checks a second in process, one at a time, and of the slowest hundredth the quickest, in milliseconds. */
  readonly inProcess: number;
  readonly p99Ms: number;
  /** Checks a second if each asked Postgres for one row by its key, four at a time. */
  readonly bare: number;
}

/** Customers with an active subscription to a plan of ten features. */
async function seed(pool: Pool): Promise<CustomerId[]> {
  await pool.query(
    `INSERT INTO plans (id, code, name, created) VALUES ('plan_check', 'check', 'Check', now())`,
  );
  await pool.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit,
                                grace_period_seconds, operation_id, created)
     VALUES ('plan_check', 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
  );
  await pool.query(
    `INSERT INTO features (id, code, name, type)
     SELECT 'feat_' || code, code, code, CASE WHEN n % 2 = 0 THEN 'limit' ELSE 'boolean' END
       FROM unnest($1::text[]) WITH ORDINALITY AS c (code, n)`,
    [codes],
  );
  await pool.query(
    `INSERT INTO plan_features (plan_id, version, position, feature_id, grants)
     SELECT 'plan_check', 1, row_number() OVER (), id,
            CASE type WHEN 'limit' THEN '{"limit": 100}'::jsonb ELSE '{"value": true}' END
       FROM features WHERE code = ANY($1)`,
    [codes],
  );
  const { rows } = await pool.query<{ id: CustomerId }>(
    `INSERT INTO customers (id, name, created) SELECT new_id('cus'), 'Bench', now() FROM generate_series(1, $1) RETURNING id`,
    [customers],
  );
  const ids = rows.map(({ id }) => id);
  await pool.query(
    `INSERT INTO subscriptions (id, customer_id, plan_id, plan_version, quantity, status, billing_cycle_anchor, started_at,
                                period_index, current_period_start, current_period_end, next_due_at, created)
     SELECT new_id('sub'), id, 'plan_check', 1, 1, 'active', '"anniversary"', now(), -1, now(), now() + interval '30 days',
            now() + interval '30 days', now() FROM unnest($1::text[]) AS c (id)`,
    [ids],
  );
  return ids;
}

export async function measureChecks(pool: Pool, databaseUrl: string): Promise<CheckRates> {
  const ids = await seed(pool);
  const bare = await rateOf(20_000, 4, async (nth) => {
    await pool.query({
      name: 'bare check',
      text: `SELECT status FROM subscriptions WHERE customer_id = $1`,
      values: [ids[nth % ids.length]],
    });
    return 1;
  });
  const cache = startEntitlementCache({ pool, databaseUrl });
  while (!cache.isListening()) await new Promise((resolve) => setTimeout(resolve, 10));
  await cache.of(ids);
  const took = new Float64Array(100_000);
  const started = performance.now();
  for (const [nth] of took.entries()) {
    const before = performance.now();
    const id = ids[nth % ids.length];
    const snapshot = id && (await cache.of([id])).get(id);
    const code = codes[nth % codes.length] ?? '';
    if (!snapshot || !checkEntitlement(snapshot, code, one).allowed) throw new Error('it is allowed');
    took[nth] = performance.now() - before;
  }
  const inProcess = took.length / ((performance.now() - started) / 1000);
  await cache.stop();
  took.sort();
  return {
    bulk: await measureBulk(databaseUrl, ids),
    inProcess,
    p99Ms: took[Math.floor(took.length * 0.99)] ?? Infinity,
    bare,
  };
}

async function measureBulk(databaseUrl: string, ids: readonly CustomerId[]): Promise<number> {
  const child = fork(fileURLToPath(new URL('apiProcess.ts', import.meta.url)), [databaseUrl, key], {
    execArgv: ['--import', 'tsx'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const bodies = Array.from({ length: 10 }, (_, batch) =>
    JSON.stringify({
      checks: ids.map((customer, nth) => ({ customer, feature: codes[(nth + batch) % codes.length] })),
    }),
  );
  const ask = async (nth: number) => {
    const response = await fetch(`${url}/v1/entitlements/check_bulk`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: bodies[nth % bodies.length] ?? '',
    });
    const { data } = (await response.json()) as { data: { allowed: boolean }[] };
    if (!data.every(({ allowed }) => allowed)) throw new Error('all are allowed');
    return data.length;
  };
  try {
    await rateOf(20, 4, ask);
    return await rateOf(100, 4, ask);
  } finally {
    child.disconnect();
  }
}

/** How many a second `work` does, called so many times by so many at once. */
async function rateOf(
  times: number,
  atOnce: number,
  work: (nth: number) => Promise<number>,
): Promise<number> {
  const queue = Array.from({ length: times }, (_, nth) => nth).values();
  let done = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const nth of queue) done += await work(nth);
    }),
  );
  return done / ((performance.now() - started) / 1000);
}
