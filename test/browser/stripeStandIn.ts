/**
 * Stripe as the pay page meets it: its script and frames at their true addresses in the browser, and its API for the worker,
 * with one memory. What it does with a card is what Stripe's test cards do.
 */
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Route } from 'playwright-core';
import { startLoopback, type Answer, type Asked } from '../ports/payment/stripe/loopback.ts';
import { cardFrame, challengeFrame } from './stripeFrames.ts';

interface Method {
  readonly id: string;
  readonly number: string;
  customer: string | null;
}

interface Intent {
  readonly id: string;
  readonly method: Method;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'succeeded' | 'requires_action' | 'requires_payment_method' | 'canceled';
  cancellation_reason: string | null;
  last_payment_error: Readonly<Record<string, string>> | null;
}

/** docs.stripe.com/testing */
export const cards = {
  pays: '4242424242424242',
  asksBank: '4000000000003220',
  declinedAtCharge: '4000000000000341',
  refusedAtOnce: '4000000000000002',
} as const;

export interface StripeStandIn {
  /** Of its API, for the worker. */
  readonly url: string;
  readonly publishableKey: string;
  /** What was captured, in the currency's minor units, by our payment's id. */
  captured(): ReadonlyMap<string, number>;
  /** In a browser, the true addresses lead here; `hasScript` false: Stripe's script cannot be had. */
  serve(context: BrowserContext, options?: { readonly hasScript?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export async function startStripeStandIn(): Promise<StripeStandIn> {
  const publishableKey = 'pk_test_page';
  const methods = new Map<string, Method>();
  const intents = new Map<string, Intent>();
  let made = 0;
  const next = (kind: string) => `${kind}_${String((made += 1)).padStart(6, '0')}`;
  const addMethod = (number: string): Method => {
    const id = next('pm');
    const method = { id, number, customer: null };
    methods.set(id, method);
    return method;
  };

  function createIntent(given: URLSearchParams): Answer {
    const method = methods.get(given.get('payment_method') ?? '');
    if (method?.customer == null)
      return failed(400, { type: 'invalid_request_error', message: 'not attached' });
    const metadata = Object.fromEntries(
      [...given].flatMap(([name, value]) => {
        const [, key] = /^metadata\[(\w+)\]$/.exec(name) ?? [];
        return key === undefined ? [] : [[key, value]];
      }),
    );
    const intent: Intent = {
      id: next('pi'),
      method,
      amount: Number(given.get('amount')),
      currency: given.get('currency') ?? '',
      customer: method.customer,
      metadata,
      status: method.number === cards.asksBank ? 'requires_action' : 'succeeded',
      cancellation_reason: null,
      last_payment_error: null,
    };
    intents.set(intent.id, intent);
    if (method.number === cards.declinedAtCharge) return decline(intent, declined);
    return { body: shown(intent) };
  }

  function answer({ line, parameters }: Asked): Answer | undefined {
    const [, kind, id = '', operation] = /^\w+ \/v1\/(\w+)(?:\/(\w+))?(?:\/(\w+))?$/.exec(line) ?? [];
    if (line === 'POST /v1/customers') return { body: { id: next('cus'), object: 'customer' } };
    if (line === 'POST /v1/payment_intents') return createIntent(parameters);
    if (kind === 'payment_methods') {
      const method = methods.get(id) ?? (id === 'pm_card_visa' ? addMethod(cards.pays) : undefined);
      if (!method) return failed(404, { type: 'invalid_request_error', code: 'resource_missing' });
      if (operation === 'attach') {
        if (method.number === cards.refusedAtOnce) return failed(402, declined);
        method.customer = parameters.get('customer');
      }
      if (operation === 'detach') method.customer = null;
      return { body: shownMethod(method) };
    }
    // What reconciliation asks for: nothing is there that we do not know.
    if (line.startsWith('GET') && id === '') return { body: { object: 'list', data: [], has_more: false } };
    const intent = kind === 'payment_intents' ? intents.get(id) : undefined;
    if (intent && operation === 'cancel') {
      intent.status = 'canceled';
      intent.cancellation_reason = parameters.get('cancellation_reason');
    }
    return intent && { body: shown(intent) };
  }

  /** A payment method from the frame, or an intent for its browser; both with the publishable key alone. */
  function browserAnswer(method: string, url: URL, body: string): Answer {
    const given = method === 'POST' ? new URLSearchParams(body) : url.searchParams;
    if (given.get('key') !== publishableKey) return failed(401, { type: 'invalid_request_error' });
    if (url.pathname === '/v1/payment_methods' && given.get('type') === 'card') {
      return { body: shownMethod(addMethod(given.get('card[number]') ?? '')) };
    }
    const intent = intents.get(url.pathname.split('/').at(-1) ?? '');
    if (intent && given.get('client_secret') === secretOf(intent)) return { body: shown(intent) };
    return failed(404, { type: 'invalid_request_error', code: 'resource_missing' });
  }

  function authenticate(url: URL): void {
    const intent = intents.get(url.searchParams.get('intent') ?? '');
    if (intent?.status !== 'requires_action') throw new Error('nothing to authenticate');
    if (url.searchParams.get('approved') === 'true') intent.status = 'succeeded';
    else decline(intent, { type: 'invalid_request_error', code: 'payment_intent_authentication_failure' });
  }

  const loopback = await startLoopback(answer);
  const script = await readFile(new URL('stripeScript.mjs', import.meta.url), 'utf8');

  async function serveOne(route: Route, hasScript: boolean): Promise<void> {
    const request = route.request();
    const url = new URL(request.url());
    const page = (body: string) => route.fulfill({ contentType: 'text/html', body });
    switch (`${url.hostname}${url.pathname}`) {
      case 'js.stripe.com/v3/':
        return hasScript ? route.fulfill({ contentType: 'text/javascript', body: script }) : route.abort();
      case 'js.stripe.com/v3/elements-inner-payment.html':
        return page(cardFrame);
      case 'hooks.stripe.com/3d_secure_2/hosted':
        return page(challengeFrame);
      case 'hooks.stripe.com/3d_secure_2/answer':
        authenticate(url);
        return route.fulfill({ body: '' });
    }
    if (url.hostname !== 'api.stripe.com') return route.fulfill({ body: '' });
    const { status = 200, body } = browserAnswer(request.method(), url, request.postData() ?? '');
    return route.fulfill({ status, json: body, headers: { 'access-control-allow-origin': '*' } });
  }

  return {
    url: loopback.url,
    publishableKey,
    captured: () =>
      new Map(
        [...intents.values()]
          .filter(({ status }) => status === 'succeeded')
          .map(({ metadata, amount }) => [metadata['payment'] ?? '', amount]),
      ),
    async serve(context, { hasScript = true } = {}) {
      await context.route(
        ({ hostname }) => hostname.endsWith('.stripe.com'),
        (route) => serveOne(route, hasScript),
      );
    },
    stop: () => loopback.stop(),
  };
}

const declined = {
  type: 'card_error',
  code: 'card_declined',
  decline_code: 'generic_decline',
  message: 'Your card was declined.',
};

function failed(status: number, error: Readonly<Record<string, unknown>>): Answer {
  return { status, body: { error: { message: 'refused', ...error } } };
}

function decline(intent: Intent, error: Readonly<Record<string, string>>): Answer {
  intent.status = 'requires_payment_method';
  intent.last_payment_error = error;
  return failed(402, { ...error, payment_intent: shown(intent) });
}

const secretOf = ({ id }: Intent) => `${id}_secret_page`;

function shown(intent: Intent) {
  const { method, status, ...rest } = intent;
  return {
    ...rest,
    object: 'payment_intent',
    status,
    amount_received: status === 'succeeded' ? intent.amount : 0,
    created: Math.floor(Date.now() / 1000),
    client_secret: secretOf(intent),
    payment_method: method.id,
    next_action: status === 'requires_action' ? { type: 'use_stripe_sdk', use_stripe_sdk: {} } : null,
    latest_charge: null,
  };
}

function shownMethod({ id, number, customer }: Method) {
  const card = { brand: 'visa', last4: number.slice(-4), exp_month: 12, exp_year: 2034, fingerprint: number };
  return { id, object: 'payment_method', type: 'card', customer, card };
}
