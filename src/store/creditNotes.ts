/** Credit notes: what they may give back, and what they have. */
import type {
  DecidedCreditNote,
  CreditNoteReason,
  InvoiceLineToCredit,
  InvoiceToCredit,
} from '../domain/creditNoteRequest.ts';
import { taxCredited } from '../domain/creditNote.ts';
import type {
  CreditGrantId,
  CreditNoteId,
  CustomerId,
  InvoiceId,
  InvoiceLineId,
  PaymentId,
  TestClockId,
} from '../domain/ids.ts';
import { giveBack, stillGivenBack } from '../domain/givenBack.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceSeries } from '../domain/invoiceNumber.ts';
import type { InvoiceLine } from '../domain/invoiceLine.ts';
import { netOf } from '../domain/invoiceTotals.ts';
import { earningOf } from '../domain/ledger.ts';
import { amountOfText, type Amount } from '../domain/money.ts';
import type { Parties } from './billingCustomers.ts';
import type { Queryable } from './database.ts';
import { findInvoicedSubscriptions } from './invoices.ts';
import { toLineDiscount, toLineTax, toStoredTax, type StoredDiscount, type StoredTax } from './lineSums.ts';
import { newId } from './newId.ts';
import { takeNumbers } from './seriesNumbers.ts';

export interface CreditedInvoice extends InvoiceToCredit {
  readonly id: InvoiceId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly book: string;
  readonly timezone: string;
  readonly parties: Parties | null;
}

/** Amounts are text where they come through JSON, which knows no bigint. */
interface Row {
  readonly id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly book: string;
  readonly timezone: string;
  readonly parties: Parties | null;
  readonly status: InvoiceToCredit['status'];
  readonly currency: string;
  readonly amount_due: Amount;
  readonly amount_paid: Amount;
  readonly amount_credited: Amount;
  readonly payment_in_flight: boolean;
  readonly lines: readonly {
    readonly id: InvoiceLineId;
    readonly type: InvoiceLine['type'];
    readonly billing: InvoiceLine['billing'];
    /** Whether it was invoiced early, for a period that another invoice bills: none does where that one is void. */
    readonly is_early: boolean;
    readonly amount: string;
    readonly discounts: readonly StoredDiscount[];
    readonly taxes: readonly StoredTax[];
    /** Lines of other invoices that give back of it: each amount, what it comes to after discounts, and what of that was credited. */
    readonly given_back: readonly {
      readonly amount: string;
      readonly net: string;
      readonly credited: string;
    }[];
    readonly credited: string;
    readonly credited_taxes: readonly (readonly StoredTax[])[];
    readonly deferred: { readonly amount: string; readonly recognized: string } | null;
  }[];
  readonly payments: readonly { readonly id: PaymentId; readonly left: string }[];
  readonly grants: readonly { readonly id: CreditGrantId; readonly left: string }[];
}

/**
 * Locks an invoice for this transaction with all that a note of it changes, and the subscriptions that it bills, so that
 * none gives back meanwhile what it charged: in this order, as whoever makes invoices final or ends them does. What is
 * read afterwards stays as it is.
 */
export async function lockToCredit(db: Queryable, id: InvoiceId): Promise<void> {
  await db.query(`SELECT FROM invoices WHERE id = $1 FOR UPDATE`, [id]);
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [
    await findInvoicedSubscriptions(db, [id]),
  ]);
  await db.query(
    `SELECT FROM customers WHERE id = (SELECT customer_id FROM invoices WHERE id = $1) FOR NO KEY UPDATE`,
    [id],
  );
  await db.query(`SELECT FROM credit_grants WHERE invoice_id = $1 ORDER BY id FOR NO KEY UPDATE`, [id]);
  await db.query(
    `SELECT FROM revenue_schedules
      WHERE invoice_line_id IN (SELECT l.id FROM invoice_lines l WHERE l.invoice_id = $1) AND source_id = ''
      ORDER BY invoice_line_id FOR UPDATE`,
    [id],
  );
}

/** What may be credited of an invoice; undefined where there is none. */
export async function readInvoiceToCredit(
  db: Queryable,
  id: InvoiceId,
): Promise<CreditedInvoice | undefined> {
  const { rows } = await db.query<Row>(
    `SELECT i.id, i.customer_id, i.test_clock_id, i.book, c.timezone, i.parties, i.status, i.currency, i.amount_due, i.amount_paid,
            i.amount_credited,
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action')) AS payment_in_flight,
            (SELECT coalesce(json_agg(json_build_object(
                      'id', l.id, 'type', l.type, 'billing', l.billing, 'is_early', l.type = 'progressive' AND l.credits_line_id IS NULL AND l.amount <> 0 AND NOT closing.is_void, 'amount', l.amount::text,
                      'discounts', l.discounts, 'taxes', l.taxes, 'given_back', back.lines, 'credited', given.amount::text, 'credited_taxes', given.taxes,
                      'deferred', CASE WHEN s.amount IS NOT NULL THEN
                        json_build_object('amount', s.amount::text, 'recognized', s.recognized::text) END)
                      ORDER BY l.position), '[]')
               FROM invoice_lines l
               LEFT JOIN revenue_schedules s ON s.invoice_line_id = l.id AND s.source_id = ''
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(n.amount), 0) AS amount, coalesce(json_agg(n.taxes), '[]') AS taxes
                  FROM credit_note_lines n WHERE n.invoice_line_id = l.id) given
              CROSS JOIN LATERAL (
                SELECT EXISTS (SELECT FROM subscription_periods p JOIN invoices c ON c.id = p.invoice_id AND c.status = 'void'
                                WHERE p.subscription_id = l.subscription_id AND p.index = l.period_index) AS is_void) closing
              CROSS JOIN LATERAL (
                SELECT coalesce(json_agg(json_build_object(
                         'amount', b.amount::text, 'net', (b.amount - b.discount_amount)::text,
                         'credited', (SELECT coalesce(sum(n.amount), 0) FROM credit_note_lines n
                                       WHERE n.invoice_line_id = b.id)::text)), '[]') AS lines
                  FROM invoice_lines b LEFT JOIN invoices o ON o.id = b.invoice_id
                 WHERE b.credits_line_id = l.id AND b.invoice_id IS DISTINCT FROM i.id
                   AND o.status IS DISTINCT FROM 'void') back
              WHERE l.invoice_id = i.id) AS lines,
            (SELECT coalesce(json_agg(json_build_object('id', p.id, 'left', (p.amount - p.amount_unapplied - given.amount)::text)
                                      ORDER BY p.completed_at DESC, p.id DESC), '[]')
               FROM payments p
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(r.amount), 0) AS amount FROM refunds r
                 WHERE r.payment_id = p.id AND r.status <> 'failed') given
              WHERE p.invoice_id = i.id AND p.status = 'succeeded') AS payments,
            (SELECT coalesce(json_agg(json_build_object('id', g.id, 'left', g.remaining::text) ORDER BY g.id), '[]')
               FROM credit_grants g WHERE g.invoice_id = i.id) AS grants
       FROM invoices i JOIN customers c ON c.id = i.customer_id
      WHERE i.id = $1`,
    [id],
  );
  return rows[0] && toCreditedInvoice(rows[0]);
}

function toCreditedInvoice(row: Row): CreditedInvoice {
  return {
    id: row.id,
    customerId: row.customer_id,
    testClockId: row.test_clock_id,
    book: row.book,
    timezone: row.timezone,
    parties: row.parties,
    status: row.status,
    currency: row.currency,
    amountDue: row.amount_due,
    amountPaid: row.amount_paid,
    amountCredited: row.amount_credited,
    paymentInFlight: row.payment_in_flight,
    lines: row.lines.map(toLine),
    payments: row.payments.map(({ id, left }) => ({ id, left: amountOfText(left) })),
    grants: row.grants.map(({ id, left }) => ({ id, left: amountOfText(left) })),
  };
}

function toLine(row: Row['lines'][number]): InvoiceLineToCredit {
  const creditedTaxes = row.credited_taxes.flat().map(toLineTax);
  const charged = {
    amount: amountOfText(row.amount),
    discounts: row.discounts.map(toLineDiscount),
    taxes: row.taxes.map(toLineTax),
    creditedTaxes,
  };
  // What was given back for unused time is not there to be credited, with its share of discounts and taxes.
  const givenBack = row.given_back.reduce<bigint>(
    (sum, { amount, net, credited }) =>
      sum -
      stillGivenBack({
        amount: amountOfText(amount),
        net: amountOfText(net),
        credited: amountOfText(credited),
      }),
    0n,
  ) as Amount;
  const share = giveBack(givenBack, [charged]) ?? { discounts: [], taxes: [] };
  const back = { ...share, amount: givenBack };
  return {
    id: row.id,
    isEarly: row.is_early && row.given_back.length === 0,
    earning: earningOf(row),
    net: netOf(charged),
    taxes: charged.taxes,
    credited: {
      amount: (amountOfText(row.credited) + netOf(back)) as Amount,
      taxes: [...creditedTaxes, ...back.taxes],
    },
    deferred: row.deferred && {
      amount: amountOfText(row.deferred.amount),
      recognized: amountOfText(row.deferred.recognized),
    },
  };
}

/** Whether a note has been issued: a request that is run again finds its own. */
export async function isIssued(db: Queryable, id: CreditNoteId): Promise<boolean> {
  return (await db.query(`SELECT FROM credit_notes WHERE id = $1`, [id])).rowCount === 1;
}

export interface NewCreditNote {
  readonly id: CreditNoteId;
  readonly invoice: CreditedInvoice;
  readonly decided: DecidedCreditNote;
  readonly reason: CreditNoteReason;
  readonly memo: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The day of its date, by the customer's calendar. */
  readonly day: string;
}

/** Writes a note with its number. The run of numbers is locked until the transaction ends: call it last. */
export async function insertCreditNote(db: Queryable, note: NewCreditNote, now: Instant): Promise<void> {
  const { id, invoice, decided } = note;
  const { rows } = await db.query<InvoiceSeries>(
    `SELECT code, prefix, pattern, restarts FROM invoice_series WHERE code = 'credit_notes'`,
  );
  const [series] = rows;
  if (!series) throw new Error('there is no series of credit notes');
  const [given] = await takeNumbers(db, [{ book: invoice.book, series, day: note.day }]);
  await db.query(
    `INSERT INTO credit_notes (id, invoice_id, customer_id, test_clock_id, series, span, sequence, number, currency, reason, memo,
                               subtotal, tax, tax_included, total, receivable_amount, credit_amount, refund_amount,
                               grant_amount, taxes, parties, metadata, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
    [
      id,
      invoice.id,
      invoice.customerId,
      invoice.testClockId,
      given?.series,
      given?.span,
      given?.sequence,
      given?.number,
      invoice.currency,
      note.reason,
      note.memo,
      decided.subtotal,
      decided.tax,
      decided.taxIncluded,
      decided.total,
      decided.receivable,
      decided.credit,
      decided.refund,
      decided.takenBack.reduce((sum, { amount }) => sum + amount, 0n),
      JSON.stringify(decided.taxes.map(toStoredTax)),
      JSON.stringify(invoice.parties ?? {}),
      JSON.stringify(note.metadata),
      formatInstant(now),
    ],
  );
  await db.query(
    `INSERT INTO credit_note_lines (id, credit_note_id, invoice_line_id, position, amount, tax_amount, tax_included_amount, taxes)
     SELECT id, $2, invoice_line_id, position, amount, tax, tax_included, taxes
       FROM json_to_recordset($1) AS r(id text, invoice_line_id text, position int, amount bigint, tax bigint,
                                       tax_included bigint, taxes jsonb)`,
    [
      JSON.stringify(
        decided.lines.map((credit, position) => ({
          id: newId('credit_note_line'),
          invoice_line_id: credit.line.id,
          position,
          amount: String(credit.amount),
          tax: String(taxCredited(credit).added),
          tax_included: String(taxCredited(credit).included),
          taxes: credit.taxes.map(toStoredTax),
        })),
      ),
      id,
    ],
  );
}

/** Takes off what is due; an invoice of which nothing is left to be paid is paid. */
export async function saveCredited(
  db: Queryable,
  id: InvoiceId,
  { receivable, settles }: DecidedCreditNote,
  now: Instant,
): Promise<void> {
  await db.query(
    `UPDATE invoices
        SET amount_credited = amount_credited + $2,
            status = CASE WHEN $3 THEN 'paid' ELSE status END,
            paid_at = CASE WHEN $3 THEN coalesce(paid_at, $4::timestamptz) ELSE paid_at END,
            collect_at = CASE WHEN $3 THEN NULL ELSE collect_at END,
            next_attempt_at = CASE WHEN $3 THEN NULL ELSE next_attempt_at END
      WHERE id = $1`,
    [id, receivable, settles, formatInstant(now)],
  );
}
