/** `npm run histories`: lives one of each kind of life on the real stack and keeps the workflows' histories. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findTemporalBinary, temporalCli } from '../../src/stack/temporalBinary.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  eventually,
  flatFee,
  invoicesOf,
} from '../stack/builders.ts';
import { environment } from '../stack/database.ts';
import { startDunlin } from '../stack/dunlin.ts';
import globalSetup from '../stack/globalSetup.ts';
import globalTeardown from '../stack/globalTeardown.ts';

const directory = fileURLToPath(new URL('.', import.meta.url));

await globalSetup();
const dunlin = await startDunlin();
const cli = await findTemporalBinary(temporalCli, { binDirectory: '.data/bin', progress: () => undefined });

/** By Temporal's own tool, in the form that every SDK replays. */
async function keep(workflowId: string, name: string): Promise<void> {
  const address = environment('TEST_TEMPORAL_ADDRESS');
  const where = ['--address', address, '--namespace', dunlin.temporal.options.namespace];
  const { stdout } = await promisify(execFile)(
    cli,
    ['workflow', 'show', '--workflow-id', workflowId, '--output', 'json', ...where],
    { maxBuffer: 2 ** 28 },
  );
  await writeFile(`${directory}${name}.json`, stdout);
  console.log(`${name}.json`);
}

try {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const meter = await aMeter(dunlin);
  const plan = await aPlan(dunlin, {
    prices: [flatFee, { code: 'calls', type: 'usage', model: 'per_unit', unit_amount: '1', meter }],
  });
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const canceled = await aSubscription(dunlin, { customer, plan });
  const declined = await aSubscription(dunlin, {
    customer: await aCustomer(dunlin, {
      test_clock: clock,
      token: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    }),
    plan: await aPlan(dunlin),
  });
  const real = await aSubscription(dunlin, { customer: await aCustomer(dunlin), plan: await aPlan(dunlin) });
  await advanceTo(dunlin.client, clock, '2026-03-10T00:00:00Z');
  await dunlin.client.post(`/v1/subscriptions/${canceled.id}/cancel`, { at: 'period_end' });
  await advanceTo(dunlin.client, clock, '2026-05-01T00:00:00Z');
  const [first] = await invoicesOf(dunlin, declined.id);
  const refused = { customer, plan };
  await aSubscription(dunlin, refused);
  const conflict = await dunlin.call('POST', '/v1/subscriptions', refused);
  if (conflict.status !== 422) throw new Error(`expected a refusal, got ${String(conflict.status)}`);
  await eventually(
    async () =>
      (await dunlin.temporal.workflow.getHandle(`collection/${String(first?.id)}`).describe()).historyLength,
    (length) => length > 20,
  );
  await keep(canceled.workflow_id, 'subscription-canceled-on-a-test-clock');
  await keep(declined.workflow_id, 'subscription-past-due');
  await keep(real.workflow_id, 'subscription-in-real-time');
  await keep(`collection/${String(first?.id)}`, 'collection-with-retries');
  await keep(`test-clock/${clock}`, 'test-clock');
  await dunlin.temporal.schedule.getHandle('billing-cycle').trigger();
  const query = `WorkflowType = 'billingCycle' AND TaskQueue = '${dunlin.taskQueue}'`;
  for await (const { workflowId } of dunlin.temporal.workflow.list({ query })) {
    await keep(workflowId, 'billing-cycle');
    break;
  }
  await dunlin.temporal.workflow.getHandle(real.workflow_id).terminate();
  const lost = `WorkflowId = '${real.workflow_id}' AND ExecutionStatus = 'Running'`;
  await eventually(
    async () => (await dunlin.temporal.workflow.count(lost)).count,
    (running) => running === 0,
  );
  await dunlin.temporal.workflow.execute('repair', {
    workflowId: 'repair',
    taskQueue: dunlin.taskQueue,
    args: [],
  });
  await keep('repair', 'repair');
} finally {
  await dunlin.stop();
  await globalTeardown();
}
process.exit(0);
