/** The hours, days or months of a customer's calendar that usage is told by (semantics.md, section 2). */
import { Temporal } from 'temporal-polyfill';
import type { Instant } from './instant.ts';
import type { Period } from './period.ts';

export type UsageWindow = 'hour' | 'day' | 'month';

/**
 * The local hours, days or months that a period touches, the first and the last cut where the period begins and ends.
 * On a day of a clock change there are 23 or 25 hours. Undefined where there are more than `maximum`.
 */
export function usageWindows(
  period: Period,
  window: UsageWindow,
  timezone: string,
  maximum: number,
): Period[] | undefined {
  const windows: Period[] = [];
  for (let start = period.start; start < period.end;) {
    if (windows.length === maximum) return undefined;
    const next = startOfNext(start, window, timezone);
    const end = (next < period.end ? next : period.end) as Instant;
    windows.push({ start, end });
    start = end;
  }
  return windows;
}

function startOfNext(at: Instant, window: UsageWindow, timezone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  switch (window) {
    case 'hour': {
      // Exact time: an hour that the clock shows twice is two hours.
      const intoHour = local.minute * 60_000 + local.second * 1000 + local.millisecond;
      return at + 3_600_000 - intoHour;
    }
    case 'day':
      return local.startOfDay().add({ days: 1 }).startOfDay().epochMilliseconds;
    case 'month':
      return local.with({ day: 1 }).startOfDay().add({ months: 1 }).startOfDay().epochMilliseconds;
  }
}
