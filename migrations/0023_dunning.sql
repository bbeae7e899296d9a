-- Dunning as data: campaigns with versions, an invoice in collection, and the steps that were taken.

-- Campaigns -----------------------------------------------------------------------------------------------------------

CREATE TABLE dunning_campaigns (
  id       text PRIMARY KEY,
  code     text NOT NULL UNIQUE,
  name     text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  created  timestamptz NOT NULL
);

CREATE TABLE dunning_campaign_versions (
  campaign_id  text NOT NULL REFERENCES dunning_campaigns,
  version      integer NOT NULL CHECK (version > 0),
  policy       jsonb NOT NULL, -- {retry, steps, final_action, final_after_days}
  operation_id uuid NOT NULL UNIQUE, -- the request that made it, which may be run again
  created      timestamptz NOT NULL,
  PRIMARY KEY (campaign_id, version)
);
CREATE TRIGGER dunning_campaign_versions_immutable BEFORE UPDATE OR DELETE ON dunning_campaign_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- For whom nothing else was chosen. Whoever wants another default adds a version.
INSERT INTO dunning_campaigns (id, code, name, created)
  VALUES ('dun_00000000000000000000000000', 'default', 'Default', now());
INSERT INTO dunning_campaign_versions (campaign_id, version, policy, operation_id, created)
  VALUES ('dun_00000000000000000000000000', 1, '{
    "retry": {"days": [1, 3, 5, 7]},
    "steps": [
      {"after_days": 0, "action": "notice"},
      {"after_days": 3, "action": "notice"},
      {"after_days": 7, "action": "notice"},
      {"after_days": 12, "action": "notice", "kind": "final_notice"}
    ],
    "final_action": "leave_past_due",
    "final_after_days": 14}', '00000000-0000-0000-0000-000000000000', now());

-- Of a customer, else of its plan, else the default.
ALTER TABLE customers ADD COLUMN dunning_campaign_id text REFERENCES dunning_campaigns;
ALTER TABLE plans ADD COLUMN dunning_campaign_id text REFERENCES dunning_campaigns;

-- Collections ---------------------------------------------------------------------------------------------------------

-- An invoice that was not paid when it was due, from then on. Where its next step is due is a fact here; who comes first takes it.
CREATE TABLE collections (
  invoice_id       text PRIMARY KEY REFERENCES invoices,
  customer_id      text NOT NULL REFERENCES customers,
  test_clock_id    text REFERENCES test_clocks,
  book             text NOT NULL GENERATED ALWAYS AS (coalesce(test_clock_id, 'live')) STORED,
  campaign_id      text NOT NULL,
  campaign_version integer NOT NULL, -- the one in force when it began, kept for good
  started_at       timestamptz NOT NULL,
  counted_from     timestamptz NOT NULL, -- the offsets of steps
  reason           text NOT NULL, -- the code of the first failure, or `overdue`
  payment_method_id text REFERENCES payment_methods, -- what failed first; null: there was none, or nothing was charged
  amount           bigint NOT NULL, -- what was still to be paid then, in minor units
  credited_before  bigint NOT NULL,
  position         integer NOT NULL DEFAULT 0 CHECK (position >= 0), -- of the next step
  next_step_at     timestamptz, -- null: paused, or ended
  paused_at        timestamptz,
  promised_until   timestamptz,
  held_attempt_at  timestamptz, -- the attempt that a pause holds
  gave_up          boolean NOT NULL DEFAULT false, -- the final action has marked it uncollectible
  ended_at         timestamptz,
  ended_by         text CHECK (ended_by IN ('paid', 'void', 'uncollectible', 'final_action')),
  FOREIGN KEY (campaign_id, campaign_version) REFERENCES dunning_campaign_versions,
  CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
  CHECK (next_step_at IS NULL OR (ended_at IS NULL AND paused_at IS NULL))
);
CREATE INDEX collections_due ON collections (next_step_at) WHERE next_step_at IS NOT NULL AND test_clock_id IS NULL;
CREATE INDEX collections_due_on_clock ON collections (test_clock_id, next_step_at)
  WHERE next_step_at IS NOT NULL AND test_clock_id IS NOT NULL;
CREATE INDEX collections_started ON collections (book, started_at);
CREATE INDEX collections_given_up ON collections (customer_id) WHERE gave_up;

-- A subscription that the final action has paused, or found paused by that of another invoice, until the invoice is settled.
CREATE TABLE dunning_pauses (
  subscription_id text NOT NULL REFERENCES subscriptions,
  invoice_id      text NOT NULL REFERENCES collections,
  pause_at        timestamptz NOT NULL, -- the pause that was made: one that begins at another instant is somebody else's
  PRIMARY KEY (subscription_id, invoice_id)
);
CREATE INDEX dunning_pauses_of_invoice ON dunning_pauses (invoice_id);

-- A step is taken once, and never again.
CREATE TABLE collection_steps (
  invoice_id text NOT NULL REFERENCES collections,
  position   integer NOT NULL,
  action     text NOT NULL CHECK (action IN ('notice', 'retry', 'final')),
  due_at     timestamptz NOT NULL,
  taken_at   timestamptz NOT NULL,
  status     text NOT NULL CHECK (status IN ('done', 'skipped')),
  outcome    text NOT NULL, -- the kind of a notice, the final action, or why it was skipped
  PRIMARY KEY (invoice_id, position)
);
CREATE TRIGGER collection_steps_kept BEFORE UPDATE OR DELETE ON collection_steps
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Invoices that are sent are dunned from their due date on, with no attempt before.
CREATE INDEX invoices_becoming_overdue ON invoices (due_at)
  WHERE status = 'open' AND collection_method = 'send_invoice' AND first_failed_at IS NULL AND test_clock_id IS NULL;

-- What has failed before goes on as it was: its retries are planned, and nobody is told of old failures.
INSERT INTO collections (invoice_id, customer_id, test_clock_id, campaign_id, campaign_version, started_at, counted_from, reason,
                         amount, credited_before, position, ended_at, ended_by)
SELECT id, customer_id, test_clock_id, 'dun_00000000000000000000000000', 1, first_failed_at, first_failed_at,
       coalesce(last_failure_code, last_decline, 'failed'), amount_due - amount_paid - amount_credited, amount_credited, 5, now(),
       'final_action'
  FROM invoices WHERE status = 'open' AND first_failed_at IS NOT NULL;

-- Cards that expire soon are looked for once a day.
CREATE INDEX payment_methods_expiring
  ON payment_methods (((card ->> 'exp_year')::integer * 12 + (card ->> 'exp_month')::integer))
  WHERE detached_at IS NULL AND card ? 'exp_year' AND card ? 'exp_month';
