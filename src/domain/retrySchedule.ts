/** When a payment that did not succeed is tried again by itself (semantics.md, section 8). */
import { Temporal } from 'temporal-polyfill';
import { instantOf, localTime } from './calendar.ts';
import type { Decline, DeclineAdvice } from './decline.ts';
import { dueAtOf } from './dueDate.ts';
import type { Instant } from './instant.ts';

/** Local times of day, `HH:MM`: from `from` until `to`, over midnight where `to` is the earlier one. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

export interface RetryPolicy {
  /** Days after the first failure, ascending; at most one attempt on each, then no more. */
  readonly days: readonly number[];
  /** Nothing is tried in these hours of the customer's day: it waits until they are over. */
  readonly quiet_hours?: QuietHours | undefined;
  /** `payday`: where money was lacking, a try is put off to the next 1st or 15th, if the schedule reaches that far. */
  readonly insufficient_funds?: 'as_scheduled' | 'payday' | undefined;
}

export interface Failure {
  readonly decline: Decline;
  readonly code: string;
  /** What the bank or the network said to do next. */
  readonly advice: DeclineAdvice | null;
}

/** Wages come on these days of the month more often than on others. */
const paydays = [1, 15] as const;

/**
 * When the payment is tried next, after `now`, or null: the schedule has ended, the customer is asked, or only another
 * payment method can help. What the bank advises goes before the class of its code. Days that have passed meanwhile are
 * not made up for. Days are local ones: the same time of day as the first failure.
 */
export function nextAttemptAt(
  policy: RetryPolicy,
  firstFailedAt: Instant,
  failure: Failure,
  timezone: string,
  now: Instant,
): Instant | null {
  if (!mayWork(failure)) return null;
  const awake = (at: Instant) => afterQuietHours(at, policy.quiet_hours, timezone);
  const planned = policy.days.map((days) => dueAtOf(firstFailedAt, days, timezone));
  const next = planned.find((at) => awake(at) > now);
  if (next === undefined) return null;
  const waits = failure.code === 'insufficient_funds' && policy.insufficient_funds === 'payday';
  const payday = waits ? nextPayday(firstFailedAt, timezone, now) : null;
  const putOff = payday !== null && payday > next && payday <= (planned.at(-1) ?? next);
  return awake(putOff ? payday : next);
}

/** Whether the same method may work another day without the customer. */
function mayWork({ decline, advice }: Failure): boolean {
  if (decline === 'requires_action' || advice === 'do_not_try_again') return false;
  return decline === 'soft' || advice === 'try_again_later';
}

/** The first payday after `now`, at the local time of day of the first failure. */
function nextPayday(firstFailedAt: Instant, timezone: string, now: Instant): Instant | null {
  const time = localTime(firstFailedAt, timezone).toPlainTime();
  const month = localTime(now, timezone).toPlainDate().with({ day: 1 });
  const candidates = [0, 1].flatMap((months) =>
    paydays.map((day) => instantOf(month.add({ months }).with({ day }).toPlainDateTime(time), timezone)),
  );
  return candidates.find((at) => at > now) ?? null;
}

/** The instant itself, or where it lies in quiet hours, their end. */
export function afterQuietHours(at: Instant, quiet: QuietHours | undefined, timezone: string): Instant {
  if (!quiet || !isQuiet(at, quiet, timezone)) return at;
  const local = localTime(at, timezone);
  const end = Temporal.PlainTime.from(quiet.to);
  const sameDay = Temporal.PlainTime.compare(local.toPlainTime(), end) < 0;
  const over = local
    .toPlainDate()
    .add({ days: sameDay ? 0 : 1 })
    .toPlainDateTime(end);
  const until = instantOf(over, timezone);
  // When clocks go back, the end may come twice: the first one is over already.
  return until > at
    ? until
    : (over.toZonedDateTime(timezone, { disambiguation: 'later' }).epochMilliseconds as Instant);
}

/** Whether an instant lies in quiet hours; equal ends are none. */
export function isQuiet(at: Instant, { from, to }: QuietHours, timezone: string): boolean {
  const local = localTime(at, timezone).toPlainTime();
  const startsBefore = Temporal.PlainTime.compare(from, local) <= 0;
  const endsAfter = Temporal.PlainTime.compare(local, to) < 0;
  return Temporal.PlainTime.compare(from, to) <= 0 ? startsBefore && endsAfter : startsBefore || endsAfter;
}
