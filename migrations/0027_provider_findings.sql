-- What differs between providers and us, in orders of events that were not thought of.

-- A dispute that was lost may be won yet, where the bank hears an appeal; nothing else of it changes.
CREATE OR REPLACE FUNCTION keep_dispute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status = 'won' OR (OLD.status = 'lost' AND NEW.status <> 'won')
     OR (NEW.payment_id, NEW.amount, NEW.currency, NEW.provider_reference)
        IS DISTINCT FROM (OLD.payment_id, OLD.amount, OLD.currency, OLD.provider_reference) THEN
    RAISE EXCEPTION 'dispute % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- A refund that was made may fail yet, where the customer's bank sends it back; nothing else of it changes.
CREATE OR REPLACE FUNCTION keep_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status = 'failed' OR (OLD.status = 'succeeded' AND NEW.status <> 'failed')
     OR (NEW.payment_id, NEW.credit_note_id, NEW.amount, NEW.currency)
        IS DISTINCT FROM (OLD.payment_id, OLD.credit_note_id, OLD.amount, OLD.currency) THEN
    RAISE EXCEPTION 'refund % cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
