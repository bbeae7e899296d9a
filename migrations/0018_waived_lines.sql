-- What a difference of usage would give back a second time is waived, by a line beside it on its invoice.

ALTER TABLE invoice_lines
  DROP CONSTRAINT invoice_lines_type,
  ADD CONSTRAINT invoice_lines_type
    CHECK (type IN ('fixed', 'usage', 'late_usage', 'minimum', 'waived', 'proration', 'commitment', 'overage', 'progressive',
                    'one_off', 'credit_purchase')),
  ADD CONSTRAINT invoice_lines_waived
    CHECK (type <> 'waived' OR (billing = 'in_arrears' AND num_nonnulls(subscription_id, period_index, invoice_id, credits_line_id) = 4));
