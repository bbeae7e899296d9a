/** Dunning as data: which steps of a campaign are due, what comes next, and how it ends (semantics.md, section 8). */
import { dueAtOf } from './dueDate.ts';
import { addMilliseconds, type Instant } from './instant.ts';
import type { NotificationKind } from './notification.ts';
import type { RetryPolicy } from './retrySchedule.ts';

export const finalActions = ['cancel', 'pause', 'mark_uncollectible', 'leave_past_due'] as const;
export type FinalAction = (typeof finalActions)[number];
export const noticeChannels = ['email', 'webhook'] as const;
export type NoticeChannel = (typeof noticeChannels)[number];

export interface CampaignStep {
  /** Local days after the due date. */
  readonly after_days: number;
  readonly action: 'notice' | 'retry';
  /** Of a notice; left out, it is what fits how the invoice stands. */
  readonly kind?: NotificationKind | undefined;
  readonly channels?: readonly NoticeChannel[] | undefined;
}

/** A version of a campaign, as it is written and stored. Its steps ascend, and none comes after the final action. */
export interface DunningPolicy {
  readonly retry: RetryPolicy;
  readonly steps: readonly CampaignStep[];
  readonly final_action: FinalAction;
  readonly final_after_days: number;
}

export interface PlannedStep {
  /** From 0 on; the final action has the last one. */
  readonly position: number;
  readonly at: Instant;
  readonly action: CampaignStep['action'] | 'final';
}

export interface DunningProgress {
  /** Of the next step: those before it are done or skipped, and never come again. */
  readonly position: number;
  readonly pausedAt: Instant | null;
  /** The customer has promised to pay until then. */
  readonly promisedUntil: Instant | null;
}

/** A step whose time has come: carried out, or skipped since a later one says the same. */
export interface TakenStep {
  readonly step: PlannedStep;
  readonly done: boolean;
}

const dayMs = 86_400_000;

/**
 * What the steps are counted from: the due date, or, where nobody was dunned within a day of it, when that began. So
 * nothing is done to a customer that was never told, however late a failure is found.
 */
export function dunningCountedFrom(dueAt: Instant, startedAt: Instant): Instant {
  return startedAt > addMilliseconds(dueAt, dayMs) ? startedAt : dueAt;
}

/** The steps of a campaign with their times, in order. */
export function planDunning(policy: DunningPolicy, countedFrom: Instant, timezone: string): PlannedStep[] {
  const last = { after_days: policy.final_after_days, action: 'final' as const };
  return [...policy.steps, last].map(({ after_days: days, action }, position) => ({
    position,
    action,
    at: dueAtOf(countedFrom, days, timezone),
  }));
}

/** Whether notices, retries and the final action wait. */
export function isHeld(
  { pausedAt, promisedUntil }: Omit<DunningProgress, 'position'>,
  now: Instant,
): boolean {
  return pausedAt !== null || (promisedUntil !== null && promisedUntil > now);
}

/** When the next step is due: no earlier than a promise ends; null after the last one, and while it is paused. */
export function nextStepAt(plan: readonly PlannedStep[], progress: DunningProgress): Instant | null {
  const next = plan[progress.position];
  if (!next || progress.pausedAt !== null) return null;
  const { promisedUntil } = progress;
  return promisedUntil !== null && promisedUntil > next.at ? promisedUntil : next.at;
}

/**
 * The steps that are taken now. Of notices that were missed, in an outage or a pause, the latest is given, and of retries
 * one is made. The final action is taken alone, when what comes before it is done and its outcome known.
 */
export function takeSteps(
  plan: readonly PlannedStep[],
  progress: DunningProgress,
  now: Instant,
): TakenStep[] {
  if (isHeld(progress, now)) return [];
  const due = plan.slice(progress.position).filter(({ at }) => at <= now);
  const [first] = due;
  if (first?.action === 'final') return [{ step: first, done: true }];
  const before = due.filter(({ action }) => action !== 'final');
  const latest = (action: PlannedStep['action']) => before.findLast((step) => step.action === action);
  return before.map((step) => ({ step, done: step === latest(step.action) }));
}

/** The kind of a notice that names none. */
export function noticeKindOf(invoice: {
  readonly asksForAction: boolean;
  readonly isSent: boolean;
}): NotificationKind {
  if (invoice.asksForAction) return 'payment_action_required';
  return invoice.isSent ? 'payment_overdue' : 'payment_failed';
}
