/** What the provider does where Stripe breaks, waits, races or forgets: no stand-in does that, so it is written down here. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Instant } from '../../../../src/domain/instant.ts';
import type { Amount } from '../../../../src/domain/money.ts';
import type { PaymentProvider } from '../../../../src/ports/payment/provider.ts';
import { ProviderAway } from '../../../../src/ports/payment/providerErrors.ts';
import { stripeProvider } from '../../../../src/ports/payment/stripe/provider.ts';
import {
  aCharge,
  aCustomerId,
  aDecline,
  aPaymentId,
  aRefund,
  aRefusal,
  anAttachment,
  anAttempt,
  anIntent,
  listOf,
} from './builders.ts';
import { startLoopback, type Answer, type Asked, type Loopback } from './loopback.ts';

const started: Loopback[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

/** A provider whose Stripe answers by the table: one answer for each request, in order; the last is repeated. */
async function against(
  table: Readonly<Record<string, readonly (Answer | ((asked: Asked) => Answer))[]>>,
  clock?: () => number,
): Promise<{ provider: PaymentProvider; lines: () => string[]; server: Loopback }> {
  const counts = new Map<string, number>();
  const server = await startLoopback((asked) => {
    const answers = table[asked.line];
    const count = counts.get(asked.line) ?? 0;
    counts.set(asked.line, count + 1);
    const answer = answers?.[Math.min(count, answers.length - 1)];
    return typeof answer === 'function' ? answer(asked) : answer;
  });
  started.push(server);
  const provider = stripeProvider({ secretKey: 'sk_test_1', apiBase: server.url }, clock);
  return { provider, server, lines: () => server.asked.map(({ line }) => line) };
}

const create = 'POST /v1/payment_intents';
const list = 'GET /v1/payment_intents';
const retrieve = 'GET /v1/payment_intents/pi_1';
const cancel = 'POST /v1/payment_intents/pi_1/cancel';
const confirm = 'POST /v1/payment_intents/pi_1/confirm';
const replayed = { 'idempotent-replayed': 'true' };
const paid = { status: 'succeeded', reference: 'pi_1' };
const broken: Answer = { status: 500, body: { error: { type: 'api_error', message: 'Something broke.' } } };
const tooMany = (headers = {}): Answer => ({
  status: 429,
  headers,
  body: { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many.' } },
});
const away = (retryAfterMs: number | null = null): unknown => ({
  status: 'unknown',
  reason: expect.any(String),
  retryAfterMs,
});
const refusedFor = (code: string) => ({
  status: 'failed',
  reference: null,
  code,
  advice: null,
  refused: true,
});
const dayOld = (): Instant => (Date.now() - 25 * 3_600_000) as Instant;

describe('an attempt', () => {
  test('is made once under its id, off session, with our ids', async () => {
    const { provider, server } = await against({ [create]: [{ body: anIntent() }] });
    const request = aCharge();
    expect(await provider.charge([request])).toEqual([paid]);
    const [asked] = server.asked;
    expect(asked?.headers).toMatchObject({
      'idempotency-key': request.paymentId,
      'stripe-version': '2026-10-28.endive',
    });
    expect(Object.fromEntries(asked?.parameters ?? [])).toMatchObject({
      amount: '1999',
      currency: 'usd',
      customer: 'cus_stripe',
      payment_method: 'pm_stripe',
      confirm: 'true',
      off_session: 'true',
      'metadata[payment]': request.paymentId,
      'metadata[invoice]': request.invoiceId,
      'metadata[customer]': request.customerId,
    });
  });

  test('with the customer there waits for what the bank asks, in our page', async () => {
    const waiting = anIntent({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } });
    const { provider, server } = await against({ [create]: [{ body: waiting }] });
    expect(await provider.charge([aCharge({ onSession: true })])).toEqual([
      {
        status: 'requires_action',
        reference: 'pi_1',
        action: { url: null, clientSecret: 'pi_1_secret_2' },
      },
    ]);
    expect(server.asked[0]?.parameters.has('off_session')).toBe(false);
    expect(server.asked[0]?.parameters.has('return_url')).toBe(false);
  });

  test('that is declined fails with the code and the advice of the bank', async () => {
    const decline = aDecline({
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      advice_code: 'try_again_later',
    });
    const { provider, lines } = await against({ [create]: [decline] });
    expect(await provider.charge([aCharge()])).toEqual([
      { status: 'failed', reference: 'pi_1', code: 'insufficient_funds', advice: 'try_again_later' },
    ]);
    expect(lines()).toEqual([create]);
  });

  test('off session for which the bank wants the customer fails so that the customer is asked', async () => {
    const code = 'authentication_required';
    const { provider } = await against({ [create]: [aDecline({ code, decline_code: code })] });
    expect(await provider.charge([aCharge()])).toEqual([
      { status: 'failed', reference: 'pi_1', code, advice: null },
    ]);
  });

  test('that failed in front of the customer is closed before it is called failed', async () => {
    const metadata = { session: 'on' };
    const { provider, lines, server } = await against({
      [create]: [aDecline({ code: 'card_declined', decline_code: 'do_not_honor' }, { metadata })],
      [cancel]: [{ body: anIntent({ status: 'canceled', cancellation_reason: 'abandoned', metadata }) }],
    });
    expect(await provider.charge([aCharge({ onSession: true })])).toEqual([
      { status: 'failed', reference: 'pi_1', code: 'do_not_honor', advice: null },
    ]);
    expect(lines()).toEqual([create, cancel]);
    expect(server.asked[1]?.parameters.get('cancellation_reason')).toBe('abandoned');
  });

  test('off session that waits for the customer after all is marked, so that it is closed where it fails', async () => {
    const waiting = { status: 'requires_action', metadata: { session: 'off' } };
    const { provider, lines, server } = await against({
      [create]: [{ body: anIntent(waiting) }],
      'POST /v1/payment_intents/pi_1': [{ body: anIntent({ ...waiting, metadata: { session: 'on' } }) }],
    });
    expect(await provider.charge([aCharge()])).toMatchObject([{ status: 'requires_action' }]);
    expect(lines()).toEqual([create, 'POST /v1/payment_intents/pi_1']);
    expect(server.asked[1]?.parameters.get('metadata[session]')).toBe('on');
  });

  test('that the customer pays while it is closed is paid', async () => {
    const metadata = { session: 'on' };
    const { provider } = await against({
      [create]: [aDecline({ code: 'card_declined' }, { metadata })],
      [cancel]: [aRefusal('payment_intent_unexpected_state')],
      [retrieve]: [{ body: anIntent({ metadata }) }],
    });
    expect(await provider.charge([aCharge({ onSession: true })])).toEqual([paid]);
  });

  test('whose answer is lost is unknown, and asked again with the same key it is what it was', async () => {
    const { provider, server } = await against({
      // The client itself asks once more where a connection is closed on it.
      [create]: [
        { dropped: true },
        { dropped: true },
        { headers: replayed, body: anIntent({ status: 'processing' }) },
      ],
      [retrieve]: [{ body: anIntent() }],
    });
    const request = aCharge();
    expect(await provider.charge([request])).toEqual([away()]);
    expect(await provider.charge([request])).toEqual([paid]);
    const keys = server.asked
      .filter(({ line }) => line === create)
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([request.paymentId, request.paymentId, request.paymentId]);
  });

  test('that Stripe answers by what it said before is asked what it is now', async () => {
    const decline = aDecline({ code: 'card_declined' });
    const { provider } = await against({
      [create]: [{ ...decline, headers: replayed }],
      [retrieve]: [{ body: anIntent() }],
    });
    expect(await provider.charge([aCharge()])).toEqual([paid]);
  });

  test('whose first request broke inside Stripe is looked for, as the key answers nothing else for a day', async () => {
    const request = aCharge();
    const { provider, lines } = await against({
      [create]: [broken, { ...broken, headers: replayed }],
      [list]: [listOf([anIntent({ metadata: { payment: request.paymentId } })])],
      [retrieve]: [{ body: anIntent({ metadata: { payment: request.paymentId } }) }],
    });
    expect(await provider.charge([request])).toEqual([away()]);
    expect(await provider.charge([request])).toEqual([paid]);
    expect(lines()).toEqual([create, create, list, retrieve]);
  });

  test('of which Stripe told the name is asked about by it, never made again', async () => {
    const { provider, lines } = await against({ [retrieve]: [{ body: anIntent() }] });
    expect(await provider.charge([aCharge({ reference: 'pi_1' })])).toEqual([paid]);
    expect(lines()).toEqual([retrieve]);
  });

  test('that was made but not confirmed is confirmed, not made again', async () => {
    const { provider, lines } = await against({
      [retrieve]: [{ body: anIntent({ status: 'requires_confirmation' }) }],
      [confirm]: [{ body: anIntent() }],
    });
    expect(await provider.charge([aCharge({ reference: 'pi_1' })])).toEqual([paid]);
    expect(lines()).toEqual([retrieve, confirm]);
  });

  test('older than its key is looked for on every page before it is made', async () => {
    const request = aCharge({ createdAt: dayOld() });
    const others = [anIntent({ id: 'pi_9', metadata: { payment: aPaymentId() } })];
    const mine = anIntent({ metadata: { payment: request.paymentId } });
    const { provider, lines, server } = await against({
      [list]: [listOf(others, true), listOf([mine])],
      [retrieve]: [{ body: mine }],
    });
    expect(await provider.charge([request])).toEqual([paid]);
    expect(lines()).toEqual([list, list, retrieve]);
    expect(server.asked[1]?.parameters.get('starting_after')).toBe('pi_9');
    // An hour before it was committed, for clocks that differ.
    const since = Math.floor(request.createdAt / 1000) - 3600;
    expect(server.asked[1]?.parameters.get('created[gte]')).toBe(String(since));
  });

  test('older than its key that Stripe does not have is made', async () => {
    const { provider, lines } = await against({ [list]: [listOf([])], [create]: [{ body: anIntent() }] });
    expect(await provider.charge([aCharge({ createdAt: dayOld() })])).toEqual([paid]);
    expect(lines()).toEqual([list, create]);
  });

  test('older than its key is not made where the list has no end', async () => {
    const { provider, lines } = await against({ [list]: [listOf([anIntent({ id: 'pi_9' })], true)] });
    expect(await provider.charge([aCharge({ createdAt: dayOld() })])).toEqual([away()]);
    expect(lines()).toHaveLength(10);
  });

  test('whose key was used with other parameters is looked for', async () => {
    const request = aCharge();
    const mine = anIntent({ metadata: { payment: request.paymentId } });
    const misused = {
      status: 400,
      body: { error: { type: 'idempotency_error', message: 'Other parameters.' } },
    };
    const { provider } = await against({
      [create]: [misused],
      [list]: [listOf([mine])],
      [retrieve]: [{ body: mine }],
    });
    expect(await provider.charge([request])).toEqual([paid]);
  });

  test('with a method that was removed meanwhile fails', async () => {
    const { provider } = await against({
      [create]: [aRefusal(undefined, undefined, 'It may not be used again.')],
      'GET /v1/payment_methods/pm_stripe': [{ body: { id: 'pm_stripe', type: 'card', customer: null } }],
    });
    expect(await provider.charge([aCharge()])).toEqual([
      { status: 'failed', reference: null, code: 'payment_method_detached', advice: null },
    ]);
  });

  const attached = {
    'GET /v1/payment_methods/pm_stripe': [
      { body: { id: 'pm_stripe', type: 'card', customer: 'cus_stripe' } },
    ],
  };

  test('that is refused before anything is made has failed, and the others of its batch are made', async () => {
    const small = aCharge({ amount: 3n as Amount });
    const { provider, lines } = await against({
      [create]: [
        ({ parameters }) =>
          parameters.get('amount') === '3' ? aRefusal('amount_too_small', 'amount') : { body: anIntent() },
      ],
      ...attached,
    });
    expect(await provider.charge([small, aCharge(), aCharge()])).toEqual([
      refusedFor('amount_too_small'),
      paid,
      paid,
    ]);
    expect(lines().filter((line) => line === create)).toHaveLength(3);
  });

  test('of an amount that Stripe cannot charge has failed and is never asked for', async () => {
    const { provider, lines } = await against({});
    expect(await provider.charge([aCharge({ currency: 'KWD', amount: 1n as Amount })])).toEqual([
      refusedFor('amount_not_chargeable'),
    ]);
    expect(lines()).toEqual([]);
  });

  test('that is made, and whose confirmation is refused, is closed before it is called failed', async () => {
    const { provider, lines } = await against({
      [retrieve]: [{ body: anIntent({ status: 'requires_confirmation' }) }],
      [confirm]: [aRefusal('parameter_invalid_integer')],
      [cancel]: [{ body: anIntent({ status: 'canceled', cancellation_reason: 'abandoned' }) }],
      ...attached,
    });
    expect(await provider.charge([aCharge({ reference: 'pi_1' })])).toEqual([
      { ...refusedFor('parameter_invalid_integer'), reference: 'pi_1' },
    ]);
    expect(lines().at(-1)).toBe(cancel);
  });

  test('that is made, whose confirmation is refused because it is paid by then, is paid', async () => {
    const { provider } = await against({
      [retrieve]: [{ body: anIntent({ status: 'requires_confirmation' }) }, { body: anIntent() }],
      [confirm]: [aRefusal('payment_intent_unexpected_state')],
      [cancel]: [aRefusal('payment_intent_unexpected_state')],
      ...attached,
    });
    expect(await provider.charge([aCharge({ reference: 'pi_1' })])).toEqual([paid]);
  });

  test.each(['secret_key_required', 'testmode_charges_only', 'livemode_mismatch'])(
    'that is refused for how Stripe is configured (%s) stays open',
    async (code) => {
      const { provider } = await against({ [create]: [aRefusal(code)], ...attached });
      expect(await provider.charge([aCharge()])).toEqual([away()]);
    },
  );

  test('with a wrong key is unknown, and says which variable to check', async () => {
    const { provider } = await against({
      [create]: [{ status: 401, body: { error: { type: 'invalid_request_error', message: 'Invalid.' } } }],
    });
    expect(await provider.charge([aCharge()])).toEqual([
      { status: 'unknown', reason: expect.stringContaining('Check STRIPE_SECRET_KEY'), retryAfterMs: null },
    ]);
  });
});

test('while Stripe asks to be left alone, nobody asks it, for as long as it says', async () => {
  let now = Date.now();
  const { provider, lines } = await against(
    { [create]: [tooMany({ 'retry-after': '7' }), { body: anIntent() }] },
    () => now,
  );
  expect(await provider.charge([aCharge()])).toEqual([away(7000)]);
  now += 3000;
  expect(await provider.charge([aCharge()])).toEqual([away(4000)]);
  expect(await provider.refund([aRefund()])).toEqual([away(4000)]);
  expect(lines()).toEqual([create]);
  now += 4000;
  expect(await provider.charge([aCharge()])).toEqual([paid]);
});

describe('looking up', () => {
  test('makes nothing, and tells none from not sure', async () => {
    const { provider, lines } = await against({
      [list]: [listOf([])],
      'GET /v1/payment_intents/search': [{ body: { object: 'search_result', data: [], has_more: false } }],
      'GET /v1/payment_intents/pi_none': [{ ...aRefusal('resource_missing', 'intent'), status: 404 }],
    });
    expect(await provider.lookUp([anAttempt()])).toEqual([null]);
    expect(await provider.lookUp([anAttempt({ reference: 'pi_none' })])).toEqual([null]);
    // Stripe's search lags behind: it proves nothing.
    expect(await provider.lookUp([anAttempt({ customerReference: null })])).toEqual([away()]);
    expect(lines().every((line) => line.startsWith('GET '))).toBe(true);
  });

  test('closes what failed in front of the customer', async () => {
    const metadata = { session: 'on' };
    const error = { code: 'payment_intent_authentication_failure' };
    const { provider, lines } = await against({
      [retrieve]: [
        { body: anIntent({ status: 'requires_payment_method', last_payment_error: error, metadata }) },
      ],
      [cancel]: [{ body: anIntent({ status: 'canceled', cancellation_reason: 'abandoned', metadata }) }],
    });
    expect(await provider.lookUp([anAttempt({ reference: 'pi_1' })])).toEqual([
      { status: 'failed', reference: 'pi_1', code: 'payment_intent_authentication_failure', advice: null },
    ]);
    expect(lines()).toEqual([retrieve, cancel]);
  });
});

describe('ending an attempt', () => {
  test('answers that it is over', async () => {
    const { provider, server } = await against({ [cancel]: [{ body: anIntent({ status: 'canceled' }) }] });
    expect(await provider.cancel([anAttempt({ reference: 'pi_1' })])).toEqual([
      { status: 'canceled', reference: 'pi_1' },
    ]);
    expect(server.asked[0]?.parameters.get('cancellation_reason')).toBe('requested_by_customer');
  });

  test.each([
    ['succeeded', paid],
    ['processing', { status: 'processing', reference: 'pi_1' }],
    ['canceled', { status: 'canceled', reference: 'pi_1' }],
  ])('answers that it was faster, and is %s', async (status, outcome) => {
    const { provider } = await against({
      [cancel]: [aRefusal('payment_intent_unexpected_state')],
      [retrieve]: [{ body: anIntent({ status }) }],
    });
    expect(await provider.cancel([anAttempt({ reference: 'pi_1' })])).toEqual([outcome]);
  });

  test('of which Stripe shows nothing settles nothing', async () => {
    const { provider } = await against({ [list]: [listOf([])] });
    expect(await provider.cancel([anAttempt()])).toEqual([away()]);
  });
});

describe('a refund', () => {
  const refunds = 'GET /v1/refunds';
  const refund = 'POST /v1/refunds';
  const aRecord = (given: Readonly<Record<string, unknown>> = {}) => ({
    id: 're_1',
    object: 'refund',
    status: 'succeeded',
    amount: 500,
    currency: 'usd',
    created: 1,
    payment_intent: 'pi_1',
    metadata: {},
    ...given,
  });

  test('is made once under its id, with its reason', async () => {
    const { provider, server } = await against({ [refunds]: [listOf([])], [refund]: [{ body: aRecord() }] });
    const request = aRefund({ reason: 'duplicate' });
    expect(await provider.refund([request])).toEqual([{ status: 'succeeded', reference: 're_1' }]);
    expect(server.asked[1]?.headers['idempotency-key']).toBe(request.refundId);
    expect(Object.fromEntries(server.asked[1]?.parameters ?? [])).toEqual({
      payment_intent: 'pi_1',
      amount: '500',
      reason: 'duplicate',
      'metadata[refund]': request.refundId,
    });
  });

  test('that was made before is found, however old', async () => {
    const request = aRefund();
    const made = aRecord({ metadata: { refund: request.refundId } });
    const { provider, lines } = await against({ [refunds]: [listOf([made])] });
    expect(await provider.refund([request])).toEqual([{ status: 'succeeded', reference: 're_1' }]);
    expect(lines()).toEqual([refunds]);
  });

  test.each(['charge_already_refunded', 'charge_disputed'])('fails for ever with %s', async (code) => {
    const { provider } = await against({ [refunds]: [listOf([])], [refund]: [aRefusal(code)] });
    expect(await provider.refund([aRefund()])).toEqual([{ status: 'failed', reference: null, code }]);
  });

  test.each([
    ['a matter of configuration', aRefusal('parameter_unknown')],
    ['an error of Stripe', broken],
    ['a lost answer', { dropped: true }],
  ])('stays to be made after %s', async (_what, answer) => {
    const { provider } = await against({ [refunds]: [listOf([])], [refund]: [answer] });
    expect(await provider.refund([aRefund()])).toEqual([away()]);
  });
});

describe('a payment method', () => {
  const attach = 'POST /v1/payment_methods/pm_card_visa/attach';
  const method = 'GET /v1/payment_methods/pm_card_visa';
  const card = {
    brand: 'visa',
    last4: '4242',
    exp_month: 8,
    exp_year: 2030,
    fingerprint: 'f1',
    country: 'US',
  };

  test('that the page attached already is the same method', async () => {
    const { provider } = await against({
      [attach]: [aRefusal(undefined)],
      [method]: [{ body: { id: 'pm_7', type: 'card', card, customer: 'cus_stripe' } }],
    });
    expect(await provider.attach(anAttachment())).toMatchObject({
      reference: 'pm_7',
      card: { last4: '4242' },
    });
  });

  test.each([
    [
      'unknown',
      { ...aRefusal('resource_missing', 'payment_method'), status: 404 },
      400,
      'payment_method_unknown',
    ],
    [
      'declined',
      aDecline({ code: 'card_declined', decline_code: 'stolen_card' }),
      422,
      'payment_method_declined',
    ],
    ["another's", aRefusal(undefined), 400, 'payment_method_refused'],
  ])('that is %s is refused', async (_what, answer, status, code) => {
    const { provider } = await against({
      [attach]: [answer],
      [method]: [{ body: { id: 'pm_7', type: 'card', card, customer: 'cus_other' } }],
    });
    const refused = provider.attach(anAttachment());
    await expect(refused).rejects.toMatchObject({ status, code, param: 'token' });
    await expect(refused).rejects.not.toThrow(/stolen/);
  });

  test('cannot be attached while Stripe is away', async () => {
    const { provider } = await against({ [attach]: [broken] });
    await expect(provider.attach(anAttachment())).rejects.toThrow(ProviderAway);
  });

  test('that is gone is detached', async () => {
    const { provider } = await against({
      'POST /v1/payment_methods/pm_gone/detach': [{ ...aRefusal('resource_missing'), status: 404 }],
      'POST /v1/payment_methods/pm_loose/detach': [aRefusal(undefined)],
      'GET /v1/payment_methods/pm_loose': [{ body: { id: 'pm_loose', type: 'card', customer: null } }],
    });
    await expect(provider.detach('pm_gone')).resolves.toBeUndefined();
    await expect(provider.detach('pm_loose')).resolves.toBeUndefined();
  });
});

test('a customer whose name changed between two requests is the one that was made first', async () => {
  const customerId = aCustomerId();
  const { provider, server } = await against({
    'POST /v1/customers': [
      { status: 400, body: { error: { type: 'idempotency_error', message: 'Other.' } } },
    ],
    'GET /v1/customers/search': [
      { body: { object: 'search_result', data: [{ id: 'cus_7' }], has_more: false } },
    ],
  });
  expect(await provider.createCustomer({ customerId, name: 'Ada', email: null })).toBe('cus_7');
  expect(server.asked[0]?.headers['idempotency-key']).toBe(customerId);
  expect(server.asked[1]?.parameters.get('query')).toBe(`metadata['customer']:'${customerId}'`);
});

describe('the records of a period', () => {
  const period = { from: 1_000_500 as Instant, to: 2_000_000 as Instant, cursor: null };

  test('come page by page, by the whole seconds that begin in it', async () => {
    const payment = aPaymentId();
    const { provider, server } = await against({
      [list]: [listOf([anIntent({ metadata: { payment } })], true), listOf([anIntent({ currency: 'usdc' })])],
    });
    const first = await provider.listCharges(period);
    expect(first).toMatchObject({ rows: [{ paymentId: payment, amountCaptured: 1999n }], cursor: 'pi_1' });
    expect(await provider.listCharges({ ...period, cursor: first.cursor })).toEqual({
      rows: [],
      cursor: null,
    });
    const [one, two] = server.asked.map(({ parameters }) => parameters);
    expect(one?.get('created[gte]')).toBe('1001');
    expect(one?.get('created[lt]')).toBe('2000');
    expect(two?.get('starting_after')).toBe('pi_1');
  });

  test('are not told where Stripe is away', async () => {
    const { provider } = await against({ [list]: [tooMany({ 'retry-after': '2' })] });
    await expect(provider.listCharges(period)).rejects.toMatchObject({ retryAfterMs: 2000 });
  });

  test('a record that is not there is null', async () => {
    const missing = { ...aRefusal('resource_missing'), status: 404 };
    const { provider } = await against({
      [retrieve]: [missing],
      'GET /v1/refunds/re_1': [missing],
      'GET /v1/disputes/du_1': [missing],
    });
    expect(await provider.findCharge('pi_1')).toBeNull();
    expect(await provider.findRefund('re_1')).toBeNull();
    expect(await provider.findDispute('du_1')).toBeNull();
  });
});
