/** What providers tell, and what they have on record. */
import { defineSignal } from '@temporalio/workflow';
import type { ReconciliationId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ProviderName } from '../../domain/paymentProvider.ts';

export const providerEventsWorkflowId = 'provider-events';
export const reconciliationWorkflowId = (id: ReconciliationId) => `reconciliation/${id}`;
/** A webhook was recorded. */
export const providerEventSignal = defineSignal('providerEvent');

export interface ReconciliationInput {
  /** Of one that was asked for; null: every provider, each by an id of its own. */
  readonly asked: { readonly id: ReconciliationId; readonly provider: ProviderName } | null;
  /** Null: from a little before the end of the last one, until now. */
  readonly from: Instant | null;
  readonly to: Instant | null;
}
