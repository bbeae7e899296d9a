/** Of subscriptions: their periods tile time, each price and event is billed once, and what recurs has its history. */
import type { Rule } from '../rule.ts';

export const subscriptionRules: readonly Rule[] = [
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
    sql: `SELECT charge.id, format('%s was charged, %s given back by %s lines', charge.amount, sum(credit.amount), count(*)) AS message
            FROM invoice_lines credit JOIN invoice_lines charge ON charge.id = credit.credits_line_id
           GROUP BY charge.id
          HAVING count(*) FILTER (WHERE gives_back(credit)) > 1
              OR bool_or(CASE charge.type WHEN 'progressive' THEN charge.amount + credit.amount <> 0
                              ELSE charge.amount + credit.amount < 0 OR credit.amount > 0 END
                         OR credit.subscription_id <> charge.subscription_id OR credit.period_end <> charge.period_end)`,
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
