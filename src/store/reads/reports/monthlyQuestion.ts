/** What reports by month are asked by. */
import { formatInstant } from '../../../domain/instant.ts';
import { monthsFrom, nextMonth, startOfMonth, type Month } from '../../../domain/month.ts';

export interface MonthlyQuestion {
  readonly book: string;
  /** Null: all of them. */
  readonly currency: string | null;
  /** The first month and the last one. */
  readonly from: Month;
  readonly to: Month;
}

/** Parameters: the book, the currency, the first instant, the one after the last, and the start of each month. */
export function monthlyValues({ book, currency, from, to }: MonthlyQuestion) {
  const start = (month: Month) => formatInstant(startOfMonth(month));
  return [book, currency, start(from), start(nextMonth(to)), monthsFrom(from, to).map(start)];
}
