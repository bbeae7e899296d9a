/** Disputes at Stripe that move money: an inquiry, or one that a refund prevented, takes nothing from us by itself. */
import { z } from 'zod';
import type { Instant } from '../../../domain/instant.ts';
import type { ProviderDispute } from '../provider.ts';
import { fromStripe } from './amounts.ts';

const named = z.union([z.string(), z.object({ id: z.string() })]).nullish();

const disputeSchema = z.object({
  id: z.string(),
  status: z.string(),
  reason: z.string(),
  amount: z.number(),
  currency: z.string(),
  created: z.number(),
  payment_intent: named,
  charge: named,
});

/** Every status that a dispute may have; null: the bank has not taken the money back. */
export const disputeStatuses = {
  warning_needs_response: null,
  warning_under_review: null,
  warning_closed: null,
  prevented: null,
  needs_response: 'open',
  under_review: 'open',
  appeal_needs_response: 'open',
  appeal_under_review: 'open',
  won: 'won',
  lost: 'lost',
} as const;

/** Null where it moves no money, or is of a currency that we do not know. A status that is new counts as open. */
export function readDispute(answer: unknown): ProviderDispute | null {
  const dispute = disputeSchema.parse(answer);
  const status = isKnown(dispute.status) ? disputeStatuses[dispute.status] : 'open';
  const amount = fromStripe(dispute.amount, dispute.currency);
  const charge = dispute.payment_intent ?? dispute.charge;
  if (status === null || amount === null || charge === null || charge === undefined) return null;
  return {
    reference: dispute.id,
    chargeReference: typeof charge === 'string' ? charge : charge.id,
    status,
    reason: dispute.reason,
    amount,
    currency: dispute.currency.toUpperCase(),
    createdAt: (dispute.created * 1000) as Instant,
  };
}

function isKnown(status: string): status is keyof typeof disputeStatuses {
  return Object.hasOwn(disputeStatuses, status);
}
