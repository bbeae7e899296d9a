/** Migrations to a version of a plan. */
import { defineUpdate } from '@temporalio/workflow';
import type { PlanMigrationId } from '../../domain/ids.ts';

export const planMigrationWorkflowId = (id: PlanMigrationId) => `plan-migration/${id}`;

export interface PlanMigrationInput {
  readonly migrationId: PlanMigrationId;
  readonly paused: boolean;
}

/** Return when the migration stands still, or goes on. */
export const pauseUpdate = defineUpdate('pause');
export const resumeUpdate = defineUpdate('resume');
