/** How many events a second one API process takes in, while what came in is folded into the rollups. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { foldUsage } from '../src/store/usageRollups.ts';
import { timeBareEvents } from './bare.ts';

const key = 'dk_bench_0123456789';

export interface IngestionRates {
  readonly first: number;
  readonly again: number;
  readonly bare: number;
  /** Of the API process, in bytes, also while it gets the largest batches from many at once. */
  readonly peakMemoryBytes: number;
}

/** Events a second: new, sent again, and as bare rows; four requests of 1,000 at a time. */
export async function measureIngestion(pool: Pool, databaseUrl: string): Promise<IngestionRates> {
  await pool.query(
    `INSERT INTO meters (id, code, name, event_type, aggregation, property, created)
     VALUES ('mtr_ingestion', 'ingestion', 'Ingestion', 'ingestion', 'sum', 'n', now()) ON CONFLICT DO NOTHING`,
  );
  await pool.query(
    `INSERT INTO customers (id, external_id, name, created)
     SELECT 'cus_ingestion' || n, 'ingestion-' || n, 'Bench', now() FROM generate_series(0, 99) n ON CONFLICT DO NOTHING`,
  );
  const child = fork(fileURLToPath(new URL('apiProcess.ts', import.meta.url)), [databaseUrl, key], {
    execArgv: ['--import', 'tsx'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const ended = new AbortController();
  const fold = (async () => {
    while (!ended.signal.aborted) {
      await foldUsage(pool);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  try {
    const events = 120_000;
    await send(url, batchesOf('warm', 40_000, 1000), 4);
    const bodies = batchesOf('measured', events, 1000);
    const first = events / (await send(url, bodies, 4));
    const again = events / (await send(url, bodies, 4));
    const bare = events / (await timeBareEvents(pool, events / 1000, 4));
    await send(url, batchesOf('large', 300_000, 10_000), 16);
    child.send('peak');
    const [{ peakBytes }] = (await once(child, 'message')) as [{ peakBytes: number }];
    return { first, again, bare, peakMemoryBytes: peakBytes };
  } finally {
    ended.abort();
    await fold;
    child.disconnect();
  }
}

function batchesOf(name: string, events: number, size: number): string[] {
  const time = new Date().toISOString();
  return Array.from({ length: events / size }, (_, batch) =>
    JSON.stringify(
      Array.from({ length: size }, (_value, nth) => ({
        specversion: '1.0',
        id: `${name}-${String(batch)}-${String(nth)}`,
        source: 'bench',
        type: 'ingestion',
        subject: `ingestion-${String(nth % 100)}`,
        time,
        data: { n: 12.5, region: 'eu' },
      })),
    ),
  );
}

/** Seconds to have all bodies taken in. */
async function send(url: string, bodies: readonly string[], concurrency: number): Promise<number> {
  const started = performance.now();
  const queue = bodies.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const body of queue) {
        const response = await fetch(`${url}/v1/events`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' },
          body,
        });
        const answer = (await response.json()) as { rejected?: unknown[] };
        if (response.status !== 202 || answer.rejected?.length !== 0) throw new Error(JSON.stringify(answer));
      }
    }),
  );
  return (performance.now() - started) / 1000;
}
