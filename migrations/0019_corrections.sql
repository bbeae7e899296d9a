-- What corrections give back, and what is due again when a correction is itself taken back.

-- Whether a line gives back what its charge came to: not where its invoice is void, nor where credit notes took all of it back.
CREATE FUNCTION gives_back(credit invoice_lines) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM invoices i WHERE i.id = credit.invoice_id AND i.status = 'void')
     AND (credit.amount = credit.discount_amount
          OR credit.amount - credit.discount_amount
             <> (SELECT coalesce(sum(n.amount), 0) FROM credit_note_lines n WHERE n.invoice_line_id = credit.id))
$$;

-- A charge is given back once, unless what gave it back was taken back: then it is due again, and may be given back again.
DROP INDEX invoice_lines_credited_once;
CREATE INDEX invoice_lines_crediting ON invoice_lines (credits_line_id) WHERE credits_line_id IS NOT NULL;
CREATE FUNCTION limit_credits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE twice text;
BEGIN
  IF NOT EXISTS (SELECT FROM added WHERE credits_line_id IS NOT NULL) THEN RETURN NULL; END IF;
  -- Of two at the same moment the second waits here for the first, and sees it below.
  PERFORM FROM invoice_lines l WHERE l.id IN (SELECT credits_line_id FROM added) ORDER BY l.id FOR NO KEY UPDATE;
  SELECT c.credits_line_id INTO twice FROM invoice_lines c
   WHERE c.credits_line_id IN (SELECT credits_line_id FROM added) AND gives_back(c)
   GROUP BY c.credits_line_id HAVING count(*) > 1
   LIMIT 1;
  IF twice IS NOT NULL THEN
    RAISE EXCEPTION 'line % is given back already', twice USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invoice_lines_credited_once AFTER INSERT ON invoice_lines
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION limit_credits();

-- What granted credit has paid of what a note gives back, and returns to it.
ALTER TABLE credit_notes
  ADD COLUMN returned_amount bigint NOT NULL DEFAULT 0 CHECK (returned_amount >= 0),
  DROP CONSTRAINT credit_notes_check1, -- where the total goes
  ADD CHECK (total = receivable_amount + credit_amount + refund_amount + returned_amount);

-- One that came to less than nothing is paid from the start, and may be void nevertheless: nobody has paid it.
CREATE OR REPLACE FUNCTION keep_finalized_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change constant text[] := ARRAY['status', 'amount_paid', 'amount_credited', 'paid_at', 'voided_at', 'uncollectible_at',
    'sent_at', 'collect_at', 'finalizes_at', 'attempt_count', 'first_failed_at', 'next_attempt_at', 'last_decline',
    'last_failure_code', 'collection_started_at', 'metadata', 'auto_advance', 'book', 'shard'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status = 'draft' AND OLD.billing_reason = 'manual' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'invoice % cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status = 'draft' THEN
    IF NEW.status NOT IN ('draft', 'open', 'paid') THEN
      RAISE EXCEPTION 'invoice % cannot go from draft to %', OLD.id, NEW.status USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
     OR NEW.amount_paid < OLD.amount_paid OR NEW.amount_credited < OLD.amount_credited
     OR (OLD.status = 'void' AND NEW.status <> 'void')
     OR (OLD.status = 'paid' AND NEW.status <> 'paid' AND NOT (NEW.status = 'void' AND OLD.total < 0))
     OR (OLD.status = 'uncollectible' AND NEW.status NOT IN ('uncollectible', 'paid', 'void'))
     OR NEW.status = 'draft' THEN
    RAISE EXCEPTION 'invoice % is finalised and cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- Of a line that a note corrects, the schedules end, with what the line has earned; that of the note earns what is left of it.
COMMENT ON COLUMN revenue_schedules.source_id IS
  'of an invoice that is void: what runs against the line; of a credit note: what is earned from then on; empty: the line itself';
