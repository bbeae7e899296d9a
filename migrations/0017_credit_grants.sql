-- Credit that was bought, and the balance as it came to be.

-- Credit that was bought may be spent from when its invoice is paid: whoever records that, and however it is paid.
CREATE FUNCTION grant_purchased_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Of one that was taken back by a credit note nothing is left.
  UPDATE credit_grants SET status = CASE WHEN remaining > 0 THEN 'granted' ELSE 'voided' END,
                           ended_at = CASE WHEN remaining = 0 THEN NEW.paid_at END
   WHERE invoice_id = NEW.id AND status = 'pending';
  RETURN NULL;
END $$;
CREATE TRIGGER invoices_credit_purchased AFTER UPDATE OF status ON invoices
  FOR EACH ROW WHEN (NEW.status = 'paid' AND OLD.status <> 'paid' AND NEW.billing_reason IN ('manual', 'top_up'))
  EXECUTE FUNCTION grant_purchased_credit();

-- What changed the balance of a customer.
CREATE INDEX ledger_postings_balance ON ledger_postings (customer_id, transaction_id)
  WHERE debit_account = 'customer_credit' OR credit_account = 'customer_credit';
