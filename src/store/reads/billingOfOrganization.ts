/** What an organization pays, as clients see it over GraphQL: its customer's subscriptions and invoices. */
import type { CustomerId, InvoiceId, OrganizationId, SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';
import type { SubscriptionStatus } from '../../domain/subscription.ts';
import type { Source } from './connections.ts';

export interface SubscriptionNode {
  readonly id: SubscriptionId;
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  readonly statusOfSubscription: SubscriptionStatus;
  readonly plan: string;
  readonly planVersion: number;
  readonly quantity: string;
  readonly periodStart: Instant | null;
  readonly periodEnd: Instant | null;
  readonly trialEnd: Instant | null;
  readonly cancelAt: Instant | null;
  readonly endedAt: Instant | null;
}
export const subscriptionsOfOrganization: Source<SubscriptionNode> = {
  columns: `t.id, o.id AS "organizationId", t.customer_id AS "customerId", t.status AS "statusOfSubscription", p.code AS plan,
    t.plan_version AS "planVersion", t.quantity::text AS quantity, t.current_period_start AS "periodStart",
    t.current_period_end AS "periodEnd", t.trial_end AS "trialEnd", t.cancel_at AS "cancelAt", t.ended_at AS "endedAt"`,
  from: `subscriptions t JOIN organizations o ON o.customer_id = t.customer_id AND o.deleted_at IS NULL
           JOIN plans p ON p.id = t.plan_id`,
  parent: 'o.id',
  newestFirst: true,
};

export interface InvoiceNode {
  readonly id: InvoiceId;
  readonly organizationId: OrganizationId;
  readonly number: string | null;
  readonly statusOfInvoice: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly currency: string;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  readonly subtotal: Amount;
  readonly discount: Amount;
  readonly tax: Amount;
  readonly total: Amount;
  readonly creditsApplied: Amount;
  readonly amountDue: Amount;
  readonly amountPaid: Amount;
  readonly finalizedAt: Instant | null;
  readonly dueAt: Instant | null;
  readonly paidAt: Instant | null;
}
export const invoicesOfOrganization: Source<InvoiceNode> = {
  columns: `t.id, o.id AS "organizationId", t.number, t.status AS "statusOfInvoice", t.currency,
    t.period_start AS "periodStart", t.period_end AS "periodEnd", s.subtotal, s.discount, s.tax,
    s.subtotal - s.discount + s.tax AS total, t.credits_applied AS "creditsApplied",
    s.subtotal - s.discount + s.tax - t.credits_applied AS "amountDue", t.amount_paid AS "amountPaid",
    t.finalized_at AS "finalizedAt", t.due_at AS "dueAt", t.paid_at AS "paidAt"`,
  // The sums are those of its lines: of a draft so far.
  from: `invoices t JOIN organizations o ON o.customer_id = t.customer_id AND o.deleted_at IS NULL
           CROSS JOIN LATERAL (
             SELECT coalesce(sum(l.amount), 0)::bigint AS subtotal, coalesce(sum(l.discount_amount), 0)::bigint AS discount,
                    coalesce(sum(l.tax_amount), 0)::bigint AS tax
               FROM invoice_lines l WHERE l.invoice_id = t.id) s`,
  parent: 'o.id',
  newestFirst: true,
};
