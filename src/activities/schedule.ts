/** The Schedules that start what runs for ever, and never two of one at once. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import {
  billingCycleScheduleId,
  dailyCloseScheduleId,
  providerEventsScheduleId,
  reconciliationScheduleId,
  eventRelayScheduleId,
  notificationsScheduleId,
  repairScheduleId,
  usageRollupScheduleId,
} from '../workflows/contract/schedules.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';

const schedules = [
  [billingCycleScheduleId, workflowTypes.billingCycle, '1 minute'],
  [usageRollupScheduleId, workflowTypes.usageRollup, '1 minute'],
  [eventRelayScheduleId, workflowTypes.eventRelay, '1 minute'],
  [dailyCloseScheduleId, workflowTypes.dailyClose, '1 hour'],
  [providerEventsScheduleId, workflowTypes.providerEvents, '1 minute'],
  [reconciliationScheduleId, workflowTypes.reconciliation, '1 hour'],
  [notificationsScheduleId, workflowTypes.sendNotifications, '1 minute'],
  [repairScheduleId, workflowTypes.repair, '1 hour'],
] as const;

/** Creates the Schedules that are missing and returns them; one that an operator has paused or changed stays as it is. */
export async function ensureSchedules(temporal: Client, taskQueue: string): Promise<string[]> {
  const created: string[] = [];
  for (const [scheduleId, workflowType, every] of schedules) {
    try {
      await temporal.schedule.create({
        scheduleId,
        spec: { intervals: [{ every }] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
        action: { type: 'startWorkflow', workflowType, taskQueue, workflowId: scheduleId, args: [] },
        state: { triggerImmediately: true },
      });
      created.push(scheduleId);
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
  return created;
}
