/** Moves the subscriptions of a plan to one of its versions, batch by batch; an operator may pause it and go on. */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { pauseUpdate, resumeUpdate, type PlanMigrationInput } from './contract/planMigration.ts';

const { migrateBatch, saveMigrationStatus } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumInterval: '30 seconds' },
});

export async function planMigration(input: PlanMigrationInput): Promise<void> {
  const { migrationId } = input;
  let paused = input.paused;
  setHandler(pauseUpdate, async () => {
    paused = true;
    await saveMigrationStatus(migrationId, 'paused');
  });
  setHandler(resumeUpdate, async () => {
    await saveMigrationStatus(migrationId, 'running');
    paused = false;
  });
  for (;;) {
    await condition(() => !paused);
    const { moved, refused, left } = await migrateBatch(migrationId);
    setCurrentDetails(
      `**Moved:** ${String(moved)}\n\n**Refused:** ${String(refused)}\n\n**Left:** ${String(left)}`,
    );
    if (left === 0) break;
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof planMigration>({ migrationId, paused });
    }
  }
  await condition(allHandlersFinished);
  await saveMigrationStatus(migrationId, 'completed');
}
