/**
 * Brings Temporal back in line with the facts in Postgres, both ways; started every hour by a Schedule, and at once by
 * `npm run repair`. It may be killed anywhere and run twice at once: whoever comes second finds it done.
 */
import {
  continueAsNew,
  patched,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { OverdueKind } from '../activities/billOverdue.ts';
import type { RepairPage, RepairedKind } from '../activities/repair.ts';
import type { RepairAct, RepairInput, RepairProgress, RepairReport } from './contract/repair.ts';

const { startMissing, endStray, nudgeOverdue, restoreSchedules } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '30 seconds' },
});

const defaultYoungMs = 600_000;
const defaultOverdueMs = 3_600_000;
/** What was done is told one by one up to here; beyond, it is counted. */
const toldAtMost = 1000;
const shownAtMost = 20;
const firstKinds: readonly RepairedKind[] = ['subscription', 'collection', 'testClock', 'planMigration'];
const overdueKinds: readonly OverdueKind[] = ['subscription', 'invoice'];
const nothingDone: RepairReport = { counts: { started: 0, ended: 0, nudged: 0, setAside: 0 }, acts: [] };

export async function repair(input: RepairInput = {}): Promise<RepairReport> {
  const { youngMs = defaultYoungMs, overdueMs = defaultOverdueMs, thorough = false } = input;
  const kinds = patched('refunds') ? [...firstKinds, 'refund' as const] : firstKinds;
  const steps: readonly ((from: string | null) => Promise<RepairPage>)[] = [
    ...kinds.map((kind) => (from: string | null) => startMissing(kind, from, thorough)),
    ...kinds.map((kind) => (from: string | null) => endStray(kind, from, youngMs)),
    ...overdueKinds.map((kind) => (from: string | null) => nudgeOverdue(kind, from, overdueMs)),
    // Last: a Schedule that is new starts another repair.
    () => restoreSchedules(),
  ];
  let { step, from, report }: RepairProgress = input.progress ?? { step: 0, from: null, report: nothingDone };
  for (let look = steps[step]; look; look = steps[step]) {
    const page = await look(from);
    report = withActs(report, page.acts);
    from = page.next;
    if (from === null) step += 1;
    setCurrentDetails(describe(report));
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof repair>({ ...input, progress: { step, from, report } });
    }
  }
  return report;
}

function withActs({ counts, acts }: RepairReport, done: readonly RepairAct[]): RepairReport {
  const next = { ...counts };
  for (const { action } of done) next[action] += 1;
  return { counts: next, acts: [...acts, ...done].slice(0, toldAtMost) };
}

function describe({ counts, acts }: RepairReport): string {
  const { started, ended, nudged, setAside } = counts;
  const total = `**Started:** ${String(started)} **Ended:** ${String(ended)} **Nudged:** ${String(nudged)} **Set aside:** ${String(setAside)}`;
  const shown = acts
    .slice(0, shownAtMost)
    .map(({ action, subject, why }) => `- ${action} ${subject}: ${why}`);
  return [total, ...shown].join('\n');
}
