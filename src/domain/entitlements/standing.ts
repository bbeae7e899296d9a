/** Whether a subscription gives what its plans have, by its state: a table, with the grace of one that is past due. */
import type { SubscriptionId } from '../ids.ts';
import { addMilliseconds, type Instant } from '../instant.ts';
import type { SubscriptionStatus } from '../subscription.ts';
import type { Giver } from './combine.ts';

export interface EntitlingSubscription {
  readonly id: SubscriptionId;
  readonly status: SubscriptionStatus;
  readonly startedAt: Instant;
  /** Of its open period; null before the first, and while nobody knows its end. */
  readonly periodStart: Instant | null;
  readonly periodEnd: Instant | null;
  readonly cancelAt: Instant | null;
  /** By the customer's clock: since when it has not been paid. */
  readonly pastDueSince: Instant | null;
  readonly graceDays: number;
  /** Its plan and its add-ons, each with how many of it. */
  readonly plans: readonly (Giver & { readonly quantity: number })[];
}

export interface Standing {
  readonly entitles: boolean;
  readonly inGrace: boolean;
  /** When time alone changes that; null: only an event does. */
  readonly until: Instant | null;
}

const dayMs = 86_400_000;
const ended: Standing = { entitles: false, inGrace: false, until: null };

/** Half-open: at the very end of a grace, or of a subscription, nothing is given any more. */
export function standingOf(subscription: EntitlingSubscription, at: Instant): Standing {
  const { status, cancelAt } = subscription;
  if (cancelAt !== null && cancelAt <= at) return ended;
  switch (status) {
    case 'trialing':
    case 'active':
      return { entitles: true, inGrace: false, until: cancelAt };
    case 'past_due': {
      const graceEnd = addMilliseconds(subscription.pastDueSince ?? at, subscription.graceDays * dayMs);
      if (graceEnd <= at) return ended;
      const until = cancelAt !== null && cancelAt < graceEnd ? cancelAt : graceEnd;
      return { entitles: true, inGrace: true, until };
    }
    case 'incomplete':
    case 'unpaid':
    case 'paused':
    case 'canceled':
      return ended;
  }
}
