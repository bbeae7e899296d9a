/** Of money that came and went back: payments, credit notes and refunds, here, at the provider and in the ledger. */
import type { Rule } from '../rule.ts';

export const paymentRules: readonly Rule[] = [
  {
    number: '11.3',
    says: 'what is paid on an invoice equals its payments',
    sql: `SELECT i.id, format('%s is paid, its payments add up to %s', i.amount_paid, coalesce(sum(p.amount - p.amount_unapplied), 0)) AS message
            FROM invoices i LEFT JOIN payments p ON p.invoice_id = i.id AND p.status = 'succeeded'
           GROUP BY i.id
          HAVING coalesce(sum(p.amount - p.amount_unapplied), 0) <> i.amount_paid`,
  },
  {
    number: '11.4',
    says: 'the payments recorded equal the money in the ledger: cash at the provider, and at the bank what came by itself',
    sql: `SELECT p.id, format('%s was paid, the ledger has %s', p.amount, coalesce(sum(l.amount), 0)) AS message
            FROM payments p
            LEFT JOIN ledger_transactions t ON t.kind = 'payment_succeeded' AND t.source_id = p.id
            LEFT JOIN ledger_postings l ON l.transaction_id = t.id AND l.debit_account = CASE p.provider WHEN 'offline' THEN 'bank' ELSE 'cash' END
           WHERE p.status = 'succeeded'
           GROUP BY p.id
          HAVING coalesce(sum(l.amount), 0) <> p.amount`,
  },
  {
    number: '11.4',
    says: 'captured at the provider equals the payments recorded',
    sql: `SELECT coalesce(p.id, c.idempotency_key) AS id,
                 format('the provider captured %s, the payment is %s %s', coalesce(c.amount, 0),
                        coalesce(p.status, 'missing'), coalesce(p.amount, 0)) AS message
            FROM (SELECT * FROM sandbox.charges WHERE status = 'succeeded') c
            FULL JOIN (SELECT p.* FROM payments p JOIN payment_methods m ON m.id = p.payment_method_id
                        WHERE m.provider = 'sandbox') p ON p.id = c.idempotency_key
           WHERE (p.status = 'succeeded') IS DISTINCT FROM (c.status = 'succeeded')
             AND (p.status = 'succeeded' OR c.status = 'succeeded')
              OR (p.status = 'succeeded' AND (p.amount, p.currency) IS DISTINCT FROM (c.amount, c.currency))`,
  },
  {
    number: '7',
    says: 'what credit notes take off an invoice is what it says',
    sql: `SELECT i.id, format('%s is credited, its notes take %s off', i.amount_credited, coalesce(sum(n.receivable_amount), 0)) AS message
            FROM invoices i LEFT JOIN credit_notes n ON n.invoice_id = i.id
           GROUP BY i.id
          HAVING coalesce(sum(n.receivable_amount), 0) <> i.amount_credited`,
  },
  {
    number: '7',
    says: 'a credit note is the sum of its lines, and its refunds are what it says',
    sql: `SELECT n.id, format('%s and %s are given back, %s of it refunded; its lines and refunds say %s, %s and %s', n.subtotal,
                              n.tax, n.refund_amount, l.amount, l.tax, r.amount) AS message
            FROM credit_notes n
           CROSS JOIN LATERAL (
             SELECT coalesce(sum(amount), 0) AS amount, coalesce(sum(tax_amount), 0) AS tax,
                    coalesce(sum(tax_included_amount), 0) AS included
               FROM credit_note_lines WHERE credit_note_id = n.id) l
           CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM refunds WHERE credit_note_id = n.id) r
           WHERE (l.amount, l.tax, l.included, r.amount)
                 IS DISTINCT FROM (n.subtotal::numeric, n.tax::numeric, n.tax_included::numeric, n.refund_amount::numeric)`,
  },
  {
    number: '11.4',
    says: 'what was given back of payments equals the ledger',
    sql: `SELECT r.id, format('%s was given back, the ledger has %s', r.amount, coalesce(sum(l.amount), 0)) AS message
            FROM refunds r
            LEFT JOIN ledger_transactions t ON t.kind = 'refund_succeeded' AND t.source_id = r.id
            LEFT JOIN payments p ON p.id = r.payment_id
            LEFT JOIN ledger_postings l ON l.transaction_id = t.id
                 AND l.credit_account = CASE p.provider WHEN 'offline' THEN 'bank' ELSE 'cash' END
           WHERE r.status = 'succeeded'
           GROUP BY r.id
          HAVING coalesce(sum(l.amount), 0) <> r.amount`,
  },
  {
    number: '11.4',
    says: 'given back at the provider equals the refunds recorded',
    // One that was made there by hand may stand for several of ours.
    sql: `SELECT coalesce(r.id, g.idempotency_key) AS id,
                 format('the provider gave back %s, recorded is %s', coalesce(g.amount, 0), coalesce(r.amount, 0)) AS message
            FROM (SELECT * FROM sandbox.refunds WHERE status = 'succeeded') g
            FULL JOIN (SELECT r.provider_reference, r.currency, min(r.id) AS id, sum(r.amount) AS amount
                         FROM refunds r JOIN payments p ON p.id = r.payment_id
                        WHERE p.provider = 'sandbox' AND r.status = 'succeeded'
                        GROUP BY r.provider_reference, r.currency) r ON r.provider_reference = g.id
           WHERE (r.amount, r.currency) IS DISTINCT FROM (g.amount, g.currency)`,
  },
  {
    number: '11.4',
    says: 'no payment is refunded beyond what it brought',
    sql: `SELECT p.id, format('%s was paid, %s is given back', p.amount, sum(r.amount)) AS message
            FROM payments p JOIN refunds r ON r.payment_id = p.id AND r.status <> 'failed'
           GROUP BY p.id
          HAVING sum(r.amount) > p.amount - p.amount_unapplied`,
  },
  {
    number: '8',
    says: 'what went beyond an invoice is balance, and nothing else at the bank is',
    sql: `SELECT p.id, format('%s went beyond the invoice, the ledger has %s', p.amount_unapplied, coalesce(sum(l.amount), 0)) AS message
            FROM payments p
            LEFT JOIN ledger_transactions t ON t.kind = 'payment_succeeded' AND t.source_id = p.id
            LEFT JOIN ledger_postings l ON l.transaction_id = t.id AND l.credit_account = 'customer_credit'
           WHERE p.status = 'succeeded'
           GROUP BY p.id
          HAVING coalesce(sum(l.amount), 0) <> p.amount_unapplied`,
  },
  {
    number: '8',
    says: 'nothing is in flight for an invoice of which nothing is to be paid',
    sql: `SELECT p.id, format('is %s, its invoice is %s', p.status, i.status) AS message
            FROM payments p JOIN invoices i ON i.id = p.invoice_id
           WHERE p.status IN ('pending', 'requires_action')
             AND (i.status IN ('draft', 'void', 'paid') OR p.amount > i.amount_due - i.amount_paid - i.amount_credited)`,
  },
  {
    number: '11.4',
    says: 'refunds under way equal what the ledger owes for them',
    sql: `SELECT coalesce(l.customer_id, r.customer_id) AS id,
                 format('%s is owed, %s is under way', coalesce(l.balance, 0), coalesce(r.amount, 0)) AS message
            FROM (SELECT customer_id, sum(CASE WHEN credit_account = 'refunds_payable' THEN amount ELSE -amount END) AS balance
                    FROM ledger_postings WHERE 'refunds_payable' IN (credit_account, debit_account) GROUP BY customer_id) l
            FULL JOIN (SELECT customer_id, sum(amount) AS amount FROM refunds WHERE status = 'pending' GROUP BY customer_id) r
              ON r.customer_id = l.customer_id
           WHERE coalesce(l.balance, 0) <> coalesce(r.amount, 0)`,
  },
  {
    number: '11.4',
    says: 'what disputes have taken equals the ledger',
    sql: `SELECT d.id, format('%s is disputed (%s), the ledger has %s opened, %s won and %s lost', d.amount, d.status,
                              coalesce(l.opened, 0), coalesce(l.won, 0), coalesce(l.lost, 0)) AS message
            FROM disputes d
           CROSS JOIN LATERAL (
             SELECT sum(p.amount) FILTER (WHERE t.kind = 'dispute_opened') AS opened,
                    sum(p.amount) FILTER (WHERE t.kind = 'dispute_won' AND p.debit_account = 'cash') AS won,
                    sum(p.amount) FILTER (WHERE t.kind = 'dispute_lost') AS lost
               FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id
              WHERE t.source_id = d.id AND t.kind IN ('dispute_opened', 'dispute_won', 'dispute_lost')) l
           WHERE coalesce(l.opened, 0) <> d.amount
              OR coalesce(l.won, 0) <> CASE WHEN d.status = 'won' THEN d.amount ELSE 0 END
              OR coalesce(l.lost, 0) <> CASE WHEN d.status = 'lost' THEN d.amount ELSE 0 END
                 -- One that was lost may be won by an appeal.
                 AND NOT (d.status = 'won' AND l.lost = d.amount)`,
  },
];
