/** Workflows of subscriptions look again, so that an operator sees in Temporal's UI what has become of them. */
import type { SubscriptionId } from '../domain/ids.ts';
import { refreshSignal } from '../workflows/contract/longLived.ts';
import { subscriptionWorkflowId } from '../workflows/contract/subscription.ts';
import type { Dependencies } from './dependencies.ts';

const toldAtOnce = 20;

/** One that is not there, or cannot be reached, needs no telling: it looks when it starts. */
export async function tellSubscriptions(
  deps: Pick<Dependencies, 'temporal'>,
  ids: readonly SubscriptionId[],
): Promise<void> {
  for (let first = 0; first < ids.length; first += toldAtOnce) {
    await Promise.all(
      ids.slice(first, first + toldAtOnce).map((id) =>
        deps.temporal.workflow
          .getHandle(subscriptionWorkflowId(id))
          .signal(refreshSignal)
          .catch(() => undefined),
      ),
    );
  }
}
