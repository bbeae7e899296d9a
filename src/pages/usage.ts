/** The usage of one meter: its total, and a bar for each day. */
import type { DocumentUsage } from './billingDocument.ts';
import { atScale, fractionDigits, isDecimal } from './exactDecimal.ts';
import { fill } from './labels.ts';
import { plainLine } from './plainText.ts';
import type { Wording } from './sheet.ts';

export interface UsageDay {
  readonly day: string;
  readonly quantity: string;
  /** Of the highest day, in thousandths. */
  readonly height: number;
}

export interface UsageBlock {
  readonly name: string;
  readonly total: string;
  readonly days: readonly UsageDay[];
  /** The highest day's quantity: what the top of the chart stands for. */
  readonly top: string;
  /** What the chart shows, in words; empty where there is none. */
  readonly summary: string;
  readonly dayLabel: string;
  readonly quantityLabel: string;
}

export function usageOf({ name, total, days }: DocumentUsage, { labels, formats }: Wording): UsageBlock {
  const { heights, highest } = measure(days.map(({ quantity }) => quantity));
  const shown = days.map(({ day, quantity }, index) => ({
    day: formats.day(day),
    quantity: formats.quantity(quantity),
    height: heights[index] ?? 0,
  }));
  const [first] = shown;
  const last = shown.at(-1);
  const top = shown[highest];
  const summary =
    first && last && top
      ? fill(labels.chart, { from: first.day, to: last.day, day: top.day, quantity: top.quantity })
      : '';
  return {
    name: plainLine(name),
    total: formats.quantity(total),
    days: shown,
    top: top?.quantity ?? '',
    summary,
    dayLabel: labels.day,
    quantityLabel: labels.quantity,
  };
}

/** Heights in thousandths of the highest. A day with any usage is seen; one below zero (a correction) has no bar. */
function measure(quantities: readonly string[]): { heights: number[]; highest: number } {
  const scale = Math.max(0, ...quantities.map(fractionDigits));
  const values = quantities.map((quantity) => (isDecimal(quantity) ? atScale(quantity, scale) : 0n));
  const highest = values.reduce((best, value, index) => (value > (values[best] ?? 0n) ? index : best), 0);
  const top = values[highest] ?? 0n;
  const heights = values.map((value) => (value <= 0n ? 0 : Math.max(20, Number((value * 1000n) / top))));
  return { heights, highest };
}
