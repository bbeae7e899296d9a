/** Collection: one workflow for each invoice that was not paid when it was due. */
import { defineUpdate } from '@temporalio/workflow';
import type { InvoiceId, SubscriptionId, TestClockId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

export const collectionWorkflowId = (id: InvoiceId) => `collection/${id}`;

export interface CollectionInput {
  readonly invoiceId: InvoiceId;
  readonly subscriptionId: SubscriptionId | null;
  readonly testClockId: TestClockId | null;
}

/** Asked again, each changes nothing. They return when it is durable. */
export interface AskDunning {
  readonly invoiceId: InvoiceId;
}
export interface PromiseToPay extends AskDunning {
  readonly until: Instant;
}

/** What operators ask, in Temporal's UI or by the API; refused with what to do where it cannot be. */
export const payNowUpdate = defineUpdate<void>('pay_now');
export const pauseDunningUpdate = defineUpdate<void>('pause_dunning');
export const resumeDunningUpdate = defineUpdate<void>('resume_dunning');
/** `until`: an RFC 3339 time. */
export const promiseToPayUpdate = defineUpdate<void, [{ readonly until: string }]>('promise_to_pay');
export const writeOffUpdate = defineUpdate<void>('write_off');
