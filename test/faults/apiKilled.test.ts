/**
 * Lesson 7: the process of the API is killed while requests that lead to payments are at every step of theirs. Asked again at
 * another process, each is carried out once, and answered as if nothing had been.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aCustomer, eventually, unique, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { heldAt, startApiProcess, type ApiProcess } from './killedApi.ts';
import { startWebhookRelay, type WebhookRelay } from './webhookRelay.ts';

interface Asked {
  readonly invoice: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  /** A form of the pay page has no Idempotency-Key: its id takes that place. */
  readonly isForm?: true;
}

interface Kind {
  readonly prepare: () => Promise<Asked>;
  readonly status: number;
  /** What there is of its invoice in the end: payments, and refunds of them. */
  readonly made: readonly string[];
}

interface Held {
  readonly asked: Asked;
  readonly key: string;
  readonly step: string;
}

let dunlin: Dunlin;
let relay: WebhookRelay;
/** The one that is killed, and the one that is asked again. */
let killed: ApiProcess;
let next: ApiProcess;

async function anInvoice(customer: string): Promise<string> {
  const body = { customer, currency: 'USD', lines: [{ description: 'Setup', amount: 1000 }] };
  return (await dunlin.client.post<Created>('/v1/invoices', body)).id;
}
/** Invoices of one customer, which pays with a card; `sent`: when it is asked to. */
function invoicesOf(token: string, sent: boolean): () => Promise<string> {
  let customer: Promise<string> | undefined;
  return async () => {
    customer ??= aCustomer(dunlin, {
      token,
      ...(sent && { collection_method: 'send_invoice', days_until_due: 14 }),
    });
    return anInvoice(await customer);
  };
}
const paymentsOf = (invoice: string) =>
  dunlin.client.all<{ id: string; status: string; amount: number; amount_refunded: number }>(
    `/v1/payments?invoice=${invoice}`,
  );
async function madeOf(invoice: string): Promise<string[]> {
  const payments = await paymentsOf(invoice);
  const refunds = await Promise.all(
    payments.map(({ id }) =>
      dunlin.client.all<{ status: string; amount: number }>(`/v1/refunds?payment=${id}`),
    ),
  );
  return [
    ...payments.map(({ status, amount }) => `${status} ${String(amount)}`),
    ...refunds.flat().map(({ status, amount }) => `refund ${status} ${String(amount)}`),
  ];
}

function paying(invoices: () => Promise<string>): Kind['prepare'] {
  return async () => {
    const invoice = await invoices();
    return { invoice, path: `/v1/invoices/${invoice}/pay`, body: {} };
  };
}
function payingOnPage(token: string): Kind['prepare'] {
  const invoices = invoicesOf('pm_card_mastercard', true);
  return async () => {
    const invoice = await invoices();
    const { url } = await dunlin.client.post<{ url: string }>(`/v1/invoices/${invoice}/pay_link`, {});
    const body = { form: crypto.randomUUID(), method: 'new', token };
    return { invoice, path: new URL(url).pathname, body, isForm: true };
  };
}
const paidBefore = invoicesOf('pm_card_visa', false);
const byTransfer = invoicesOf('pm_card_visa', true);

const kinds: Readonly<Record<string, Kind>> = {
  'POST /v1/invoices/{id}/pay': {
    prepare: paying(invoicesOf('pm_card_visa', true)),
    status: 200,
    made: ['succeeded 1000'],
  },
  'POST /v1/invoices/{id}/pay, with a card that is declined': {
    prepare: paying(invoicesOf('pm_card_chargeCustomerFail', true)),
    status: 200,
    made: ['failed 1000'],
  },
  'the form of the pay page': {
    prepare: payingOnPage('pm_card_visa'),
    status: 303,
    made: ['succeeded 1000'],
  },
  'the form of the pay page, with a card that is declined': {
    prepare: payingOnPage('pm_card_chargeCustomerFail'),
    status: 303,
    made: ['failed 1000'],
  },
  'POST /v1/payments': {
    async prepare() {
      const invoice = await byTransfer();
      return { invoice, path: '/v1/payments', body: { invoice, amount: 1000, reference: 'Transfer 7' } };
    },
    status: 201,
    made: ['succeeded 1000'],
  },
  'POST /v1/payments/{id}/refund': {
    async prepare() {
      const invoice = await paidBefore();
      const [payment] = await paymentsOf(invoice);
      return { invoice, path: `/v1/payments/${String(payment?.id)}/refund`, body: { reason: 'duplicate' } };
    },
    status: 201,
    made: ['succeeded 1000', 'refund succeeded 1000'],
  },
};

async function ask({ url }: ApiProcess, { path, body, isForm }: Asked, key: string, headers = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: isForm
      ? { 'sec-fetch-site': 'same-origin', ...headers }
      : {
          authorization: `Bearer ${dunlin.key}`,
          'content-type': 'application/json',
          'idempotency-key': key,
          ...headers,
        },
    body: isForm ? new URLSearchParams(body as Record<string, string>) : JSON.stringify(body),
  });
  const said = `${response.headers.get('location') ?? ''} ${await response.text()}`;
  return { status: response.status, said: withoutNames(said) };
}

/** Of two answers to equal requests only names and times differ. */
function withoutNames(said: string): string {
  return said
    .replace(/\/pay\/[^? ]+/g, '/pay/token')
    .replace(/\b[a-z]+_[0-9a-z]{26}\b/g, 'id')
    .replace(/"\d{4}-\d\d-\d\dT[^"]+"/g, 'time')
    .replace(/"number":"[^"]+"/g, 'number');
}

/** A request that runs through, and as many as it has steps, each held at another one. */
async function holdEach({ prepare }: Kind) {
  const watched = unique('whole');
  const usual = await ask(killed, await prepare(), watched, heldAt(0, watched));
  const steps = killed.stepsOf(watched);
  const held = await Promise.all(
    steps.map(async (step, index): Promise<Held> => {
      const [asked, key] = [await prepare(), unique('key')];
      void ask(killed, asked, key, heldAt(index + 1, key)).catch(() => undefined);
      await killed.untilHeld(key);
      return { asked, key, step };
    }),
  );
  return { usual, held };
}

/** A charge that its customer's bank has approved, of which the sandbox tells the process that is killed. */
async function approve(step: number): Promise<{ invoice: string; charge: string }> {
  const invoice = await waiting();
  await dunlin.client.post(`/v1/invoices/${invoice}/pay`, {});
  const [payment] = await paymentsOf(invoice);
  const charge = `sandbox_ch_${String(payment?.id)}`;
  relay.send(charge, { url: killed.url, headers: heldAt(step, charge) });
  const answered = await fetch(`${dunlin.sandbox.url}/control/charges/${charge}/answer`, {
    method: 'POST',
    body: JSON.stringify({ approved: true }),
  });
  expect(answered.status).toBe(200);
  return { invoice, charge };
}
const waiting = invoicesOf('pm_card_authenticationRequired', true);
/** Behind the answer, the workflow that applies webhooks is told. */
const webhookSteps = ['INSERT INTO provider_events', 'answer', 'SignalWithStartWorkflowExecution'];

const outcomes = new Map<string, Awaited<ReturnType<typeof holdEach>>>();
const told: { invoice: string; charge: string }[] = [];

beforeAll(async () => {
  relay = await startWebhookRelay();
  dunlin = await startDunlin({ webhooksThrough: (apiUrl) => relay.to(apiUrl) });
  [killed, next] = await Promise.all([startApiProcess(dunlin), startApiProcess(dunlin)]);
  const each = Object.entries(kinds).map(async ([name, kind]) => outcomes.set(name, await holdEach(kind)));
  await Promise.all(each);
  for (const step of webhookSteps.keys()) {
    const one = await approve(step + 1);
    told.push(one);
    await killed.untilHeld(one.charge);
    // The sender has lost the connection, too.
    relay.send(one.charge, null);
  }
  await killed.kill();
}, 240_000);
afterAll(async () => {
  await Promise.all([killed.kill(), next.kill()]);
  await dunlin.stop();
  await relay.stop();
});

describe.each(Object.entries(kinds))('%s', (name, { status, made }) => {
  test('killed at any step and sent again, is carried out once, and answered as ever', async () => {
    const outcome = outcomes.get(name);
    expect(outcome?.usual.status).toBe(status);
    const steps = outcome?.held.map(({ step }) => step) ?? [];
    expect(steps).toEqual(
      expect.arrayContaining(['StartWorkflowExecution', 'GetWorkflowExecutionHistory', 'answer']),
    );
    const again = await Promise.all(
      (outcome?.held ?? []).map(async ({ asked, key, step }) => {
        const answer = await eventually(
          () => ask(next, asked, key),
          (given) => !given.said.includes('idempotency_key_in_use'),
        );
        return [step, answer, await madeOf(asked.invoice)];
      }),
    );
    expect(again).toEqual(steps.map((step) => [step, outcome?.usual, made]));
  });
});

test('a webhook, killed before or after it is kept and sent again, is applied once', async () => {
  for (const { charge } of told) relay.send(charge, { url: next.url, headers: {} });
  for (const [index, { invoice, charge }] of told.entries()) {
    expect(killed.stepsOf(charge)).toEqual(
      webhookSteps.slice(0, index + 1).map((step) => expect.stringContaining(step)),
    );
    await eventually(
      () => madeOf(invoice),
      (made) => made.join() === 'succeeded 1000',
    );
  }
  // Also where the payment was found out about in another way before.
  await eventually(
    async () =>
      dunlin.pool.query<{ events: number }>(
        `SELECT count(*)::int AS events FROM provider_events
          WHERE subject_reference = ANY($1) AND type = 'charge.succeeded' AND applied_at IS NOT NULL`,
        [told.map(({ charge }) => charge)],
      ),
    ({ rows }) => rows[0]?.events === told.length,
  );
});

test('nothing is stuck, and captured = recorded = ledger', async () => {
  const { rows } = await eventually(
    () =>
      dunlin.pool.query<Record<string, string>>(
        `SELECT (SELECT count(*) FROM idempotency_keys WHERE status_code IS NULL)::text AS unanswered,
                (SELECT count(*) FROM payments WHERE status IN ('pending', 'requires_action'))::text AS in_flight,
                (SELECT count(*) FROM refunds WHERE status = 'pending')::text AS refunds_in_flight,
                (SELECT count(*) FROM provider_events WHERE applied_at IS NULL)::text AS not_applied,
                (SELECT sum(amount) FROM sandbox.charges WHERE status = 'succeeded')::text AS captured,
                (SELECT sum(amount) FROM payments WHERE status = 'succeeded' AND provider = 'sandbox')::text AS recorded,
                (SELECT sum(amount) FROM sandbox.refunds WHERE status = 'succeeded')::text AS returned,
                (SELECT sum(amount) FROM refunds WHERE status = 'succeeded')::text AS refunded`,
      ),
    (found) => found.rows[0]?.['not_applied'] === '0',
  );
  const [found] = rows;
  expect(found).toMatchObject({ unanswered: '0', in_flight: '0', refunds_in_flight: '0' });
  expect(found?.['captured']).toBe(found?.['recorded']);
  expect(found?.['returned']).toBe(found?.['refunded']);
  const { data: accounts } = await dunlin.client.get<{ data: { id: string; balance: number }[] }>(
    '/v1/ledger/accounts?book=live',
  );
  const cash = accounts.filter(({ id }) => id.startsWith('cash/'));
  expect(cash).toMatchObject([{ balance: Number(found?.['recorded']) - Number(found?.['refunded']) }]);
  expect(await audit(dunlin.pool)).toEqual([]);
});
