/** Deferred revenue: a schedule for each in-advance line, recognised day by day (semantics.md, section 9). */
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

export interface NewSchedule {
  readonly invoiceLineId: string;
  readonly book: string;
  readonly currency: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly amount: Amount;
}

export async function insertSchedules(db: Queryable, schedules: readonly NewSchedule[]): Promise<void> {
  const rows = schedules.filter(({ amount }) => amount !== 0n);
  if (rows.length === 0) return;
  await db.query(
    `INSERT INTO revenue_schedules (invoice_line_id, book, currency, starts_at, ends_at, amount)
     SELECT invoice_line_id, book, currency, starts_at, ends_at, amount
       FROM json_to_recordset($1) AS r(invoice_line_id text, book text, currency text, starts_at timestamptz,
                                       ends_at timestamptz, amount bigint)`,
    [
      JSON.stringify(
        rows.map((schedule) => ({
          invoice_line_id: schedule.invoiceLineId,
          book: schedule.book,
          currency: schedule.currency,
          starts_at: formatInstant(schedule.startsAt),
          ends_at: formatInstant(schedule.endsAt),
          amount: String(schedule.amount),
        })),
      ),
    ],
  );
}

/** What a schedule has earned by a midnight, in SQL: its amount by the share of its period that has passed, rounded once. */
export function earnedOf(schedule: string, midnight: string): string {
  const seconds = (until: string) => `extract(epoch FROM ${until} - ${schedule}.starts_at)`;
  return `(CASE WHEN ${schedule}.recognized = ${schedule}.amount THEN ${schedule}.amount
                ELSE round(${schedule}.amount * ${seconds(`greatest(least(${midnight}, ${schedule}.ends_at), ${schedule}.starts_at)`)}
                           / ${seconds(`${schedule}.ends_at`)}) END)`;
}

/** The last midnight (UTC) of the time that an invoice lives by, in SQL. */
export function midnightOf(invoice: string): string {
  return `(date_trunc('day', coalesce((SELECT t.frozen_time FROM test_clocks t WHERE t.id = ${invoice}.test_clock_id), now()), 'UTC'))`;
}

export interface EarnedDay {
  /** The midnight (UTC) that ended the day. */
  readonly midnight: Instant;
  readonly currency: string;
  readonly amount: Amount;
}

/**
 * Moves a book's schedules on to the last midnight (UTC) before `now` and returns what each day earned. What a line has
 * earned by a midnight is its amount by the share of its period that has passed, rounded once; the day's revenue is the
 * difference, so that the days add up to the line.
 */
export async function earnRevenue(db: Queryable, book: string, now: Instant): Promise<EarnedDay[]> {
  const today = formatInstant(now).slice(0, 10);
  const { rows } = await db.query<{ recognized_through: string }>(
    `INSERT INTO recognition_progress AS progress (book, recognized_through)
     SELECT $1, (coalesce(min(starts_at), $2) AT TIME ZONE 'UTC')::date FROM revenue_schedules WHERE book = $1
     ON CONFLICT (book) DO UPDATE SET book = excluded.book
     RETURNING recognized_through::text`,
    [book, formatInstant(now)],
  );
  const through = rows[0]?.recognized_through ?? today;
  if (through >= today) return [];
  const { rows: days } = await db.query<{ midnight: Instant; currency: string; amount: Amount }>(
    `WITH earned AS (
       SELECT s.invoice_line_id, s.source_id, s.currency, s.recognized, midnight,
              round(s.amount * extract(epoch FROM least(midnight, s.ends_at) - s.starts_at)
                / extract(epoch FROM s.ends_at - s.starts_at))::bigint AS by_midnight
         FROM revenue_schedules s
        CROSS JOIN generate_series(($2::date + 1)::timestamp, $3::date::timestamp, interval '1 day') AS local
        CROSS JOIN LATERAL (SELECT local AT TIME ZONE 'UTC') AS utc(midnight)
        WHERE s.book = $1 AND s.recognized <> s.amount AND s.starts_at < midnight
     ), steps AS (
       SELECT invoice_line_id, source_id, currency, midnight, by_midnight,
              by_midnight - lag(by_midnight, 1, recognized) OVER (PARTITION BY invoice_line_id, source_id ORDER BY midnight) AS amount
         FROM earned
     ), updated AS (
       UPDATE revenue_schedules s SET recognized = latest.by_midnight
         FROM (SELECT DISTINCT ON (invoice_line_id, source_id) invoice_line_id, source_id, by_midnight FROM steps
                ORDER BY invoice_line_id, source_id, midnight DESC) AS latest
        WHERE s.invoice_line_id = latest.invoice_line_id AND s.source_id = latest.source_id
     ), progressed AS (
       UPDATE recognition_progress SET recognized_through = $3::date WHERE book = $1
     )
     SELECT midnight, currency, sum(amount)::bigint AS amount FROM steps
      GROUP BY midnight, currency HAVING sum(amount) <> 0 ORDER BY midnight, currency`,
    [book, through, today],
  );
  return days;
}
