/** `npm run repair`: brings Temporal back in line with the facts in Postgres at once, and tells what it did. */
import {
  Client,
  Connection,
  WorkflowFailedError,
  WorkflowIdConflictPolicy,
  type WorkflowHandle,
} from '@temporalio/client';
import { loadConfig, type Config } from '../config.ts';
import type { RepairAction, RepairInput, RepairReport } from '../workflows/contract/repair.ts';
import { repairScheduleId } from '../workflows/contract/schedules.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import { main } from './main.ts';
import { StackError } from './stackError.ts';
import { findRunningTemporal } from './temporalServer.ts';

const usage = `npm run repair                what is missing, left over or overdue; exit code 1 where something was set aside
npm run repair -- --thorough  asks for the workflow of every row, whatever Temporal lists`;

/** A worker that is there takes the repair within so long. */
const patienceMs = 15_000;

const words: Record<RepairAction, string> = {
  started: 'started',
  ended: 'ended',
  nudged: 'nudged',
  setAside: 'set aside',
};
const actions = Object.keys(words) as RepairAction[];

await main(async () => {
  const options = process.argv.slice(2);
  if (options.some((option) => option !== '--thorough')) throw new StackError(usage);
  const config = loadConfig(process.env);
  const connection = await connect(config);
  try {
    const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
    const report = await repair(temporal, config, { thorough: options.length > 0 });
    print(report);
    process.exit(report.counts.setAside === 0 ? 0 : 1);
  } finally {
    await connection.close();
  }
});

/** To the Temporal of TEMPORAL_ADDRESS, or the one that runs on the data. */
async function connect({ TEMPORAL_ADDRESS, DATA_DIRECTORY }: Config): Promise<Connection> {
  const address = TEMPORAL_ADDRESS ?? (await findRunningTemporal(DATA_DIRECTORY));
  if (address === undefined) {
    throw new StackError(
      `No Temporal runs on ${DATA_DIRECTORY}: start Dunlin with \`npm start\`, or set TEMPORAL_ADDRESS.`,
    );
  }
  try {
    return await Connection.connect({ address, connectTimeout: 5_000 });
  } catch {
    throw new StackError(`Temporal cannot be reached at ${address}: check the address, and that it runs.`);
  }
}

/** One at a time: who asks while one runs gets its report. */
async function repair(temporal: Client, config: Config, input: RepairInput): Promise<RepairReport> {
  const handle = await begin(temporal, config.TEMPORAL_TASK_QUEUE, input);
  const report = handle.result() as Promise<RepairReport>;
  try {
    await Promise.race([report, untilTaken(handle)]);
    return await report;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new StackError(`The repair was ended: ${error.cause?.message ?? error.message}.`);
  }
}

async function begin(temporal: Client, taskQueue: string, input: RepairInput): Promise<WorkflowHandle> {
  try {
    return await temporal.workflow.start(workflowTypes.repair, {
      workflowId: repairScheduleId,
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : error;
    throw new StackError(`Temporal does not take the repair: ${String(why)}.`);
  }
}

/** Throws where no worker has taken it in time. */
async function untilTaken(handle: WorkflowHandle): Promise<void> {
  const deadline = Date.now() + patienceMs;
  // It was started, and its first task put on the queue: the third event is the worker's.
  while ((await handle.describe()).historyLength < 3) {
    if (Date.now() > deadline) {
      throw new StackError(
        'No worker has taken the repair yet: start Dunlin with `npm start`, and it is done then.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function print({ counts, acts }: RepairReport): void {
  for (const { action, subject, why } of acts) console.log(`${words[action]}  ${subject}  ${why}`);
  const total = actions.reduce((sum, action) => sum + counts[action], 0);
  if (total > acts.length) console.log(`and ${String(total - acts.length)} more`);
  const told = actions.map((action) => `${String(counts[action])} ${words[action]}`);
  console.log(total === 0 ? 'Nothing to repair.' : `${told.join(', ')}.`);
}
