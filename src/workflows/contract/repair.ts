/** Repair: brings Temporal back in line with the facts in Postgres. */
export interface RepairInput {
  /** Workflows that started later are left alone: a signup's workflow is there before its row. */
  readonly youngMs?: number;
  /** What is due for longer is done at once. */
  readonly overdueMs?: number;
  /** Tries to start a workflow for every row, whatever Temporal lists: its listing may outlive what it lists. */
  readonly thorough?: boolean;
  /** Set when the workflow goes on as new: what is done by then, and where to go on. */
  readonly progress?: RepairProgress;
}

export interface RepairProgress {
  readonly step: number;
  readonly from: string | null;
  readonly report: RepairReport;
}

export type RepairAction = 'started' | 'ended' | 'nudged' | 'setAside';

export interface RepairAct {
  readonly action: RepairAction;
  /** A workflow's or a Schedule's id, or that of what was overdue. */
  readonly subject: string;
  readonly why: string;
}

export interface RepairReport {
  readonly counts: Readonly<Record<RepairAction, number>>;
  /** The first thousand; `counts` has them all. */
  readonly acts: readonly RepairAct[];
}
