/** Workflow code is deterministic: what ran before runs the same again. New histories: `npm run histories`. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { environment } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';

quietTemporal();

const directory = fileURLToPath(new URL('.', import.meta.url));
const kinds = [
  'billing-cycle',
  'collection-dunned',
  'collection-with-retries',
  'credit-bought',
  'credit-note',
  'event-relay',
  'invoice-finalized',
  'invoice-previewed',
  'invoice-uncollectible',
  'invoice-voided',
  'notifications',
  'pay-page-look-up',
  'pay-page',
  'preview',
  'provider-events',
  'reconciliation',
  'refund-settled',
  'refund',
  'repair-with-refunds',
  'repair',
  'subscription-canceled-on-a-test-clock',
  'subscription-changed',
  'subscription-in-phases',
  'subscription-in-real-time',
  'subscription-past-due',
  'subscription-paused-and-resumed',
  'subscription-with-a-trial',
  'test-clock',
  'usage-rollup-with-thresholds',
  'usage-rollup',
  'webhook-delivery',
];

test('there is a recorded history of each kind of life', async () => {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json'));
  expect(files.sort()).toEqual(kinds.map((kind) => `${kind}.json`));
});

test.each(kinds)('%s replays', async (kind) => {
  const history: unknown = JSON.parse(await readFile(`${directory}${kind}.json`, 'utf8'));
  await Worker.runReplayHistory(
    { workflowBundle: { codePath: environment('TEST_WORKFLOW_BUNDLE') }, replayName: kind },
    history,
  );
});
