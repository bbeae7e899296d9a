/** Each request that we make of Stripe has the form that Stripe describes. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Instant } from '../../../../src/domain/instant.ts';
import type { PaymentProvider } from '../../../../src/ports/payment/provider.ts';
import { stripeClient } from '../../../../src/ports/payment/stripe/client.ts';
import { stripeProvider } from '../../../../src/ports/payment/stripe/provider.ts';
import { aCharge, aCustomerId, aRefund, anAttachment, anAttempt } from './builders.ts';
import { describeWith, stripeMock, type StandIn } from './standIns.ts';

describeWith(stripeMock, (start) => {
  let server: StandIn;
  let provider: PaymentProvider;
  const keys = () => ({ secretKey: 'sk_test_123', apiBase: server.url });
  const dayOld = (Date.now() - 25 * 3_600_000) as Instant;
  const period = { from: 1_700_000_000_000 as Instant, to: 1_800_000_000_000 as Instant, cursor: null };

  beforeAll(async () => {
    server = await start();
    provider = stripeProvider(keys());
  });
  afterAll(() => server.stop());

  test('it refuses what Stripe does not describe', async () => {
    const stripe = stripeClient(keys());
    const wrong = { amount: 100, currency: 'usd', nonsense: 'yes' };
    await expect(stripe.paymentIntents.create(wrong)).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
    });
  });

  test('a customer is made', async () => {
    const request = { customerId: aCustomerId(), name: 'Ada', email: 'ada@example.com' };
    expect(await provider.createCustomer(request)).toMatch(/^cus_/);
    expect(await provider.createCustomer({ ...request, email: null })).toMatch(/^cus_/);
  });

  test('a method is attached, detached and asked for', async () => {
    expect(await provider.attach(anAttachment())).toMatchObject({
      reference: expect.stringMatching(/^pm_/),
      type: 'card',
      card: { last4: expect.stringMatching(/^\d{4}$/) },
    });
    await provider.detach('pm_card_visa');
    expect((await provider.beginSetup('cus_stripe')).clientSecret).toMatch(/^seti_.*_secret_/);
  });

  test.each([
    ['off session', {}],
    ['on session', { onSession: true }],
    ['in a currency of whole units', { currency: 'JPY' }],
    ['for no customer of Stripe', { customerReference: null }],
    ['that has a name', { reference: 'pi_1' }],
    ['that is a day old', { createdAt: dayOld }],
  ])('an attempt %s is made', async (_what, given) => {
    const [outcome] = await provider.charge([aCharge(given)]);
    expect(outcome).toMatchObject({ reference: expect.stringMatching(/^pi_/) });
  });

  test('an attempt that is not confirmed is confirmed, and one that waits is marked', async () => {
    const stripe = stripeClient(keys());
    const confirmed = await stripe.paymentIntents.confirm('pi_1', {
      payment_method: 'pm_1',
      off_session: true,
      expand: ['latest_charge'],
    });
    expect(confirmed.object).toBe('payment_intent');
    const marked = await stripe.paymentIntents.update('pi_1', {
      metadata: { session: 'on' },
      expand: ['latest_charge'],
    });
    expect(marked.object).toBe('payment_intent');
  });

  test('attempts are looked up, by name, by customer and by search', async () => {
    const attempts = [anAttempt({ reference: 'pi_1' }), anAttempt(), anAttempt({ customerReference: null })];
    const [named, ofCustomer, searched] = await provider.lookUp(attempts);
    expect(named).toMatchObject({ reference: expect.stringMatching(/^pi_/) });
    expect(ofCustomer).toBeNull();
    expect(searched).toMatchObject({ reference: expect.stringMatching(/^pi_/) });
  });

  test('an attempt is ended', async () => {
    const [outcome] = await provider.cancel([anAttempt({ reference: 'pi_1' })]);
    expect(outcome).toMatchObject({ reference: expect.stringMatching(/^pi_/) });
  });

  test('a refund is made', async () => {
    expect(await provider.refund([aRefund(), aRefund({ reason: 'fraudulent' })])).toEqual([
      { status: 'succeeded', reference: expect.stringMatching(/^re_/) },
      { status: 'succeeded', reference: expect.stringMatching(/^re_/) },
    ]);
  });

  test('the records of a period are listed, from the first page and from another', async () => {
    const after = (cursor: string) => ({ ...period, cursor });
    expect((await provider.listCharges(period)).rows).toHaveLength(1);
    expect((await provider.listCharges(after('pi_1'))).rows).toHaveLength(1);
    expect((await provider.listRefunds(period)).rows).toHaveLength(1);
    expect((await provider.listRefunds(after('re_1'))).rows).toHaveLength(1);
    await provider.listDisputes(period);
    await provider.listDisputes(after('du_1'));
  });

  test('a record is found', async () => {
    expect(await provider.findCharge('pi_1')).toMatchObject({ amountCaptured: expect.anything() });
    expect(await provider.findRefund('re_1')).toMatchObject({ amount: expect.anything() });
    await provider.findDispute('du_1');
  });
});
