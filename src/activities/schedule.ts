/** The Schedules that start what runs for ever: every minute, and never two of one at once. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { billingCycleScheduleId, usageRollupScheduleId, workflowTypes } from '../workflows/contract.ts';

const schedules = [
  [billingCycleScheduleId, workflowTypes.billingCycle],
  [usageRollupScheduleId, workflowTypes.usageRollup],
] as const;

/** Creates the Schedules that are missing; one that an operator has paused or changed stays as it is. */
export async function ensureSchedules(temporal: Client, taskQueue: string): Promise<void> {
  for (const [scheduleId, workflowType] of schedules) {
    try {
      await temporal.schedule.create({
        scheduleId,
        spec: { intervals: [{ every: '1 minute' }] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
        action: { type: 'startWorkflow', workflowType, taskQueue, workflowId: scheduleId, args: [] },
        state: { triggerImmediately: true },
      });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}
