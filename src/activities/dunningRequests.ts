/** What an operator asks of an invoice's dunning: that it waits, until when, or goes on. Asked again, it changes nothing. */
import type { PoolClient } from 'pg';
import { isHeld, nextStepAt, planDunning } from '../domain/dunning.ts';
import { BillingError, notFound } from '../domain/errors.ts';
import { addMilliseconds, type Instant } from '../domain/instant.ts';
import { afterQuietHours } from '../domain/retrySchedule.ts';
import { saveHold } from '../store/collectionHolds.ts';
import { readCollections, type CollectionRow } from '../store/collections.ts';
import { inTransaction } from '../store/database.ts';
import { lockInvoice } from '../store/manualInvoices.ts';
import type { AskDunning, PromiseToPay } from '../workflows/contract/collection.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { attemptWhileHeld } from './paymentFailures.ts';

/** A promise for longer is a slip of the pen. */
const longestPromiseMs = 366 * 86_400_000;

interface Held {
  readonly pausedAt: Instant | null;
  readonly promisedUntil: Instant | null;
}

export function dunningRequestActivities(deps: Dependencies) {
  const carryOut = (
    { invoiceId }: AskDunning,
    hold: (row: CollectionRow, now: Instant) => Held,
  ): Promise<void> =>
    refusing(() =>
      inTransaction(deps.pool, async (tx) => {
        const invoice = await lockInvoice(tx, invoiceId);
        if (!invoice) throw notFound('invoice', invoiceId);
        const now = await currentTime(tx, invoice.test_clock_id);
        const [row] = await readCollections(tx, [invoiceId]);
        if (!row || row.started_at === null) throw notDunned();
        if (row.ended_at !== null || row.status !== 'open') throw isOver();
        await apply(tx, row, hold(row, now), now);
      }),
    );
  return {
    /** Notices, retries and the final action wait until it is resumed. */
    pauseDunning: (request: AskDunning) =>
      carryOut(request, (row, now) => ({
        pausedAt: row.paused_at ?? now,
        promisedUntil: row.promised_until,
      })),

    /** Ends a pause and a promise: what has fallen due meanwhile is made up for by its latest notice and one retry. */
    resumeDunning: (request: AskDunning) =>
      carryOut(request, () => ({ pausedAt: null, promisedUntil: null })),

    /** Notices, retries and the final action wait until then. */
    promiseToPay: (request: PromiseToPay) =>
      carryOut(request, (row, now) => {
        refusePromise(request.until, now);
        return { pausedAt: row.paused_at, promisedUntil: request.until };
      }),
  };
}

async function apply(tx: PoolClient, row: CollectionRow, held: Held, now: Instant): Promise<void> {
  const { paused_at: wasPaused, promised_until: wasPromised } = row;
  const wasHeld = isHeld({ pausedAt: wasPaused, promisedUntil: wasPromised }, now);
  const holds = isHeld(held, now);
  // A method that came in a pause was not tried.
  const changed =
    wasPaused !== null && row.payment_method_id !== null && row.payment_method_id !== row.last_method_id;
  const isSent = row.collection_method === 'send_invoice';
  const planned = wasHeld ? (row.held_attempt_at ?? (changed && !isSent ? now : null)) : row.collect_at;
  const quiet = row.policy.retry.quiet_hours;
  const missed = planned !== null && planned < now;
  const attemptAt = holds
    ? attemptWhileHeld({ paused_at: held.pausedAt, promised_until: held.promisedUntil }, planned)
    : missed
      ? afterQuietHours(now, quiet, row.timezone)
      : planned;
  const plan = planDunning(row.policy, row.counted_from, row.timezone);
  await saveHold(tx, row.id, {
    ...held,
    nextStepAt: nextStepAt(plan, { position: row.position, ...held }),
    attemptAt,
    heldAttemptAt: holds ? planned : null,
  });
}

function refusePromise(until: Instant, now: Instant): void {
  if (until <= now) {
    throw new BillingError(
      400,
      'instant_in_the_past',
      'A promise to pay is for a time to come. Give a later until.',
      'until',
    );
  }
  if (until > addMilliseconds(now, longestPromiseMs)) {
    throw new BillingError(
      400,
      'promise_too_long',
      'A promise to pay holds dunning for a year at most. Give an earlier until, or pause dunning.',
      'until',
    );
  }
}

function notDunned(): BillingError {
  return new BillingError(
    409,
    'dunning_not_begun',
    'The invoice is not in dunning: nothing of it has failed or is overdue.',
  );
}

function isOver(): BillingError {
  return new BillingError(409, 'dunning_ended', 'The dunning of the invoice has ended.');
}
