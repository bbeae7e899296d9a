/** Invoices with their lines, as clients see them. */
import type { CustomerId, InvoiceId, SubscriptionId, TestClockId } from '../../domain/ids.ts';
import type { Decline } from '../../domain/decline.ts';
import type { Instant } from '../../domain/instant.ts';
import type { InvoiceLine } from '../../domain/invoice.ts';
import type { Amount, WithTextAmounts } from '../../domain/money.ts';
import type { Group } from '../../domain/usage.ts';
import type { CollectionMethod } from '../../domain/dueDate.ts';
import type { CustomField, Parties } from '../billingCustomers.ts';
import type { StoredDiscount, StoredTax } from '../lineSums.ts';

export interface InvoiceLineRow {
  readonly id: string;
  readonly type: InvoiceLine['type'];
  readonly subscription_id: SubscriptionId | null;
  readonly price_id: string | null;
  readonly description: string;
  readonly period_start: string;
  readonly period_end: string;
  readonly quantity: string;
  readonly unit_amount: string | null;
  /** Amounts are text here: they come through JSON, which knows no bigint. */
  readonly amount: string;
  readonly discount_amount: string;
  readonly tax_amount: string;
  readonly tax_included_amount: string;
  readonly discounts: readonly StoredDiscount[];
  readonly taxes: readonly StoredTax[];
  /** What credit notes have given back of it, without the tax that was added. */
  readonly credited_amount: string;
  readonly group: Group | null;
  /** Of late usage: what was billed before, and what the whole period comes to now. */
  readonly before: { readonly quantity: string; readonly amount: string } | null;
  readonly after: { readonly quantity: string; readonly amount: string } | null;
}

export interface InvoiceRow {
  readonly id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly subscription_id: SubscriptionId | null;
  readonly test_clock_id: TestClockId | null;
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly number: string | null;
  readonly currency: string;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly billing_reason: 'subscription' | 'threshold' | 'manual' | 'top_up';
  readonly auto_advance: boolean;
  readonly collection_method: CollectionMethod | null;
  readonly days_until_due: number | null;
  readonly memo: string | null;
  readonly footer: string | null;
  readonly po_number: string | null;
  readonly custom_fields: readonly CustomField[] | null;
  readonly parties: Parties | null;
  readonly subtotal: Amount;
  readonly discount: Amount;
  readonly tax: Amount;
  readonly tax_included: Amount;
  readonly total: Amount;
  readonly credits_applied: Amount;
  readonly amount_due: Amount;
  readonly amount_paid: Amount;
  readonly amount_credited: Amount;
  readonly discounts: readonly StoredDiscount[];
  readonly taxes: readonly StoredTax[];
  /** What paid it before any payment; of the customer's balance there is no grant. */
  readonly credits: readonly {
    readonly name: string | null;
    readonly grant: string | null;
    readonly amount: string;
  }[];
  readonly sent_at: Instant | null;
  readonly voided_at: Instant | null;
  readonly uncollectible_at: Instant | null;
  readonly due_at: Instant | null;
  readonly finalizes_at: Instant | null;
  readonly finalized_at: Instant | null;
  readonly paid_at: Instant | null;
  readonly attempt_count: number;
  readonly next_attempt_at: Instant | null;
  readonly last_failure_code: string | null;
  readonly last_decline: Decline | null;
  readonly last_failed_payment_id: string | null;
  /** Why a draft could not be finalised when it was last tried, and when it is tried again; null where nothing failed. */
  readonly last_finalization_error: string | null;
  readonly finalization_retry_at: Instant | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly lines: readonly InvoiceLineRow[];
}

/** That an invoice `t` is of a subscription, alone or with others of its customer. */
export const isOfSubscription = (id: string) =>
  `t.id IN (SELECT own.id FROM invoices own WHERE own.subscription_id = ${id}
             UNION SELECT l.invoice_id FROM invoice_lines l WHERE l.subscription_id = ${id})`;

/** The sums are those of its lines: of a draft so far. */
export const selectInvoices = `
  SELECT t.id, t.customer_id, t.subscription_id, t.test_clock_id, t.status, t.number, t.currency, t.period_start,
         t.period_end, t.billing_reason, t.auto_advance, t.collection_method, t.days_until_due, t.memo, t.footer, t.po_number,
         t.custom_fields, t.parties, t.credits_applied, t.amount_paid, t.amount_credited, t.discounts, t.taxes, t.credits,
         t.sent_at, t.voided_at, t.uncollectible_at, t.due_at, t.finalizes_at, t.finalized_at,
         t.paid_at, t.attempt_count, t.next_attempt_at, t.last_failure_code, t.last_decline, t.metadata, t.created, lines.lines,
         failed.reason AS last_finalization_error, failed.retry_at AS finalization_retry_at,
         CASE WHEN t.last_failure_code NOT IN ('no_payment_method', 'card_tried_too_often') THEN
           (SELECT p.id FROM payments p WHERE p.invoice_id = t.id AND p.status IN ('failed', 'requires_action', 'canceled')
             ORDER BY p.id DESC LIMIT 1) END AS last_failed_payment_id,
         lines.subtotal, lines.discount, lines.tax, lines.tax_included,
         lines.subtotal - lines.discount + lines.tax AS total,
         lines.subtotal - lines.discount + lines.tax - t.credits_applied AS amount_due
    FROM invoices t
    LEFT JOIN set_asides failed ON failed.subject_id = t.id AND t.status = 'draft'
   CROSS JOIN LATERAL (
     SELECT coalesce(sum(l.amount), 0)::bigint AS subtotal, coalesce(sum(l.discount_amount), 0)::bigint AS discount,
            coalesce(sum(l.tax_amount), 0)::bigint AS tax, coalesce(sum(l.tax_included_amount), 0)::bigint AS tax_included,
            coalesce(json_agg(json_build_object(
              'id', l.id, 'type', l.type, 'subscription_id', l.subscription_id, 'price_id', l.price_id, 'description', l.description,
              'period_start', to_char(l.period_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
              'period_end', to_char(l.period_end AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
              'quantity', trim_scale(l.quantity)::text, 'unit_amount', l.unit_amount, 'amount', l.amount::text,
              'discount_amount', l.discount_amount::text, 'tax_amount', l.tax_amount::text,
              'tax_included_amount', l.tax_included_amount::text, 'discounts', l.discounts, 'taxes', l.taxes,
              'credited_amount', (SELECT coalesce(sum(n.amount), 0) FROM credit_note_lines n WHERE n.invoice_line_id = l.id)::text,
              'group', l.group_values,
              'before', l.computation -> 'before', 'after', l.computation -> 'after')
              ORDER BY l.position), '[]') AS lines
       FROM invoice_lines l WHERE l.invoice_id = t.id) lines`;

/** An invoice that somebody would make, as the payload of a workflow. */
export type PreviewedInvoice = WithTextAmounts<InvoiceRow>;

export interface ChangePreview {
  readonly invoice: PreviewedInvoice | null;
  readonly next: PreviewedInvoice | null;
}
