/** Credit that paid an invoice is there again, when the invoice is voided or a note corrects it. */
import type { PoolClient } from 'pg';
import type { CreditNoteId, InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { creditForfeited, type Posting } from '../domain/ledger.ts';
import type { Amount } from '../domain/money.ts';
import { moveCredit, type CreditMovement, type UsedGrant } from '../store/creditGrants.ts';
import type { NewLedgerTransaction } from '../store/ledger.ts';

/**
 * Returns credit to its grants, which must be locked. What comes back to a grant that has ended meanwhile is not there: it
 * goes the same way as the rest of that grant, at once, and is to be posted as this returns it.
 */
export async function returnCredit(
  tx: PoolClient,
  used: readonly UsedGrant[],
  sourceId: InvoiceId | CreditNoteId,
  now: Instant,
): Promise<Pick<NewLedgerTransaction, 'kind' | 'postings'>[]> {
  await moveCredit(
    tx,
    used.flatMap(({ id: grantId, status, amount }): CreditMovement[] => {
      const returned = { grantId, kind: 'returned' as const, sourceId, amount: (0n - amount) as Amount };
      const hasEnded = status === 'expired' || status === 'voided';
      return hasEnded ? [returned, { grantId, kind: status, sourceId, amount }] : [returned];
    }),
    now,
  );
  return [
    { kind: 'credit_expired', postings: forfeit(used, 'expired') },
    { kind: 'credit_voided', postings: forfeit(used, 'voided') },
  ];
}

function forfeit(used: readonly UsedGrant[], how: UsedGrant['status']): Posting[] {
  return used
    .filter(({ status }) => status === how)
    .flatMap(({ amount, paid }) => creditForfeited(amount, paid));
}
