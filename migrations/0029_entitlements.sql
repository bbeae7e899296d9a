-- What plans allow: features, what a version of a plan gives of each, what single customers have instead, and who is told
-- that any of it has changed (docs/adr/0010-entitlements.md).

-- Features ------------------------------------------------------------------------------------------------------------

CREATE TABLE features (
  id       text PRIMARY KEY,
  code     text NOT NULL UNIQUE CHECK (code <> ''),
  name     text NOT NULL CHECK (name <> ''),
  type     text NOT NULL CHECK (type IN ('boolean', 'limit', 'metered', 'config')),
  meter_id text REFERENCES meters, -- what counts its use
  unit     text,
  metadata jsonb NOT NULL DEFAULT '{}',
  created  timestamptz NOT NULL DEFAULT now(),
  CHECK ((type = 'metered') = (meter_id IS NOT NULL)),
  -- Those that bound permissions (src/domain/permissions/permission.ts) are of the type that they are asked as.
  CONSTRAINT features_bounding CHECK (
    CASE WHEN code IN ('roles', 'custom_roles', 'protected_variants', 'audit_log', 'sso') THEN type = 'boolean'
         WHEN code IN ('seats', 'graphs', 'variants') THEN type = 'limit'
         ELSE true END)
);
CREATE INDEX features_meter ON features (meter_id) WHERE meter_id IS NOT NULL;

-- Grants of it are read by its type, and what was used by its meter.
CREATE FUNCTION keep_feature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the code, type and meter of feature % never change', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER features_kept BEFORE UPDATE ON features FOR EACH ROW
  WHEN ((NEW.id, NEW.code, NEW.type, NEW.meter_id) IS DISTINCT FROM (OLD.id, OLD.code, OLD.type, OLD.meter_id))
  EXECUTE FUNCTION keep_feature();

-- Plans ---------------------------------------------------------------------------------------------------------------

CREATE TABLE plan_features (
  plan_id    text NOT NULL,
  version    integer NOT NULL,
  position   integer NOT NULL,
  feature_id text NOT NULL REFERENCES features,
  grants     jsonb NOT NULL, -- by the type: {value}, {limit}, {allowance, soft_limit, hard_limit}
  PRIMARY KEY (plan_id, version, feature_id),
  FOREIGN KEY (plan_id, version) REFERENCES plan_versions
);
CREATE INDEX plan_features_feature ON plan_features (feature_id);
CREATE TRIGGER plan_features_immutable BEFORE UPDATE OR DELETE ON plan_features
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How long after a payment has failed a subscription still has what its plan gives.
ALTER TABLE plan_versions
  ADD COLUMN past_due_grace_days integer NOT NULL DEFAULT 7 CHECK (past_due_grace_days BETWEEN 0 AND 365);

-- What customers without a live subscription have is what the latest version of this plan gives.
ALTER TABLE plans ADD COLUMN fallback boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX plans_fallback ON plans (fallback) WHERE fallback;

-- Since when a subscription has not been paid. It is kept while it is unpaid or paused, so that no new grace begins where
-- it becomes past due from there.
ALTER TABLE subscriptions ADD COLUMN past_due_since timestamptz;
UPDATE subscriptions s
   SET past_due_since = coalesce(
         (SELECT min(i.first_failed_at) FROM invoices i WHERE i.subscription_id = s.id AND i.status = 'open'),
         time_on(s.test_clock_id))
 WHERE s.status IN ('past_due', 'unpaid');
CREATE FUNCTION note_past_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status = 'past_due' THEN
    NEW.past_due_since := coalesce(OLD.past_due_since, time_on(NEW.test_clock_id));
  ELSIF NEW.status IN ('trialing', 'active') THEN
    NEW.past_due_since := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER subscriptions_past_due BEFORE UPDATE OF status ON subscriptions
  FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION note_past_due();

-- Overrides -----------------------------------------------------------------------------------------------------------

-- What one customer has of a feature, whatever its plans give: from one instant up to another, by the customer's clock.
CREATE TABLE entitlement_overrides (
  id          text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES customers,
  feature_id  text NOT NULL REFERENCES features,
  grants      jsonb NOT NULL, -- as plans have them
  reason      text NOT NULL DEFAULT '',
  starts_at   timestamptz NOT NULL,
  ends_at     timestamptz CHECK (ends_at > starts_at), -- as it was meant; null: until it is ended
  ended_at    timestamptz CHECK (ended_at >= starts_at), -- withdrawn, or replaced by another one
  metadata    jsonb NOT NULL DEFAULT '{}',
  created     timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX entitlement_overrides_one ON entitlement_overrides (customer_id, feature_id) WHERE ended_at IS NULL;
CREATE INDEX entitlement_overrides_customer ON entitlement_overrides (customer_id, id);
CREATE INDEX entitlement_overrides_feature ON entitlement_overrides (feature_id);

-- An override is never edited: it is ended, once.
CREATE FUNCTION keep_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
    RAISE EXCEPTION 'override % can only be ended', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entitlement_overrides_kept BEFORE UPDATE OR DELETE ON entitlement_overrides
  FOR EACH ROW EXECUTE FUNCTION keep_override();

-- Thresholds of metered features --------------------------------------------------------------------------------------

-- Whose use has changed since it was last held against what is allowed; written with the rollups.
CREATE TABLE entitlement_looks (
  customer_id text PRIMARY KEY REFERENCES customers
);

-- Each is told once for a customer, a feature and a period.
CREATE TABLE entitlement_thresholds (
  customer_id  text NOT NULL REFERENCES customers,
  feature_id   text NOT NULL REFERENCES features,
  period_start timestamptz NOT NULL,
  percent      smallint NOT NULL CHECK (percent IN (50, 80, 100)),
  reached_at   timestamptz NOT NULL,
  PRIMARY KEY (customer_id, feature_id, period_start, percent)
);
CREATE TRIGGER entitlement_thresholds_kept BEFORE UPDATE OR DELETE ON entitlement_thresholds
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Changes -------------------------------------------------------------------------------------------------------------

-- Whoever keeps entitlements listens to the channel `entitlements`: the payload is the customer whose have changed, or
-- `*` for all. Postgres delivers it with the commit of what has changed them.

CREATE FUNCTION tell_entitlements_of_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('entitlements', NEW.customer_id);
  RETURN NULL;
END $$;

CREATE TRIGGER subscriptions_begin_entitlements AFTER INSERT ON subscriptions
  FOR EACH ROW WHEN (NEW.status <> 'incomplete') EXECUTE FUNCTION tell_entitlements_of_customer();
CREATE TRIGGER subscriptions_change_entitlements AFTER UPDATE ON subscriptions
  FOR EACH ROW
  WHEN ((NEW.status, NEW.plan_id, NEW.plan_version, NEW.add_ons, NEW.cancel_at, NEW.past_due_since)
        IS DISTINCT FROM (OLD.status, OLD.plan_id, OLD.plan_version, OLD.add_ons, OLD.cancel_at, OLD.past_due_since))
  EXECUTE FUNCTION tell_entitlements_of_customer();

-- A renewal changes nothing but how much has been used, and that only where something is metered.
CREATE FUNCTION tell_entitlements_of_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM features WHERE type = 'metered') THEN
    PERFORM pg_notify('entitlements', NEW.customer_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_renew_entitlements AFTER UPDATE ON subscriptions
  FOR EACH ROW
  WHEN ((NEW.current_period_start, NEW.current_period_end)
        IS DISTINCT FROM (OLD.current_period_start, OLD.current_period_end))
  EXECUTE FUNCTION tell_entitlements_of_period();

CREATE TRIGGER entitlement_overrides_change_entitlements AFTER INSERT OR UPDATE ON entitlement_overrides
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_customer();

CREATE FUNCTION tell_entitlements_of_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('entitlements', '*');
  RETURN NULL;
END $$;
CREATE TRIGGER plans_begin_entitlements AFTER INSERT ON plans
  FOR EACH ROW WHEN (NEW.fallback) EXECUTE FUNCTION tell_entitlements_of_all();
CREATE TRIGGER plans_change_entitlements AFTER UPDATE ON plans
  FOR EACH ROW WHEN (NEW.fallback <> OLD.fallback) EXECUTE FUNCTION tell_entitlements_of_all();
CREATE FUNCTION tell_entitlements_of_fallback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT p.fallback FROM plans p WHERE p.id = NEW.plan_id) THEN PERFORM pg_notify('entitlements', '*'); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER plan_versions_begin_entitlements AFTER INSERT ON plan_versions
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_fallback();

CREATE FUNCTION tell_entitlements_of_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('entitlements', NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER customers_change_entitlements AFTER UPDATE ON customers
  FOR EACH ROW
  WHEN ((NEW.deleted_at, NEW.external_id, NEW.timezone) IS DISTINCT FROM (OLD.deleted_at, OLD.external_id, OLD.timezone))
  EXECUTE FUNCTION tell_entitlements_of_own();

-- What an organization has used of its limits.
CREATE FUNCTION tell_entitlements_of_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('entitlements', o.customer_id) FROM organizations o
    WHERE o.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END;
  RETURN NULL;
END $$;
CREATE TRIGGER organizations_change_entitlements AFTER INSERT OR UPDATE OF deleted_at ON organizations
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_customer();
CREATE TRIGGER memberships_change_entitlements AFTER INSERT OR DELETE OR UPDATE OF role, deactivated_at ON memberships
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_organization();
CREATE TRIGGER groups_change_entitlements AFTER UPDATE OF role OR DELETE ON groups
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_organization();
CREATE TRIGGER group_members_change_entitlements AFTER INSERT OR DELETE ON group_members
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_organization();
CREATE TRIGGER resource_roles_change_entitlements AFTER INSERT OR DELETE OR UPDATE OF role, effect ON resource_roles
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_organization();
CREATE TRIGGER graphs_change_entitlements AFTER INSERT OR DELETE OR UPDATE OF deleted_at ON graphs
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_organization();
CREATE TRIGGER variants_change_entitlements AFTER INSERT OR DELETE OR UPDATE OF deleted_at ON variants
  FOR EACH ROW EXECUTE FUNCTION tell_entitlements_of_organization();
