/** What always holds (semantics.md, section 11), as questions to the database: each row of an answer is a violation. */

export interface Rule {
  /** The number in section 11. */
  readonly number: string;
  readonly says: string;
  /** Selects `id` and `message` of each violation. */
  readonly sql: string;
}

export const rules: readonly Rule[] = [
  {
    number: '11.1',
    says: 'the periods of a subscription tile time',
    sql: `SELECT subscription_id AS id,
                 format('period %s starts at %s, the one before ended at %s', index, starts_at, ended) AS message
            FROM (SELECT *, lag(ends_at) OVER (PARTITION BY subscription_id ORDER BY index) AS ended
                    FROM subscription_periods) p
           WHERE (index > 0 AND starts_at IS DISTINCT FROM ended)`,
  },
  {
    number: '11.1',
    says: 'each price in advance is billed once for each period',
    sql: `SELECT p.subscription_id AS id, format('price %s has %s lines at %s', pr.code, count(l.id), p.starts_at) AS message
            FROM subscription_periods p
            JOIN subscriptions s ON s.id = p.subscription_id
            LEFT JOIN test_clocks c ON c.id = s.test_clock_id
            JOIN terms_plans t ON t.subscription_id = p.subscription_id AND t.sequence = p.terms_sequence
            JOIN prices pr ON pr.plan_id = t.plan_id AND pr.version = t.plan_version
                 AND pr.definition ->> 'billing' = 'in_advance'
            LEFT JOIN invoice_lines l ON l.subscription_id = p.subscription_id AND l.period_index = p.index
                 AND l.price_code = pr.code AND l.billing = 'in_advance' AND l.type = 'fixed'
           WHERE p.kind = 'billed' AND c.status IS DISTINCT FROM 'deleted'
           GROUP BY p.subscription_id, p.index, p.starts_at, pr.code
          HAVING count(l.id) <> 1`,
  },
  {
    number: '11.1',
    says: 'each price in arrears is billed once for each period',
    // For each price in effect at a point of a period: its start, and each change inside. Lines of a price that goes on
    // over a change begin before it.
    sql: `SELECT p.subscription_id AS id, format('price %s has %s lines at %s', pr.code, count(l.id), points.at) AS message
            FROM subscription_periods p
            JOIN subscriptions s ON s.id = p.subscription_id
            LEFT JOIN test_clocks c ON c.id = s.test_clock_id
           CROSS JOIN LATERAL (
             SELECT p.starts_at AS at UNION
             SELECT t.effective_at FROM subscription_terms t
              WHERE t.subscription_id = s.id AND t.effective_at > p.starts_at AND t.effective_at < p.ends_at) points
           CROSS JOIN LATERAL (
             SELECT t.sequence, t.price_overrides FROM subscription_terms t
              WHERE t.subscription_id = s.id AND t.effective_at <= points.at
              ORDER BY t.effective_at DESC, t.sequence DESC LIMIT 1) current
            JOIN terms_plans t ON t.subscription_id = s.id AND t.sequence = current.sequence
            JOIN prices pr ON pr.plan_id = t.plan_id AND pr.version = t.plan_version
                 AND pr.definition ->> 'billing' = 'in_arrears'
           CROSS JOIN LATERAL (
             SELECT coalesce((SELECT o -> 'definition' FROM jsonb_array_elements(current.price_overrides) o
                               WHERE o ->> 'code' = pr.code), pr.definition) AS definition) priced
            LEFT JOIN invoice_lines l ON l.subscription_id = s.id AND l.period_index = p.index AND l.price_code = pr.code
                 AND l.billing = 'in_arrears' AND l.type IN ('fixed', 'usage')
                 AND l.period_start <= points.at AND points.at < l.period_end
           WHERE p.kind = 'billed' AND p.ends_at > p.starts_at AND (p.index < s.period_index OR s.status = 'canceled')
             AND c.status IS DISTINCT FROM 'deleted'
           GROUP BY p.subscription_id, p.index, points.at, pr.code, priced.definition
          HAVING CASE WHEN priced.definition ? 'group_by' OR priced.definition ->> 'model' = 'dimensional'
                      THEN count(l.id) <> count(DISTINCT l.group_key) ELSE count(l.id) <> 1 END`,
  },
  {
    number: '3',
    says: 'no more is given back than was charged',
    sql: `SELECT credit.id, format('%s was charged, %s given back', charge.amount, credit.amount) AS message
            FROM invoice_lines credit JOIN invoice_lines charge ON charge.id = credit.credits_line_id
           WHERE CASE charge.type WHEN 'progressive' THEN charge.amount + credit.amount <> 0
                      ELSE charge.amount + credit.amount < 0 OR credit.amount > 0 END
              OR credit.subscription_id <> charge.subscription_id OR credit.period_end <> charge.period_end`,
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
    number: '3',
    says: 'no line waits for an invoice that never comes',
    sql: `SELECT l.id, format('its subscription %s has ended', s.id) AS message
            FROM invoice_lines l JOIN subscriptions s ON s.id = l.subscription_id
            LEFT JOIN test_clocks c ON c.id = s.test_clock_id
           WHERE l.invoice_id IS NULL AND s.status = 'canceled' AND c.status IS DISTINCT FROM 'deleted'`,
  },
  {
    number: '11.2',
    says: 'an event is counted in one place',
    sql: `SELECT e.source || '/' || e.id AS id,
                 format('%s periods bill it by meter %s', count(DISTINCT (p.subscription_id, p.index)), m.code) AS message
            FROM usage_events e
            JOIN meters m ON m.event_type = e.type
            JOIN subscriptions s ON s.customer_id = e.customer_id
            JOIN subscription_periods p ON p.subscription_id = s.id AND p.bills_usage
                 AND e.time >= p.starts_at AND e.time < p.ends_at
           CROSS JOIN LATERAL (
             SELECT t.sequence FROM subscription_terms t
              WHERE t.subscription_id = s.id AND t.effective_at <= e.time
              ORDER BY t.effective_at DESC, t.sequence DESC LIMIT 1) current
            JOIN terms_plans t ON t.subscription_id = s.id AND t.sequence = current.sequence
            JOIN prices pr ON pr.plan_id = t.plan_id AND pr.version = t.plan_version AND pr.meter_id = m.id
           GROUP BY e.source, e.id, m.code
          HAVING count(DISTINCT (p.subscription_id, p.index)) > 1`,
  },
  {
    number: '11.2',
    says: 'an event has its identity, and one alone',
    sql: `SELECT coalesce(e.source || '/' || e.id, '') AS id, format('%s events have its identity', count(*)) AS message
            FROM usage_events e
            LEFT JOIN usage_event_identities i ON i.source = e.source AND i.id = e.id AND i.inserted_xid = e.inserted_xid
           GROUP BY e.source, e.id
          HAVING count(*) > 1 OR count(i.id) <> 1`,
  },
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
    says: 'what is paid on an invoice equals its payments',
    sql: `SELECT i.id, format('%s is paid, its payments add up to %s', i.amount_paid, coalesce(sum(p.amount), 0)) AS message
            FROM invoices i LEFT JOIN payments p ON p.invoice_id = i.id AND p.status = 'succeeded'
           GROUP BY i.id
          HAVING coalesce(sum(p.amount), 0) <> i.amount_paid`,
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
    says: 'what an invoice used of granted credit has left the grants, less what returned when it was voided',
    sql: `SELECT i.id, format('it used %s, %s has moved, %s of that back', used.amount, moved.applied, moved.returned) AS message
            FROM invoices i
           CROSS JOIN LATERAL (SELECT coalesce(sum((e ->> 'amount')::bigint), 0) AS amount
                                 FROM jsonb_array_elements(i.credits) e WHERE e ->> 'grant' IS NOT NULL) used
           CROSS JOIN LATERAL (SELECT coalesce(sum(m.amount) FILTER (WHERE m.kind = 'applied'), 0) AS applied,
                                      coalesce(-sum(m.amount) FILTER (WHERE m.kind = 'returned'), 0) AS returned
                                 FROM credit_movements m WHERE m.source_id = i.id) moved
           WHERE used.amount <> moved.applied OR moved.returned > moved.applied`,
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
    says: 'a coupon is redeemed as often as it counts, and used by an invoice for what was taken',
    sql: `SELECT c.id, format('%s redemptions are counted, %s are there', c.times_redeemed, count(d.id)) AS message
            FROM coupons c LEFT JOIN discounts d ON d.coupon_id = c.id
           GROUP BY c.id
          HAVING count(d.id) <> c.times_redeemed`,
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
    number: '11.4',
    says: 'what was given back of payments equals the ledger',
    sql: `SELECT r.id, format('%s was given back, the ledger has %s', r.amount, coalesce(sum(l.amount), 0)) AS message
            FROM refunds r
            LEFT JOIN ledger_transactions t ON t.kind = 'refund_succeeded' AND t.source_id = r.id
            LEFT JOIN ledger_postings l ON l.transaction_id = t.id AND l.credit_account = 'cash'
           WHERE r.status = 'succeeded'
           GROUP BY r.id
          HAVING coalesce(sum(l.amount), 0) <> r.amount`,
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
    number: '11.4',
    says: 'given back at the provider equals the refunds recorded',
    sql: `SELECT coalesce(r.id, g.idempotency_key) AS id,
                 format('the provider gave back %s, the refund is %s %s', coalesce(g.amount, 0),
                        coalesce(r.status, 'missing'), coalesce(r.amount, 0)) AS message
            FROM (SELECT * FROM sandbox.refunds WHERE status = 'succeeded') g
            FULL JOIN (SELECT r.* FROM refunds r JOIN payments p ON p.id = r.payment_id
                         JOIN payment_methods m ON m.id = p.payment_method_id
                        WHERE m.provider = 'sandbox') r ON r.id = g.idempotency_key
           WHERE (r.status = 'succeeded') IS DISTINCT FROM (g.status = 'succeeded')
             AND (r.status = 'succeeded' OR g.status = 'succeeded')
              OR (r.status = 'succeeded' AND (r.amount, r.currency) IS DISTINCT FROM (g.amount, g.currency))`,
  },
  {
    number: '11.4',
    says: 'no payment is refunded beyond what it brought',
    sql: `SELECT p.id, format('%s was paid, %s is given back', p.amount, sum(r.amount)) AS message
            FROM payments p JOIN refunds r ON r.payment_id = p.id AND r.status <> 'failed'
           GROUP BY p.id, p.amount
          HAVING sum(r.amount) > p.amount`,
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
    says: 'the payments recorded equal the cash in the ledger',
    sql: `SELECT p.id, format('%s was paid, the ledger has %s', p.amount, coalesce(sum(l.amount), 0)) AS message
            FROM payments p
            LEFT JOIN ledger_transactions t ON t.kind = 'payment_succeeded' AND t.source_id = p.id
            LEFT JOIN ledger_postings l ON l.transaction_id = t.id AND l.debit_account = 'cash'
           WHERE p.status = 'succeeded'
           GROUP BY p.id
          HAVING coalesce(sum(l.amount), 0) <> p.amount`,
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
  {
    number: '6',
    says: 'the history of recurring revenue has no gap',
    sql: `SELECT subscription_id AS id,
                 format('movement %s begins with %s, the one before ended with %s', sequence, amount_before, ended) AS message
            FROM (SELECT *, lag(amount_after, 1, 0::bigint) OVER so_far AS ended, lag(occurred_at) OVER so_far AS since,
                         row_number() OVER so_far - 1 AS place
                    FROM mrr_movements WINDOW so_far AS (PARTITION BY subscription_id ORDER BY sequence)) m
           WHERE amount_before <> ended OR occurred_at < since OR sequence <> place`,
  },
  {
    number: '6',
    says: 'what is on trial, paused or ended does not recur',
    sql: `SELECT s.id, format('it is %s and comes to %s a month', s.status, m.amount_after) AS message
            FROM subscriptions s
            LEFT JOIN test_clocks c ON c.id = s.test_clock_id
           CROSS JOIN LATERAL (
             SELECT amount_after FROM mrr_movements WHERE subscription_id = s.id ORDER BY sequence DESC LIMIT 1) m
           WHERE s.status IN ('incomplete', 'trialing', 'paused', 'canceled') AND m.amount_after <> 0
             AND c.status IS DISTINCT FROM 'deleted'`,
  },
  {
    number: '6',
    says: 'recurring revenue is in the book of its customer',
    sql: `SELECT m.subscription_id AS id, format('movement %s is of %s in %s', m.sequence, m.customer_id, m.book) AS message
            FROM mrr_movements m JOIN subscriptions s ON s.id = m.subscription_id
           WHERE m.customer_id <> s.customer_id OR m.book <> coalesce(s.test_clock_id, 'live')`,
  },
];
