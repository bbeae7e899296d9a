/** When a trial ends (semantics.md, section 6). */
import { boundariesOf } from './calendar.ts';
import type { Instant } from './instant.ts';
import type { PlanVersion } from './plan.ts';

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
