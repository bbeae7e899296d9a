/** An invoice as clients see it (api.md, Invoice). */
import { z } from 'zod';
import { parseInstant } from '../domain/instant.ts';
import type { InvoiceLineRow, InvoiceRow } from '../store/reads/invoices.ts';
import { integer, optionalTime, resourceFields, time, toOptionalTime, toTime } from './fields.ts';

export const invoiceStatus = z.enum(['draft', 'open', 'paid', 'void', 'uncollectible']);
const period = z.object({ start: time, end: time });
const counted = z.object({ quantity: z.string(), amount: integer });
const line = z.object({
  id: z.string(),
  object: z.literal('invoice_line'),
  type: z.enum(['fixed', 'usage', 'late_usage', 'minimum', 'proration', 'commitment', 'overage']),
  /** Whose it is, where the invoice is for several. */
  subscription: z.string().nullable(),
  price: z.string().nullable(),
  description: z.string(),
  period,
  quantity: z.string(),
  unit_amount: z.string().nullable(),
  amount: integer,
  discount_amount: integer,
  tax_amount: integer,
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
  period,
  lines: z.object({ data: z.array(line) }),
  subtotal: integer,
  discount: integer,
  tax: integer,
  total: integer,
  credits_applied: integer,
  amount_due: integer,
  amount_paid: integer,
  amount_remaining: integer,
  due_at: optionalTime,
  finalizes_at: optionalTime,
  finalized_at: optionalTime,
  paid_at: optionalTime,
  attempt_count: z.number(),
  next_attempt_at: optionalTime,
  /** Of a draft whose finalising failed: why, and when it is tried again. */
  last_finalization_error: z.object({ message: z.string(), retry_at: time }).nullable(),
});

type WithPlainAmounts<Row> = {
  readonly [Field in keyof Row]: Row[Field] extends bigint ? bigint : Row[Field];
};

/** Amounts may be of a preview: they need not be branded. */
export function toInvoice(row: WithPlainAmounts<InvoiceRow>) {
  return {
    id: row.id,
    object: 'invoice' as const,
    number: row.number,
    status: row.status,
    customer: row.customer_id,
    subscription: row.subscription_id,
    currency: row.currency,
    period: { start: toTime(row.period_start), end: toTime(row.period_end) },
    lines: { data: row.lines.map(toLine) },
    subtotal: row.subtotal,
    discount: row.discount,
    tax: row.tax,
    total: row.total,
    credits_applied: row.credits_applied,
    amount_due: row.amount_due,
    amount_paid: row.amount_paid,
    amount_remaining: row.amount_due - row.amount_paid,
    due_at: toOptionalTime(row.due_at),
    finalizes_at: row.status === 'draft' ? toOptionalTime(row.finalizes_at) : null,
    finalized_at: toOptionalTime(row.finalized_at),
    paid_at: toOptionalTime(row.paid_at),
    attempt_count: row.attempt_count,
    next_attempt_at: toOptionalTime(row.next_attempt_at),
    last_finalization_error: toFinalizationError(row),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
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
    proration: row.type === 'proration',
    group: row.group,
    before: toCounted(row.before),
    after: toCounted(row.after),
  };
}

function toCounted(counted: InvoiceLineRow['before']) {
  return counted && { quantity: counted.quantity, amount: BigInt(counted.amount) };
}

/** One form for all times on the wire. */
function canonical(stored: string): string {
  const at = parseInstant(stored);
  return at === undefined ? stored : toTime(at);
}
