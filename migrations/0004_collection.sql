-- The next attempt of an invoice is due at collect_at, whether it is the first one or a retry: whoever comes first makes it.
UPDATE invoices SET collect_at = next_attempt_at
 WHERE status = 'open' AND collect_at IS NULL AND next_attempt_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = invoices.id AND p.status = 'pending');

-- The request that canceled a subscription, which may be run again.
ALTER TABLE subscriptions ADD COLUMN cancellation_id text;
