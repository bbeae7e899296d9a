/** An invoice as clients see it (api.md, Invoice). */
import { z } from 'zod';
import { parseInstant } from '../domain/instant.ts';
import { describeFailure } from '../domain/paymentFailure.ts';
import { lineTypes } from '../domain/invoiceLine.ts';
import type { StoredDiscount, StoredTax } from '../store/lineSums.ts';
import { discountsAndTaxes } from '../store/reads/invoiceSums.ts';
import type { InvoiceLineRow, InvoiceRow } from '../store/reads/invoices.ts';
import { integer, optionalTime, resourceFields, time, toOptionalTime, toTime } from './fields.ts';

export const invoiceStatus = z.enum(['draft', 'open', 'paid', 'void', 'uncollectible']);
const period = z.object({ start: time, end: time });
const counted = z.object({ quantity: z.string(), amount: integer });
/** What a coupon took. */
export const discount = z.object({
  discount: z.string(),
  coupon: z.string(),
  name: z.string().nullable(),
  amount: integer,
});
/** What a tax rate comes to. */
export const taxAmount = z.object({
  tax_rate: z.string(),
  code: z.string(),
  name: z.string().nullable(),
  percentage: z.string(),
  inclusive: z.boolean(),
  taxable_amount: integer,
  amount: integer,
});
/** What was used of a credit grant or, without one, of the customer's balance. */
export const credit = z.object({
  credit_grant: z.string().nullable(),
  name: z.string().nullable(),
  amount: integer,
});
const line = z.object({
  id: z.string(),
  object: z.literal('invoice_line'),
  type: z.enum(lineTypes),
  /** Whose it is, where the invoice is for several. */
  subscription: z.string().nullable(),
  price: z.string().nullable(),
  description: z.string(),
  period,
  quantity: z.string(),
  unit_amount: z.string().nullable(),
  amount: integer,
  discount_amount: integer,
  /** The tax that is added to it, and that which it contains. */
  tax_amount: integer,
  tax_included_amount: integer,
  discounts: z.array(discount),
  taxes: z.array(taxAmount),
  /** What credit notes have given back of amount − discount_amount. */
  credited_amount: integer,
  proration: z.boolean(),
  group: z.record(z.string(), z.string().nullable()).nullable(),
  /** Of late usage: what was billed before, and what the whole period comes to now. */
  before: counted.nullable(),
  after: counted.nullable(),
});
export const invoiceSchema = z.object({
  ...resourceFields,
  object: z.literal('invoice'),
  number: z.string().nullable(),
  status: invoiceStatus,
  customer: z.string(),
  subscription: z.string().nullable(),
  currency: z.string(),
  billing_reason: z.enum(['subscription', 'threshold', 'manual', 'top_up']),
  /** Whether it becomes final, and is collected, by itself. */
  auto_advance: z.boolean(),
  collection_method: z.enum(['charge_automatically', 'send_invoice']).nullable(),
  days_until_due: z.number().nullable(),
  memo: z.string().nullable(),
  footer: z.string().nullable(),
  po_number: z.string().nullable(),
  custom_fields: z.array(z.object({ name: z.string(), value: z.string() })),
  period,
  lines: z.object({ data: z.array(line) }),
  subtotal: integer,
  discount: integer,
  /** Added to the lines: total = subtotal − discount + tax. */
  tax: integer,
  /** Contained in the amounts of the lines. */
  tax_included: integer,
  total: integer,
  total_excluding_tax: integer,
  discounts: z.array(discount),
  taxes: z.array(taxAmount),
  /** No tax is charged: the customer owes it itself. */
  reverse_charge: z.boolean(),
  credits_applied: integer,
  /** What was used of credit grants and, without one, of the customer's balance. */
  credits: z.array(credit),
  amount_due: integer,
  amount_paid: integer,
  /** What credit notes have taken off what was due. */
  amount_credited: integer,
  amount_remaining: integer,
  due_at: optionalTime,
  finalizes_at: optionalTime,
  finalized_at: optionalTime,
  sent_at: optionalTime,
  voided_at: optionalTime,
  marked_uncollectible_at: optionalTime,
  paid_at: optionalTime,
  attempt_count: z.number(),
  next_attempt_at: optionalTime,
  /** Of one that is to be paid: why the last attempt did not do it. */
  last_payment_error: z
    .object({
      code: z.string(),
      decline: z.enum(['soft', 'hard', 'requires_action']),
      message: z.string(),
      /** Null: there was no payment method, and none was made. */
      payment: z.string().nullable(),
    })
    .nullable(),
  /** Of a draft whose finalising failed: why, and when it is tried again. */
  last_finalization_error: z.object({ message: z.string(), retry_at: time }).nullable(),
});

type WithPlainAmounts<Row> = {
  readonly [Field in keyof Row]: Row[Field] extends bigint ? bigint : Row[Field];
};

/** Amounts may be of a preview: they need not be branded. */
export function toInvoice(row: WithPlainAmounts<InvoiceRow>) {
  const { discounts, taxes } = discountsAndTaxes(row);
  return {
    id: row.id,
    object: 'invoice' as const,
    number: row.number,
    status: row.status,
    customer: row.customer_id,
    subscription: row.subscription_id,
    currency: row.currency,
    billing_reason: row.billing_reason,
    auto_advance: row.auto_advance,
    collection_method: row.collection_method,
    days_until_due: row.days_until_due,
    memo: row.memo,
    footer: row.footer,
    po_number: row.po_number,
    custom_fields: [...(row.custom_fields ?? [])],
    period: { start: toTime(row.period_start), end: toTime(row.period_end) },
    lines: { data: row.lines.map(toLine) },
    subtotal: row.subtotal,
    discount: row.discount,
    tax: row.tax,
    tax_included: row.tax_included,
    total: row.total,
    total_excluding_tax: row.total - row.tax - row.tax_included,
    discounts: discounts.map(toDiscount),
    taxes: taxes.map(toTaxAmount),
    reverse_charge: row.parties?.customer.tax_exempt === 'reverse',
    credits_applied: row.credits_applied,
    credits: row.credits.map(toCredit),
    amount_due: row.amount_due,
    amount_paid: row.amount_paid,
    amount_credited: row.amount_credited,
    amount_remaining: remainingOf(row),
    due_at: toOptionalTime(row.due_at),
    finalizes_at: row.status === 'draft' ? toOptionalTime(row.finalizes_at) : null,
    finalized_at: toOptionalTime(row.finalized_at),
    sent_at: toOptionalTime(row.sent_at),
    voided_at: toOptionalTime(row.voided_at),
    marked_uncollectible_at: toOptionalTime(row.uncollectible_at),
    paid_at: toOptionalTime(row.paid_at),
    attempt_count: row.attempt_count,
    next_attempt_at: toOptionalTime(row.next_attempt_at),
    last_payment_error: toPaymentError(row),
    last_finalization_error: toFinalizationError(row),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}

function toPaymentError(
  row: Pick<InvoiceRow, 'status' | 'last_failure_code' | 'last_decline' | 'last_failed_payment_id'>,
) {
  const { status, last_failure_code: code, last_decline: decline, last_failed_payment_id: payment } = row;
  if (code === null || decline === null || (status !== 'open' && status !== 'uncollectible')) return null;
  return { code, decline, message: describeFailure(code, decline), payment };
}

function toFinalizationError({
  last_finalization_error: message,
  finalization_retry_at: retryAt,
}: Pick<InvoiceRow, 'last_finalization_error' | 'finalization_retry_at'>) {
  return message === null || retryAt === null ? null : { message, retry_at: toTime(retryAt) };
}

function toLine(row: InvoiceLineRow) {
  return {
    id: row.id,
    object: 'invoice_line' as const,
    type: row.type,
    subscription: row.subscription_id,
    price: row.price_id,
    description: row.description,
    period: { start: canonical(row.period_start), end: canonical(row.period_end) },
    quantity: row.quantity,
    unit_amount: row.unit_amount,
    amount: BigInt(row.amount),
    discount_amount: BigInt(row.discount_amount),
    tax_amount: BigInt(row.tax_amount),
    tax_included_amount: BigInt(row.tax_included_amount),
    discounts: row.discounts.map(toDiscount),
    taxes: row.taxes.map(toTaxAmount),
    credited_amount: BigInt(row.credited_amount),
    proration: row.type === 'proration',
    group: row.group,
    before: toCounted(row.before),
    after: toCounted(row.after),
  };
}

export function toDiscount({ discount: id, coupon, name, amount }: StoredDiscount) {
  return { discount: id, coupon, name, amount: BigInt(amount) };
}

export function toCredit({ name, grant, amount }: InvoiceRow['credits'][number]) {
  return { credit_grant: grant, name, amount: BigInt(amount) };
}

export function toTaxAmount({ rate, code, name, percentage, inclusive, taxable, amount }: StoredTax) {
  return {
    ...{ tax_rate: rate, code, name, percentage, inclusive },
    taxable_amount: BigInt(taxable),
    amount: BigInt(amount),
  };
}

/** Of one that is void nothing is to be paid. */
function remainingOf(row: WithPlainAmounts<InvoiceRow>): bigint {
  return row.status === 'void' ? 0n : row.amount_due - row.amount_paid - row.amount_credited;
}

function toCounted(counted: InvoiceLineRow['before']) {
  return counted && { quantity: counted.quantity, amount: BigInt(counted.amount) };
}

/** One form for all times on the wire. */
function canonical(stored: string): string {
  const at = parseInstant(stored);
  return at === undefined ? stored : toTime(at);
}
