/** Billing with Stripe as the provider: what Stripe captured is what is recorded, and what is in the books. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { audit } from '../../src/audit/audit.ts';
import { stripeClient } from '../../src/ports/payment/stripe/client.ts';
import { startNarrowing, type Narrowing } from '../ports/payment/stripe/narrowing.ts';
import { describeWith, localstripe, type StandIn } from '../ports/payment/stripe/standIns.ts';
import { aCustomer, aTestClock, type Invoice } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

interface Payment {
  readonly id: string;
  readonly status: string;
  readonly failure_code: string | null;
  readonly decline: string | null;
}

describeWith(localstripe, (start) => {
  let server: StandIn;
  let narrowed: Narrowing;
  let stripe: Stripe;
  let dunlin: Dunlin;

  beforeAll(async () => {
    server = await start();
    narrowed = await startNarrowing(server.url);
    stripe = stripeClient({ secretKey: 'sk_test_e2e', apiBase: narrowed.url });
    dunlin = await startDunlin({
      env: {
        PAYMENT_PROVIDER: 'stripe',
        STRIPE_SECRET_KEY: 'sk_test_e2e',
        STRIPE_PUBLISHABLE_KEY: 'pk_test_e2e',
        STRIPE_WEBHOOK_SECRET: 'whsec_e2e',
        STRIPE_API_BASE: narrowed.url,
      },
    });
  }, 60_000);
  afterAll(async () => {
    expect(await audit(dunlin.pool)).toEqual([]);
    await dunlin.stop();
    await narrowed.stop();
    await server.stop();
  });

  const invoice = (customer: string, amount: number) =>
    dunlin.client.post<Invoice>('/v1/invoices', {
      customer,
      currency: 'USD',
      lines: [{ description: 'Setup', amount }],
    });
  const paymentsOf = async ({ id }: Invoice) =>
    (await dunlin.client.get<{ data: Payment[] }>(`/v1/payments?invoice=${id}`)).data;
  const intentsOf = async (payments: readonly Payment[]) => {
    const { data } = await stripe.paymentIntents.list({ limit: 100 });
    return data.filter(({ metadata }) => payments.some(({ id }) => metadata['payment'] === id));
  };

  test('an invoice is paid by one PaymentIntent with our ids, and a refund goes back the same way', async () => {
    const customer = await aCustomer(dunlin);
    const paid = await invoice(customer, 4200);
    expect(paid).toMatchObject({ status: 'paid' });
    const payments = await paymentsOf(paid);
    expect(payments).toMatchObject([{ status: 'succeeded' }]);
    const intents = await intentsOf(payments);
    expect(intents).toMatchObject([
      { status: 'succeeded', amount: 4200, currency: 'usd', metadata: { invoice: paid.id, customer } },
    ]);
    const [payment, intent] = [payments[0]?.id, intents[0]?.id];
    expect(
      await dunlin.client.post(`/v1/payments/${String(payment)}/refund`, {
        amount: 1200,
        reason: 'duplicate',
      }),
    ).toMatchObject({
      status: 'succeeded',
    });
    const { data: refunds } = await stripe.refunds.list({ payment_intent: String(intent) });
    expect(refunds).toMatchObject([{ amount: 1200, metadata: { refund: expect.stringMatching(/^re_/) } }]);
  });

  test('a decline leaves the invoice open, with the code and what follows from it', async () => {
    const open = await invoice(await aCustomer(dunlin, { token: 'pm_card_chargeCustomerFail' }), 500);
    expect(open).toMatchObject({ status: 'open', attempt_count: 1 });
    expect(await paymentsOf(open)).toMatchObject([
      { status: 'failed', failure_code: 'card_declined', decline: 'soft' },
    ]);
  });

  test('a card that cannot be attached is refused in words for the customer', async () => {
    const id = await aCustomer(dunlin, { token: null });
    const answer = await dunlin.call('POST', `/v1/customers/${id}/payment_methods`, {
      token: 'pm_card_visa_chargeDeclined',
    });
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: 'payment_method_declined', param: 'token' } },
    });
  });

  test('a customer on a test clock never reaches Stripe', async () => {
    const customer = await aCustomer(dunlin, { test_clock: await aTestClock(dunlin) });
    const paid = await invoice(customer, 700);
    expect(paid).toMatchObject({ status: 'paid' });
    expect(await intentsOf(await paymentsOf(paid))).toEqual([]);
  });

  test('an amount that Stripe cannot charge has failed for good, without a charge, and the invoice says so', async () => {
    const customer = await aCustomer(dunlin);
    const open = await dunlin.client.post<Invoice>('/v1/invoices', {
      customer,
      currency: 'KWD',
      lines: [{ description: 'Setup', amount: 5001 }],
    });
    expect(open).toMatchObject({
      status: 'open',
      attempt_count: 1,
      next_attempt_at: null,
      last_payment_error: { code: 'amount_not_chargeable', decline: 'hard' },
    });
    const payments = await paymentsOf(open);
    expect(payments).toMatchObject([{ status: 'failed', failure_code: 'amount_not_chargeable' }]);
    expect(await intentsOf(payments)).toEqual([]);
  });

  test('captured = recorded = ledger', async () => {
    const { data } = await stripe.paymentIntents.list({ limit: 100 });
    const captured = data
      .filter(({ status }) => status === 'succeeded')
      .reduce((sum, { amount }) => sum + amount, 0);
    const { data: refunds } = await stripe.refunds.list({ limit: 100 });
    const kept = captured - refunds.reduce((sum, { amount }) => sum + amount, 0);
    const { rows } = await dunlin.pool.query<{ recorded: string }>(
      `SELECT (SELECT coalesce(sum(amount), 0) FROM payments WHERE provider = 'stripe' AND status = 'succeeded')
            - (SELECT coalesce(sum(amount), 0) FROM refunds WHERE status = 'succeeded') AS recorded`,
    );
    expect(rows).toEqual([{ recorded: String(kept) }]);
    const { data: accounts } = await dunlin.client.get<{ data: { id: string; balance: number }[] }>(
      '/v1/ledger/accounts?book=live',
    );
    expect(accounts.find(({ id }) => id.startsWith('cash/'))).toMatchObject({ balance: kept });
  });
});
