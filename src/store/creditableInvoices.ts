/** What may be credited of an invoice, and what holds it still meanwhile. */
import { withinCharged, withoutWaived } from '../domain/creditableUsage.ts';
import type { InvoiceLineToCredit, InvoiceToCredit } from '../domain/creditNoteRequest.ts';
import type {
  CreditGrantId,
  CustomerId,
  InvoiceId,
  InvoiceLineId,
  PaymentId,
  PlanId,
  TestClockId,
} from '../domain/ids.ts';
import { giveBack, stillGivenBack } from '../domain/givenBack.ts';
import type { Instant } from '../domain/instant.ts';
import type { InvoiceLine } from '../domain/invoiceLine.ts';
import { netOf } from '../domain/invoiceTotals.ts';
import { earningOf } from '../domain/ledger.ts';
import type { LineScope } from '../domain/lineScope.ts';
import { amountOfText, type Amount } from '../domain/money.ts';
import type { Parties } from './billingCustomers.ts';
import { readUsageOfInvoice } from './chargedUsage.ts';
import type { Queryable } from './database.ts';
import type { GrantStatus } from './grantChanges.ts';
import { findInvoicedSubscriptions } from './invoices.ts';
import { earnedOf, midnightOf } from './revenue.ts';
import { toLineDiscount, toLineTax, type StoredDiscount, type StoredTax } from './lineSums.ts';

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
  /** What it used of the customer's balance; below zero: it became balance. */
  readonly balance_used: Amount;
  /** What notes have given back of money and balance. */
  readonly money_given_back: Amount;
  readonly payment_in_flight: boolean;
  readonly lines: readonly {
    readonly id: InvoiceLineId;
    /** The line of the same invoice of which it waives a part. */
    readonly waives: InvoiceLineId | null;
    readonly type: InvoiceLine['type'];
    readonly billing: InvoiceLine['billing'];
    readonly price_code: string;
    readonly plan_id: PlanId | null;
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
    readonly deferred: {
      readonly amount: string;
      readonly recognized: string;
      readonly earned: string;
      readonly given_back: string;
    } | null;
  }[];
  readonly payments: readonly { readonly id: PaymentId; readonly left: string; readonly disputed: string }[];
  readonly grants: readonly { readonly id: CreditGrantId; readonly left: string }[];
  readonly paid_by: readonly {
    readonly id: CreditGrantId;
    readonly name: string | null;
    readonly status: GrantStatus;
    readonly paid: boolean;
    readonly priority: number;
    readonly expires_at: string | null;
    readonly created: string;
    readonly applies_to: LineScope;
    readonly left: string;
  }[];
}

/**
 * Locks an invoice for this transaction with all that a note of it changes, and the subscriptions that it bills, so that
 * none gives back meanwhile what it charged: in this order, as whoever makes invoices final or ends them does. What is
 * read afterwards stays as it is.
 */
export async function lockToCredit(db: Queryable, id: InvoiceId): Promise<void> {
  // Its clock stands still meanwhile: what has been earned is asked for twice, and must be the same.
  await db.query(
    `SELECT FROM test_clocks WHERE id = (SELECT test_clock_id FROM invoices WHERE id = $1) FOR SHARE`,
    [id],
  );
  await db.query(`SELECT FROM invoices WHERE id = $1 FOR UPDATE`, [id]);
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [
    await findInvoicedSubscriptions(db, [id]),
  ]);
  await db.query(
    `SELECT FROM customers WHERE id = (SELECT customer_id FROM invoices WHERE id = $1) FOR NO KEY UPDATE`,
    [id],
  );
  await db.query(
    `SELECT FROM credit_grants
      WHERE invoice_id = $1
         OR id IN (SELECT credit_grant_id FROM credit_movements WHERE source_id = $1 AND kind = 'applied')
      ORDER BY id FOR NO KEY UPDATE`,
    [id],
  );
  await db.query(
    `SELECT FROM revenue_schedules
      WHERE invoice_line_id IN (SELECT l.id FROM invoice_lines l WHERE l.invoice_id = $1
                                 UNION
                                SELECT c.id FROM invoice_lines l JOIN invoice_lines c ON c.credits_line_id = l.id
                                 WHERE l.invoice_id = $1)
      ORDER BY invoice_line_id, source_id FOR UPDATE`,
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
            (SELECT coalesce(sum((c ->> 'amount')::bigint), 0)::bigint FROM jsonb_array_elements(i.credits) c
              WHERE c ->> 'grant' IS NULL) AS balance_used,
            (SELECT coalesce(sum(n.credit_amount + n.refund_amount), 0)::bigint FROM credit_notes n
              WHERE n.invoice_id = i.id) AS money_given_back,
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action')) AS payment_in_flight,
            (SELECT coalesce(json_agg(json_build_object(
                      'id', l.id, 'waives', CASE WHEN l.type = 'waived' THEN l.credits_line_id END, 'type', l.type, 'billing', l.billing, 'price_code', l.price_code, 'plan_id', pr.plan_id,
                      'is_early', l.type = 'progressive' AND l.credits_line_id IS NULL AND l.amount <> 0 AND NOT closing.is_void,
                      'amount', l.amount::text,
                      'discounts', l.discounts, 'taxes', l.taxes, 'given_back', back.lines,
                      'credited', given.amount::text, 'credited_taxes', given.taxes,
                      'deferred', CASE WHEN own.amount IS NOT NULL THEN
                        json_build_object('amount', own.amount::text, 'recognized', own.recognized::text,
                                          'earned', own.earned::text, 'given_back', less.unearned::text) END)
                      ORDER BY l.position), '[]')
               FROM invoice_lines l
               LEFT JOIN prices pr ON pr.id = l.price_id
              CROSS JOIN LATERAL (
                SELECT sum(s.amount) AS amount, sum(s.recognized) AS recognized, sum(${earnedOf('s', midnightOf('i'))}) AS earned
                  FROM revenue_schedules s WHERE s.invoice_line_id = l.id) own
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(s.amount - ${earnedOf('s', midnightOf('i'))}), 0) AS unearned
                  FROM invoice_lines c JOIN revenue_schedules s ON s.invoice_line_id = c.id
                 WHERE c.credits_line_id = l.id AND gives_back(c)) less
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
            (SELECT coalesce(json_agg(json_build_object(
                      'id', p.id, 'left', greatest(p.amount - p.amount_unapplied - given.amount - dispute.amount, 0)::text,
                      'disputed', greatest(dispute.amount - settled.amount, 0)::text)
                                      ORDER BY p.completed_at DESC, p.id DESC), '[]')
               FROM payments p
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(r.amount), 0) AS amount FROM refunds r
                 WHERE r.payment_id = p.id AND r.status <> 'failed') given
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(d.amount), 0) AS amount FROM disputes d
                 WHERE d.payment_id = p.id AND d.status <> 'won') dispute
              -- Notes have given that back already: it is not in what is left of the money.
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(r.amount), 0) AS amount FROM refunds r
                 WHERE r.payment_id = p.id AND r.failure_code = 'dispute_lost') settled
              WHERE p.invoice_id = i.id AND p.status = 'succeeded') AS payments,
            (SELECT coalesce(json_agg(json_build_object('id', g.id, 'left', g.remaining::text) ORDER BY g.id), '[]')
               FROM credit_grants g WHERE g.invoice_id = i.id) AS grants,
            (SELECT coalesce(json_agg(json_build_object(
                      'id', g.id, 'name', g.name, 'status', g.status, 'paid', g.paid, 'priority', g.priority,
                      'expires_at', g.expires_at, 'created', g.created, 'applies_to', g.applies_to, 'left', used.amount::text)
                      ORDER BY g.id), '[]')
               FROM (SELECT m.credit_grant_id, sum(m.amount) AS amount FROM credit_movements m
                      WHERE (m.kind = 'applied' AND m.source_id = i.id)
                         OR (m.kind = 'returned'
                             AND m.source_id IN (SELECT n.id FROM credit_notes n WHERE n.invoice_id = i.id))
                      GROUP BY m.credit_grant_id) used
               JOIN credit_grants g ON g.id = used.credit_grant_id) AS paid_by
       FROM invoices i JOIN customers c ON c.id = i.customer_id
      WHERE i.id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) return undefined;
  const invoice = toCreditedInvoice(row);
  const usage = await readUsageOfInvoice(db, id);
  return {
    ...invoice,
    lines: withinCharged(
      invoice.lines,
      usage.map(({ own, all }) => ({ lineIds: own.map((line) => line.id), charged: all })),
    ),
  };
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
    balanceUsed: row.balance_used,
    moneyGivenBack: row.money_given_back,
    paymentInFlight: row.payment_in_flight,
    lines: withoutWaived(
      row.lines.map(toLine),
      row.lines.flatMap(({ id, waives }) => (waives === null ? [] : [{ id, waives }])),
    ),
    payments: row.payments.map(({ id, left, disputed }) => ({
      id,
      left: amountOfText(left),
      disputed: amountOfText(disputed),
    })),
    grants: row.grants.map(({ id, left }) => ({ id, left: amountOfText(left) })),
    paidBy: row.paid_by.map((grant) => ({
      id: grant.id,
      name: grant.name,
      status: grant.status,
      remaining: amountOfText(grant.left),
      paid: grant.paid,
      priority: grant.priority,
      expiresAt: grant.expires_at === null ? null : (Date.parse(grant.expires_at) as Instant),
      createdAt: Date.parse(grant.created) as Instant,
      appliesTo: grant.applies_to,
    })),
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
    priceCode: row.price_code,
    planId: row.plan_id,
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
      earned: amountOfText(row.deferred.earned),
      givenBack: amountOfText(row.deferred.given_back),
    },
  };
}
