/** A credit note as clients see it, and as they ask for it. */
import { z } from 'zod';
import { taxCredited } from '../domain/creditNote.ts';
import type { CreditNoteRequest, DecidedCreditNote } from '../domain/creditNoteRequest.ts';
import { amount as toAmount } from '../domain/money.ts';
import { toStoredTax } from '../store/lineSums.ts';
import type { CreditNoteLineRow, CreditNoteRow } from '../store/reads/creditNotes.ts';
import { idOf, integer, metadata, resourceFields, text, toTime } from './fields.ts';
import { taxAmount, toTaxAmount } from './invoiceResource.ts';
import { reason, shownRefund, toShownRefund } from './refundResource.ts';

const amount = z.int().min(0);

export const creditNoteBody = z.strictObject({
  invoice: idOf('invoice'),
  /** Of each line an amount without the tax that was added to it, of the line's sign; left out: all that is left of every line. */
  lines: z
    .array(z.strictObject({ invoice_line: idOf('invoice_line'), amount: z.int() }))
    .min(1)
    .max(500)
    .optional(),
  /** Of what was paid by payments and from the balance, what goes back the way it came. */
  refund_amount: amount.optional(),
  /** Of the same, what becomes balance; left out: all that is not refunded. What granted credit paid returns to it. */
  credit_amount: amount.optional(),
  reason,
  memo: text(1000).optional(),
  metadata: metadata.optional(),
});
type CreditNoteBody = z.output<typeof creditNoteBody>;

export function toCreditNoteRequest(body: CreditNoteBody): CreditNoteRequest {
  return {
    kind: 'lines',
    lines:
      body.lines?.map((line) => ({ invoiceLine: line.invoice_line, amount: toAmount(line.amount) })) ?? null,
    refund: toAmount(body.refund_amount ?? 0),
    credit: body.credit_amount === undefined ? null : toAmount(body.credit_amount),
  };
}

const sums = {
  currency: z.string(),
  /** Of the lines, after discounts. */
  subtotal: integer,
  /** Added to the lines: total = subtotal + tax. */
  tax: integer,
  tax_included: integer,
  total: integer,
  /** Taken off what was still to be paid. */
  receivable_amount: integer,
  /** To the customer's balance, and back the way it was paid. */
  credit_amount: integer,
  refund_amount: integer,
  /** To the credit that paid it: total = receivable_amount + credit_amount + refund_amount + returned_amount. */
  returned_amount: integer,
  /** Of credit that was bought and is taken back. */
  grant_amount: integer,
  taxes: z.array(taxAmount),
};
const lineFields = {
  invoice_line: z.string(),
  /** After discounts, with the tax that it contains. */
  amount: integer,
  tax_amount: integer,
  tax_included_amount: integer,
  taxes: z.array(taxAmount),
};
export const creditNoteSchema = z.object({
  ...resourceFields,
  object: z.literal('credit_note'),
  number: z.string(),
  invoice: z.string(),
  customer: z.string(),
  reason,
  memo: z.string().nullable(),
  ...sums,
  lines: z.object({
    data: z.array(
      z.object({
        id: z.string(),
        object: z.literal('credit_note_line'),
        description: z.string(),
        ...lineFields,
      }),
    ),
  }),
  refunds: z.array(shownRefund),
});
export const creditNotePreviewSchema = z.object({
  object: z.literal('credit_note_preview'),
  invoice: z.string(),
  ...sums,
  lines: z.object({ data: z.array(z.object(lineFields)) }),
  refunds: z.array(z.object({ payment: z.string(), amount: integer })),
});

export function toCreditNote(row: CreditNoteRow) {
  return {
    id: row.id,
    object: 'credit_note' as const,
    number: row.number,
    invoice: row.invoice_id,
    customer: row.customer_id,
    reason: row.reason,
    memo: row.memo,
    currency: row.currency,
    subtotal: row.subtotal,
    tax: row.tax,
    tax_included: row.tax_included,
    total: row.total,
    receivable_amount: row.receivable_amount,
    credit_amount: row.credit_amount,
    refund_amount: row.refund_amount,
    returned_amount: row.returned_amount,
    grant_amount: row.grant_amount,
    taxes: row.taxes.map(toTaxAmount),
    lines: { data: row.lines.map(toLine) },
    refunds: row.refunds.map(toShownRefund),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}

function toLine(row: CreditNoteLineRow) {
  return {
    id: row.id,
    object: 'credit_note_line' as const,
    invoice_line: row.invoice_line_id,
    description: row.description,
    amount: BigInt(row.amount),
    tax_amount: BigInt(row.tax_amount),
    tax_included_amount: BigInt(row.tax_included_amount),
    taxes: row.taxes.map(toTaxAmount),
  };
}

export function toCreditNotePreview(
  { id, currency }: { readonly id: string; readonly currency: string },
  decided: DecidedCreditNote,
) {
  return {
    object: 'credit_note_preview' as const,
    invoice: id,
    currency,
    subtotal: decided.subtotal,
    tax: decided.tax,
    tax_included: decided.taxIncluded,
    total: decided.total,
    receivable_amount: decided.receivable,
    credit_amount: decided.credit,
    refund_amount: decided.refund,
    returned_amount: decided.returned.reduce((sum, { amount }) => sum + amount, 0n),
    grant_amount: decided.takenBack.reduce((sum, taken) => sum + taken.amount, 0n),
    taxes: decided.taxes.map(toStoredTax).map(toTaxAmount),
    lines: {
      data: decided.lines.map((credit) => ({
        invoice_line: credit.line.id,
        amount: credit.amount,
        tax_amount: taxCredited(credit).added,
        tax_included_amount: taxCredited(credit).included,
        taxes: credit.taxes.map(toStoredTax).map(toTaxAmount),
      })),
    },
    refunds: [...decided.refunds],
  };
}
