-- What reports are made of: the history of recurring revenue, and which invoice a ledger transaction is about.

-- Recurring revenue -------------------------------------------------------------------------------------------------

-- Each change of what a subscription's recurring prices come to in a month, written with the step that causes it. One
-- begins with the amount that the one before it came to: the history has no gap.
CREATE TABLE mrr_movements (
  subscription_id   text NOT NULL REFERENCES subscriptions,
  sequence          integer NOT NULL CHECK (sequence >= 0),
  previous_sequence integer CHECK (previous_sequence = sequence - 1),
  -- No foreign key: it is its subscription's, and a signup that holds the customer must not wait for a step, nor it for that.
  customer_id       text NOT NULL,
  book              text NOT NULL, -- 'live', or the id of a test clock
  currency          text NOT NULL,
  occurred_at       timestamptz NOT NULL, -- by the customer's clock
  amount_before     bigint NOT NULL CHECK (amount_before >= 0),
  amount_after      bigint NOT NULL CHECK (amount_after >= 0),
  recorded_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subscription_id, sequence),
  UNIQUE (subscription_id, sequence, amount_after),
  FOREIGN KEY (subscription_id, previous_sequence, amount_before)
    REFERENCES mrr_movements (subscription_id, sequence, amount_after),
  CHECK ((sequence = 0) = (previous_sequence IS NULL)),
  CHECK (sequence > 0 OR amount_before = 0),
  CHECK (amount_before <> amount_after)
);
CREATE INDEX mrr_movements_book ON mrr_movements (book, occurred_at)
  INCLUDE (currency, customer_id, amount_before, amount_after);
CREATE TRIGGER mrr_movements_kept BEFORE UPDATE OR DELETE ON mrr_movements
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Ledger ------------------------------------------------------------------------------------------------------------

-- The invoice whose receivable a transaction moves, whatever it records; null: it moves none of an invoice's.
ALTER TABLE ledger_transactions ADD COLUMN invoice_id text;
ALTER TABLE ledger_transactions DISABLE TRIGGER ledger_transactions_immutable;
UPDATE ledger_transactions SET invoice_id = source_id WHERE kind = 'invoice_finalized';
UPDATE ledger_transactions t SET invoice_id = p.invoice_id
  FROM payments p WHERE t.kind = 'payment_succeeded' AND p.id = t.source_id;
ALTER TABLE ledger_transactions ENABLE TRIGGER ledger_transactions_immutable;

CREATE INDEX ledger_transactions_effective ON ledger_transactions (book, effective_at, id);
CREATE INDEX ledger_postings_customer ON ledger_postings (customer_id) WHERE customer_id IS NOT NULL;

-- Exports -----------------------------------------------------------------------------------------------------------

CREATE INDEX invoices_finalized_at ON invoices (book, finalized_at, id) WHERE finalized_at IS NOT NULL;
CREATE INDEX credit_notes_created ON credit_notes (book, created, id);
CREATE INDEX payments_created ON payments (coalesce(test_clock_id, 'live'), created, id);
