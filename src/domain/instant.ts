/** A moment in time: milliseconds since the Unix epoch, RFC 3339 on the wire. Finer digits are cut off. */

declare const instant: unique symbol;
export type Instant = number & { readonly [instant]: true };

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** The instant that an RFC 3339 text names, or undefined where it names none (30 February, 25 o'clock, no offset). */
export function parseInstant(text: string): Instant | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const milliseconds = Date.parse(
    text
      .replace(' ', 'T')
      .replace(/(\.\d{3})\d+/, '$1')
      .toUpperCase(),
  );
  if (!Number.isSafeInteger(milliseconds)) return undefined;
  // Date.parse rolls 30 February over to March; an instant that is not a date is no instant.
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= lastDay ? (milliseconds as Instant) : undefined;
}

/** RFC 3339 in UTC; the fraction is left out where it is zero. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

export function addMilliseconds(at: Instant, milliseconds: number): Instant {
  return (at + milliseconds) as Instant;
}

export function earliest(...instants: (Instant | null | undefined)[]): Instant | null {
  const known = instants.filter((at) => at !== null && at !== undefined);
  return known.length === 0 ? null : (Math.min(...known) as Instant);
}
