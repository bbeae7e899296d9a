/** The Schedule that starts the billing cycle: every minute, and never two at once. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { billingCycleScheduleId, workflowTypes } from '../workflows/contract.ts';

/** Creates the Schedule where there is none; one that an operator has paused or changed stays as it is. */
export async function ensureBillingCycle(temporal: Client, taskQueue: string): Promise<void> {
  try {
    await temporal.schedule.create({
      scheduleId: billingCycleScheduleId,
      spec: { intervals: [{ every: '1 minute' }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.billingCycle,
        taskQueue,
        workflowId: 'billing-cycle',
        args: [],
      },
      state: { triggerImmediately: true },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
