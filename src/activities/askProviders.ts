/** Attempts are made, or asked about again with their keys, each at the provider that has its method. */
import { classifyDecline } from '../domain/decline.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { ChargeOutcome } from '../ports/payment/provider.ts';
import type { PaymentProviders } from '../ports/payment/providers.ts';
import type { PaymentOutcome, PendingPayment } from '../store/payments.ts';

/** What is known by now: an attempt without an answer has none. */
export async function askProviders(
  providers: PaymentProviders,
  pending: readonly PendingPayment[],
): Promise<PaymentOutcome[]> {
  const byProvider = new Map<ProviderName, PendingPayment[]>();
  for (const payment of pending) {
    const others = byProvider.get(payment.provider);
    if (others) others.push(payment);
    else byProvider.set(payment.provider, [payment]);
  }
  const known = await Promise.all(
    [...byProvider].map(async ([name, payments]) => {
      const outcomes = await providers.named(name).charge(payments.map(requestOf));
      return payments.flatMap((payment, index) => knownOutcome(payment, outcomes[index]));
    }),
  );
  return known.flat();
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
    createdAt: payment.created,
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
      return [
        {
          id,
          status: outcome.status,
          reference: outcome.reference,
          code: null,
          decline: null,
          advice: null,
          action: null,
        },
      ];
    case 'requires_action': {
      const { status, reference, action } = outcome;
      return [
        {
          id,
          status,
          reference,
          code: 'authentication_required',
          decline: 'requires_action',
          advice: null,
          action,
        },
      ];
    }
    case 'failed': {
      const { status, reference, code, advice } = outcome;
      return [{ id, status, reference, code, decline: classifyDecline(code, advice), advice, action: null }];
    }
  }
}
