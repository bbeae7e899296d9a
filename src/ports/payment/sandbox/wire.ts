/** What the sandbox answers, and what that is in the words of the port. */
import { z } from 'zod';
import { isId } from '../../../domain/ids.ts';
import { parseInstant, type Instant } from '../../../domain/instant.ts';
import { amount } from '../../../domain/money.ts';
import type {
  ChargeOutcome,
  ProviderCharge,
  ProviderDispute,
  ProviderRefund,
  RefundOutcome,
} from '../provider.ts';

export const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

const instant = z.string().transform((text, context): Instant => {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'is no instant' });
  return z.NEVER;
});

export const customer = z.object({ id: z.string() });
export const detached = z.object({ id: z.string(), deleted: z.literal(true) });

export const method = z.object({
  id: z.string(),
  type: z.string(),
  card: z
    .object({
      brand: z.string(),
      last4: z.string(),
      exp_month: z.number(),
      exp_year: z.number(),
      fingerprint: z.string(),
    })
    .nullable(),
});

export const charge = z.object({
  id: z.string(),
  idempotency_key: z.string(),
  status: z.enum(['processing', 'requires_action', 'succeeded', 'failed', 'canceled']),
  failure_code: z.string().nullable(),
  advice: z.enum(['confirm_card_data', 'do_not_try_again', 'try_again_later']).nullable(),
  amount: z.int(),
  currency: z.string(),
  created: instant,
  action_url: z.string().nullable(),
});

export const refund = z.object({
  id: z.string(),
  idempotency_key: z.string(),
  charge: z.string(),
  status: z.enum(['processing', 'succeeded', 'failed']),
  failure_code: z.string().nullable(),
  amount: z.int(),
  currency: z.string(),
  created: instant,
});

export const dispute = z.object({
  id: z.string(),
  charge: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  reason: z.string(),
  amount: z.int(),
  currency: z.string(),
  created: instant,
});

/** Of each key, in order; null: there is none, or its key was used for something else. */
export const charges = z.object({ charges: z.array(charge.nullable()) });
export const refunds = z.object({ refunds: z.array(refund.nullable()) });
export const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() });

type Settled<Outcome> = Exclude<Outcome, { readonly status: 'unknown' }>;

export function chargeOutcome(made: z.output<typeof charge>): Settled<ChargeOutcome> {
  const { status, id: reference } = made;
  switch (status) {
    case 'succeeded':
    case 'processing':
    case 'canceled':
      return { status, reference };
    case 'requires_action':
      return { status, reference, action: { url: made.action_url, clientSecret: null } };
    case 'failed':
      return { status, reference, code: made.failure_code ?? 'generic_decline', advice: made.advice };
  }
}

export function refundOutcome({
  status,
  id: reference,
  failure_code: code,
}: z.output<typeof refund>): Settled<RefundOutcome> {
  return status === 'failed' ? { status, reference, code: code ?? 'unknown' } : { status, reference };
}

export function providerCharge(made: z.output<typeof charge>): ProviderCharge {
  return {
    reference: made.id,
    paymentId: isId('payment', made.idempotency_key) ? made.idempotency_key : null,
    outcome: chargeOutcome(made),
    amountCaptured: amount(made.status === 'succeeded' ? made.amount : 0),
    currency: made.currency,
    createdAt: made.created,
  };
}

export function providerRefund(made: z.output<typeof refund>): ProviderRefund {
  return {
    reference: made.id,
    refundId: isId('refund', made.idempotency_key) ? made.idempotency_key : null,
    chargeReference: made.charge,
    outcome: refundOutcome(made),
    amount: amount(made.amount),
    currency: made.currency,
    createdAt: made.created,
  };
}

export function providerDispute(made: z.output<typeof dispute>): ProviderDispute {
  return {
    reference: made.id,
    chargeReference: made.charge,
    status: made.status,
    reason: made.reason,
    amount: amount(made.amount),
    currency: made.currency,
    createdAt: made.created,
  };
}
