/** Takes the steps of dunning that are due: notices, retries, the final action; each once, whoever comes first. */
import type { PoolClient } from 'pg';
import {
  nextStepAt,
  noticeKindOf,
  planDunning,
  takeSteps,
  type DunningProgress,
  type PlannedStep,
} from '../domain/dunning.ts';
import { BillingError } from '../domain/errors.ts';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { addMilliseconds, formatInstant, type Instant } from '../domain/instant.ts';
import { afterQuietHours } from '../domain/retrySchedule.ts';
import {
  claimDueCollections,
  insertSteps,
  planAttempts,
  readCollections,
  saveProgress,
  type CollectionProgress,
  type CollectionRow,
  type NewStep,
} from '../store/collections.ts';
import { insertNotifications, type NewNotification } from '../store/notifications.ts';
import type { DueStep } from './dueStep.ts';
import { endDunning } from './endDunning.ts';
import { carryOutFinalAction, lockForFinalActions } from './finalActions.ts';
import { actionRequiredKey, noticeOf, stepKey } from './notices.ts';

/** After so long a final action that cannot be carried out yet is tried again. */
const tryAgainMs = 86_400_000;

/**
 * `moved` gets the invoices of which something was done, `turned` the subscriptions that a final action touched, `waiting`
 * the invoices whose final action waits for an attempt that is in flight.
 */
export function takeDunningSteps(
  moved: InvoiceId[],
  turned: SubscriptionId[],
  waiting: InvoiceId[],
): DueStep {
  return {
    name: 'dunning',
    single: (subjectId) => ({ kind: 'invoice', invoiceId: subjectId as InvoiceId }),
    async run(tx, scope, now, limit, claimed) {
      const ids = await claimDueCollections(tx, scope, now, limit);
      claimed(ids);
      if (ids.length === 0) return;
      const taken = await take(tx, ids, now);
      turned.push(...taken.turned);
      waiting.push(...taken.waiting);
      moved.push(...ids);
    },
  };
}

interface Done {
  readonly progress: CollectionProgress;
  readonly steps: readonly NewStep[];
  readonly notices: readonly NewNotification[];
  readonly attempts: readonly { readonly invoiceId: InvoiceId; readonly at: Instant }[];
  readonly turned: readonly SubscriptionId[];
  /** Whether its final action waits for an attempt. */
  readonly waits?: true;
}

async function take(
  tx: PoolClient,
  ids: readonly InvoiceId[],
  now: Instant,
): Promise<{ readonly turned: SubscriptionId[]; readonly waiting: InvoiceId[] }> {
  // Read after they are locked: what another transaction has just made of one is seen whole.
  const rows = await readCollections(tx, ids);
  const settled = rows.filter(({ status }) => status !== 'open').map(({ id }) => id);
  const resumed = await endDunning(tx, settled, now);
  const open = rows
    .filter((row) => row.status === 'open' && row.ended_at === null)
    .map((row) => ({ row, plan: planDunning(row.policy, row.counted_from, row.timezone) }));
  const taking = open.map((each) => ({ ...each, taken: takeSteps(each.plan, progressOf(each.row), now) }));
  await lockForFinalActions(
    tx,
    taking.flatMap(({ row, taken }) => (taken.some(({ step }) => step.action === 'final') ? [row.id] : [])),
  );
  const done: Done[] = [];
  for (const { row, plan, taken } of taking) {
    const [first] = taken;
    done.push(
      first?.step.action === 'final'
        ? await takeFinal(tx, row, first.step, now)
        : takeOthers(row, plan, taken, now),
    );
  }
  await insertSteps(
    tx,
    done.flatMap(({ steps }) => steps),
    now,
  );
  await planAttempts(
    tx,
    done.flatMap(({ attempts }) => attempts),
  );
  await insertNotifications(
    tx,
    done.flatMap(({ notices }) => notices),
  );
  await saveProgress(
    tx,
    done.map(({ progress }) => progress),
  );
  return {
    turned: [...resumed, ...done.flatMap(({ turned }) => turned)],
    waiting: done.flatMap(({ waits, progress }) => (waits === true ? [progress.invoiceId] : [])),
  };
}

function progressOf(row: CollectionRow): DunningProgress {
  return { position: row.position, pausedAt: row.paused_at, promisedUntil: row.promised_until };
}

/** Notices and retries; those that a later one makes needless are skipped. */
function takeOthers(
  row: CollectionRow,
  plan: readonly PlannedStep[],
  taken: ReturnType<typeof takeSteps>,
  now: Instant,
): Done {
  const notices: NewNotification[] = [];
  const attempts: { readonly invoiceId: InvoiceId; readonly at: Instant }[] = [];
  const steps = taken.map(({ step, done }): NewStep => {
    const { position, action, at: dueAt } = step;
    const common = { invoiceId: row.id, position, action, dueAt };
    if (!done) return { ...common, status: 'skipped', outcome: 'missed' };
    if (action === 'notice') {
      const notice = noticeOfStep(row, plan, step, now);
      notices.push(notice);
      return { ...common, status: 'done', outcome: notice.kind };
    }
    const needless = whyNotTried(row);
    if (needless !== null) return { ...common, status: 'skipped', outcome: needless };
    attempts.push({
      invoiceId: row.id,
      at: afterQuietHours(now, row.policy.retry.quiet_hours, row.timezone),
    });
    return { ...common, status: 'done', outcome: 'retry' };
  });
  const position = row.position + taken.length;
  return {
    steps,
    notices,
    attempts,
    turned: [],
    progress: {
      invoiceId: row.id,
      position,
      nextStepAt: nextStepAt(plan, { ...progressOf(row), position }),
      finalAt: null,
    },
  };
}

function noticeOfStep(
  row: CollectionRow,
  plan: readonly PlannedStep[],
  { position }: PlannedStep,
  now: Instant,
): NewNotification {
  const { kind: given, channels } = row.policy.steps[position] ?? {};
  const asksForAction = row.last_decline === 'requires_action';
  const kind = given ?? noticeKindOf({ asksForAction, isSent: row.collection_method === 'send_invoice' });
  const final = plan.at(-1);
  return noticeOf(row, {
    // That the customer must do something may have been said with the attempt.
    key:
      given === undefined && asksForAction && position === 0
        ? actionRequiredKey(row.id, row.attempt_count)
        : stepKey(row.id, position),
    kind,
    channels,
    data: {
      step: position,
      final_action: row.policy.final_action,
      ...(final && { final_at: formatInstant(final.at) }),
    },
    now,
  });
}

/** Null: an attempt is worth while. */
function whyNotTried(row: CollectionRow): string | null {
  if (row.collection_method === 'send_invoice') return 'invoice_is_sent';
  if (row.payment_method_id === null) return 'no_payment_method';
  const same = row.payment_method_id === row.last_method_id;
  return same && row.last_decline !== 'soft' ? 'needs_another_method' : null;
}

async function takeFinal(
  tx: PoolClient,
  row: CollectionRow,
  { position, action, at: dueAt }: PlannedStep,
  now: Instant,
): Promise<Done> {
  const nothing = { steps: [], notices: [], attempts: [], turned: [] };
  const { final_action: finalAction } = row.policy;
  const step = { invoiceId: row.id, position, action, dueAt };
  const over = { invoiceId: row.id, position: position + 1, nextStepAt: null, finalAt: now };
  try {
    const { notices, turned } = await carryOutFinalAction(tx, row, now);
    return {
      ...nothing,
      steps: [{ ...step, status: 'done', outcome: finalAction }],
      notices,
      turned,
      progress: over,
    };
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    if (error.code === 'payment_in_flight') {
      const again = addMilliseconds(now, tryAgainMs);
      return {
        ...nothing,
        waits: true,
        progress: { invoiceId: row.id, position, nextStepAt: again, finalAt: null },
      };
    }
    return { ...nothing, steps: [{ ...step, status: 'skipped', outcome: error.code }], progress: over };
  }
}
