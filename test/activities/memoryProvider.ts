/** A provider that keeps its records in memory: one charge for each key, whatever becomes of those who asked. */
import type { PaymentId } from '../../src/domain/ids.ts';
import type { ChargeOutcome, ChargeRequest, PaymentProvider } from '../../src/ports/payment/provider.ts';

/** What becomes of a charge to a method, by its provider's reference. */
export type Behaviour =
  | 'succeeds'
  | 'requires_action'
  | 'processes'
  | 'is_limited'
  | { readonly declines: string; readonly refused?: boolean };

export interface MemoryProvider extends PaymentProvider {
  /** By the provider's reference of the method. */
  readonly behaviours: Map<string, Behaviour>;
  /** The charges that there are, by their keys; each is made once. */
  readonly charges: Map<PaymentId, { readonly request: ChargeRequest; outcome: ChargeOutcome }>;
  /** How often it was asked to charge each key. */
  readonly asked: Map<PaymentId, number>;
  /** The customer, or the bank, has done what it was asked for. */
  settle(id: PaymentId): void;
  /** The bank has refused it. */
  refuse(id: PaymentId, code: string): void;
  readonly captured: bigint;
}

const waits = (id: string): ChargeOutcome => ({
  status: 'requires_action',
  reference: `ch_${id}`,
  action: { url: null, clientSecret: null },
});

export function memoryProvider(base: PaymentProvider): MemoryProvider {
  const behaviours = new Map<string, Behaviour>();
  const charges: MemoryProvider['charges'] = new Map();
  const asked = new Map<PaymentId, number>();
  const charge = (request: ChargeRequest): ChargeOutcome => {
    const { paymentId: id, methodReference } = request;
    asked.set(id, (asked.get(id) ?? 0) + 1);
    const known = charges.get(id);
    if (known) return known.outcome;
    const behaviour = behaviours.get(methodReference) ?? 'succeeds';
    if (behaviour === 'is_limited') return { status: 'unknown', reason: 'too many', retryAfterMs: 60_000 };
    const reference = `ch_${id}`;
    const outcome: ChargeOutcome =
      behaviour === 'succeeds'
        ? { status: 'succeeded', reference }
        : behaviour === 'requires_action'
          ? waits(id)
          : behaviour === 'processes'
            ? { status: 'processing', reference }
            : behaviour.refused === true
              ? { status: 'failed', reference: null, code: behaviour.declines, advice: null, refused: true }
              : { status: 'failed', reference, code: behaviour.declines, advice: null };
    charges.set(id, { request, outcome });
    return outcome;
  };
  return {
    ...base,
    behaviours,
    charges,
    asked,
    charge: (requests) => Promise.resolve(requests.map(charge)),
    lookUp: (attempts) =>
      Promise.resolve(attempts.map(({ paymentId }) => charges.get(paymentId)?.outcome ?? null)),
    cancel: (attempts) =>
      Promise.resolve(
        attempts.map(({ paymentId: id }): ChargeOutcome => {
          const known = charges.get(id);
          if (!known) return { status: 'unknown', reason: 'no such charge', retryAfterMs: null };
          if (known.outcome.status === 'requires_action') {
            known.outcome = { status: 'canceled', reference: `ch_${id}` };
          }
          return known.outcome;
        }),
      ),
    settle(id) {
      const known = charges.get(id);
      const status = known?.outcome.status;
      if (!known || (status !== 'requires_action' && status !== 'processing')) return;
      known.outcome = { status: 'succeeded', reference: `ch_${id}` };
    },
    refuse(id, code) {
      const known = charges.get(id);
      if (known?.outcome.status !== 'requires_action') return;
      known.outcome = { status: 'failed', reference: `ch_${id}`, code, advice: null };
    },
    get captured() {
      return [...charges.values()]
        .filter(({ outcome }) => outcome.status === 'succeeded')
        .reduce((sum, { request }) => sum + request.amount, 0n);
    },
  };
}
