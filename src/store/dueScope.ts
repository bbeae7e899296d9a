/** Whose due work is claimed: a shard of all, those on a test clock, or some by name. The work itself is the same. */
import type { CreditGrantId, InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';

export type DueScope =
  | { readonly kind: 'live'; readonly shard: number; readonly shards: number }
  | { readonly kind: 'clock'; readonly testClockId: TestClockId }
  | { readonly kind: 'subscriptions'; readonly subscriptionIds: readonly SubscriptionId[] }
  | { readonly kind: 'invoice'; readonly invoiceId: InvoiceId }
  | { readonly kind: 'credit_grant'; readonly creditGrantId: CreditGrantId };

export interface ScopeSql {
  /** A condition on the claimed table; its parameters are numbered from `firstParameter`. */
  readonly condition: string;
  readonly values: readonly unknown[];
  /** Many claim side by side and pass each other; who comes for one alone waits for it. */
  readonly lock: string;
}

interface ClaimedTable {
  readonly alias: string;
  readonly subscriptionId: string;
  readonly invoiceId?: string;
  readonly creditGrantId?: string;
  /** As little as will do: rows that refer to a subscription, such as lines, are added while it is claimed. */
  readonly lock: string;
}

export const claimedSubscriptions: ClaimedTable = {
  alias: 's',
  subscriptionId: 's.id',
  lock: 'FOR NO KEY UPDATE OF s',
};
export const claimedInvoices: ClaimedTable = {
  alias: 'i',
  subscriptionId: 'i.subscription_id',
  invoiceId: 'i.id',
  lock: 'FOR UPDATE OF i',
};

/** Of no subscription; each with its customer `c`. */
export const claimedGrants: ClaimedTable = {
  alias: 'g',
  subscriptionId: 'NULL::text',
  creditGrantId: 'g.id',
  lock: 'FOR NO KEY UPDATE OF c, g',
};

/** What was set aside (see `set_asides`) is left to its retry, unless it is asked for by name. */
export function scopeSql(scope: DueScope, table: ClaimedTable, firstParameter: number): ScopeSql {
  const first = `$${String(firstParameter)}`;
  const second = `$${String(firstParameter + 1)}`;
  const subjectId = table.creditGrantId ?? table.invoiceId ?? table.subscriptionId;
  const notSetAside = `NOT EXISTS (
    SELECT FROM set_asides a WHERE a.subject_id = ${subjectId} AND a.retry_at > now())`;
  switch (scope.kind) {
    case 'live':
      return {
        condition: `${table.alias}.test_clock_id IS NULL AND ${table.alias}.shard % ${second}::int = ${first}::int AND ${notSetAside}`,
        values: [scope.shard, scope.shards],
        lock: `${table.lock} SKIP LOCKED`,
      };
    case 'clock':
      return {
        condition: `${table.alias}.test_clock_id = ${first} AND ${notSetAside}`,
        values: [scope.testClockId],
        lock: `${table.lock} SKIP LOCKED`,
      };
    case 'subscriptions':
      return {
        condition: table.invoiceId
          ? `${table.invoiceId} IN (
               SELECT own.id FROM invoices own WHERE own.subscription_id = ANY(${first})
                UNION ALL -- its latest may be of a group
               SELECT g.latest_invoice_id FROM subscriptions g WHERE g.id = ANY(${first})
                UNION ALL -- what it used of its customer's credit may have made more be bought
               SELECT t.invoice_id FROM subscriptions u JOIN credit_grants t ON t.customer_id = u.customer_id
                WHERE u.id = ANY(${first}) AND t.top_up AND t.status = 'pending') AND ${notSetAside}`
          : `${table.subscriptionId} = ANY(${first})`,
        values: [scope.subscriptionIds],
        lock: table.lock,
      };
    case 'invoice':
      return {
        condition: `${table.invoiceId ?? 'NULL'} = ${first}`,
        values: [scope.invoiceId],
        lock: table.lock,
      };
    case 'credit_grant':
      return {
        condition: `${table.creditGrantId ?? 'NULL'} = ${first}`,
        values: [scope.creditGrantId],
        lock: table.lock,
      };
  }
}
