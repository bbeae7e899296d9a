/**
 * `npm run bench`: ratios measured in one run, so that a noisy machine compares with itself. What it leaves out: the
 * network (everything is on loopback), real payment providers (the sandbox answers from the same Postgres), and other load.
 */
import { rm } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { startApi } from '../src/api/server.ts';
import { loadConfig } from '../src/config.ts';
import { sandboxProvider } from '../src/ports/payment/sandbox.ts';
import { main } from '../src/stack/main.ts';
import { migrate } from '../src/stack/migrations.ts';
import { startPostgres } from '../src/stack/postgres.ts';
import { temporaryDirectory } from '../src/stack/temporaryDirectory.ts';
import { createPool } from '../src/store/database.ts';
import { timeBareEvents, timeBareRenewals } from './bare.ts';
import { timeIngestion } from './ingestion.ts';
import { seedDueSubscriptions, timeRenewals } from './renewals.ts';

await main(async () => {
  const directory = await temporaryDirectory('bench');
  const postgres = await startPostgres(directory);
  await migrate(postgres.url);
  const pool = createPool(postgres.url);
  const logger = pino({ level: 'error' });
  const deps = {
    pool,
    payments: sandboxProvider(createPool(postgres.url)),
    temporal: new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) }), // no payment fails, so no collection starts
    taskQueue: 'bench',
    logger,
    checkMarginMs: 0,
    checkJitterMs: 0,
  };
  const line = (name: string, ours: number, bare: number, unit: string, goal?: number) =>
    console.log(
      `${name.padEnd(48)} ${Math.round(ours).toLocaleString('en').padStart(8)} ${unit}/s ÷ bare ${Math.round(bare).toLocaleString('en').padStart(8)} = ${(ours / bare).toFixed(3)}${goal === undefined ? '' : ` (goal ${String(goal)})`}`,
    );

  console.log(
    '(a) subscriptions renewed, invoiced, paid and posted; two shards in one process; 10 events each; fsync on',
  );
  // A database that has billed before: on empty tables Postgres plans its foreign-key checks for empty tables.
  await seedDueSubscriptions(pool, 500);
  await timeRenewals(deps);
  for (const count of [1_000, 10_000]) {
    await seedDueSubscriptions(pool, count);
    const seconds = await timeRenewals(deps);
    line(
      `    ${count.toLocaleString('en')} due at once`,
      count / seconds,
      count / (await timeBareRenewals(pool, count)),
      'subscriptions',
      0.05,
    );
  }

  console.log('(b) events through HTTP, in batches of 1,000, four requests at a time; one API process');
  const config = loadConfig({ PORT: '0', API_KEY: 'dk_bench_0123456789', LOG_LEVEL: 'error' });
  const api = await startApi({ config, databaseUrl: postgres.url, temporalAddress: '127.0.0.1:1', logger });
  const batches = 60;
  const concurrency = 4;
  const { firstSeconds, againSeconds } = await timeIngestion(
    api.url,
    'dk_bench_0123456789',
    pool,
    batches,
    concurrency,
  );
  const bareSeconds = await timeBareEvents(pool, batches, concurrency);
  line('    first send', (batches * 1000) / firstSeconds, (batches * 1000) / bareSeconds, 'events');
  line('    the same again', (batches * 1000) / againSeconds, (batches * 1000) / bareSeconds, 'events');

  await api.stop();
  await pool.end();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
  process.exit(0);
});
