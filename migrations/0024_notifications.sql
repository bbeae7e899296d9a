-- What customers are told: a row for each notice, written with the step that it tells of, and sent afterwards.
CREATE TABLE notifications (
  id                text PRIMARY KEY,
  key               text NOT NULL UNIQUE, -- names the step: a notice is given once, however often its step is run
  kind              text NOT NULL,
  customer_id       text NOT NULL REFERENCES customers,
  invoice_id        text REFERENCES invoices,
  payment_method_id text REFERENCES payment_methods,
  test_clock_id     text REFERENCES test_clocks,
  data              jsonb NOT NULL DEFAULT '{}', -- ids, amounts and instants; no names and no addresses
  status            text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'skipped', 'bounced')),
  created           timestamptz NOT NULL, -- by the customer's clock
  completed_at      timestamptz,
  CHECK ((status = 'pending') = (completed_at IS NULL))
);
CREATE INDEX notifications_pending ON notifications (id) WHERE status = 'pending';
CREATE INDEX notifications_customer ON notifications (customer_id);
