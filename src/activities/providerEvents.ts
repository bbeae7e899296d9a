/** Webhooks are applied: each is a hint at which the provider is asked what its record is now. */
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Comparison } from '../domain/reconciliation.ts';
import type { PaymentProvider } from '../ports/payment/provider.ts';
import { isDatabaseAway } from '../store/database.ts';
import {
  findWaitingEvents,
  noteApplied,
  noteNotApplied,
  type EventResult,
  type WaitingEvent,
} from '../store/providerEvents.ts';
import { saveFindings } from '../store/reconciliations.ts';
import { findRecordedPayment } from '../store/providerRecords.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { applyCharge, applyDispute, applyRefund, type Compared } from './providerRecords.ts';

const batchSize = 100;
const atOnce = 8;

export interface AppliedEvents {
  readonly applied: number;
  /** The provider did not tell: they wait for their retry. */
  readonly failed: number;
}

export function providerEventActivities(deps: Dependencies) {
  return {
    /** Applies what waits, until nothing does; one that fails is tried again later and holds up no other. */
    async applyProviderEvents(): Promise<AppliedEvents> {
      return withHeartbeat(async (progress) => {
        let applied = 0;
        let failed = 0;
        for (;;) {
          const events = await findWaitingEvents(deps.pool, batchSize);
          for (let first = 0; first < events.length; first += atOnce) {
            progress.goOn();
            const results = await Promise.all(
              events.slice(first, first + atOnce).map((event) => applyAlone(deps, event)),
            );
            const done = results.filter((result) => result !== undefined);
            await noteApplied(deps.pool, done);
            applied += done.length;
            failed += results.length - done.length;
            progress.report({ applied, failed });
          }
          if (events.length < batchSize) break;
        }
        return { applied, failed };
      });
    },
  };
}

async function applyAlone(
  deps: Dependencies,
  event: WaitingEvent,
): Promise<(WaitingEvent & { readonly result: EventResult }) | undefined> {
  try {
    return { ...event, result: await apply(deps, event) };
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    deps.logger.warn({ event: event.event_id, error }, 'a webhook could not be applied yet');
    await noteNotApplied(deps.pool, event, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function apply(deps: Dependencies, event: WaitingEvent): Promise<EventResult> {
  const { provider: name, subject_kind: kind, subject_reference: reference } = event;
  if (reference === null) return 'ignored';
  const comparison = await applyRecord(deps, name, kind, reference);
  switch (comparison?.kind) {
    case 'settle':
      return 'applied';
    case 'foreign':
      return 'foreign';
    case undefined:
      return 'ignored';
    // What differs has been told.
    case 'agrees':
    case 'finding':
      return 'known';
  }
}

/** Undefined: nothing follows from it, or the provider has no such record. */
async function applyRecord(
  deps: Dependencies,
  name: ProviderName,
  kind: WaitingEvent['subject_kind'],
  reference: string,
): Promise<Comparison | undefined> {
  const provider: PaymentProvider = deps.payments.named(name);
  switch (kind) {
    case 'charge': {
      const ours = await findRecordedPayment(deps.pool, name, reference, null);
      // Mostly the answer was there first, and the provider need not be asked for what cannot change.
      if (ours?.status === 'succeeded') return { kind: 'agrees' };
      const charge = await provider.findCharge(reference);
      return charge ? told(deps, name, await applyCharge(deps, name, charge)) : undefined;
    }
    case 'refund': {
      const refund = await provider.findRefund(reference);
      return refund ? told(deps, name, await applyRefund(deps, name, refund)) : undefined;
    }
    case 'dispute': {
      const dispute = await provider.findDispute(reference);
      return dispute ? applyDispute(deps, name, dispute) : undefined;
    }
    case 'payment_method':
    case 'none':
      return undefined;
  }
}

async function told(
  deps: Dependencies,
  provider: ProviderName,
  { comparison, finding }: Compared,
): Promise<Comparison> {
  if (finding) await saveFindings(deps.pool, provider, null, [finding]);
  return comparison;
}
