/** Long activities tell that they live, whatever they wait for, and stop when they are told to. */
import { Context } from '@temporalio/activity';

const intervalMs = 2_000;

export interface Progress {
  /** What an operator sees of it. */
  report(details: unknown): void;
  /** Throws where the activity has been cancelled, or given to another worker. */
  goOn(): void;
}

/** Runs `work` with a heartbeat every two seconds. */
export async function withHeartbeat<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
  const context = Context.current();
  let latest: unknown;
  const timer = setInterval(() => context.heartbeat(latest), intervalMs);
  try {
    return await work({
      report(details) {
        latest = details;
        context.heartbeat(details);
      },
      goOn() {
        context.cancellationSignal.throwIfAborted();
      },
    });
  } finally {
    clearInterval(timer);
  }
}
