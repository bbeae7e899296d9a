/** Of what customers have as credit: a balance, and grants. */
import type { Rule } from '../rule.ts';

export const creditRules: readonly Rule[] = [
  {
    number: '11.3',
    says: 'the credit of a customer equals its balance',
    sql: `SELECT c.id, format('its balance is %s, the ledger has %s', c.balance, coalesce(sum(p.signed), 0)) AS message
            FROM customers c
            LEFT JOIN (SELECT customer_id, CASE WHEN debit_account = 'customer_credit' THEN amount ELSE -amount END AS signed
                         FROM ledger_postings WHERE 'customer_credit' IN (debit_account, credit_account)) p ON p.customer_id = c.id
           GROUP BY c.id
          HAVING coalesce(sum(p.signed), 0) <> c.balance`,
  },
  {
    number: '11.3',
    says: 'what is left of granted credit is what has not gone anywhere',
    sql: `SELECT g.id, format('%s is left of %s, %s has gone', g.remaining, g.amount, coalesce(sum(m.amount), 0)) AS message
            FROM credit_grants g LEFT JOIN credit_movements m ON m.credit_grant_id = g.id
           GROUP BY g.id
          HAVING g.amount - coalesce(sum(m.amount), 0) <> g.remaining`,
  },
  {
    number: '11.3',
    says: 'granted credit equals the ledger',
    sql: `SELECT c.id, format('%s and %s are left, the ledger has %s and %s', g.paid, g.given, l.prepaid, l.promotional) AS message
            FROM customers c
            LEFT JOIN (SELECT g.customer_id, coalesce(sum(g.remaining) FILTER (WHERE g.paid AND i.status <> 'draft'), 0) AS paid,
                              coalesce(sum(g.remaining) FILTER (WHERE NOT g.paid), 0) AS given
                         FROM credit_grants g LEFT JOIN invoices i ON i.id = g.invoice_id GROUP BY g.customer_id) g ON g.customer_id = c.id
            LEFT JOIN (SELECT customer_id,
                              coalesce(sum(CASE WHEN credit_account = 'prepaid_credit' THEN amount WHEN debit_account = 'prepaid_credit' THEN -amount END), 0) AS prepaid,
                              coalesce(sum(CASE WHEN credit_account = 'promotional_credit' THEN amount WHEN debit_account = 'promotional_credit' THEN -amount END), 0) AS promotional
                         FROM ledger_postings GROUP BY customer_id) l ON l.customer_id = c.id
           WHERE coalesce(g.paid, 0) <> coalesce(l.prepaid, 0) OR coalesce(g.given, 0) <> coalesce(l.promotional, 0)`,
  },
  {
    number: '11.3',
    says: 'what an invoice used of granted credit has left the grants, less what returned when it was voided or credited',
    sql: `SELECT i.id, format('it used %s, %s has moved, %s of that back', used.amount, moved.applied, moved.returned) AS message
            FROM invoices i
           CROSS JOIN LATERAL (SELECT coalesce(sum((e ->> 'amount')::bigint), 0) AS amount
                                 FROM jsonb_array_elements(i.credits) e WHERE e ->> 'grant' IS NOT NULL) used
           CROSS JOIN LATERAL (SELECT coalesce(sum(m.amount) FILTER (WHERE m.kind = 'applied'), 0) AS applied,
                                      coalesce(-sum(m.amount) FILTER (WHERE m.kind = 'returned'), 0) AS returned
                                 FROM credit_movements m
                                WHERE m.source_id = i.id
                                   OR m.source_id IN (SELECT n.id FROM credit_notes n WHERE n.invoice_id = i.id)) moved
           WHERE used.amount <> moved.applied OR moved.returned > moved.applied
              OR (i.status = 'void' AND moved.returned <> moved.applied)`,
  },
  {
    number: '7',
    says: 'what a credit note returns to granted credit has returned to it',
    sql: `SELECT n.id, format('it returns %s, %s has returned', n.returned_amount, coalesce(-sum(m.amount), 0)) AS message
            FROM credit_notes n LEFT JOIN credit_movements m ON m.source_id = n.id AND m.kind = 'returned'
           GROUP BY n.id
          HAVING coalesce(-sum(m.amount), 0) <> n.returned_amount`,
  },
  {
    number: '7',
    says: 'credit that is bought is granted when its invoice is paid, and has an invoice of just its amount',
    sql: `SELECT g.id, format('it is %s, its invoice %s', g.status, i.status) AS message
            FROM credit_grants g
            JOIN invoices i ON i.id = g.invoice_id
            LEFT JOIN invoice_lines l ON l.invoice_id = i.id AND l.type = 'credit_purchase'
           WHERE (g.status = 'pending' AND i.status IN ('paid', 'void')) OR (g.status IN ('granted', 'expired') AND i.status <> 'paid')
              OR l.amount IS DISTINCT FROM g.amount OR i.customer_id <> g.customer_id`,
  },
];
