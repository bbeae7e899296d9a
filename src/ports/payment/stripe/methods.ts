/** Customers and their payment methods at Stripe. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { customerMessage } from '../../../domain/decline.ts';
import { BillingError } from '../../../domain/errors.ts';
import type { AttachedMethod, AttachRequest, NewProviderCustomer, SetupForm } from '../provider.ts';
import { asError, isMissing, sortError } from './errors.ts';
import { metadataQuery } from './search.ts';

const methodSchema = z.object({
  id: z.string(),
  type: z.string(),
  card: z
    .object({
      brand: z.string(),
      last4: z.string(),
      exp_month: z.number(),
      exp_year: z.number(),
      fingerprint: z.string().nullish(),
    })
    .nullish(),
});

/** Returns Stripe's name of the customer. Asked twice with other words, it is the one that was made first. */
export async function createCustomer(stripe: Stripe, request: NewProviderCustomer): Promise<string> {
  const { customerId, name, email } = request;
  try {
    const { id } = await stripe.customers.create(
      { name, ...(email !== null && { email }), metadata: { customer: customerId } },
      { idempotencyKey: customerId },
    );
    return id;
  } catch (error) {
    const verdict = sortError(error);
    if (verdict.kind !== 'key_misused') throw asError(verdict);
    // The name has changed since it was made: it is found as soon as Stripe's search shows it, a minute later at most.
    const { data } = await stripe.customers.search({
      query: metadataQuery('customer', customerId),
      limit: 1,
    });
    const [found] = data;
    if (!found) throw asError(verdict);
    return found.id;
  }
}

/** Attaches a method, which may be attached already by the page on which the customer gave it. */
export async function attachMethod(stripe: Stripe, request: AttachRequest): Promise<AttachedMethod> {
  const { customerReference, paymentMethodId, token } = request;
  try {
    return describe(
      await stripe.paymentMethods.attach(
        token,
        { customer: customerReference },
        { idempotencyKey: paymentMethodId },
      ),
    );
  } catch (error) {
    const verdict = sortError(error);
    if (isMissing(error)) {
      throw new BillingError(
        400,
        'payment_method_unknown',
        `Stripe does not know ${token}. Give the id of a payment method, such as pm_… from Stripe's script.`,
        'token',
      );
    }
    if (verdict.kind === 'declined') {
      throw new BillingError(422, 'payment_method_declined', customerMessage(verdict.code), 'token');
    }
    if (verdict.kind === 'refused') {
      const method = await stripe.paymentMethods.retrieve(token).catch(() => null);
      if (ownerOf(method) === customerReference) return describe(method);
      throw new BillingError(400, 'payment_method_refused', verdict.reason, 'token');
    }
    throw asError(verdict);
  }
}

/** Detaches a method; one that is not attached any more, or not known, is no error. */
export async function detachMethod(stripe: Stripe, reference: string): Promise<void> {
  try {
    await stripe.paymentMethods.detach(reference);
  } catch (error) {
    if (isMissing(error)) return;
    const verdict = sortError(error);
    if (verdict.kind === 'refused' && ownerOf(await stripe.paymentMethods.retrieve(reference)) === null)
      return;
    throw asError(verdict);
  }
}

/** For Stripe's script in our page: methods that lead the customer away from it are left out. */
export async function beginSetup(stripe: Stripe, customerReference: string): Promise<SetupForm> {
  const { client_secret: clientSecret } = await stripe.setupIntents.create({
    customer: customerReference,
    usage: 'off_session',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
  return { clientSecret };
}

function describe(answer: unknown): AttachedMethod {
  const { id, type, card } = methodSchema.parse(answer);
  return {
    reference: id,
    type,
    // A wallet's card may have no fingerprint: then it is the same as no other.
    card: card ? { ...card, fingerprint: card.fingerprint ?? id } : null,
  };
}

function ownerOf(method: Stripe.PaymentMethod | null): string | null {
  const customer = method?.customer ?? null;
  return customer === null || typeof customer === 'string' ? customer : customer.id;
}
