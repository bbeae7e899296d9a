/** Which revenue a credit note takes back of a line that is earned over time: what is still to be earned first (semantics.md, section 9). */
import { earnedBack, type LineCredit } from './creditNote.ts';
import type { InvoiceLineToCredit } from './creditNoteRequest.ts';
import { limit, type Amount } from './money.ts';

/** How much a line is to earn over its period, less what notes took back of it, and how far it has come. */
export interface DeferredRevenue {
  readonly amount: Amount;
  /** What is posted as earned. */
  readonly recognized: Amount;
  /** What is earned by the last midnight (UTC), posted or not yet. */
  readonly earned: Amount;
  /** What lines that give back of it are still to take from its revenue, of the other sign. */
  readonly givenBack: Amount;
}

export interface RevenueBack {
  /** Of what is still to be earned. */
  readonly deferred: Amount;
  /** Of what is earned: at once. */
  readonly atOnce: Amount;
  /** What is posted from revenue to deferred revenue: less what had been earned, and was not posted yet. */
  readonly recognized: Amount;
}

/**
 * What is given back was billed and will not be earned: so it is of the days to come, as far as those earn that much; the
 * rest was earned wrongly, and is no revenue of any day to come.
 */
export function revenueBack(credit: LineCredit<InvoiceLineToCredit>): RevenueBack {
  const { deferred: revenue } = credit.line;
  if (revenue === null) return { deferred: zero, atOnce: zero, recognized: zero };
  const whole = earnedBack(credit);
  const deferred = limit(whole, revenue.amount - revenue.earned + revenue.givenBack);
  const atOnce = (whole - deferred) as Amount;
  const unposted = whole === 0n ? 0n : revenue.earned - revenue.recognized;
  return { deferred, atOnce, recognized: (atOnce - unposted) as Amount };
}

const zero = 0n as Amount;
