/** Stripe's webhooks: checked on the bytes that came, and read for which record changed (docs/adr/0006-payments.md). */
import Stripe from 'stripe';
import { z } from 'zod';
import { BillingError } from '../../../domain/errors.ts';
import type { ProviderNotice, WebhookReader } from '../../../domain/providerNotice.ts';

/** A signature that is older may be somebody's recording; Stripe signs anew each time it sends. */
const toleranceSeconds = 300;

/** What is the same in each version of Stripe's API: an endpoint may have another than ours. */
const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({
    object: z.object({
      object: z.string(),
      id: z.string().optional(),
      payment_intent: z.string().nullish().catch(null),
    }),
  }),
});

/** The webhook's secret as Stripe shows it, `whsec_…`. While it is rolled, Stripe signs with both. */
export function stripeWebhookReader(secret: string, clock: () => number = Date.now): WebhookReader {
  return {
    read(body, headers) {
      const parsed = eventSchema.safeParse(
        verified(body, headers['stripe-signature'] ?? '', secret, clock()),
      );
      if (!parsed.success) {
        throw new BillingError(400, 'webhook_malformed', 'The body is signed, but is no event of Stripe.');
      }
      const { id: eventId, type, data } = parsed.data;
      return { eventId, type, subject: subjectOf(data.object) };
    },
  };
}

/** What the body says, once it is known to be Stripe's. */
function verified(body: Buffer, signature: string, secret: string, now: number): unknown {
  try {
    return Stripe.webhooks.constructEvent(body, signature, secret, toleranceSeconds, undefined, now);
  } catch {
    throw new BillingError(
      400,
      'webhook_signature_invalid',
      'The signature is not one of Stripe, or too old: check STRIPE_WEBHOOK_SECRET, and that the body arrives unchanged.',
    );
  }
}

type Subject = ProviderNotice['subject'];

/** By the name of the record that an event carries. */
const kinds: Readonly<Record<string, Exclude<Subject['kind'], 'none'>>> = {
  payment_intent: 'charge',
  charge: 'charge',
  refund: 'refund',
  dispute: 'dispute',
  payment_method: 'payment_method',
};

function subjectOf(record: z.infer<typeof eventSchema>['data']['object']): Subject {
  const kind = Object.hasOwn(kinds, record.object) ? kinds[record.object] : undefined;
  const reference = record.object === 'charge' ? record.payment_intent : record.id;
  return kind === undefined || typeof reference !== 'string' ? { kind: 'none' } : { kind, reference };
}
