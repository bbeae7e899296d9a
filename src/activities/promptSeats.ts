/** Has seats billed at once that have just changed: the workflows of their subscriptions look again. */
import type { SubscriptionId } from '../domain/ids.ts';
import type { Dependencies } from './dependencies.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';

/** Those that are heard of within so long are told once. */
const gatheredMs = 50;

export interface SeatPrompter {
  /** Who changed is due since that was committed: not told, it is found by the billing cycle, or when its clock moves on. */
  changed(id: string): void;
  /** Tells whoever has not been told. */
  stop(): Promise<void>;
}

export function seatPrompter(deps: Pick<Dependencies, 'temporal'>): SeatPrompter {
  const waiting = new Set<SubscriptionId>();
  let timer: NodeJS.Timeout | undefined;
  let telling = Promise.resolve();
  const tell = () => {
    timer = undefined;
    const ids = [...waiting];
    waiting.clear();
    telling = telling.then(() => tellSubscriptions(deps, ids));
  };
  return {
    changed(id) {
      waiting.add(id as SubscriptionId);
      timer ??= setTimeout(tell, gatheredMs);
    },
    async stop() {
      clearTimeout(timer);
      tell();
      await telling;
    },
  };
}
