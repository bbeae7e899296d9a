/** Refunds at Stripe: each is made once under our id, and found by it afterwards. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { isId } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { ProviderRefund, RefundOutcome, RefundRequest } from '../provider.ts';
import { fromStripe, toStripe } from './amounts.ts';
import { asError, isReplayed, sortError } from './errors.ts';

const named = z.union([z.string(), z.object({ id: z.string() })]).nullish();

const refundSchema = z.object({
  id: z.string(),
  status: z.string().nullish(),
  failure_reason: z.string().nullish(),
  amount: z.number(),
  currency: z.string(),
  created: z.number(),
  payment_intent: named,
  charge: named,
  metadata: z.record(z.string(), z.string()).nullish(),
});
type StripeRefund = z.infer<typeof refundSchema>;

/** No more than this many refunds of one payment are looked through. */
const pageSize = 100;

/** With these Stripe says that the money cannot go back this way, now or later. */
const impossible: ReadonlySet<string> = new Set([
  'charge_already_refunded',
  'charge_disputed',
  'charge_not_refundable',
  'refund_disputed_payment',
]);

/** Every status that a refund may have. */
export const refundStatuses = {
  pending: 'processing',
  // The customer is asked by Stripe where to send it.
  requires_action: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
} as const;

/** Gives back once: what was made under this id before is found, also when Stripe has forgotten the key. */
export async function refundOnce(stripe: Stripe, request: RefundRequest): Promise<RefundOutcome> {
  const { refundId, chargeReference, amount, currency, reason = 'requested_by_customer' } = request;
  const earlier = await stripe.refunds.list({ payment_intent: chargeReference, limit: pageSize });
  const made = earlier.data.find(({ metadata }) => metadata?.['refund'] === refundId);
  if (made) return outcomeOf(refundSchema.parse(made));
  try {
    const created = await stripe.refunds.create(
      {
        payment_intent: chargeReference,
        amount: toStripe(amount, currency).amount,
        reason,
        metadata: { refund: refundId },
      },
      { idempotencyKey: refundId },
    );
    const current = isReplayed(created.lastResponse.headers)
      ? await stripe.refunds.retrieve(created.id)
      : created;
    return outcomeOf(refundSchema.parse(current));
  } catch (error) {
    const verdict = sortError(error);
    if (verdict.kind === 'refused' && impossible.has(verdict.code)) {
      return { status: 'failed', reference: null, code: verdict.code };
    }
    if (verdict.kind === 'away') throw asError(verdict);
    // A matter of configuration or balance: it stays to be made, and says why.
    const reason = verdict.kind === 'declined' ? `Stripe answered ${verdict.code}` : verdict.reason;
    return { status: 'unknown', reason, retryAfterMs: null };
  }
}

/** Null where it is of a currency that we do not know, or of no payment: it cannot be ours. */
export function readRefund(answer: unknown): ProviderRefund | null {
  const refund = refundSchema.parse(answer);
  const amount = fromStripe(refund.amount, refund.currency);
  const chargeReference = nameOf(refund.payment_intent) ?? nameOf(refund.charge);
  if (amount === null || chargeReference === null) return null;
  const id = refund.metadata?.['refund'];
  const outcome = outcomeOf(refund);
  return {
    reference: refund.id,
    refundId: id !== undefined && isId('refund', id) ? id : null,
    chargeReference,
    outcome: outcome.status === 'unknown' ? { status: 'processing', reference: refund.id } : outcome,
    amount,
    currency: refund.currency.toUpperCase(),
    createdAt: (refund.created * 1000) as Instant,
  };
}

function outcomeOf({ id, status, failure_reason: failure }: StripeRefund): RefundOutcome {
  // Refunds of some older methods have no status: they are made at once.
  const known = status ?? 'succeeded';
  if (!isKnown(known)) {
    return {
      status: 'unknown',
      reason: `Stripe calls ${id} ${known}, which has no meaning here`,
      retryAfterMs: null,
    };
  }
  const meaning = refundStatuses[known];
  return meaning === 'failed'
    ? { status: meaning, reference: id, code: failure ?? known }
    : { status: meaning, reference: id };
}

function isKnown(status: string): status is keyof typeof refundStatuses {
  return Object.hasOwn(refundStatuses, status);
}

function nameOf(value: z.infer<typeof named>): string | null {
  return typeof value === 'string' ? value : (value?.id ?? null);
}
