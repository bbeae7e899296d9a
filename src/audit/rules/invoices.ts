/** Of invoices: they add up, they equal the ledger, and their numbers have no hole. */
import type { Rule } from '../rule.ts';

export const invoiceRules: readonly Rule[] = [
  {
    number: '11.3',
    says: 'an invoice is the sum of its lines',
    sql: `SELECT i.id, format('its lines add up to %s, its subtotal is %s', coalesce(sum(l.amount), 0), i.subtotal) AS message
            FROM invoices i LEFT JOIN invoice_lines l ON l.invoice_id = i.id
           WHERE i.status <> 'draft'
           GROUP BY i.id
          HAVING coalesce(sum(l.amount), 0) <> i.subtotal
              OR coalesce(sum(l.discount_amount), 0) <> i.discount
              OR coalesce(sum(l.tax_amount), 0) <> i.tax
              OR coalesce(sum(l.tax_included_amount), 0) <> i.tax_included
              OR i.total <> i.subtotal - i.discount + i.tax
              OR i.amount_due <> i.total - i.credits_applied`,
  },
  {
    number: '11.3',
    says: 'an invoice equals the ledger',
    sql: `SELECT i.id, format('%s is due, the ledger has %s', i.amount_due, coalesce(sum(p.signed), 0)) AS message
            FROM invoices i
            LEFT JOIN ledger_transactions t ON t.kind = 'invoice_finalized' AND t.source_id = i.id
            LEFT JOIN LATERAL (
              SELECT CASE WHEN debit_account = 'accounts_receivable' THEN amount
                          WHEN credit_account = 'accounts_receivable' THEN -amount ELSE 0 END AS signed
                FROM ledger_postings WHERE transaction_id = t.id) p ON true
           WHERE i.status <> 'draft'
           GROUP BY i.id
          HAVING coalesce(sum(p.signed), 0) <> i.amount_due`,
  },
  {
    number: '11.3',
    says: 'the discounts and taxes of a line add up',
    sql: `SELECT l.id, format('discount %s of %s, tax %s of %s', d.amount, l.discount_amount, t.added, l.tax_amount) AS message
            FROM invoice_lines l
           CROSS JOIN LATERAL (SELECT coalesce(sum((e ->> 'amount')::bigint), 0) AS amount
                                 FROM jsonb_array_elements(l.discounts) e) d
           CROSS JOIN LATERAL (SELECT coalesce(sum((e ->> 'amount')::bigint) FILTER (WHERE NOT (e ->> 'inclusive')::boolean), 0) AS added,
                                      coalesce(sum((e ->> 'amount')::bigint) FILTER (WHERE (e ->> 'inclusive')::boolean), 0) AS included
                                 FROM jsonb_array_elements(l.taxes) e) t
           WHERE (d.amount, t.added, t.included) IS DISTINCT FROM (l.discount_amount, l.tax_amount, l.tax_included_amount)`,
  },
  {
    number: '11.3',
    says: 'what is receivable equals what is open',
    sql: `SELECT coalesce(l.book, i.book) || ' ' || coalesce(l.currency, i.currency) AS id,
                 format('%s is receivable, %s is open', coalesce(l.balance, 0), coalesce(i.remaining, 0)) AS message
            FROM (SELECT t.book, t.currency, sum(CASE WHEN p.debit_account = 'accounts_receivable' THEN p.amount
                                                     WHEN p.credit_account = 'accounts_receivable' THEN -p.amount ELSE 0 END) AS balance
                    FROM ledger_postings p JOIN ledger_transactions t ON t.id = p.transaction_id
                   GROUP BY t.book, t.currency) l
            FULL JOIN (SELECT book, currency, sum(amount_due - amount_paid - amount_credited) AS remaining
                         FROM invoices WHERE status IN ('open', 'paid') GROUP BY book, currency) i
              ON i.book = l.book AND i.currency = l.currency
           WHERE coalesce(l.balance, 0) <> coalesce(i.remaining, 0)`,
  },
  {
    number: '11.3',
    says: 'what moves a receivable names its invoice',
    sql: `SELECT t.id, format('%s of %s names none', t.kind, t.source_id) AS message
            FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id
            LEFT JOIN invoices i ON i.id = t.invoice_id
           WHERE i.id IS NULL AND 'accounts_receivable' IN (p.debit_account, p.credit_account)`,
  },
  {
    number: '11.3',
    says: 'the tax in the ledger is that of invoices, less what credit notes gave back',
    sql: `SELECT coalesce(l.book, i.book) || ' ' || coalesce(l.currency, i.currency) AS id,
                 format('%s is payable, invoices have %s', coalesce(l.balance, 0), coalesce(i.tax, 0)) AS message
            FROM (SELECT t.book, t.currency, sum(CASE WHEN p.credit_account = 'tax_payable' THEN p.amount
                                                     WHEN p.debit_account = 'tax_payable' THEN -p.amount ELSE 0 END) AS balance
                    FROM ledger_postings p JOIN ledger_transactions t ON t.id = p.transaction_id
                   GROUP BY t.book, t.currency) l
            FULL JOIN (SELECT book, currency, sum(tax) AS tax
                         FROM (SELECT book, currency, tax + tax_included AS tax FROM invoices WHERE status NOT IN ('draft', 'void')
                                UNION ALL
                               SELECT book, currency, -tax - tax_included FROM credit_notes) both_kinds
                        GROUP BY book, currency) i
              ON i.book = l.book AND i.currency = l.currency
           WHERE coalesce(l.balance, 0) <> coalesce(i.tax, 0)`,
  },
  {
    number: '11.3',
    says: 'deferred revenue equals what is still to be earned',
    sql: `SELECT coalesce(l.book, s.book) || ' ' || coalesce(l.currency, s.currency) AS id,
                 format('%s is deferred, %s is still to be earned', coalesce(l.balance, 0), coalesce(s.unearned, 0)) AS message
            FROM (SELECT t.book, t.currency, sum(CASE WHEN p.credit_account = 'deferred_revenue' THEN p.amount
                                                     WHEN p.debit_account = 'deferred_revenue' THEN -p.amount ELSE 0 END) AS balance
                    FROM ledger_postings p JOIN ledger_transactions t ON t.id = p.transaction_id
                   GROUP BY t.book, t.currency) l
            FULL JOIN (SELECT book, currency, sum(amount - recognized) AS unearned FROM revenue_schedules
                        GROUP BY book, currency) s
              ON s.book = l.book AND s.currency = l.currency
           WHERE coalesce(l.balance, 0) <> coalesce(s.unearned, 0)`,
  },
  {
    number: '11.3',
    says: 'a coupon is redeemed as often as it counts, and used by an invoice for what was taken',
    sql: `SELECT c.id, format('%s redemptions are counted, %s are there', c.times_redeemed, count(d.id)) AS message
            FROM coupons c LEFT JOIN discounts d ON d.coupon_id = c.id
           GROUP BY c.id
          HAVING count(d.id) <> c.times_redeemed`,
  },
  {
    number: '7',
    says: 'what was invoiced early is given back once, by the invoice of its period, and not before',
    sql: `SELECT charge.id, format('given back %s times, %s of them by the invoice of its period, which is %s',
                                   count(given.id), count(given.id) FILTER (WHERE given.id = closing.id),
                                   coalesce(closing.status, 'still to come')) AS message
            FROM invoice_lines charge
            JOIN invoices early ON early.id = charge.invoice_id AND early.status NOT IN ('draft', 'void')
            JOIN subscription_periods p ON p.subscription_id = charge.subscription_id AND p.index = charge.period_index
            LEFT JOIN invoices closing ON closing.id = p.invoice_id
            LEFT JOIN invoice_lines credit ON credit.credits_line_id = charge.id
            LEFT JOIN invoices given ON given.id = credit.invoice_id AND given.status <> 'draft'
           WHERE charge.type = 'progressive' AND charge.credits_line_id IS NULL
           GROUP BY charge.id, closing.id
          HAVING (count(given.id), count(given.id) FILTER (WHERE given.id = closing.id)) IS DISTINCT FROM
                 CASE WHEN coalesce(closing.status, 'draft') = 'draft' THEN (0::bigint, 0::bigint) ELSE (1::bigint, 1::bigint) END`,
  },
  {
    number: '7',
    says: 'what is invoiced early is on an invoice of its own',
    sql: `SELECT l.id, format('it is on one for %s', i.billing_reason) AS message
            FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
           WHERE l.type = 'progressive' AND (i.billing_reason = 'threshold') <> (l.credits_line_id IS NULL)`,
  },
  {
    number: '7',
    says: 'an invoice that is void has left nothing behind',
    sql: `SELECT i.id, format('%s is left on %s', sum(e.amount), e.account) AS message
            FROM invoices i
            JOIN ledger_transactions t ON t.source_id = i.id
            JOIN ledger_postings p ON p.transaction_id = t.id
           CROSS JOIN LATERAL (VALUES (p.debit_account, p.amount), (p.credit_account, -p.amount)) e(account, amount)
           WHERE i.status = 'void' AND e.account IN ('accounts_receivable', 'tax_payable', 'customer_credit', 'bad_debt')
           GROUP BY i.id, e.account
          HAVING sum(e.amount) <> 0`,
  },
  {
    number: '11.5',
    says: 'the numbers of a series have no hole',
    sql: `SELECT concat_ws(' ', c.book, c.series, c.span) AS id,
                 format('%s numbers are given, %s documents have one, up to %s', c.last_sequence, count(d.id), max(d.sequence)) AS message
            FROM series_counters c
            LEFT JOIN (SELECT id, book, series, span, sequence FROM invoices WHERE sequence IS NOT NULL
                        UNION ALL
                       SELECT id, book, series, span, sequence FROM credit_notes) d USING (book, series, span)
           GROUP BY c.book, c.series, c.span, c.last_sequence
          HAVING count(d.id) <> c.last_sequence OR max(d.sequence) IS DISTINCT FROM c.last_sequence OR min(d.sequence) <> 1`,
  },
];
