/** What is left of credit whose time is over, or that was voided, is nobody's any more: moved, posted, and followed by a top-up. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/instant.ts';
import { creditForfeited } from '../domain/ledger.ts';
import { isNarrow } from '../domain/lineScope.ts';
import { moveCredit } from '../store/creditGrants.ts';
import { endGrants, type EndingGrant } from '../store/grantChanges.ts';
import { postTransactions } from '../store/ledger.ts';
import { buyTopUps } from './buyCredit.ts';

export interface Forfeit {
  readonly grant: EndingGrant;
  /** When it ended. */
  readonly at: Instant;
  /** By which it was voided. */
  readonly operationId: string | null;
}

export async function forfeitCredit(
  tx: PoolClient,
  status: 'expired' | 'voided',
  forfeits: readonly Forfeit[],
  now: Instant,
): Promise<void> {
  const withCredit = forfeits.filter(({ grant }) => grant.remaining > 0n);
  await moveCredit(
    tx,
    withCredit.map(({ grant }) => ({
      grantId: grant.id,
      kind: status,
      sourceId: sourceOf(grant),
      amount: grant.remaining,
    })),
    now,
  );
  await postTransactions(
    tx,
    withCredit.map(({ grant, at }) => ({
      book: grant.book,
      currency: grant.currency,
      kind: status === 'expired' ? ('credit_expired' as const) : ('credit_voided' as const),
      sourceId: sourceOf(grant),
      invoiceId: null,
      effectiveAt: at,
      customerId: grant.customer_id,
      postings: creditForfeited(grant.remaining, grant.paid),
    })),
  );
  await endGrants(
    tx,
    status,
    forfeits.map(({ grant, at, operationId }) => ({ id: grant.id, at, operationId })),
  );
  const fallen = withCredit.filter(({ grant }) => !isNarrow(grant.applies_to));
  await buyTopUps(tx, [...new Set(fallen.map(({ grant }) => grant.customer_id))], now);
}

/** A grant to which credit came back from an invoice may end again, and that is another event. */
function sourceOf({ id, ended_before: before }: EndingGrant): string {
  return before === 0 ? id : `${id}/${String(before + 1)}`;
}
