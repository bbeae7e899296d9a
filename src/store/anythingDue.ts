/** Whether there is anything to bill, collect or dun: one question, where each step would ask its own and mostly finds nothing. */
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, claimedSubscriptions, scopeSql, type DueScope } from './dueScope.ts';

/**
 * False only where no step of billing finds anything by `now`; true also where one may. Only of what is asked for by name:
 * of the many something always is.
 */
export async function mayBeDue(db: Queryable, scope: DueScope, now: Instant): Promise<boolean> {
  if (scope.kind !== 'subscriptions' && scope.kind !== 'invoice') return true;
  // Both name their own by the same parameter.
  const { condition: ofSubscription } = scopeSql(scope, claimedSubscriptions, 2);
  const { condition: ofInvoice, values } = scopeSql(scope, claimedInvoices, 2);
  const { rows } = await db.query<{ due: boolean }>({
    name: `mayBeDue ${scope.kind}`,
    text: `
      SELECT EXISTS (SELECT FROM subscriptions s WHERE s.next_due_at <= $1 AND ${ofSubscription})
          OR EXISTS (SELECT FROM invoices i WHERE i.status = 'draft' AND i.finalizes_at <= $1 AND ${ofInvoice})
          -- Also one that is paid later: whether by an attempt, by dunning or never, its steps know.
          OR EXISTS (SELECT FROM invoices i WHERE i.status = 'open' AND ${ofInvoice})
          OR EXISTS (SELECT FROM payments p JOIN invoices i ON i.id = p.invoice_id
                      WHERE p.status IN ('pending', 'requires_action') AND ${ofInvoice})
          OR EXISTS (SELECT FROM collections d JOIN invoices i ON i.id = d.invoice_id
                      WHERE d.next_step_at <= $1 AND ${ofInvoice}) AS due`,
    values: [formatInstant(now), ...values],
  });
  return rows[0]?.due ?? true;
}
