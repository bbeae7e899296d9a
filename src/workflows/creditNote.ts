/** A credit note, and the refunds that follow it: each goes on by itself until the provider has told. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, ParentClosePolicy, proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { RefundId } from '../domain/ids.ts';
import { refundWorkflowId, type IssueCreditNote, type RefundInput } from './contract/creditNote.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});
/** A provider may be away for days. */
const patient = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '10 minutes' },
});

/** Whoever asked for the note waits for its refunds only so long. */
const patienceMs = 5_000;

export async function issueCreditNote(request: IssueCreditNote): Promise<void> {
  const refunds = await activities.issueCreditNote(request);
  if (refunds.length === 0) return;
  await Promise.race([Promise.all(refunds.map(makeRefund)), sleep(patienceMs)]);
}

async function makeRefund(refundId: RefundId): Promise<void> {
  try {
    await executeChild(refund, {
      workflowId: refundWorkflowId(refundId),
      args: [{ refundId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    // It is made already: a repair was quicker.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

export async function refund({ refundId }: RefundInput): Promise<void> {
  await patient.settleRefund(refundId);
}
