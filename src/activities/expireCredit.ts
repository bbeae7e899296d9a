/** Credit expires: what is left of it at its time is forfeited, page by page. Done again, it finds nothing. */
import type { CreditGrantId } from '../domain/ids.ts';
import { claimExpiredGrants } from '../store/expiredGrants.ts';
import type { DueStep } from './dueStep.ts';
import { forfeitCredit } from './forfeitCredit.ts';

export const expireCredit: DueStep = {
  name: 'expire',
  single: (subjectId) => ({ kind: 'credit_grant', creditGrantId: subjectId as CreditGrantId }),
  async run(tx, scope, now, limit, claimed) {
    // Who comes for some subscriptions or an invoice has no grants in mind; those that have expired are not used anyway.
    if (scope.kind === 'subscriptions' || scope.kind === 'invoice') return;
    const grants = await claimExpiredGrants(tx, scope, now, limit);
    claimed(grants.map(({ id }) => id));
    if (grants.length === 0) return;
    await forfeitCredit(
      tx,
      'expired',
      grants.map((grant) => ({ grant, at: grant.expires_at, operationId: null })),
      now,
    );
  },
};
