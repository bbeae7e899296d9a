/** One Postgres and one Temporal for the whole run, as `npm start` starts them. */
import { rm } from 'node:fs/promises';
import { migrate } from '../../src/stack/migrations.ts';
import { startPostgres } from '../../src/stack/postgres.ts';
import { findTemporalBinary, temporalCli, timeSkippingServer } from '../../src/stack/temporalBinary.ts';
import { startTemporal } from '../../src/stack/temporalServer.ts';
import { temporaryDirectory } from '../../src/stack/temporaryDirectory.ts';
import { workflowBundle } from '../../src/stack/workflowBundle.ts';
import { testNamespaces } from './namespaces.ts';
import { servers } from './servers.ts';

export default async function globalSetup(): Promise<void> {
  const directory = await temporaryDirectory('test');
  servers.push({ stop: () => rm(directory, { recursive: true, force: true }) });
  const search = { binDirectory: '.data/bin', progress: () => undefined };
  // Tests kill processes, never the machine: they need not wait for a disk, least of all to drop a database.
  const postgres = await startPostgres(directory, { outlivesPowerLoss: false });
  servers.push(postgres);
  await migrate(postgres.url);
  const binary = await findTemporalBinary(temporalCli, { ...search, given: process.env['TEMPORAL_CLI'] });
  const temporal = await startTemporal(binary, directory, testNamespaces);
  servers.push(temporal);
  process.env['TEST_POSTGRES_URL'] = postgres.url;
  process.env['TEST_TEMPORAL_ADDRESS'] = temporal.address;
  process.env['TEST_WORKFLOW_BUNDLE'] = await workflowBundle('.data');
  process.env['TEST_SERVER_BINARY'] = await findTemporalBinary(timeSkippingServer, search);
}
