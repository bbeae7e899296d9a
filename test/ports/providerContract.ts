/** What every payment provider must do, whoever it is. A suite to be run on each (`describe` it with a real one behind it). */
import { expect, test } from '@jest/globals';
import type { CustomerId, PaymentId, PaymentMethodId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { amount } from '../../src/domain/money.ts';
import type {
  ChargeRequest,
  PaymentProvider,
  ProviderPage,
  ProviderPeriod,
  RefundRequest,
} from '../../src/ports/payment/provider.ts';
import { newId } from '../../src/store/newId.ts';

export interface ProviderUnderTest {
  readonly provider: () => PaymentProvider;
  /** Of a card that pays, of one that declines, and of one whose customer is asked; null: the provider under test has none. */
  readonly tokens: { readonly pays: string; readonly declines: string; readonly asks: string | null };
  /** Whether a refund beyond what was captured is refused by it. */
  readonly limitsRefunds: boolean;
  /** Whether its lists show what it has made. */
  readonly lists: boolean;
}

interface Payer {
  readonly customerId: CustomerId;
  readonly customerReference: string;
  readonly paymentMethodId: PaymentMethodId;
  readonly methodReference: string;
}

/** A rule that only some providers can keep: where one cannot, there is no such test. */
function testWhere(able: boolean, name: string, work: () => Promise<void>): void {
  if (able) test(name, work);
}

export function testProviderContract({ provider, tokens, limitsRefunds, lists }: ProviderUnderTest): void {
  async function aPayer(token: string): Promise<Payer> {
    const customerId = newId('customer');
    const paymentMethodId = newId('payment_method');
    const customerReference = await provider().createCustomer({ customerId, name: 'Ada', email: null });
    const attached = await provider().attach({ paymentMethodId, customerId, customerReference, token });
    return { customerId, customerReference, paymentMethodId, methodReference: attached.reference };
  }

  function aRequest({ customerId, customerReference, methodReference }: Payer, minor = 1250): ChargeRequest {
    return {
      paymentId: newId('payment'),
      invoiceId: newId('invoice'),
      customerId,
      customerReference,
      methodReference,
      amount: amount(minor),
      currency: 'USD',
      onSession: false,
      reference: null,
      createdAt: Date.now() as Instant,
    };
  }

  async function charge(request: ChargeRequest) {
    const [outcome] = await provider().charge([request]);
    if (!outcome) throw new Error('no outcome');
    return outcome;
  }

  async function refund(request: RefundRequest) {
    const [outcome] = await provider().refund([request]);
    if (!outcome) throw new Error('no outcome');
    return outcome;
  }

  const nameOf = ({ paymentId, customerReference }: ChargeRequest, reference: string | null = null) => ({
    paymentId,
    customerReference,
    reference,
  });

  const referenceOf = (outcome: Awaited<ReturnType<typeof charge>>): string => {
    if (outcome.status === 'unknown' || outcome.reference === null) throw new Error(JSON.stringify(outcome));
    return outcome.reference;
  };

  async function aCaptured(minor: number) {
    const request = aRequest(await aPayer(tokens.pays), minor);
    return { request, reference: referenceOf(await charge(request)) };
  }

  const aRefund = (chargeReference: string, minor: number): RefundRequest => ({
    refundId: newId('refund'),
    chargeReference,
    amount: amount(minor),
    currency: 'USD',
  });

  test('a customer and a method that are made twice under one id are the same', async () => {
    const customerId = newId('customer');
    const make = () => provider().createCustomer({ customerId, name: 'Ada', email: 'ada@example.com' });
    const customerReference = await make();
    expect(await make()).toBe(customerReference);
    const paymentMethodId = newId('payment_method');
    const attach = () =>
      provider().attach({ paymentMethodId, customerId, customerReference, token: tokens.pays });
    const attached = await attach();
    expect(await attach()).toEqual(attached);
    expect(attached.card?.fingerprint).toEqual(expect.any(String));
  });

  test('a token that is none is refused by name', async () => {
    const { customerId, customerReference } = await aPayer(tokens.pays);
    const attached = provider().attach({
      paymentMethodId: newId('payment_method'),
      customerId,
      customerReference,
      token: 'pm_card_no_such_card',
    });
    await expect(attached).rejects.toMatchObject({ name: 'BillingError', status: 400 });
  });

  test('outcomes come in the order of the requests', async () => {
    const [good, bad] = [await aPayer(tokens.pays), await aPayer(tokens.declines)];
    const outcomes = await provider().charge([aRequest(good), aRequest(bad), aRequest(good), aRequest(bad)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded', 'failed']);
  });

  test('asked again with the same key it answers as before, and takes the money once', async () => {
    for (const token of [tokens.pays, tokens.declines]) {
      const request = aRequest(await aPayer(token));
      const first = await charge(request);
      expect(await charge({ ...request, reference: referenceOf(first) })).toEqual(first);
      expect(await charge(request)).toEqual(first);
    }
  });

  test('asked at once by many with the same key it takes the money once', async () => {
    const request = aRequest(await aPayer(tokens.pays));
    await Promise.all(Array.from({ length: 4 }, () => charge(request)));
    const outcomes = [await charge(request), await charge(request)];
    expect(new Set(outcomes.map(referenceOf)).size).toBe(1);
    expect(outcomes[0]?.status).toBe('succeeded');
    if (lists) {
      const made = (await all((period) => provider().listCharges(period))).filter(
        ({ paymentId }) => paymentId === request.paymentId,
      );
      expect(made).toHaveLength(1);
    }
  });

  test('a method that is detached is not charged any more', async () => {
    const payer = await aPayer(tokens.pays);
    await provider().detach(payer.methodReference);
    expect((await charge(aRequest(payer))).status).toBe('failed');
  });

  test('looking up tells what became of an attempt and never makes one', async () => {
    const [payer, other] = [await aPayer(tokens.pays), await aPayer(tokens.declines)];
    const [paid, failed, never] = [aRequest(payer), aRequest(other), aRequest(payer)];
    const outcomes = [await charge(paid), await charge(failed)];
    const found = await provider().lookUp([nameOf(paid), nameOf(failed), nameOf(never)]);
    expect(found.map((outcome) => outcome?.status)).toEqual(['succeeded', 'failed', undefined]);
    expect(await provider().lookUp([nameOf(never)])).toEqual([null]);
    const [first] = outcomes;
    expect(await provider().lookUp([nameOf(paid, first ? referenceOf(first) : null)])).toMatchObject([
      { status: 'succeeded' },
    ]);
  });

  const { asks } = tokens;
  (asks === null ? test.skip : test)(
    'an attempt that waits for the customer can be ended, for good',
    async () => {
      const request = aRequest(await aPayer(asks ?? ''));
      const waiting = await charge(request);
      expect(waiting.status).toBe('requires_action');
      const name = nameOf(request, referenceOf(waiting));
      expect(await provider().cancel([name])).toMatchObject([{ status: 'canceled' }]);
      expect(await provider().cancel([name])).toMatchObject([{ status: 'canceled' }]);
      expect(await charge({ ...request, reference: referenceOf(waiting) })).toMatchObject({
        status: 'canceled',
      });
    },
  );

  test('an attempt that has succeeded is not ended: what it is, is told', async () => {
    const { request, reference } = await aCaptured(1000);
    expect(await provider().cancel([nameOf(request, reference)])).toMatchObject([{ status: 'succeeded' }]);
  });

  test('a refund asked for again with its key is made once', async () => {
    const { reference } = await aCaptured(1000);
    const request = aRefund(reference, 600);
    const first = await refund(request);
    expect(first.status).toBe('succeeded');
    expect(await refund(request)).toEqual(first);
    expect((await Promise.all([refund(request), refund(request)])).map(({ status }) => status)).not.toContain(
      'failed',
    );
    expect(await refund(aRefund(reference, 400))).toMatchObject({ status: 'succeeded' });
  });

  testWhere(limitsRefunds, 'no more is given back than was captured', async () => {
    const { reference } = await aCaptured(1000);
    const halves = [aRefund(reference, 600), aRefund(reference, 600)];
    const outcomes = await Promise.all(halves.map(refund));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['failed', 'succeeded']);
    expect((await refund(aRefund(reference, 401))).status).toBe('failed');
    expect((await refund(aRefund(reference, 400))).status).toBe('succeeded');
  });

  test('a record is found by its name, with our id; one that is not there is null', async () => {
    const { request, reference } = await aCaptured(777);
    expect(await provider().findCharge(reference)).toMatchObject({
      reference,
      paymentId: request.paymentId,
      outcome: { status: 'succeeded' },
      amountCaptured: 777n,
      currency: 'USD',
    });
    const back = aRefund(reference, 7);
    const made = await refund(back);
    if (made.status !== 'succeeded') throw new Error(made.status);
    expect(await provider().findRefund(made.reference)).toMatchObject({
      refundId: back.refundId,
      chargeReference: reference,
      amount: 7n,
    });
    expect(await provider().findCharge(`${reference}x`)).toBeNull();
    expect(await provider().findRefund(`${made.reference}x`)).toBeNull();
    expect(await provider().findDispute('none')).toBeNull();
  });

  const period = () => ({
    from: (Date.now() - 3_600_000) as Instant,
    to: (Date.now() + 3_600_000) as Instant,
  });

  async function all<Row>(list: (period: ProviderPeriod) => Promise<ProviderPage<Row>>): Promise<Row[]> {
    const rows: Row[] = [];
    const fixed = period();
    for (let cursor: string | null = null, page = 0; page < 1_000; page += 1) {
      const next: ProviderPage<Row> = await list({ ...fixed, cursor });
      rows.push(...next.rows);
      cursor = next.cursor;
      if (cursor === null) return rows;
    }
    throw new Error('the list does not end');
  }

  testWhere(lists, 'pages hold each record of the period once', async () => {
    const payer = await aPayer(tokens.pays);
    const requests = Array.from({ length: 7 }, (_value, nth) => aRequest(payer, 100 + nth));
    const outcomes = await provider().charge(requests);
    const backs = outcomes.map((outcome) => aRefund(referenceOf(outcome), 50));
    await provider().refund(backs);
    const charges = await all((each) => provider().listCharges(each));
    const ours = new Map<PaymentId | null, number>();
    for (const { paymentId } of charges) ours.set(paymentId, (ours.get(paymentId) ?? 0) + 1);
    expect(requests.map(({ paymentId }) => ours.get(paymentId))).toEqual(requests.map(() => 1));
    const refunds = (await all((each) => provider().listRefunds(each))).map(({ refundId }) => refundId);
    expect(backs.filter(({ refundId }) => refunds.filter((id) => id === refundId).length !== 1)).toEqual([]);
    expect(await all((each) => provider().listDisputes(each))).toEqual(expect.any(Array));
    const before = { from: 0 as Instant, to: 1000 as Instant, cursor: null };
    expect(await provider().listCharges(before)).toEqual({ rows: [], cursor: null });
  });
}
