/** Documents take a processor for a while: one is drawn after the other, and whoever would wait too long is told so. */
import { TryLaterError } from './errors.ts';

const maximumWaiting = 20;
let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/** Throws a `BillingError` 503 where too many wait. */
export async function inTurn<T>(draw: () => Promise<T>): Promise<T> {
  if (waiting >= maximumWaiting) {
    throw new TryLaterError(503, 'documents_busy', 'Too many documents are being drawn. Try again later.', 5);
  }
  waiting += 1;
  const turn = last.then(draw).finally(() => (waiting -= 1));
  last = turn.catch(() => undefined);
  return turn;
}
