/** The workflows that wait for facts in Postgres, started anew from the facts wherever one is missing. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type {
  CustomerId,
  InvoiceId,
  PlanMigrationId,
  RefundId,
  SubscriptionId,
  TestClockId,
} from '../domain/ids.ts';
import { collectionWorkflowId, type CollectionInput } from '../workflows/contract/collection.ts';
import { refundWorkflowId, type RefundInput } from '../workflows/contract/creditNote.ts';
import { planMigrationWorkflowId, type PlanMigrationInput } from '../workflows/contract/planMigration.ts';
import { subscriptionWorkflowId, type SubscriptionInput } from '../workflows/contract/subscription.ts';
import { testClockWorkflowId, type TestClockInput } from '../workflows/contract/testClock.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import type { Dependencies } from './dependencies.ts';

export interface WaitingWorkflow {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly input: SubscriptionInput | CollectionInput | TestClockInput | PlanMigrationInput | RefundInput;
}

/** Of a subscription whose row is there: it has been signed up. */
export function subscriptionWorkflow(row: {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
}): WaitingWorkflow {
  const input: SubscriptionInput = {
    subscriptionId: row.id,
    customerId: row.customer_id,
    testClockId: row.test_clock_id,
    signedUp: true,
  };
  return { workflowType: workflowTypes.subscription, workflowId: subscriptionWorkflowId(row.id), input };
}

export function collectionWorkflow(row: {
  readonly id: InvoiceId;
  readonly subscription_id: SubscriptionId | null;
  readonly test_clock_id: TestClockId | null;
}): WaitingWorkflow {
  const input: CollectionInput = {
    invoiceId: row.id,
    subscriptionId: row.subscription_id,
    testClockId: row.test_clock_id,
  };
  return { workflowType: workflowTypes.collection, workflowId: collectionWorkflowId(row.id), input };
}

export function testClockWorkflow({ id }: { readonly id: TestClockId }): WaitingWorkflow {
  const input: TestClockInput = { testClockId: id };
  return { workflowType: workflowTypes.testClock, workflowId: testClockWorkflowId(id), input };
}

export function planMigrationWorkflow(row: {
  readonly id: PlanMigrationId;
  readonly paused: boolean;
}): WaitingWorkflow {
  const input: PlanMigrationInput = { migrationId: row.id, paused: row.paused };
  return { workflowType: workflowTypes.planMigration, workflowId: planMigrationWorkflowId(row.id), input };
}

export function refundWorkflow({ id }: { readonly id: RefundId }): WaitingWorkflow {
  const input: RefundInput = { refundId: id };
  return { workflowType: workflowTypes.refund, workflowId: refundWorkflowId(id), input };
}

/** False where it runs already, which is as good: Temporal itself tells, whatever a listing says. */
export async function startWorkflow(
  { temporal, taskQueue }: Dependencies,
  { workflowType, workflowId, input }: WaitingWorkflow,
): Promise<boolean> {
  try {
    await temporal.workflow.start(workflowType, { workflowId, taskQueue, args: [input] });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
