-- Seats that are billed: how many members of an organization take one, since when, and what of that subscriptions have
-- still to be billed by. A change of members and what it does to seats are one transaction.

ALTER TABLE subscriptions ADD COLUMN seats bigint NOT NULL DEFAULT 0 CHECK (seats >= 0);
ALTER TABLE subscription_terms ADD COLUMN seats bigint NOT NULL DEFAULT 0 CHECK (seats >= 0);

CREATE OR REPLACE FUNCTION begin_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO subscription_terms (subscription_id, effective_at, plan_id, plan_version, quantity, price_overrides, quantities, add_ons,
                                  seats)
  VALUES (NEW.id, NEW.started_at, NEW.plan_id, NEW.plan_version, NEW.quantity, NEW.price_overrides, NEW.quantities, NEW.add_ons,
          NEW.seats);
  RETURN NULL;
END $$;

-- The seats of an organization are so many since an instant, by the clock of its customer, until the next row.
CREATE TABLE seat_changes (
  organization_id text NOT NULL REFERENCES organizations,
  sequence        bigint NOT NULL CHECK (sequence > 0), -- in the order in which the changes were committed
  seats           bigint NOT NULL CHECK (seats >= 0),
  since           timestamptz NOT NULL,
  PRIMARY KEY (organization_id, sequence)
);
CREATE TRIGGER seat_changes_immutable BEFORE UPDATE OR DELETE ON seat_changes
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What a subscription is not billed by yet. It is due then, so that whoever bills what is due finds it; a row goes with the
-- step that takes it over.
CREATE TABLE waiting_seats (
  subscription_id text NOT NULL REFERENCES subscriptions,
  sequence        bigint NOT NULL,
  seats           bigint NOT NULL CHECK (seats >= 0),
  since           timestamptz NOT NULL,
  PRIMARY KEY (subscription_id, sequence)
);

-- Whether terms have a price whose quantity is the seats: of the plan, as it was negotiated, or of an add-on.
CREATE FUNCTION counts_seats(of_plan text, of_version integer, overrides jsonb, with_add_ons jsonb) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM prices p LEFT JOIN jsonb_array_elements(overrides) o ON o ->> 'code' = p.code
                  WHERE p.plan_id = of_plan AND p.version = of_version
                    AND coalesce(o -> 'definition', p.definition) ->> 'quantity_from' = 'seats')
      OR EXISTS (SELECT FROM jsonb_array_elements(with_add_ons) a
                   JOIN prices p ON p.plan_id = a ->> 'planId' AND p.version = (a ->> 'planVersion')::integer
                  WHERE p.definition ->> 'quantity_from' = 'seats')
$$;

-- One at a time for each customer: who changes members, and who signs up for what is billed by them.
CREATE FUNCTION lock_seats(of_customer text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('seats of ' || of_customer, 0))
$$;

-- Notes how many seats an organization has, where that has changed, and makes its subscriptions due by it.
CREATE FUNCTION record_seats(of_organization text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  organization organizations;
  latest       seat_changes;
  taken        bigint;
  moment       timestamptz;
BEGIN
  SELECT * INTO organization FROM organizations WHERE id = of_organization;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM lock_seats(organization.customer_id);
  -- Counted under the lock: whoever committed before is seen. Of an organization that is deleted nobody takes a seat.
  SELECT count(*) INTO taken
    FROM billable_members b JOIN organizations o ON o.id = b.organization_id AND o.deleted_at IS NULL
   WHERE b.organization_id = of_organization;
  SELECT * INTO latest FROM seat_changes WHERE organization_id = of_organization ORDER BY sequence DESC LIMIT 1;
  IF taken = coalesce(latest.seats, 0) THEN
    RETURN;
  END IF;
  -- None of them moves on while it is told: what it has billed by then is seen, and nothing before that is changed.
  PERFORM FROM subscriptions WHERE customer_id = organization.customer_id AND status <> 'canceled' ORDER BY id FOR NO KEY UPDATE;
  SELECT greatest(coalesce(t.frozen_time, date_trunc('milliseconds', clock_timestamp())), latest.since) INTO moment
    FROM customers c LEFT JOIN test_clocks t ON t.id = c.test_clock_id WHERE c.id = organization.customer_id;
  INSERT INTO seat_changes (organization_id, sequence, seats, since)
    VALUES (of_organization, coalesce(latest.sequence, 0) + 1, taken, moment);
  INSERT INTO waiting_seats (subscription_id, sequence, seats, since)
    SELECT s.id, coalesce(latest.sequence, 0) + 1, taken,
           greatest(moment, s.current_period_start,
                    (SELECT max(t.effective_at) FROM subscription_terms t WHERE t.subscription_id = s.id),
                    (SELECT max(w.since) FROM waiting_seats w WHERE w.subscription_id = s.id))
      FROM subscriptions s
     WHERE s.customer_id = organization.customer_id AND s.status <> 'canceled'
       AND counts_seats(s.plan_id, s.plan_version, s.price_overrides, s.add_ons);
  UPDATE subscriptions s SET next_due_at = least(s.next_due_at, w.since)
    FROM waiting_seats w
   WHERE w.subscription_id = s.id AND s.customer_id = organization.customer_id AND s.status <> 'canceled'
     AND w.sequence = coalesce(latest.sequence, 0) + 1;
  -- Heard when this is committed. Lost, it does no harm: what is due is found all the same.
  PERFORM pg_notify('seats', w.subscription_id)
    FROM waiting_seats w JOIN subscriptions s ON s.id = w.subscription_id
   WHERE s.customer_id = organization.customer_id AND w.sequence = coalesce(latest.sequence, 0) + 1;
END $$;

CREATE FUNCTION record_seats_of_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM record_seats(CASE TG_OP WHEN 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END);
  RETURN NULL;
END $$;

-- At the end of the transaction: what it takes and gives back within itself changes nothing.
CREATE CONSTRAINT TRIGGER memberships_change_seats AFTER INSERT OR DELETE OR UPDATE OF role, deactivated_at ON memberships
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_seats_of_row();
CREATE CONSTRAINT TRIGGER groups_change_seats AFTER UPDATE OF role ON groups
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_seats_of_row();
CREATE CONSTRAINT TRIGGER group_members_change_seats AFTER INSERT OR DELETE ON group_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_seats_of_row();
CREATE CONSTRAINT TRIGGER resource_roles_change_seats AFTER INSERT OR DELETE OR UPDATE OF role, effect ON resource_roles
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_seats_of_row();

CREATE FUNCTION record_seats_of_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM record_seats(NEW.id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER organizations_change_seats AFTER UPDATE OF deleted_at ON organizations
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_seats_of_deleted();

-- Those that are there.
SELECT record_seats(id) FROM organizations ORDER BY id;
