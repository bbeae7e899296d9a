/** What a step of a subscription's life is told as. */
import type { PendingChange } from './pendingChange.ts';
import type { SubscriptionPeriod } from './subscription.ts';
import type { Turn } from './turn.ts';

export type LifeEvent =
  | 'subscription.started'
  | 'subscription.renewed'
  | 'subscription.changed'
  | 'subscription.change_failed'
  | 'subscription.paused'
  | 'subscription.resumed'
  | 'subscription.ended'
  | 'trial.started'
  | 'trial.will_end'
  | 'trial.ended';

/** In the order in which it happened. */
export function eventsOf(
  turn: Turn,
  opens: SubscriptionPeriod | null,
  changes: { readonly applied: readonly PendingChange[]; readonly refused: readonly PendingChange[] },
  trialEnds: boolean,
  announced: boolean,
): LifeEvent[] {
  const turns: Record<Turn, LifeEvent[]> = {
    goes_on: [],
    starts: [opens?.kind === 'trial' ? 'trial.started' : 'subscription.started'],
    renews: [trialEnds ? 'subscription.started' : 'subscription.renewed'],
    restarts: ['subscription.renewed'],
    pauses: ['subscription.paused'],
    resumes: ['subscription.resumed'],
    ends: ['subscription.ended'],
  };
  return [
    ...(changes.refused.length > 0 ? (['subscription.change_failed'] as const) : []),
    ...(changes.applied.length > 0 ? (['subscription.changed'] as const) : []),
    ...(trialEnds ? (['trial.ended'] as const) : []),
    ...turns[turn],
    ...(announced ? (['trial.will_end'] as const) : []),
  ];
}
