/** Attempts are made, or asked about again with their keys, each at the provider that has its method. */
import { howToAsk, isLost } from '../domain/attemptAge.ts';
import { classifyDecline } from '../domain/decline.ts';
import type { Instant } from '../domain/instant.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { AttemptName, ChargeOutcome, PaymentProvider } from '../ports/payment/provider.ts';
import type { PaymentProviders } from '../ports/payment/providers.ts';
import type { PaymentOutcome, PendingPayment, Postponed } from '../store/payments.ts';
import { neverMade } from './paymentOutcomes.ts';

export interface ProviderAnswers {
  readonly known: PaymentOutcome[];
  /** Those that go on, and when they are asked about again at the earliest. */
  readonly postponed: Postponed[];
}

/** A bank debit takes days; its end is told by a webhook, and looked for so often. */
const processingMs = 3_600_000;
/** How long one that its provider does not know, and may come to know, is left alone. */
const notFoundMs = 300_000;

/** What is known by now: an attempt without an answer has none. */
export async function askProviders(
  providers: PaymentProviders,
  pending: readonly PendingPayment[],
): Promise<ProviderAnswers> {
  const groups = await Promise.all(
    [...groupByProvider(pending)].map(([name, payments]) => ask(providers.named(name), payments)),
  );
  return {
    known: groups.flatMap(({ known }) => known),
    postponed: groups.flatMap(({ postponed }) => postponed),
  };
}

/** In the order in which each provider comes first. */
export function groupByProvider<Attempt extends { readonly provider: ProviderName }>(
  attempts: readonly Attempt[],
): Map<ProviderName, Attempt[]> {
  const groups = new Map<ProviderName, Attempt[]>();
  for (const attempt of attempts) {
    const others = groups.get(attempt.provider);
    if (others) others.push(attempt);
    else groups.set(attempt.provider, [attempt]);
  }
  return groups;
}

async function ask(provider: PaymentProvider, pending: readonly PendingPayment[]): Promise<ProviderAnswers> {
  const now = Date.now() as Instant;
  const charged = pending.filter((payment) => howToAsk(ageOf(payment), now) === 'charge');
  const lookedUp = pending.filter((payment) => howToAsk(ageOf(payment), now) === 'look_up');
  // None is asked in vain: a provider counts its requests.
  const [charges, found] = await Promise.all([
    charged.length === 0 ? [] : provider.charge(charged.map(requestOf)),
    lookedUp.length === 0 ? [] : provider.lookUp(lookedUp.map(nameOf)),
  ]);
  const known: PaymentOutcome[] = [];
  const postponed: Postponed[] = [];
  const take = (payment: PendingPayment, outcome: ChargeOutcome | null | undefined) => {
    known.push(...knownOutcome(payment, outcome));
    postponed.push(...postponedBy(payment, outcome));
  };
  charged.forEach((payment, index) => {
    take(payment, charges[index]);
  });
  lookedUp.forEach((payment, index) => {
    const outcome = found[index];
    if (outcome === null && isLost(ageOf(payment), now)) known.push(lost(payment));
    else take(payment, outcome);
  });
  return { known, postponed };
}

const ageOf = ({ attempted_at: attemptedAt, provider_reference: reference }: PendingPayment) => ({
  attemptedAt,
  reference,
});

/** An attempt as its provider is asked for it. */
export function nameOf(
  payment: Pick<PendingPayment, 'id' | 'customer_reference' | 'provider_reference'>,
): AttemptName {
  return {
    paymentId: payment.id,
    customerReference: payment.customer_reference,
    reference: payment.provider_reference,
  };
}

/** When an attempt that goes on is asked about again, where its provider, or what it does, says so. */
export function postponedBy(
  { id }: Pick<PendingPayment, 'id'>,
  outcome: ChargeOutcome | null | undefined,
): Postponed[] {
  if (outcome === undefined) return [];
  if (outcome === null) return [{ id, reference: null, afterMs: notFoundMs }];
  if (outcome.status === 'processing') return [{ id, reference: outcome.reference, afterMs: processingMs }];
  if (outcome.status !== 'unknown' || outcome.retryAfterMs === null) return [];
  return [{ id, reference: null, afterMs: outcome.retryAfterMs }];
}

const nothing = { reference: null, code: null, decline: null, advice: null, action: null } as const;

/** It never came to its provider, and is not asked for again: what it was for is tried anew. */
function lost({ id }: PendingPayment): PaymentOutcome {
  return { ...nothing, id, status: 'canceled', code: neverMade };
}

function requestOf(payment: PendingPayment) {
  return {
    paymentId: payment.id,
    invoiceId: payment.invoice_id,
    customerId: payment.customer_id,
    customerReference: payment.customer_reference,
    methodReference: payment.method_reference,
    amount: payment.amount,
    currency: payment.currency,
    onSession: payment.source === 'pay_page',
    reference: payment.provider_reference,
    createdAt: payment.attempted_at,
  };
}

/** An outcome that is worth recording; none where the provider did not tell, or the attempt goes on. */
export function knownOutcome(
  { id }: { readonly id: PendingPayment['id'] },
  outcome: ChargeOutcome | null | undefined,
): PaymentOutcome[] {
  if (outcome === null || outcome === undefined) return [];
  switch (outcome.status) {
    case 'unknown':
    case 'processing':
      return [];
    case 'succeeded':
    case 'canceled':
      return [{ ...nothing, id, status: outcome.status, reference: outcome.reference }];
    case 'requires_action': {
      const { status, reference, action } = outcome;
      const code = 'authentication_required';
      return [{ ...nothing, id, status, reference, code, decline: 'requires_action', action }];
    }
    case 'failed': {
      const { status, reference, code, advice, refused = false } = outcome;
      const decline = refused ? 'hard' : classifyDecline(code, advice);
      return [{ id, status, reference, code, decline, advice, action: null }];
    }
  }
}
