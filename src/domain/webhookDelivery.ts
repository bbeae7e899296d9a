/** When a delivery is tried again, and when nobody tries any more (docs/adr/0007-events.md). */
import { addMilliseconds, type Instant } from './instant.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const firstWaitMs = 10_000;
const growth = 3;
const longestWaitMs = 6 * 60 * minuteMs;
/** Who asks for more has not thought of us. */
const longestAskedMs = dayMs;
/** What a wait may be longer by, so that what failed together is not tried together. */
const jitter = 0.2;
/** From the first try to the last one. */
export const patienceMs = 7 * dayMs;
/** After so long without one success nothing more is sent to an endpoint. */
export const disabledAfterMs = 5 * dayMs;

/**
 * After the nth try: 10 s, 30 s, 90 s, 4.5 min, 13.5 min, 40.5 min, 2 h, and 6 h from the eighth on, each up to a fifth
 * longer by `chance` (0 to 1): 33 tries or so. Null where that would be more than 7 days after the first try. Where the
 * receiver asks for a longer wait (`retryAfterMs`) it gets it, up to a day, and up to the last moment of the 7 days.
 */
export function nextTryAt(
  tries: number,
  triedSince: Instant,
  now: Instant,
  chance: number,
  retryAfterMs = 0,
): Instant | null {
  const wait = Math.min(firstWaitMs * growth ** (tries - 1), longestWaitMs);
  const own = addMilliseconds(now, Math.round(wait * (1 + jitter * chance)));
  const last = addMilliseconds(triedSince, patienceMs);
  if (own > last) return null;
  const asked = addMilliseconds(now, Math.min(retryAfterMs, longestAskedMs));
  return Math.max(own, Math.min(asked, last)) as Instant;
}

export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      /** For so long the receiver asks to be left alone. */
      readonly retryAfterMs?: number;
    }
  /** Nothing came back that is an answer: no connection, no name, no time, an address that is not allowed. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Any 2xx counts as received. A redirect is not followed: whoever moves says so here. */
export function isReceived(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

/** The receiver says that it will never be there again. */
export function isGone(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status === 410;
}

/** Why it was not received, in words; null where it was. */
export function failureOf(answer: Answer): string | null {
  if (isReceived(answer)) return null;
  if (answer.kind === 'failed') return answer.reason;
  if (answer.status >= 300 && answer.status < 400)
    return `answered ${String(answer.status)}: redirects are not followed, change the url of the endpoint`;
  return `answered ${String(answer.status)}`;
}
