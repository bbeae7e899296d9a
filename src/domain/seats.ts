/** What becomes of a subscription's terms when more or fewer members of its organization take a seat (semantics.md, sections 3 and 6). */
import type { Instant } from './instant.ts';
import type { PendingChange } from './pendingChange.ts';
import type { SubscriptionPeriod } from './subscription.ts';
import type { ChangeEffect } from './subscriptionChange.ts';
import { followsSeats, type Terms } from './terms.ts';

/** Whether a change is of seats, which members make and nobody asks for. */
export function isOfSeats({ change }: Pick<PendingChange, 'change'>): boolean {
  return change.seats !== undefined;
}

/**
 * When a subscription is billed by so many seats that were taken at `since`: more of them at once, fewer at once or with
 * the next period, as the plan says. Null: it counts none, or is billed by as many already.
 *
 * A trial and a pause charge for none, and what begins after them does so by the seats of then. An end that is to come
 * forbids nothing: it may be undone, and what waits for a period that never comes is withdrawn with it.
 */
export function decideSeats(
  current: SubscriptionPeriod | null,
  terms: Terms,
  seats: number,
  since: Instant,
): ChangeEffect | null {
  const { plan, seats: billed = 0 } = terms;
  if (seats === billed || !followsSeats(terms)) return null;
  const waits = seats < billed && plan.seatsDown === 'period_end' && current !== null;
  return waits ? { effectiveAt: null, atPeriod: current.index + 1 } : { effectiveAt: since, atPeriod: null };
}
