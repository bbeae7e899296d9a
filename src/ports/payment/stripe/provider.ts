/** Stripe as a payment provider. What it answers means what docs/adr/0006-payments.md says. */
import type Stripe from 'stripe';
import { ProviderAway } from '../providerErrors.ts';
import type { PaymentProvider, ProviderPage, ProviderPeriod } from '../provider.ts';
import { cancelOnce, chargeOnce, secureIntent, lookUpOnce } from './charges.ts';
import { stripeClient, type StripeKeys } from './client.ts';
import { readDispute } from './disputes.ts';
import { asError, isMissing, sortError } from './errors.ts';
import { chargeOfIntent, readIntent, type Intent } from './intents.ts';
import { attachMethod, beginSetup, createCustomer, detachMethod } from './methods.ts';
import { readRefund, refundOnce } from './refunds.ts';
import { retrieveIntent } from './search.ts';
import { inTurns, pause } from './turns.ts';

const pageSize = 100;

interface NoAnswer {
  readonly status: 'unknown';
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

/** `clock` in milliseconds since the epoch. */
export function stripeProvider(keys: StripeKeys, clock: () => number = Date.now): PaymentProvider {
  const stripe = stripeClient(keys);
  const rest = pause(clock);

  /** Where Stripe is away, or asks to be left alone, that is the outcome. */
  async function outcome<Answer>(ask: () => Promise<Answer>): Promise<Answer | NoAnswer> {
    const left = rest.left();
    if (left !== null)
      return { status: 'unknown', reason: 'Stripe asks to be left alone', retryAfterMs: left };
    try {
      return await answered(ask);
    } catch (error) {
      if (!(error instanceof ProviderAway)) throw error;
      const { message: reason, retryAfterMs } = error;
      return { status: 'unknown', reason, retryAfterMs };
    }
  }

  /** Throws `ProviderAway` or `ProviderRefusal` where Stripe does not answer what is asked. */
  async function answered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      const thrown = error instanceof ProviderAway ? error : asError(sortError(error));
      if (thrown instanceof ProviderAway && thrown.retryAfterMs !== null) rest.begin(thrown.retryAfterMs);
      throw thrown;
    }
  }

  /** Null where Stripe has none of that name. */
  const found = <Answer>(ask: () => Promise<Answer | null>): Promise<Answer | null> =>
    answered(() =>
      ask().catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      }),
    );

  const readCharge = async (intent: Intent) => chargeOfIntent(await secureIntent(stripe, intent));

  return {
    name: 'stripe',
    createCustomer: (request) => answered(() => createCustomer(stripe, request)),
    attach: (request) => answered(() => attachMethod(stripe, request)),
    detach: (reference) => answered(() => detachMethod(stripe, reference)),
    beginSetup: (customerReference) => answered(() => beginSetup(stripe, customerReference)),
    charge: (requests) => inTurns(requests, (request) => outcome(() => chargeOnce(stripe, request, clock))),
    lookUp: (attempts) => inTurns(attempts, (attempt) => outcome(() => lookUpOnce(stripe, attempt))),
    cancel: (attempts) => inTurns(attempts, (attempt) => outcome(() => cancelOnce(stripe, attempt))),
    refund: (requests) => inTurns(requests, (request) => outcome(() => refundOnce(stripe, request))),
    listCharges: (period) =>
      answered(async () => {
        const page = await stripe.paymentIntents.list({ ...madeIn(period), expand: ['data.latest_charge'] });
        return pageOf(page, await inTurns(page.data, (intent) => readCharge(readIntent(intent))));
      }),
    listRefunds: (period) =>
      answered(async () => {
        const page = await stripe.refunds.list(madeIn(period));
        return pageOf(page, page.data.map(readRefund));
      }),
    listDisputes: (period) =>
      answered(async () => {
        const page = await stripe.disputes.list(madeIn(period));
        return pageOf(page, page.data.map(readDispute));
      }),
    findCharge: (reference) => found(async () => readCharge(await retrieveIntent(stripe, reference))),
    findRefund: (reference) => found(async () => readRefund(await stripe.refunds.retrieve(reference))),
    findDispute: (reference) => found(async () => readDispute(await stripe.disputes.retrieve(reference))),
  };
}

/** Stripe counts whole seconds: what was made at one of them is in the period that holds the second's first instant. */
function madeIn({ from, to, cursor }: ProviderPeriod) {
  return {
    created: { gte: Math.ceil(from / 1000), lt: Math.ceil(to / 1000) },
    limit: pageSize,
    ...(cursor !== null && { starting_after: cursor }),
  };
}

function pageOf<Row>(
  { data, has_more }: Pick<Stripe.ApiList<{ id: string }>, 'data' | 'has_more'>,
  rows: readonly (Row | null)[],
): ProviderPage<Row> {
  return {
    rows: rows.filter((row) => row !== null),
    cursor: has_more ? (data.at(-1)?.id ?? null) : null,
  };
}
