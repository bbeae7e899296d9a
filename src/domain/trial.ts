/** When a trial ends (semantics.md, section 6). */
import { boundariesOf } from './calendar.ts';
import { BillingError } from './errors.ts';
import type { Instant } from './instant.ts';
import type { PlanVersion } from './plan.ts';
import { instantOfMoment, type SubscriptionState } from './subscription.ts';

/** As it was asked for, or after the plan's days, at the local time of the start; null: there is none. */
export function trialEndOf(
  { trialDays }: PlanVersion,
  startedAt: Instant,
  asked: Instant | 'now' | null,
  timezone: string,
): Instant | null {
  if (asked === 'now') return null;
  if (asked !== null) return asked;
  if (trialDays === 0) return null;
  const days = {
    startedAt,
    anchor: 'anniversary',
    interval: 'day',
    intervalCount: trialDays,
    timezone,
  } as const;
  return boundariesOf(days)(1);
}

/**
 * The end that a trial is moved to. Throws a `BillingError` 409 `trial_over` where there is none to be moved, 400 for an
 * instant that has passed.
 */
export function decideTrialEnd(
  { status, trialEnd }: Pick<SubscriptionState, 'status' | 'trialEnd'>,
  asked: Instant | 'now',
  now: Instant,
): Instant {
  const lasts =
    status === 'trialing' ||
    status === 'incomplete' ||
    (status === 'paused' && trialEnd !== null && trialEnd > now);
  if (trialEnd === null || !lasts) {
    throw new BillingError(
      409,
      'trial_over',
      'The subscription is not in a trial: it had none, or it is over.',
      'trial_end',
    );
  }
  return instantOfMoment(asked, null, now, 'trial_end');
}
