/** The steps of one subscription's life: signup, what is asked of it, and the look whether all that was due has been done. */
import type { PoolClient } from 'pg';
import { BillingError, notFound } from '../domain/errors.ts';
import type { CustomerId, SubscriptionId } from '../domain/ids.ts';
import { addMilliseconds, earliest, formatInstant, type Instant } from '../domain/instant.ts';
import { refuseQuantities } from '../domain/subscriptionChange.ts';
import { takeStep } from '../domain/subscriptionStep.ts';
import type { SubscriptionState, SubscriptionStatus } from '../domain/subscription.ts';
import { followsSeats, metersOf, withChange, type Terms, type TermsContent } from '../domain/terms.ts';
import { trialEndOf } from '../domain/trial.ts';
import { describeTimeline } from '../domain/timeline.ts';
import { redeemCoupon } from '../store/coupons.ts';
import { inTransaction, isDatabaseAway } from '../store/database.ts';
import { fixCurrency, lockCustomer, type LockedCustomer } from '../store/customerLock.ts';
import { recordEvents } from '../store/eventLog.ts';
import { claimMetersOfOne } from '../store/meterClaims.ts';
import { newId } from '../store/newId.ts';
import { loadPlanVersion } from '../store/plans.ts';
import { readTimeline } from '../store/reads/timeline.ts';
import { setAside } from '../store/setAsides.ts';
import { insertChanges } from '../store/subscriptionChanges.ts';
import { lockSeats } from '../store/waitingSeats.ts';
import {
  findSubscriptionFacts,
  insertSubscription,
  noteCheck,
  type SubscriptionFacts,
} from '../store/subscriptions.ts';
import { termsBuilder } from '../store/terms.ts';
import type {
  Cancellation,
  ChangeRequest,
  Pause,
  Resumption,
  SignUp,
} from '../workflows/contract/subscription.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { cancel, change, pause, resume } from './subscriptionRequests.ts';

/** What the workflow shows of a subscription, and until when it waits. */
export interface Checkup {
  readonly status: SubscriptionStatus;
  readonly customerId: CustomerId;
  readonly planCode: string;
  /** Whether it has ended and everything of it is billed. */
  readonly over: boolean;
  /** When to look again; null: nothing is known to come. */
  readonly checkAt: Instant | null;
  readonly happened: string;
  readonly next: string;
}

export function subscriptionActivities(deps: Dependencies) {
  const asking =
    <Request>(carryOut: (tx: PoolClient, id: SubscriptionId, request: Request) => Promise<void>) =>
    async (id: SubscriptionId, request: Request): Promise<void> => {
      // A period that is over by now has another end than the one that is meant.
      const before = await findSubscriptionFacts(deps.pool, id);
      if (before?.next_due_at) {
        const now = await currentTime(deps.pool, before.test_clock_id);
        if (before.next_due_at <= now) await billOrSetAside(deps, id, now);
      }
      await refusing(() => inTransaction(deps.pool, (tx) => carryOut(tx, id, request)));
    };
  return {
    /** Adds the subscription; done before, it does nothing. Refused where a rule of billing forbids it. */
    async signUp(request: SignUp): Promise<void> {
      await refusing(() => inTransaction(deps.pool, (tx) => signUp(tx, request)));
    },

    // Each notes what is asked for; run again, it changes nothing. What is due by then `bringUpToDate` does.
    changeSubscription: asking<ChangeRequest>(change),
    cancelSubscription: asking<Cancellation>(cancel),
    pauseSubscription: asking<Pause>(pause),
    resumeSubscription: asking<Resumption>(resume),

    /**
     * Makes sure that everything due for the subscription is done, by doing it, and says when to look again. Where it
     * cannot be done, that is set aside with its reason, and looked at again later: nothing else has to wait for it.
     */
    async bringUpToDate(subscriptionId: SubscriptionId): Promise<Checkup> {
      const before = await facts(deps, subscriptionId);
      const clock = await currentTime(deps.pool, before.test_clock_id);
      // What was asked for now is done now, whatever this worker's clock says.
      const now = isImmediate(before, clock) ? latest(clock, before.next_due_at) : clock;
      const failed = await billOrSetAside(deps, subscriptionId, now);
      const after = await facts(deps, subscriptionId);
      const checkAt = failed ? addMilliseconds(now, lookAgainMs) : await nextCheck(deps, after);
      await noteCheck(deps.pool, subscriptionId, checkAt);
      const timeline = describeTimeline(await readTimeline(deps.pool, subscriptionId));
      return {
        status: after.status,
        customerId: after.customer_id,
        planCode: after.plan_code,
        over: after.status === 'canceled' && checkAt === null,
        checkAt,
        happened: [
          ...timeline.past,
          // What the billing cycle has renewed since shows at the next look.
          `${formatInstant(now)}: looked at last`,
          ...(after.trouble === null ? [] : [`Set aside: ${after.trouble.slice(0, troubleShown)}`]),
        ].join('\n'),
        next: timeline.upcoming.join('\n') || 'Nothing: it has ended and all of it is billed.',
      };
    },
  };
}

async function signUp(tx: PoolClient, request: SignUp): Promise<void> {
  const { subscriptionId: id, customerId, cancelAt } = request;
  const customer = await lockCustomer(tx, customerId);
  if (!customer) throw notFound('customer', customerId, 'customer');
  const now = await currentTime(tx, customer.test_clock_id);
  const startedAt = request.startAt ?? now;
  const build = await termsBuilder(tx, [request.content, ...request.phases.map((phase) => phase.change)]);
  const isCounted = followsSeats(build(request.content, startedAt));
  // Those of now, also where it begins later: what changes until then it is told.
  const content: TermsContent = {
    ...request.content,
    seats: isCounted ? await lockSeats(tx, customerId) : 0,
  };
  const terms = build(content, startedAt);
  refuseCurrency(customer, terms);
  refuseQuantities(content, terms.plan.prices);
  const trialEnd = trialEndOf(terms.plan, startedAt, request.trialEnd, customer.timezone);
  const createdAt = startedAt > now ? now : latest(now, startedAt);
  const at = { startedAt, createdAt, trialEnd, timezone: customer.timezone };
  tryOut({ ...request, content }, at, terms);
  // Each phase begins with a period; of a trial none is charged for.
  const first = trialEnd !== null && trialEnd > startedAt ? 1 : 0;
  const phases = request.phases.map((phase, nth) => ({
    id: newId('subscription_change'),
    subscriptionId: id,
    change: phase.change,
    prorationBehavior: 'create_prorations' as const,
    effect: { effectiveAt: null, atPeriod: first + phase.afterPeriods },
    acceptedAt: now,
    terms: build(
      request.phases.slice(0, nth + 1).reduce((last, { change: next }) => withChange(last, next), content),
      startedAt,
    ),
  }));
  const added = await insertSubscription(tx, {
    id,
    customerId,
    testClockId: customer.test_clock_id,
    content,
    commitment: request.commitment,
    anchor: request.billingCycleAnchor,
    startedAt,
    createdAt,
    trialEnd,
    cancelAt,
    collectionMethod: request.collectionMethod,
    daysUntilDue: request.daysUntilDue,
  });
  if (!added) return;
  for (const phase of phases) {
    refuseCurrency({ currency: terms.plan.currency }, phase.terms);
    tryOut(request, at, phase.terms);
  }
  await insertChanges(tx, phases);
  if (request.couponId) {
    await redeemCoupon(tx, {
      id: newId('discount'),
      couponId: request.couponId,
      customerId,
      subscriptionId: id,
      // Also from what a backdated one is invoiced for at once.
      startsAt: startedAt < createdAt ? startedAt : createdAt,
      now,
    });
  }
  await fixCurrency(tx, customerId, terms.plan.currency);
  const meterIds = [terms, ...phases.map((phase) => phase.terms)].flatMap(metersOf);
  await claimMetersOfOne(tx, { subscriptionId: id, customerId, meterIds: [...new Set(meterIds)] });
  await recordEvents(tx, [
    {
      type: 'subscription.created',
      objectId: id,
      customerId,
      subscriptionId: id,
      occurredAt: createdAt,
      data: { plan: content.planId, plan_version: content.planVersion, quantity: content.quantity },
    },
  ]);
}

function refuseCurrency({ currency }: Pick<LockedCustomer, 'currency'>, { plan }: Terms): void {
  if (currency === null || currency === plan.currency) return;
  throw new BillingError(
    422,
    'currency_mismatch',
    `The customer is billed in ${currency}, fixed by its first subscription, and the plan in ${plan.currency}. Choose a plan in ${currency}.`,
    'plan',
  );
}

/** An anchor or an amount that cannot be is refused here, not found when the first period is opened. */
function tryOut(
  request: SignUp,
  at: Pick<SubscriptionState, 'startedAt' | 'createdAt' | 'trialEnd' | 'timezone'>,
  terms: Terms,
): void {
  const state: SubscriptionState = {
    ...at,
    status: 'incomplete',
    anchor: request.billingCycleAnchor,
    anchoredAt: at.startedAt,
    current: null,
    // Also what comes after a trial.
    trialEnd: null,
    reminderAt: null,
    cancelAt: null,
    cancelCreditUnused: false,
    pauseAt: null,
    pauseCreditUnused: false,
    resumeAt: null,
    hasPaymentMethod: false,
    committed: request.commitment !== null,
    linesWait: false,
    dueAt: at.startedAt,
  };
  takeStep(state, { content: request.content, history: [terms], build: () => terms }, [], []);
}

/** Characters of a reason that a workflow shows; all of it is in `set_asides`. */
const troubleShown = 300;
/** After so long what was set aside is looked at again. */
const lookAgainMs = 3_600_000;
/** The clocks of workers differ by no more. */
const clockSkewMs = 5_000;

function isImmediate({ asked_for_at: at }: SubscriptionFacts, clock: Instant): boolean {
  return at !== null && at <= clock + clockSkewMs;
}

/** True where it could not be done. */
async function billOrSetAside(deps: Dependencies, id: SubscriptionId, now: Instant): Promise<boolean> {
  try {
    await billAllDue(deps, { kind: 'subscriptions', subscriptionIds: [id] }, () => now);
    return false;
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    deps.logger.error({ subscription: id, error }, 'set aside');
    await setAside(deps.pool, id, 'check', error instanceof Error ? error.message : String(error));
    return true;
  }
}

function latest(at: Instant, other: Instant | null): Instant {
  return other !== null && other > at ? other : at;
}

async function facts(deps: Dependencies, id: SubscriptionId): Promise<SubscriptionFacts> {
  const found = await findSubscriptionFacts(deps.pool, id);
  if (!found) throw new Error(`subscription ${id} is gone`);
  return found;
}

/** After the end of the period and its grace, with a margin so that the billing cycle comes first; at what was asked for. */
async function nextCheck(deps: Dependencies, subscription: SubscriptionFacts): Promise<Instant | null> {
  const onClock = subscription.test_clock_id !== null;
  const margin = deps.checkMarginMs + (onClock ? 0 : jitterMs(subscription.id, deps.checkJitterMs));
  const { drafts_until: draftsUntil, current_period_end: end } = subscription;
  const drafts = draftsUntil && addMilliseconds(draftsUntil, margin);
  if (subscription.status === 'canceled') return drafts;
  if (subscription.status === 'paused') return earliest(subscription.next_due_at, drafts);
  const plan = await loadPlanVersion(deps.pool, subscription.plan_id, subscription.plan_version);
  const billedBy = end && addMilliseconds(end, plan.gracePeriodSeconds * 1000 + margin);
  return earliest(billedBy, subscription.asked_for_at) ?? subscription.next_due_at;
}

/** Between 0 and `range`, always the same for one id, spread evenly over all (FNV-1a). */
function jitterMs(id: string, range: number): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return range === 0 ? 0 : hash % range;
}
