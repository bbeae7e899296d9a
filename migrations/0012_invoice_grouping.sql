-- Renewals of a customer's subscriptions at one instant may share an invoice.

ALTER TABLE customers ADD COLUMN invoice_grouping text NOT NULL DEFAULT 'subscription'
  CHECK (invoice_grouping IN ('subscription', 'customer'));

ALTER TABLE invoices
  ADD COLUMN grouped_at timestamptz, -- the instant whose renewals it bills, of all subscriptions that have one then
  ADD CHECK (grouped_at IS NULL OR num_nonnulls(subscription_id, boundary, change_id) = 0);
-- Whoever comes with a renewal of that instant finds the draft that another one has begun.
CREATE UNIQUE INDEX invoices_group ON invoices (customer_id, currency, grouped_at)
  WHERE grouped_at IS NOT NULL AND status = 'draft';
CREATE TRIGGER invoices_group_kept BEFORE UPDATE OF grouped_at ON invoices
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX invoices_grouped_open ON invoices (customer_id) WHERE grouped_at IS NOT NULL AND status = 'open';
