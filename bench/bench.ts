/**
 * `npm run bench`: ratios measured in one run, so that a noisy machine compares with itself. What it leaves out: the
 * network (everything is on loopback), real payment providers (the sandbox
 * answers over HTTP from this very process and the same Postgres, and sends no webhooks), and other load.
 */
import { rm } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { createLogger } from '../src/logger.ts';
import { mailers } from '../src/ports/mail/mailer.ts';
import { storedMailer } from '../src/ports/mail/stored.ts';
import { paymentProviders } from '../src/ports/payment/providers.ts';
import { sandboxProvider } from '../src/ports/payment/sandbox/provider.ts';
import { httpTransport } from '../src/ports/payment/sandbox/transport.ts';
import { rateTable } from '../src/ports/tax/rateTable.ts';
import { startSandbox } from '../src/sandbox/server.ts';
import { httpSender } from '../src/ports/webhook/httpSender.ts';
import { main } from '../src/stack/main.ts';
import { migrate } from '../src/stack/migrations.ts';
import { startPostgres } from '../src/stack/postgres.ts';
import { temporaryDirectory } from '../src/stack/temporaryDirectory.ts';
import { createPool } from '../src/store/database.ts';
import { timeBareRenewals } from './bare.ts';
import { timeClosings } from './closing.ts';
import { measureChecks } from './entitlements.ts';
import { measureIngestion } from './ingestion.ts';
import { seedDueSubscriptions, timeRenewals } from './renewals.ts';

await main(async () => {
  const directory = await temporaryDirectory('bench');
  const postgres = await startPostgres(directory);
  await migrate(postgres.url);
  const pool = createPool(postgres.url);
  const logger = createLogger('bench', 'error');
  const system = await startSandbox({ databaseUrl: postgres.url, port: 0 });
  const sandbox = sandboxProvider(httpTransport(system.url));
  const deps = {
    pool,
    payments: paymentProviders(sandbox, sandbox),
    taxes: rateTable,
    webhooks: httpSender({ allowPrivate: true }),
    mail: {
      mailers: mailers(storedMailer(pool), storedMailer(pool)),
      sender: null,
      publicUrl: 'https://pay.test',
    },
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

  // First, in an empty database: the vacuuming after so many renewals would be paid here.
  console.log(
    '(a) events through HTTP to one API process, batches of 1,000, four requests at a time, rollups folded meanwhile',
  );
  const { first, again, bare, peakMemoryBytes } = await measureIngestion(pool, postgres.url);
  line('    first send', first, bare, 'events', 0.4);
  line('    the same again', again, bare, 'events', 0.4);
  console.log(
    `    memory of the API, also with 16 batches of 10,000 at once: ${String(Math.round(peakMemoryBytes / 2 ** 20))} MiB at most (goal 400)`,
  );

  console.log(
    '(b) subscriptions renewed, invoiced, paid and posted; two shards in one process; 10 events each; fsync on',
  );
  // A database that has billed before: on empty tables Postgres plans its foreign-key checks for empty tables.
  await seedDueSubscriptions(pool, 500, 10);
  await timeRenewals(deps);
  for (const count of [1_000, 10_000]) {
    await seedDueSubscriptions(pool, count, 10);
    const seconds = await timeRenewals(deps);
    line(
      `    ${count.toLocaleString('en')} due at once`,
      count / seconds,
      count / (await timeBareRenewals(pool, count)),
      'subscriptions',
      0.05,
    );
  }

  console.log('(c) a period closed: renewed, rated, invoiced, paid');
  const [few, many] = await timeClosings(deps, [1_000, 1_000_000]);
  if (!few || !many) throw new Error('nothing was closed');
  console.log(
    `    1,000,000 events ${many.milliseconds.toFixed(1)} ms ÷ 1,000 events ${few.milliseconds.toFixed(1)} ms = ${(many.milliseconds / few.milliseconds).toFixed(2)} (goal 1.5)`,
  );

  console.log('(d) entitlements checked by one process, 1,000 customers of ten features each');
  const checks = await measureChecks(pool, postgres.url);
  line('    through the bulk call, 1,000 in each', checks.bulk, checks.bare, 'checks', 1);
  console.log(
    `    (bare: a row by its key for each check; goal also 10,000 a second). In process ${Math.round(checks.inProcess).toLocaleString('en')} checks/s, p99 ${(checks.p99Ms * 1000).toFixed(1)} µs (goal 1,000)`,
  );

  await pool.end();
  await system.stop();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
  process.exit(0);
});
