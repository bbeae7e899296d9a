/** Has notices sent at once that somebody has just written. */
import { isNotificationDue } from '../store/notificationSending.ts';
import { notificationsWorkflowId } from '../workflows/contract/notifications.ts';
import { refreshSignal } from '../workflows/contract/longLived.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import type { Dependencies } from './dependencies.ts';

/** Asked for in vain, or lost, it does no harm: the Schedule finds them within a minute. */
export async function promptNotifications({
  pool,
  temporal,
  taskQueue,
  logger,
}: Dependencies): Promise<void> {
  if (!(await isNotificationDue(pool))) return;
  await temporal.workflow
    .signalWithStart(workflowTypes.sendNotifications, {
      workflowId: notificationsWorkflowId,
      taskQueue,
      signal: refreshSignal,
    })
    .catch((error: unknown) => {
      logger.warn({ error }, 'notices are sent later');
    });
}
