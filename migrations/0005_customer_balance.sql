-- A total below zero becomes credit on the customer's balance, which the next invoices use.

ALTER DOMAIN ledger_account_code DROP CONSTRAINT ledger_account_code_check;
ALTER DOMAIN ledger_account_code
  ADD CHECK (VALUE IN ('cash', 'accounts_receivable', 'customer_credit', 'deferred_revenue', 'revenue'));
INSERT INTO ledger_accounts (code, name, type, normal_balance) VALUES
  ('customer_credit', 'Credit of customers', 'liability', 'credit');

-- As at Stripe, credit is negative.
ALTER TABLE customers ADD CHECK (balance <= 0);
