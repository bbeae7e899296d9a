/** Payments, declines, refunds and webhooks at a Stripe that keeps what it is told. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { PaymentProvider } from '../../../../src/ports/payment/provider.ts';
import { stripeClient } from '../../../../src/ports/payment/stripe/client.ts';
import { stripeProvider } from '../../../../src/ports/payment/stripe/provider.ts';
import { stripeWebhookReader } from '../../../../src/ports/payment/stripe/webhooks.ts';
import { aCharge, aCustomerId, aRefund, anAttachment, anAttempt } from './builders.ts';
import { startNarrowing, type Narrowing } from './narrowing.ts';
import { describeWith, localstripe, type StandIn } from './standIns.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const secret = 'whsec_local';

describeWith(localstripe, (start) => {
  let server: StandIn;
  let narrowed: Narrowing;
  let receiver: Receiver;
  let provider: PaymentProvider;
  let stripe: Stripe;

  beforeAll(async () => {
    server = await start();
    narrowed = await startNarrowing(server.url);
    receiver = await startReceiver();
    const keys = { secretKey: 'sk_test_local', apiBase: narrowed.url };
    provider = stripeProvider(keys);
    stripe = stripeClient(keys);
    await fetch(`${server.url}/_config/webhooks/tests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiver.url, secret }),
    });
  });
  afterAll(async () => {
    await narrowed.stop();
    await receiver.stop();
    await server.stop();
  });

  async function aCustomerWith(token: string) {
    const customerId = aCustomerId();
    const customerReference = await provider.createCustomer({
      customerId,
      name: 'Ada',
      email: 'ada@example.com',
    });
    const { reference: methodReference } = await provider.attach(
      anAttachment({ customerId, customerReference, token }),
    );
    return { customerId, customerReference, methodReference };
  }

  async function aMethod(number: string): Promise<string> {
    const card = { number, exp_month: 12, exp_year: 2040, cvc: '123' };
    return (await stripe.paymentMethods.create({ type: 'card', card })).id;
  }

  /** What the customer does in its browser when the bank asks. */
  async function answerBank(reference: string, clientSecret: string | null, success: boolean) {
    await fetch(`${server.url}/v1/payment_intents/${reference}/_authenticate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'pk_test_local', client_secret: clientSecret, success }),
    });
  }

  test('a card is attached, charged, found, listed, and given back in parts, once each', async () => {
    const request = aCharge(await aCustomerWith('pm_card_visa'));
    const [outcome] = await provider.charge([request]);
    expect(outcome).toEqual({ status: 'succeeded', reference: expect.stringMatching(/^pi_/) });
    const reference = outcome?.status === 'succeeded' ? outcome.reference : '';
    expect(await provider.charge([{ ...request, reference }])).toEqual([outcome]);
    const { paymentId, customerReference } = request;
    expect(await provider.lookUp([{ paymentId, customerReference, reference: null }])).toEqual([outcome]);
    const found = { reference, paymentId, amountCaptured: 1999n, currency: 'USD', outcome };
    expect(await provider.findCharge(reference)).toMatchObject(found);

    const refund = aRefund({ chargeReference: reference, amount: 500n as never });
    const [made] = await provider.refund([refund]);
    expect(made).toEqual({ status: 'succeeded', reference: expect.stringMatching(/^re_/) });
    expect(await provider.refund([refund])).toEqual([made]);
    const [rest] = await provider.refund([aRefund({ chargeReference: reference, amount: 1499n as never })]);
    expect(rest).toMatchObject({ status: 'succeeded' });

    const period = { from: 0 as never, to: (Date.now() + 60_000) as never, cursor: null };
    const { rows: charges } = await provider.listCharges(period);
    expect(charges.filter((charge) => charge.paymentId === paymentId)).toHaveLength(1);
    const { rows: refunds } = await provider.listRefunds(period);
    const amounts = refunds.filter((row) => row.chargeReference === reference).map(({ amount }) => amount);
    expect(amounts.toSorted()).toEqual([1499n, 500n].toSorted());
  });

  test('the same card has one fingerprint, however often it is attached', async () => {
    const attach = async () => {
      const customerReference = await provider.createCustomer({
        customerId: aCustomerId(),
        name: 'Ada',
        email: null,
      });
      return provider.attach(anAttachment({ customerReference, token: 'pm_card_visa' }));
    };
    const [one, two] = [await attach(), await attach()];
    expect(one.reference).not.toBe(two.reference);
    expect(one.card).toMatchObject({ brand: 'visa', last4: '4242', exp_month: 12 });
    expect(one.card?.fingerprint).toBe(two.card?.fingerprint);
  });

  test('a card that declines fails, and so does one that cannot even be attached', async () => {
    const [outcome] = await provider.charge([aCharge(await aCustomerWith('pm_card_chargeCustomerFail'))]);
    expect(outcome).toMatchObject({ status: 'failed', code: 'card_declined' });
    await expect(aCustomerWith('pm_card_visa_chargeDeclined')).rejects.toMatchObject({
      status: 422,
      code: 'payment_method_declined',
    });
    await expect(aCustomerWith('pm_none')).rejects.toMatchObject({
      status: 400,
      code: 'payment_method_unknown',
    });
  });

  test('a method that was removed is gone, and removing it again is no error', async () => {
    const customer = await aCustomerWith('pm_card_visa');
    await provider.detach(customer.methodReference);
    await provider.detach(customer.methodReference);
    expect((await stripe.paymentMethods.retrieve(customer.methodReference)).customer).toBeNull();
  });

  describe('a bank that asks the customer', () => {
    const challenged = '4000002500003155';

    async function anAskedAttempt(onSession = true) {
      const request = aCharge({ ...(await aCustomerWith(await aMethod(challenged))), onSession });
      const [outcome] = await provider.charge([request]);
      if (outcome?.status !== 'requires_action') throw new Error('the bank does not ask');
      expect(outcome.action.clientSecret).toMatch(/_secret_/);
      const { paymentId, customerReference } = request;
      const { reference, action } = outcome;
      return { attempt: anAttempt({ paymentId, customerReference, reference }), reference, action };
    }

    test('and is answered lets the payment pass', async () => {
      const { attempt, reference, action } = await anAskedAttempt();
      await answerBank(reference, action.clientSecret, true);
      expect(await provider.lookUp([attempt])).toEqual([{ status: 'succeeded', reference }]);
    });

    test.each([
      ['with the customer there', true],
      ['made without it', false],
    ])('and is answered wrongly ends it for good, %s', async (_what, onSession) => {
      const { attempt, reference, action } = await anAskedAttempt(onSession);
      await answerBank(reference, action.clientSecret, false);
      expect(await provider.lookUp([attempt])).toEqual([
        { status: 'failed', reference, code: 'payment_intent_authentication_failure', advice: null },
      ]);
      expect((await stripe.paymentIntents.retrieve(reference)).status).toBe('canceled');
    });

    test('and is not answered can be ended', async () => {
      const { attempt, reference } = await anAskedAttempt();
      expect(await provider.cancel([attempt])).toEqual([{ status: 'canceled', reference }]);
    });

    test('and was answered just before cannot be ended: it is paid', async () => {
      const { attempt, reference, action } = await anAskedAttempt();
      await answerBank(reference, action.clientSecret, true);
      expect(await provider.cancel([attempt])).toEqual([{ status: 'succeeded', reference }]);
    });
  });

  test('a bank debit is on its way, and a webhook tells that it failed', async () => {
    const method = await stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban: 'DE62370400440532013001' },
    });
    const request = aCharge({ ...(await aCustomerWith(method.id)), currency: 'EUR' });
    const [outcome] = await provider.charge([request]);
    expect(outcome).toEqual({ status: 'processing', reference: expect.stringMatching(/^pi_/) });
    const reference = outcome?.status === 'processing' ? outcome.reference : '';
    const notice = await receiver.next((body) => body.includes(reference));
    expect(stripeWebhookReader(secret).read(notice.body, notice.headers)).toEqual({
      eventId: expect.stringMatching(/^evt_/),
      type: 'payment_intent.payment_failed',
      subject: { kind: 'charge', reference },
    });
    expect(await provider.findCharge(reference)).toMatchObject({
      paymentId: request.paymentId,
      outcome: { status: 'failed', code: 'card_declined' },
      amountCaptured: 0n,
    });
  });

  test('a webhook is signed over the bytes that came, and over no others', async () => {
    const [outcome] = await provider.charge([aCharge(await aCustomerWith('pm_card_visa'))]);
    const reference = outcome?.status === 'succeeded' ? outcome.reference : '';
    const { body, headers } = await receiver.next((sent) => sent.includes(reference));
    const reader = stripeWebhookReader(secret);
    expect(reader.read(body, headers)).toMatchObject({ type: 'payment_intent.succeeded' });
    const written = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(() => reader.read(written, headers)).toThrow(/signature/);
    expect(() => stripeWebhookReader('whsec_other').read(body, headers)).toThrow(/signature/);
  });
});
