/** The steps of one subscription's life: signup, cancellation, and the look whether all that was due has been done. */
import { withOverrides } from '../catalog/override.ts';
import { BillingError, notFound } from '../domain/errors.ts';
import type { CustomerId, MeterId, SubscriptionId } from '../domain/ids.ts';
import { addMilliseconds, earliest, formatInstant, type Instant } from '../domain/instant.ts';
import type { UsagePrice } from '../domain/pricing/price.ts';
import { cancellationInstant, nextDueAt, renew, type SubscriptionStatus } from '../domain/subscription.ts';
import { inTransaction, isDatabaseAway } from '../store/database.ts';
import { loadPlanVersion } from '../store/plans.ts';
import { lockCustomer } from '../store/customerLock.ts';
import { setAside } from '../store/setAsides.ts';
import {
  claimMeters,
  findSubscriptionFacts,
  insertSubscription,
  lockSubscription,
  noteCheck,
  scheduleCancellation,
  type SubscriptionFacts,
} from '../store/subscriptions.ts';
import type { Cancellation, SignUp } from '../workflows/contract.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';

/** What the workflow shows of a subscription, and until when it waits. */
export interface Checkup {
  readonly status: SubscriptionStatus;
  readonly customerId: CustomerId;
  readonly planCode: string;
  /** When to look again; null when the subscription has ended and everything of it is billed. */
  readonly checkAt: Instant | null;
  readonly happened: string;
  readonly next: string;
}

export function subscriptionActivities(deps: Dependencies) {
  return {
    /** Adds the subscription; done before, it does nothing. Refused where a rule of billing forbids it. */
    async signUp(request: SignUp): Promise<void> {
      await refusing(() =>
        inTransaction(deps.pool, async (tx) => {
          const customer = await lockCustomer(tx, request.customerId);
          if (!customer) throw notFound('customer', request.customerId, 'customer');
          const version = await loadPlanVersion(tx, request.planId, request.planVersion);
          const plan = withOverrides(version, request.priceOverrides);
          if (customer.currency !== null && customer.currency !== plan.currency) {
            throw new BillingError(
              422,
              'currency_mismatch',
              `The customer is billed in ${customer.currency}, fixed by its first invoice, and the plan in ${plan.currency}. Choose a plan in ${customer.currency}.`,
              'plan',
            );
          }
          const startedAt = await currentTime(tx, customer.test_clock_id);
          // An anchor or an amount that cannot be is refused here, not found when the first period is opened.
          renew(
            {
              status: 'incomplete',
              startedAt,
              anchor: request.billingCycleAnchor,
              timezone: customer.timezone,
              current: null,
              cancelAt: request.cancelAt,
              committed: request.commitment !== null,
              dueAt: startedAt,
            },
            [{ effectiveAt: startedAt, plan, quantity: request.quantity }],
          );
          const added = await insertSubscription(tx, {
            id: request.subscriptionId,
            customerId: request.customerId,
            testClockId: customer.test_clock_id,
            planId: request.planId,
            planVersion: request.planVersion,
            quantity: request.quantity,
            priceOverrides: request.priceOverrides,
            commitment: request.commitment,
            anchor: request.billingCycleAnchor,
            startedAt,
            cancelAt: request.cancelAt,
          });
          if (!added) return;
          const meterIds = plan.prices
            .filter((price): price is UsagePrice => price.type === 'usage')
            .map((price) => price.meterId);
          const taken = await claimMeters(
            tx,
            { id: request.subscriptionId, customerId: request.customerId },
            meterIds,
          );
          if (taken.length > 0) throw meterTaken(taken);
        }),
      );
    },

    /**
     * Notes when the subscription ends, and returns it; of two requests the later one stands. Run again, it changes
     * nothing.
     */
    async scheduleCancellation(
      subscriptionId: SubscriptionId,
      { cancellationId, at }: Cancellation,
    ): Promise<Instant> {
      return refusing(() =>
        inTransaction(deps.pool, async (tx) => {
          const subscription = await lockSubscription(tx, subscriptionId);
          if (!subscription) throw notFound('subscription', subscriptionId);
          if (subscription.cancellation_id === cancellationId && subscription.cancel_at !== null)
            return subscription.cancel_at;
          const { current_period_start: start, current_period_end: currentPeriodEnd } = subscription;
          // The clocks of two workers differ: no subscription ends before its period has begun.
          const now = latest(await currentTime(tx, subscription.test_clock_id), start);
          const cancelAt = cancellationInstant({ status: subscription.status, currentPeriodEnd }, at, now);
          await scheduleCancellation(tx, subscriptionId, {
            cancellationId,
            cancelAt,
            canceledAt: now,
            nextDueAt: nextDueAt(currentPeriodEnd, cancelAt),
          });
          return cancelAt;
        }),
      );
    },

    /**
     * Makes sure that everything due for the subscription is done, by doing it, and says when to look again. Where it
     * cannot be done, that is set aside with its reason, and looked at again later: nothing else has to wait for it.
     */
    async bringUpToDate(subscriptionId: SubscriptionId): Promise<Checkup> {
      const before = await facts(deps, subscriptionId);
      const clock = await currentTime(deps.pool, before.test_clock_id);
      // A signup starts now, and so does an end that was asked for now, whatever this worker's clock says.
      const now = isImmediate(before, clock) ? latest(clock, before.next_due_at) : clock;
      const failed = await billOrSetAside(deps, subscriptionId, now);
      const after = await facts(deps, subscriptionId);
      const checkAt = failed ? addMilliseconds(now, lookAgainMs) : await nextCheck(deps, after);
      await noteCheck(deps.pool, subscriptionId, checkAt);
      return {
        status: after.status,
        customerId: after.customer_id,
        planCode: after.plan_code,
        checkAt,
        happened: describePast(after, now),
        next: describeFuture(after, checkAt),
      };
    },
  };
}

function meterTaken(meterIds: readonly MeterId[]): BillingError {
  return new BillingError(
    422,
    'meter_already_billed',
    `Another subscription of this customer bills ${meterIds.join(', ')}, and no event may be billed twice. Cancel that subscription first, or choose a plan without these meters.`,
    'plan',
  );
}

/** After so long what was set aside is looked at again. */
const lookAgainMs = 3_600_000;
/** The clocks of workers differ by no more. */
const clockSkewMs = 5_000;

function isImmediate({ status, cancel_at: cancelAt }: SubscriptionFacts, clock: Instant): boolean {
  return status === 'incomplete' || (cancelAt !== null && cancelAt <= clock + clockSkewMs);
}

/** True where it could not be done. */
async function billOrSetAside(deps: Dependencies, id: SubscriptionId, now: Instant): Promise<boolean> {
  try {
    await billAllDue(deps, { kind: 'subscription', subscriptionId: id }, () => now);
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

/** After the end of the period and its grace, with a margin so that the billing cycle comes first. */
async function nextCheck(deps: Dependencies, subscription: SubscriptionFacts): Promise<Instant | null> {
  const onClock = subscription.test_clock_id !== null;
  const margin = deps.checkMarginMs + (onClock ? 0 : jitterMs(subscription.id, deps.checkJitterMs));
  if (subscription.status === 'canceled') {
    return subscription.drafts_until && addMilliseconds(subscription.drafts_until, margin);
  }
  const plan = await loadPlanVersion(deps.pool, subscription.plan_id, subscription.plan_version);
  const end = subscription.current_period_end;
  const billedBy = end && addMilliseconds(end, plan.gracePeriodSeconds * 1000 + margin);
  return earliest(billedBy, subscription.cancel_at) ?? subscription.next_due_at;
}

/** Between 0 and `range`, always the same for one id, spread evenly over all (FNV-1a). */
function jitterMs(id: string, range: number): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return range === 0 ? 0 : hash % range;
}

function describePast(subscription: SubscriptionFacts, now: Instant): string {
  const invoice = subscription.latest_number
    ? `invoice ${subscription.latest_number} is ${String(subscription.latest_status)}`
    : `its latest invoice is ${subscription.latest_status ?? 'still to come'}`;
  const trouble = subscription.trouble === null ? '' : ` Set aside: ${subscription.trouble}`;
  return `${formatInstant(now)}: ${subscription.status}; ${invoice}.${trouble}`;
}

function describeFuture(subscription: SubscriptionFacts, checkAt: Instant | null): string {
  if (checkAt === null) return 'Nothing: it has ended and all of it is billed.';
  if (subscription.status === 'canceled')
    return `Checks at ${formatInstant(checkAt)} that its last invoice is final.`;
  const due = subscription.next_due_at === null ? '' : formatInstant(subscription.next_due_at);
  const what =
    subscription.cancel_at !== null && subscription.cancel_at === subscription.next_due_at
      ? 'Ends'
      : 'Renews';
  return `${what} at ${due}; checked at ${formatInstant(checkAt)}.`;
}
