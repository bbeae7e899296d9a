/** `npm run demo`: three months of real usage become invoices, payments and a balanced ledger. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadConfig } from '../../config.ts';
import { createPool } from '../../store/database.ts';
import { main } from '../main.ts';
import { startStack } from '../stack.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { applyDemoCatalog } from './demoCatalog.ts';
import { loadFlights } from './flights.ts';
import { httpClient } from './httpClient.ts';
import { printOutcome } from './outcome.ts';
import { runScenario } from './scenario.ts';

/** Some cards decline, so that there is something to collect. */
const cardOf = (airport: string): string =>
  ({ DTW: 'pm_card_visa_chargeDeclinedInsufficientFunds', LAS: 'pm_card_visa_chargeDeclinedLostCard' })[
    airport
  ] ?? 'pm_card_visa';

await main(async () => {
  const started = Date.now();
  const progress = (message: string) =>
    console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${message}`);
  const exit = process.argv.includes('--exit');
  const { DATA_DIRECTORY } = loadConfig(process.env);
  const directory = join(DATA_DIRECTORY, 'demo');
  const apiKey = `dk_demo_${randomBytes(12).toString('hex')}`;
  const config = loadConfig({
    ...process.env,
    DATA_DIRECTORY: directory,
    API_KEY: apiKey,
    LOG_LEVEL: 'error',
    PORT: process.env['PORT'] ?? '0',
  });
  const stack = await startStack(config, {
    binDirectory: join(DATA_DIRECTORY, 'bin'),
    fresh: true,
    progress,
  });
  try {
    const pool = createPool(stack.databaseUrl);
    await applyDemoCatalog(pool);
    await pool.end();
    const client = httpClient(stack.apiUrl, apiKey);
    const flights = await loadFlights();
    const scenario = await runScenario(client, {
      flights,
      cardOf,
      // Each event twice: it counts once.
      arrange: (month) => [...month, ...month],
      progress,
    });
    progress(
      `done: ${String(scenario.accepted)} flights accepted, ${String(scenario.duplicates)} duplicates ignored`,
    );
    const example = await printOutcome(client, scenario, flights);
    if (!exit) {
      console.log(`\nAPI reference  ${stack.apiUrl}/docs`);
      console.log(`Sandbox        ${stack.sandboxUrl}`);
      if (stack.temporalUiUrl !== undefined) console.log(`Temporal UI    ${stack.temporalUiUrl}`);
      console.log(
        `An invoice     curl -H 'Authorization: Bearer ${apiKey}' ${stack.apiUrl}/v1/invoices/${example}`,
      );
      console.log('\nCtrl-C ends it.');
      await untilInterrupted();
    }
  } finally {
    await stack.stop();
  }
  process.exit(0);
});
