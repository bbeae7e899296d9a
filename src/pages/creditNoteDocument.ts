/** A credit note as a document: the stored facts, and nothing of today. */
import type { Parties } from '../store/billingCustomers.ts';
import type { CreditNoteLineRow, CreditNoteRow } from '../store/reads/creditNotes.ts';
import type { CreditNoteDocument, DocumentCredit, DocumentLine } from './billingDocument.ts';
import { commonParts, documentTax, documentText } from './invoiceDocument.ts';

export function creditNoteDocument(note: CreditNoteRow, parties: Parties): CreditNoteDocument {
  return {
    kind: 'credit_note',
    status: 'issued',
    number: note.number,
    ...commonParts(parties, note),
    issuedAt: note.created,
    dueAt: null,
    paidAt: null,
    period: { start: note.period_start, end: note.period_end },
    poNumber: null,
    memo: note.memo,
    footer: null,
    customFields: [],
    corrects: { number: note.invoice_number, issuedAt: note.invoice_finalized_at },
    reason: note.reason,
    lines: note.lines.map(documentLine),
    subtotal: note.subtotal,
    discounts: [],
    taxes: note.taxes.map(documentTax),
    total: note.total,
    credits: creditsOf(note),
    amountDue: 0n,
    amountPaid: 0n,
    amountCredited: note.receivable_amount,
    amountRemaining: 0n,
    notes: [],
    usage: [],
  };
}

function documentLine(line: CreditNoteLineRow): DocumentLine {
  return {
    ...documentText(line),
    quantity: '1',
    unitAmount: null,
    amount: BigInt(line.amount),
    taxPercentages: line.taxes.map(({ percentage }) => percentage),
  };
}

/** Where what was paid goes; the rest is taken off what was still to be paid. */
function creditsOf(note: CreditNoteRow): DocumentCredit[] {
  const { credit_amount: balance, refund_amount: refund, returned_amount: returned } = note;
  const parts = [
    { kind: 'prepaid' as const, name: null, amount: returned },
    { kind: 'balance' as const, name: null, amount: balance },
    { kind: 'refund' as const, name: null, amount: refund },
  ];
  return parts.filter(({ amount }) => amount > 0n);
}
