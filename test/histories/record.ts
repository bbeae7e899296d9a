/** `npm run histories`: lives one of each kind of life on the real stack and keeps the workflows' histories. */
import { randomUUID } from 'node:crypto';
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
import { startReceiver } from '../stack/receiver.ts';
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

/** A listing lags behind. */
async function firstOf(query: string): Promise<string> {
  const found = await eventually(
    async () => {
      for await (const { workflowId } of dunlin.temporal.workflow.list({ query })) return workflowId;
      return undefined;
    },
    (workflowId) => workflowId !== undefined,
  );
  return found ?? '';
}

const seat = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '3100' };

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
  // Each of the others lives on a clock of its own, so that its history is short.
  const aLife = async (fields: Record<string, unknown> = {}, token: string | null = 'pm_card_visa') => {
    const own = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const { id, workflow_id } = await aSubscription(dunlin, {
      customer: await aCustomer(dunlin, { test_clock: own, token }),
      ...('phases' in fields ? {} : { plan: await aPlan(dunlin, { prices: [seat] }) }),
      ...fields,
    });
    return {
      path: `/v1/subscriptions/${id}`,
      to: (time: string) => advanceTo(dunlin.client, own, time),
      keep: (name: string) => keep(workflow_id, name),
    };
  };

  const changed = await aLife();
  await changed.to('2026-01-11T00:00:00Z');
  await dunlin.client.patch(changed.path, { quantity: 3 });
  await dunlin.client.patch(changed.path, { quantity: 5, proration_behavior: 'always_invoice' });
  await dunlin.client.patch(changed.path, { quantity: 2, effective: 'period_end' });
  await dunlin.client.patch(changed.path, { pending_change: null });
  await dunlin.client.patch(changed.path, { quantity: 4, effective: 'period_end' });
  await changed.to('2026-02-02T00:00:00Z');
  await changed.keep('subscription-changed');

  const tried = await aLife({ trial_end: '2026-01-15T00:00:00Z' });
  await tried.to('2026-01-13T00:00:00Z');
  await tried.to('2026-01-16T00:00:00Z');
  await tried.keep('subscription-with-a-trial');

  const paused = await aLife();
  await paused.to('2026-01-11T00:00:00Z');
  await dunlin.client.post(`${paused.path}/pause`, {});
  await paused.to('2026-01-21T00:00:00Z');
  await dunlin.client.post(`${paused.path}/resume`, {});
  await paused.to('2026-02-22T00:00:00Z');
  await paused.keep('subscription-paused-and-resumed');

  const phased = await aLife({
    phases: [
      { plan: await aPlan(dunlin, { prices: [seat] }), periods: 1 },
      { plan: await aPlan(dunlin, { prices: [seat] }) },
    ],
  });
  await phased.to('2026-03-02T00:00:00Z');
  await phased.keep('subscription-in-phases');

  const bought = await dunlin.client.post<{ id: string }>('/v1/credit_grants', {
    customer: await aCustomer(dunlin, { currency: 'USD' }),
    amount: 1000,
    paid: true,
  });
  await keep(`credit-grant/${bought.id}`, 'credit-bought');

  await dunlin.client.post(`${phased.path}/preview`, { quantity: 2 });
  const previews = `WorkflowType = 'previewChange' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(previews), 'preview');

  const latestOf = async ({ path }: { readonly path: string }) =>
    (await dunlin.client.get<{ latest_invoice: string }>(path)).latest_invoice;
  const refunded = await dunlin.client.post<{ id: string; refunds: readonly { id: string }[] }>(
    '/v1/credit_notes',
    { invoice: await latestOf(changed), reason: 'other', refund_amount: 3100 },
  );
  await keep(`credit-note/${refunded.id}`, 'credit-note');
  await keep(`refund/${String(refunded.refunds[0]?.id)}`, 'refund');
  await dunlin.client.post(`/v1/invoices/${await latestOf(await aLife({}, null))}/void`, {});
  const voids = `WorkflowType = 'voidInvoice' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(voids), 'invoice-voided');
  const single = { customer, lines: [{ description: 'Setup', amount: 100 }] };
  await dunlin.client.post('/v1/invoices/preview', single);
  const shown = `WorkflowType = 'previewInvoice' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(shown), 'invoice-previewed');
  const made = await dunlin.client.post<{ id: string }>('/v1/invoices', { ...single, auto_advance: false });
  await dunlin.client.post(`/v1/invoices/${made.id}/finalize`, {});
  const operations = `WorkflowType = 'invoiceOperation' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(operations), 'invoice-finalized');
  await dunlin.client.post(`/v1/invoices/${made.id}/mark_uncollectible`, {});
  const losses = `WorkflowType = 'markUncollectible' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(losses), 'invoice-uncollectible');

  const receiver = await startReceiver();
  receiver.answer(() => 503);
  const endpoint = await dunlin.client.post<{ id: string }>('/v1/webhook_endpoints', {
    url: receiver.url,
    events: ['customer.*'],
  });
  await aCustomer(dunlin, { token: null });
  const delivered = async () =>
    (
      await dunlin.client.all<{ id: string; status: string; attempt_count: number }>(
        `/v1/webhook_endpoints/${endpoint.id}/deliveries`,
      )
    )[0];
  const refusedOnce = await eventually(delivered, (delivery) => (delivery?.attempt_count ?? 0) > 0);
  receiver.answer(() => 204);
  await dunlin.client.post(`/v1/webhook_deliveries/${String(refusedOnce?.id)}/retry`, {});
  await dunlin.temporal.workflow.getHandle(`webhook-delivery/${endpoint.id}`).result();
  await keep(`webhook-delivery/${endpoint.id}`, 'webhook-delivery');
  await dunlin.call('DELETE', `/v1/webhook_endpoints/${endpoint.id}`);
  await receiver.stop();
  const relays = `WorkflowType = 'eventRelay' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(relays), 'event-relay');
  const dunned = await aLife({}, 'pm_card_chargeCustomerFail');
  const owed = await latestOf(dunned);
  const ask = (what: string, body: object = {}) =>
    dunlin.client.post(`/v1/invoices/${owed}/dunning/${what}`, body);
  await ask('pause');
  await dunned.to('2026-01-05T00:00:00Z');
  await ask('resume');
  await dunned.to('2026-01-06T00:00:00Z');
  await ask('promise_to_pay', { until: '2026-01-10T00:00:00Z' });
  await dunned.to('2026-01-20T00:00:00Z');
  const operated = dunlin.temporal.workflow.getHandle(`collection/${owed}`);
  await operated.executeUpdate('pay_now');
  await operated.executeUpdate('write_off');
  await operated.result();
  await keep(`collection/${owed}`, 'collection-dunned');

  const asking = await dunlin.client.post<{ id: string }>('/v1/invoices', {
    customer: await aCustomer(dunlin, { token: null, email: 'ada@example.com' }),
    currency: 'USD',
    lines: [{ description: 'Setup', amount: 700 }],
  });
  const { url } = await dunlin.client.post<{ url: string }>(`/v1/invoices/${asking.id}/pay_link`, {});
  await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({
      form: randomUUID(),
      method: 'new',
      token: 'pm_card_authenticationRequired',
      default: 'yes',
    }),
  });
  await keep(`pay-page/${asking.id}`, 'pay-page');
  const [attempt] = await dunlin.client.all<{ id: string }>(`/v1/payments?invoice=${asking.id}`);
  const charge = `sandbox_ch_${String(attempt?.id)}`;
  await fetch(`${dunlin.sandbox.url}/control/charges/${charge}/answer`, {
    method: 'POST',
    body: JSON.stringify({ approved: true }),
  });
  await fetch(`${url}/return?attempt=${String(attempt?.id)}`, { redirect: 'manual' });
  await keep(`pay-page-look-up/${asking.id}`, 'pay-page-look-up');
  // One that somebody has made at the provider, while it was asked for here.
  const givenBack = await aLife();
  const [paid] = await dunlin.client.all<{ id: string }>(`/v1/payments?invoice=${await latestOf(givenBack)}`);
  const path = `/v1/payments/${String(paid?.id)}`;
  await dunlin.pool.query(
    `INSERT INTO sandbox.refunds (idempotency_key, id, charge, amount, currency, status)
     SELECT 'hand', 'by_hand', provider_reference, amount, currency, 'succeeded' FROM payments WHERE id = $1`,
    [paid?.id],
  );
  const asked = await dunlin.client.post<{ id: string }>(`${path}/refund`, { reason: 'other' });
  await eventually(
    () => dunlin.client.get<{ pending_reason: string | null }>(`/v1/refunds/${asked.id}`),
    ({ pending_reason: reason }) => reason !== null,
  );
  const settled = { outcome: 'succeeded', reference: 'by_hand' };
  await dunlin.client.post(`/v1/refunds/${asked.id}/settle`, settled);
  const settlements = `WorkflowType = 'settleRefund' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(settlements), 'refund-settled');
  await dunlin.client.post('/v1/reconciliations', { provider: 'sandbox' });
  const reconciliations = `WorkflowType = 'reconciliation' AND TaskQueue = '${dunlin.taskQueue}' AND WorkflowId STARTS_WITH 'reconciliation/'`;
  await keep(await firstOf(reconciliations), 'reconciliation');
  await dunlin.temporal.workflow.getHandle('provider-events').result();
  await keep('provider-events', 'provider-events');
  await dunlin.temporal.workflow.getHandle('notifications/prompted').result();
  await keep('notifications/prompted', 'notifications');

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
  await keep(await firstOf(query), 'billing-cycle');
  await dunlin.temporal.schedule.getHandle('usage-rollup').trigger();
  const rollups = `WorkflowType = 'usageRollup' AND TaskQueue = '${dunlin.taskQueue}'`;
  await keep(await firstOf(rollups), 'usage-rollup-with-thresholds');
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
  await keep('repair', 'repair-with-refunds');
} finally {
  await dunlin.stop();
  await globalTeardown();
}
process.exit(0);
