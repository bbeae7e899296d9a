-- What a subscription is billed by, and from when: a change is a row, and what was billed before stays what it was.

CREATE TABLE subscription_terms (
  subscription_id text NOT NULL REFERENCES subscriptions,
  effective_at    timestamptz NOT NULL,
  plan_id         text NOT NULL,
  plan_version    integer NOT NULL,
  quantity        bigint NOT NULL CHECK (quantity >= 0),
  price_overrides jsonb NOT NULL DEFAULT '[]', -- negotiated prices: {code, definition}, each in place of the plan's
  created         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subscription_id, effective_at),
  FOREIGN KEY (plan_id, plan_version) REFERENCES plan_versions
);
CREATE TRIGGER subscription_terms_immutable BEFORE UPDATE ON subscription_terms
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The first terms come with the subscription, whoever adds it.
ALTER TABLE subscriptions ADD COLUMN price_overrides jsonb NOT NULL DEFAULT '[]';
CREATE FUNCTION begin_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO subscription_terms (subscription_id, effective_at, plan_id, plan_version, quantity, price_overrides)
  VALUES (NEW.id, NEW.started_at, NEW.plan_id, NEW.plan_version, NEW.quantity, NEW.price_overrides);
  RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_begin_terms AFTER INSERT ON subscriptions FOR EACH ROW EXECUTE FUNCTION begin_terms();
INSERT INTO subscription_terms (subscription_id, effective_at, plan_id, plan_version, quantity)
SELECT id, started_at, plan_id, plan_version, quantity FROM subscriptions;

ALTER TABLE invoice_lines
  DROP CONSTRAINT invoice_lines_type,
  ADD CONSTRAINT invoice_lines_type CHECK (type IN ('fixed', 'usage', 'late_usage', 'minimum', 'proration'));
