/** Days by the customer's calendar: of an invoice's date, and of when it is due (semantics.md, sections 2 and 8). */
import { instantOf, localTime } from './calendar.ts';
import type { Instant } from './instant.ts';

/** Whether what is due is charged, or asked for with a date. */
export const collectionMethods = ['charge_automatically', 'send_invoice'] as const;
export type CollectionMethod = (typeof collectionMethods)[number];

/** `YYYY-MM-DD`. */
export function localDay(at: Instant, timezone: string): string {
  return localTime(at, timezone).toPlainDate().toString();
}

/** So many days later, at the same time of day. */
export function dueAtOf(at: Instant, days: number, timezone: string): Instant {
  return instantOf(localTime(at, timezone).add({ days }), timezone);
}
