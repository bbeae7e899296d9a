/**
 * Runs in the page in place of Stripe.js, from its very address. It has what our script calls and no more, and is as strict as
 * Stripe's reference (docs.stripe.com/js) allows: a wrong argument, a wrong order, an unknown option throws or warns. Card
 * details stay in a frame of js.stripe.com; only the name of a payment method comes out of it.
 */
/* global window, document, fetch, console, CSS */
(() => {
  class IntegrationError extends Error {
    name = 'IntegrationError';
  }
  const demand = (holds, message) => {
    if (!holds) throw new IntegrationError(message);
  };
  const locales =
    'auto ar bg cs da de el en en-GB es es-419 et fi fil fr fr-CA he hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW'.split(
      ' ',
    );
  const known = (what, options, names) => {
    demand(typeof options === 'object' && options !== null, `${what}: expected an object.`);
    for (const name of Object.keys(options)) {
      if (!names.includes(name)) console.warn(`Unrecognized ${what} parameter: ${name}`);
    }
  };

  /** Asks the frame, and resolves with what it answers. */
  let asked = 0;
  const askFrame = (frame, question) =>
    new Promise((resolve) => {
      const id = (asked += 1);
      const hear = ({ source, origin, data }) => {
        if (source !== frame.contentWindow || origin !== new URL(frame.src).origin || data.id !== id) return;
        window.removeEventListener('message', hear);
        resolve(data.answer);
      };
      window.addEventListener('message', hear);
      frame.contentWindow.postMessage({ id, ...question }, new URL(frame.src).origin);
    });
  const openFrame = (parent, src, title) =>
    new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.title = title;
      frame.style.setProperty('width', '100%');
      frame.style.setProperty('height', '260px');
      frame.style.setProperty('border', '0');
      frame.addEventListener('load', () => resolve(frame), { once: true });
      frame.src = src;
      parent.append(frame);
    });

  window.Stripe = (key, given = {}) => {
    demand(/^pk_(test|live)_\w+$/.test(key), 'Please call Stripe() with your publishable key.');
    known('Stripe()', given, ['apiVersion', 'locale', 'stripeAccount']);
    const { locale = 'auto' } = given;
    demand(
      locales.includes(locale),
      `Invalid value for Stripe(): locale should be one of ${locales.join(', ')}.`,
    );
    const groups = new WeakMap();

    const retrieve = async (clientSecret) => {
      const [id] = clientSecret.split('_secret_');
      const query = new URLSearchParams({ client_secret: clientSecret, key });
      const response = await fetch(`https://api.stripe.com/v1/payment_intents/${id}?${query}`);
      return response.json();
    };

    return {
      elements(options = {}) {
        known('elements()', options, [
          ...[
            'mode',
            'amount',
            'currency',
            'paymentMethodTypes',
            'paymentMethodCreation',
            'setupFutureUsage',
          ],
          ...['appearance', 'fonts', 'locale', 'loader'],
        ]);
        const { mode, amount, currency, paymentMethodTypes, paymentMethodCreation } = options;
        demand(
          ['payment', 'setup', 'subscription'].includes(mode),
          'elements(): mode should be one of payment, setup, subscription.',
        );
        demand(
          mode === 'setup' ? amount === undefined : Number.isInteger(amount),
          'elements(): amount goes with payments only.',
        );
        demand(
          currency === undefined ? mode === 'setup' : /^[a-z]{3}$/.test(currency),
          'elements(): currency should be a lowercase ISO code.',
        );
        demand(
          paymentMethodTypes === undefined ||
            (Array.isArray(paymentMethodTypes) && paymentMethodTypes.length > 0),
          'elements(): paymentMethodTypes should be a list.',
        );
        demand(
          [undefined, 'manual'].includes(paymentMethodCreation),
          'elements(): paymentMethodCreation should be manual.',
        );
        const group = { options, frame: null, isCreated: false, isSubmitted: false };
        const elements = {
          create(type, elementOptions = {}) {
            demand(type === 'payment', `A valid Element name must be provided: ${type}`);
            known('create()', elementOptions, [
              'defaultValues',
              'business',
              'fields',
              'layout',
              'readOnly',
              'terms',
              'wallets',
            ]);
            demand(!group.isCreated, 'Can only create one Element of type payment.');
            group.isCreated = true;
            const listeners = { ready: [], loaderror: [], change: [], focus: [], blur: [], escape: [] };
            return {
              on(event, listener) {
                demand(event in listeners, `Invalid event name: ${event}`);
                demand(typeof listener === 'function', 'on(): expected a function.');
                listeners[event].push(listener);
                return this;
              },
              mount(target) {
                const parent = typeof target === 'string' ? document.querySelector(target) : target;
                demand(
                  parent instanceof HTMLElement && parent.isConnected,
                  'The selector you specified applies to no DOM elements that are currently on the page.',
                );
                demand(group.frame === null, 'This Element has already been mounted.');
                if (parent.childNodes.length > 0)
                  console.warn('This Element will be mounted to a DOM element that contains child nodes.');
                const src = `https://js.stripe.com/v3/elements-inner-payment.html#locale=${locale}`;
                group.frame = openFrame(parent, src, 'Secure payment input frame');
                group.frame.then(() =>
                  listeners.ready.forEach((listener) => listener({ elementType: 'payment' })),
                );
              },
            };
          },
          async submit() {
            demand(
              group.frame !== null,
              'elements should have a mounted Payment Element or Express Checkout Element.',
            );
            const answer = await askFrame(await group.frame, { ask: 'check' });
            group.isSubmitted = answer.error === undefined;
            return answer;
          },
        };
        groups.set(elements, group);
        return elements;
      },

      async createPaymentMethod(options) {
        known('createPaymentMethod()', options, ['elements', 'params']);
        const group = groups.get(options.elements);
        demand(
          group,
          'createPaymentMethod(): elements should be an Elements instance of this Stripe instance.',
        );
        demand(
          group.frame !== null,
          'elements should have a mounted Payment Element or Express Checkout Element.',
        );
        demand(
          group.options.paymentMethodCreation === 'manual',
          'createPaymentMethod() needs elements() with paymentMethodCreation: manual.',
        );
        demand(group.isSubmitted, 'elements.submit() must be called before createPaymentMethod().');
        group.isSubmitted = false;
        return askFrame(await group.frame, { ask: 'create', key });
      },

      async handleNextAction(options) {
        known('handleNextAction()', options, ['clientSecret']);
        demand(
          /^(pi|seti)_\w+_secret_\w+$/.test(options.clientSecret),
          'handleNextAction(): clientSecret should be a client secret.',
        );
        const intent = await retrieve(options.clientSecret);
        demand(
          intent.status === 'requires_action',
          `handleNextAction: The PaymentIntent supplied is not in the requires_action state: ${intent.status}`,
        );
        const src = `https://hooks.stripe.com/3d_secure_2/hosted?intent=${CSS.escape(intent.id)}`;
        const frame = await openFrame(document.body, src, '3D Secure authentication frame');
        const { approved } = await askFrame(frame, { ask: 'authenticate' });
        frame.remove();
        const message =
          'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
        if (!approved)
          return {
            error: { type: 'invalid_request_error', code: 'payment_intent_authentication_failure', message },
          };
        return { paymentIntent: await retrieve(options.clientSecret) };
      },
    };
  };
})();
