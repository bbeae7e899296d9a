/** What is asked of a subscription, carried out in one transaction each: run again, it changes nothing. */
import type { PoolClient } from 'pg';
import { BillingError, notFound } from '../domain/errors.ts';
import type { EventType } from '../domain/eventTypes.ts';
import { toldChange, toldMoment } from '../domain/toldChange.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { dueOf } from '../domain/pendingChange.ts';
import { decideChange, refuseEnded, refuseEnding } from '../domain/subscriptionChange.ts';
import { instantOfMoment, trialReminderAt, type Moment } from '../domain/subscription.ts';
import { decideTrialEnd } from '../domain/trial.ts';
import { metersOf, withChange } from '../domain/terms.ts';
import { readChangeCandidates, type ReadCandidate } from '../store/changeCandidates.ts';
import { endSubscriptionDiscounts, redeemCoupon } from '../store/coupons.ts';
import { recordEvents } from '../store/eventLog.ts';
import { claimMetersOfOne, releaseMeters } from '../store/meterClaims.ts';
import { newId } from '../store/newId.ts';
import { beginOperation, insertChanges, withdrawAskedChanges } from '../store/subscriptionChanges.ts';
import {
  clearCancellation,
  saveCancellation,
  saveNextDue,
  savePause,
  saveResumption,
  saveTrialEnd,
} from '../store/subscriptionRequests.ts';
import type { TermsBuilder } from '../store/terms.ts';
import type { Cancellation, ChangeRequest, Pause, Resumption } from '../workflows/contract/subscription.ts';
import { currentTime } from './now.ts';

interface Asked {
  readonly read: ReadCandidate;
  readonly build: TermsBuilder;
  /** By the customer's clock; the clocks of two workers differ, and no period ends before it has begun. */
  readonly now: Instant;
}

/**
 * Locks a subscription and does what is asked of it; the event tells of it. Refused for one that has ended, but where the
 * request has been carried out before.
 */
async function carryOut(
  tx: PoolClient,
  id: SubscriptionId,
  request: { readonly operationId: string; readonly change?: ChangeRequest['change'] },
  event: { readonly type: EventType; readonly data: Readonly<Record<string, unknown>> },
  work: (asked: Asked) => Promise<void>,
): Promise<void> {
  const changes = request.change ? [request.change] : [];
  const { candidates, build } = await readChangeCandidates(tx, [id], changes, { lock: true });
  const [read] = candidates;
  if (!read) throw notFound('subscription', id);
  const clock = await currentTime(tx, read.testClockId);
  const start = read.state.current?.start ?? clock;
  const now = start > clock ? start : clock;
  if (!(await beginOperation(tx, request.operationId, id, event.type, now))) return;
  refuseEnded(read.state.status);
  await work({ read, build, now });
  const { state, candidate } = await readAgain(tx, read);
  await saveNextDue(tx, [{ id, nextDueAt: dueOf(state, candidate.pending) }]);
  const subject = { objectId: id, subscriptionId: id, customerId: read.customerId };
  await recordEvents(tx, [{ ...event, ...subject, occurredAt: now }]);
}

/** As the request has left it so far. */
async function readAgain(tx: PoolClient, read: ReadCandidate): Promise<ReadCandidate> {
  return (await readChangeCandidates(tx, [read.id], [], { lock: false })).candidates[0] ?? read;
}

/** Changes what a subscription is billed by, the end of its trial, or takes back what was to come. */
export async function change(tx: PoolClient, id: SubscriptionId, request: ChangeRequest): Promise<void> {
  const { prorationBehavior, effective, trialEnd, withdrawPending, undoCancellation, undoPause, coupon } =
    request;
  const asked = {
    ...(request.change && { change: toldChange(request.change), effective: toldMoment(effective) }),
    ...(request.change && { proration_behavior: prorationBehavior }),
    ...(trialEnd !== null && { trial_end: toldMoment(trialEnd) }),
    ...(withdrawPending && { withdrawn: true }),
    ...(undoCancellation && { cancellation_undone: true }),
    ...(undoPause && { pause_undone: true }),
    ...(coupon !== undefined && { coupon, effective: toldMoment(effective) }),
  };
  await carryOut(tx, id, request, { type: 'subscription.change_requested', data: asked }, async (given) => {
    const { build, now } = given;
    if (withdrawPending) {
      await withdrawAskedChanges(tx, id, now);
      await releaseMeters(tx, [id]);
    }
    if (undoCancellation) await clearCancellation(tx, id);
    if (undoPause && given.read.state.status === 'paused') throw pausedAlready();
    if (undoPause) {
      await savePause(tx, id, { pauseAt: null, creditUnused: false, resumeAt: null });
    }
    const read =
      withdrawPending || undoCancellation || undoPause ? await readAgain(tx, given.read) : given.read;
    if (trialEnd !== null) await moveTrialEnd(tx, read, trialEnd, now);
    if (coupon !== undefined) await changeCoupon(tx, { read, build, now }, request, coupon);
    if (request.change) await acceptChange(tx, { read, build, now }, request, request.change);
  });
}

async function acceptChange(
  tx: PoolClient,
  { read, build, now }: Asked,
  { operationId, effective, prorationBehavior }: ChangeRequest,
  asked: NonNullable<ChangeRequest['change']>,
): Promise<void> {
  const { candidate } = read;
  const effect = decideChange(candidate, { change: asked, effective: effective ?? undefined }, build, now);
  const terms = build(withChange(candidate.content, asked), now);
  await claimMetersOfOne(tx, {
    subscriptionId: read.id,
    customerId: read.customerId,
    meterIds: metersOf(terms),
  });
  await insertChanges(tx, [
    {
      id: newId('subscription_change', operationId),
      subscriptionId: read.id,
      change: asked,
      prorationBehavior,
      effect,
      acceptedAt: now,
    },
  ]);
}

/** Redeems a coupon for the subscription, or ends those that it has, from when it is asked for. */
async function changeCoupon(
  tx: PoolClient,
  { read, now }: Asked,
  { operationId, effective }: ChangeRequest,
  coupon: NonNullable<ChangeRequest['coupon']>,
): Promise<void> {
  const at = instantOfMoment(effective ?? 'now', read.state.current?.end ?? null, now, 'effective');
  if (coupon === 'none') {
    await endSubscriptionDiscounts(tx, read.id, at);
    return;
  }
  await redeemCoupon(tx, {
    id: newId('discount', operationId),
    couponId: coupon,
    customerId: read.customerId,
    subscriptionId: read.id,
    startsAt: at,
    now,
  });
}

async function moveTrialEnd(
  tx: PoolClient,
  { id, state }: ReadCandidate,
  asked: Instant | 'now',
  now: Instant,
): Promise<void> {
  const end = decideTrialEnd(state, asked, now);
  await saveTrialEnd(tx, id, {
    end,
    reminderAt: state.status === 'trialing' && end > now ? trialReminderAt(end, now) : null,
  });
}

/** Notes when a subscription ends; of two requests the later one stands. */
export async function cancel(tx: PoolClient, id: SubscriptionId, request: Cancellation): Promise<void> {
  const { at, creditUnused } = request;
  const data = { at: toldMoment(at), credit_unused: creditUnused };
  await carryOut(tx, id, request, { type: 'subscription.cancel_requested', data }, async ({ read, now }) => {
    const cancelAt = instantOf(read, at, now);
    await saveCancellation(tx, id, { cancelAt, canceledAt: now, creditUnused });
  });
}

/** Notes when a subscription pauses, and until when. */
export async function pause(tx: PoolClient, id: SubscriptionId, request: Pause): Promise<void> {
  const { at, creditUnused, resumesAt } = request;
  const data = { at: toldMoment(at), credit_unused: creditUnused, resumes_at: toldMoment(resumesAt) };
  await carryOut(tx, id, request, { type: 'subscription.pause_requested', data }, async ({ read, now }) => {
    const { status, cancelAt } = read.state;
    if (status === 'paused') throw pausedAlready();
    if (status === 'incomplete') {
      throw new BillingError(409, 'subscription_not_started', 'The subscription has not begun yet.');
    }
    const pauseAt = instantOf(read, at, now);
    refuseEnding(cancelAt, pauseAt, 'at');
    if (resumesAt !== null && resumesAt <= pauseAt) {
      throw new BillingError(
        400,
        'instant_in_the_past',
        'A pause must end after it begins. Give a later resumes_at.',
        'resumes_at',
      );
    }
    await savePause(tx, id, { pauseAt, creditUnused, resumeAt: resumesAt });
  });
}

function pausedAlready(): BillingError {
  return new BillingError(
    409,
    'subscription_paused',
    'The subscription is paused already. Resume it by /resume.',
  );
}

/** Notes when a paused subscription goes on. */
export async function resume(tx: PoolClient, id: SubscriptionId, request: Resumption): Promise<void> {
  const { at } = request;
  await carryOut(
    tx,
    id,
    request,
    { type: 'subscription.resume_requested', data: { at: toldMoment(at) } },
    async (asked) => {
      const { read, now } = asked;
      if (read.state.status !== 'paused') {
        throw new BillingError(
          409,
          'subscription_not_paused',
          'The subscription is not paused. To take back a pause that is to come, set "pause_at" to null.',
        );
      }
      await saveResumption(tx, id, instantOfMoment(at, null, now, 'at'));
    },
  );
}

function instantOf({ state }: ReadCandidate, at: Moment, now: Instant): Instant {
  return instantOfMoment(at, state.current?.end ?? null, now, 'at');
}
