/** How long a receiver asks to be left alone (RFC 9110, section 10.2.3). */

/** The statuses with which it is meant: too many requests, or away for a while. */
const meantWith: ReadonlySet<number> = new Set([429, 503]);

/** In milliseconds from `nowMs`; null where nothing is asked, or what is asked is neither seconds nor an HTTP date to come. */
export function readRetryAfter(status: number, header: string | undefined, nowMs: number): number | null {
  const given = header?.trim() ?? '';
  if (!meantWith.has(status) || given === '') return null;
  if (/^\d{1,9}$/.test(given)) return Number(given) * 1000;
  // All three forms of an HTTP date begin with a weekday; other texts that could be read as dates are none.
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(given) ? Date.parse(given) : NaN;
  return at > nowMs ? at - nowMs : null;
}
