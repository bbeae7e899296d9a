/** Deferred revenue becomes revenue, day by day: one transaction for each day and currency of a book. */
import type { Instant } from '../domain/instant.ts';
import { revenueRecognized } from '../domain/ledger.ts';
import { formatInstant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import { postTransactions } from '../store/ledger.ts';
import { earnRevenue } from '../store/revenue.ts';
import type { Dependencies } from './dependencies.ts';

/** Recognises everything up to the last midnight (UTC) before `now`; done before, it does nothing. */
export async function recognizeDaily(deps: Dependencies, book: string, now: Instant): Promise<void> {
  await inTransaction(deps.pool, async (tx) => {
    // All open schedules of a book at once: millions take their time, and hold up nobody.
    await tx.query(`SET LOCAL statement_timeout = '30min'`);
    const days = await earnRevenue(tx, book, now);
    await postTransactions(
      tx,
      days.map(({ midnight, currency, amount }) => ({
        book,
        currency,
        kind: 'revenue_recognized' as const,
        sourceId: `${book}:${currency}:${formatInstant(midnight).slice(0, 10)}`,
        invoiceId: null,
        effectiveAt: midnight,
        customerId: null,
        postings: revenueRecognized(amount),
      })),
    );
  });
}
