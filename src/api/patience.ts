/** A request waits for a workflow only so long; the workflow goes on, and the same Idempotency-Key finds its outcome. */
import type { Client } from '@temporalio/client';

const patienceMs = 30_000;

export function withPatience<T>(temporal: Client, work: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + patienceMs, work);
}
