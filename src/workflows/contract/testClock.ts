/** Test clocks: one workflow for each, and what it says to those who wait on it. */
import { defineUpdate } from '@temporalio/workflow';
import type { TestClockId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

export const testClockWorkflowId = (id: TestClockId) => `test-clock/${id}`;

export interface TestClockInput {
  readonly testClockId: TestClockId;
}

/** Returns at once, when the clock is `advancing`. */
export const advanceUpdate = defineUpdate<void, [Instant]>('advance');
/** Said to a workflow that waits on a test clock; returns when all that was due for it by then is done. */
export const clockReachedUpdate = defineUpdate<void, [Instant]>('clockReached');
