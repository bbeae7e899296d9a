/** Large bodies are let in as memory allows; the others wait unread, and when they have waited too long come back later. */
import type { RequestHandler } from 'express';
import { TryLaterError } from './errors.ts';

export interface Limits {
  /** Of bodies that are being read or worked on; a body takes some fifteen times its size while it is. */
  readonly bytes: number;
  /** Requests that wait, at most. */
  readonly waiting: number;
  readonly patienceMs: number;
}

/** An inflated body is seldom larger than so many times what was sent. */
const inflation = 100;

/**
 * Admits requests in their order. A body that waits is not read, so that its sender waits too. Throws 503 with
 * Retry-After where too many wait, or one waited too long. `maximumBody` in bytes.
 */
export function backPressure(limits: Limits, maximumBody: number): RequestHandler {
  let used = 0;
  const queue: { readonly bytes: number; readonly admit: () => void }[] = [];

  function admitNext(): void {
    for (
      let first = queue[0];
      first && (used === 0 || used + first.bytes <= limits.bytes);
      first = queue[0]
    ) {
      queue.shift();
      used += first.bytes;
      first.admit();
    }
  }

  return (request, response, next) => {
    const bytes = expectedBytes(request.get('content-length'), request.get('content-encoding'), maximumBody);
    if (queue.length >= limits.waiting) {
      next(overloaded());
      return;
    }
    let admitted = false;
    const release = () => {
      clearTimeout(impatience);
      if (admitted) used -= bytes;
      else remove();
      admitted = false;
      admitNext();
    };
    const entry = {
      bytes,
      admit: () => {
        admitted = true;
        clearTimeout(impatience);
        next();
      },
    };
    const remove = () => {
      const at = queue.indexOf(entry);
      if (at >= 0) queue.splice(at, 1);
    };
    const impatience = setTimeout(() => {
      remove();
      next(overloaded());
    }, limits.patienceMs);
    response.once('close', release);
    queue.push(entry);
    admitNext();
  };
}

function expectedBytes(length: string | undefined, encoding: string | undefined, maximum: number): number {
  if (length === undefined) return maximum;
  const factor = encoding === undefined || encoding === 'identity' ? 1 : inflation;
  return Math.min(Number(length) * factor, maximum);
}

function overloaded(): TryLaterError {
  return new TryLaterError(
    503,
    'overloaded',
    'More usage is coming in than can be stored. Nothing of this request was stored: send it again, unchanged.',
    2,
  );
}
