/** What holds for each workflow that lives long: how it is woken, and how it refuses while it goes on as a new one. */
import { defineSignal } from '@temporalio/workflow';

/** The type of the failure by which an update is refused while its workflow is about to go on as a new one: ask again. */
export const goesOnAsNew = 'goes_on_as_new';
/** The facts in Postgres have changed: look again. */
export const refreshSignal = defineSignal('refresh');
