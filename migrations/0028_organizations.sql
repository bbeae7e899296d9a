-- Who may do what: organizations with their graphs and variants, users with their roles, keys, and the audit log.
-- Every row of an organization names it, and every reference between two rows goes through the organization too, so that
-- nothing of one can ever point into another.

-- Organizations and users ---------------------------------------------------------------------------------------------

-- One for each customer that is billed.
CREATE TABLE organizations (
  id          text PRIMARY KEY,
  customer_id text NOT NULL UNIQUE REFERENCES customers,
  name        text NOT NULL CHECK (name <> ''),
  metadata    jsonb NOT NULL DEFAULT '{}',
  created     timestamptz NOT NULL DEFAULT now(),
  deleted_at  timestamptz
);

CREATE TABLE users (
  id             text PRIMARY KEY,
  email          text NOT NULL UNIQUE CHECK (email = lower(email) AND email LIKE '_%@_%'),
  name           text NOT NULL DEFAULT '',
  created        timestamptz NOT NULL DEFAULT now(),
  deactivated_at timestamptz -- signs in nowhere, and its keys are worth nothing
);

-- What a user is called by those who sign it in.
CREATE TABLE user_identities (
  issuer  text NOT NULL,
  subject text NOT NULL,
  user_id text NOT NULL REFERENCES users,
  created timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX user_identities_user ON user_identities (user_id);

-- Roles ---------------------------------------------------------------------------------------------------------------

-- The built-in ones (src/domain/permissions/role.ts) have no organization; permissions are those of custom roles.
CREATE TABLE roles (
  id              text PRIMARY KEY,
  organization_id text REFERENCES organizations,
  name            text NOT NULL CHECK (name <> ''),
  permissions     text[] NOT NULL DEFAULT '{}',
  created         timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (organization_id, name),
  CHECK ((organization_id IS NULL) = (id !~ '^role_')),
  -- Who may assign roles could give itself any: that stays with Org Admins.
  CHECK (NOT permissions && ARRAY['role:assign', 'role:define', 'organization:delete', 'organization_key:manage', 'sso:manage'])
);
INSERT INTO roles (id, name) VALUES
  ('org_admin', 'Org Admin'), ('graph_admin', 'Graph Admin'), ('contributor', 'Contributor'), ('documenter', 'Documenter'),
  ('observer', 'Observer'), ('consumer', 'Consumer'), ('billing_manager', 'Billing Manager');

CREATE FUNCTION refuse_role_of_others() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM roles WHERE id = NEW.role AND organization_id <> NEW.organization_id) THEN
    RAISE EXCEPTION 'role % is of another organization', NEW.role USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NEW;
END $$;

-- Members and groups --------------------------------------------------------------------------------------------------

CREATE TABLE memberships (
  id              text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations,
  user_id         text NOT NULL REFERENCES users,
  role            text NOT NULL REFERENCES roles,
  external_id     text, -- what the organization's provisioning calls it
  created         timestamptz NOT NULL DEFAULT now(),
  deactivated_at  timestamptz, -- by provisioning: still listed, may do nothing
  UNIQUE (organization_id, user_id),
  UNIQUE (organization_id, id)
);
CREATE INDEX memberships_user ON memberships (user_id);
CREATE INDEX memberships_role ON memberships (role);
CREATE UNIQUE INDEX memberships_external ON memberships (organization_id, external_id);
CREATE TRIGGER memberships_role_of BEFORE INSERT OR UPDATE OF role ON memberships
  FOR EACH ROW EXECUTE FUNCTION refuse_role_of_others();

-- An organization that has an Org Admin never loses the last one, whoever else leaves at the same moment.
CREATE FUNCTION keep_an_org_admin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Who comes second waits here, and then sees that the first has gone.
  PERFORM FROM organizations WHERE id = OLD.organization_id AND deleted_at IS NULL FOR UPDATE;
  IF FOUND AND NOT EXISTS (
    SELECT FROM memberships m JOIN users u ON u.id = m.user_id
    WHERE m.organization_id = OLD.organization_id AND m.role = 'org_admin'
      AND m.deactivated_at IS NULL AND u.deactivated_at IS NULL) THEN
    RAISE EXCEPTION 'organization % would lose its last Org Admin', OLD.organization_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'memberships_last_org_admin';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER memberships_last_org_admin_leaves AFTER DELETE ON memberships
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.role = 'org_admin' AND OLD.deactivated_at IS NULL) EXECUTE FUNCTION keep_an_org_admin();
CREATE CONSTRAINT TRIGGER memberships_last_org_admin_changes AFTER UPDATE ON memberships
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.role = 'org_admin' AND OLD.deactivated_at IS NULL
        AND (NEW.role <> 'org_admin' OR NEW.deactivated_at IS NOT NULL)) EXECUTE FUNCTION keep_an_org_admin();

-- The same where the user itself is deactivated, in every organization that it is an Org Admin of.
CREATE FUNCTION keep_org_admins_without() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  organization text;
BEGIN
  FOR organization IN
    SELECT o.id FROM organizations o JOIN memberships m ON m.organization_id = o.id
     WHERE m.user_id = NEW.id AND m.role = 'org_admin' AND m.deactivated_at IS NULL AND o.deleted_at IS NULL
     ORDER BY o.id FOR UPDATE OF o
  LOOP
    IF NOT EXISTS (
      SELECT FROM memberships m JOIN users u ON u.id = m.user_id
      WHERE m.organization_id = organization AND m.role = 'org_admin'
        AND m.deactivated_at IS NULL AND u.deactivated_at IS NULL) THEN
      RAISE EXCEPTION 'organization % would lose its last Org Admin', organization
        USING ERRCODE = 'check_violation', CONSTRAINT = 'memberships_last_org_admin';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER users_last_org_admin AFTER UPDATE ON users
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.deactivated_at IS NULL AND NEW.deactivated_at IS NOT NULL) EXECUTE FUNCTION keep_org_admins_without();

-- Who is in a group has its role in the organization too (single sign-on and provisioning map to them).
CREATE TABLE groups (
  id              text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations,
  name            text NOT NULL CHECK (name <> ''),
  external_id     text,
  role            text REFERENCES roles, -- null: none in the organization, only what was set for graphs and variants
  created         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, name),
  UNIQUE (organization_id, id)
);
CREATE UNIQUE INDEX groups_external ON groups (organization_id, external_id);
CREATE INDEX groups_role ON groups (role);
CREATE TRIGGER groups_role_of BEFORE INSERT OR UPDATE OF role ON groups
  FOR EACH ROW EXECUTE FUNCTION refuse_role_of_others();

CREATE TABLE group_members (
  organization_id text NOT NULL,
  group_id        text NOT NULL,
  membership_id   text NOT NULL,
  created         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (group_id, membership_id),
  FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX group_members_membership ON group_members (membership_id);

CREATE TABLE invitations (
  id              text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations,
  email           text NOT NULL CHECK (email = lower(email) AND email LIKE '_%@_%'),
  role            text NOT NULL REFERENCES roles,
  sends           integer NOT NULL DEFAULT 1 CHECK (sends > 0), -- the token of the last one is good (invitationTokens.ts)
  invited_by      text REFERENCES users, -- null: an operator of the installation
  created         timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz NOT NULL,
  accepted_at     timestamptz,
  withdrawn_at    timestamptz,
  membership_id   text, -- what came of it
  CHECK (accepted_at IS NULL OR withdrawn_at IS NULL),
  CHECK ((accepted_at IS NULL) = (membership_id IS NULL))
);
CREATE UNIQUE INDEX invitations_open ON invitations (organization_id, email)
  WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitations_organization ON invitations (organization_id, id);
CREATE INDEX invitations_role ON invitations (role);
CREATE TRIGGER invitations_role_of BEFORE INSERT OR UPDATE OF role ON invitations
  FOR EACH ROW EXECUTE FUNCTION refuse_role_of_others();

-- Graphs and variants -------------------------------------------------------------------------------------------------

CREATE TABLE graphs (
  id              text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations,
  name            text NOT NULL CHECK (name ~ '^[A-Za-z][A-Za-z0-9_-]{0,63}$'), -- the part of a ref before the @
  title           text NOT NULL DEFAULT '',
  settings        jsonb NOT NULL DEFAULT '{}',
  created         timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz,
  UNIQUE (organization_id, id)
);
CREATE UNIQUE INDEX graphs_name ON graphs (organization_id, name) WHERE deleted_at IS NULL;
CREATE INDEX graphs_by_name ON graphs (name) WHERE deleted_at IS NULL;

CREATE TABLE variants (
  id              text PRIMARY KEY,
  organization_id text NOT NULL,
  graph_id        text NOT NULL,
  name            text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_./-]{0,63}$'),
  is_public       boolean NOT NULL DEFAULT false,
  is_protected    boolean NOT NULL DEFAULT false,
  readme          text NOT NULL DEFAULT '',
  description     text NOT NULL DEFAULT '',
  created         timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz,
  UNIQUE (organization_id, id),
  UNIQUE (graph_id, id),
  FOREIGN KEY (organization_id, graph_id) REFERENCES graphs (organization_id, id)
);
CREATE UNIQUE INDEX variants_name ON variants (graph_id, name) WHERE deleted_at IS NULL;
CREATE INDEX variants_public ON variants (name, graph_id) WHERE is_public AND deleted_at IS NULL;
CREATE INDEX variants_organization ON variants (organization_id) WHERE deleted_at IS NULL;

-- What a member or a group may do on one graph or variant: a grant widens, a limit narrows.
CREATE TABLE resource_roles (
  organization_id text NOT NULL REFERENCES organizations,
  membership_id   text,
  group_id        text,
  graph_id        text NOT NULL,
  variant_id      text, -- null: the graph, with all its variants
  effect          text NOT NULL CHECK (effect IN ('grant', 'limit')),
  role            text NOT NULL REFERENCES roles CHECK (role NOT IN ('org_admin', 'billing_manager')),
  created         timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(membership_id, group_id) = 1),
  UNIQUE NULLS NOT DISTINCT (membership_id, group_id, graph_id, variant_id),
  FOREIGN KEY (organization_id, membership_id) REFERENCES memberships (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, graph_id) REFERENCES graphs (organization_id, id),
  FOREIGN KEY (graph_id, variant_id) REFERENCES variants (graph_id, id)
);
CREATE INDEX resource_roles_group ON resource_roles (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX resource_roles_graph ON resource_roles (graph_id);
CREATE INDEX resource_roles_role ON resource_roles (role);
CREATE TRIGGER resource_roles_role_of BEFORE INSERT OR UPDATE OF role ON resource_roles
  FOR EACH ROW EXECUTE FUNCTION refuse_role_of_others();

-- Who takes a seat: a member that holds a role anywhere but Consumer and Billing Manager (role.ts, seatlessRoles).
CREATE VIEW billable_members AS
  SELECT m.organization_id, m.id AS membership_id
  FROM memberships m
  WHERE m.deactivated_at IS NULL
    AND (m.role NOT IN ('consumer', 'billing_manager')
      OR EXISTS (
        SELECT FROM group_members gm JOIN groups g ON g.id = gm.group_id
        WHERE gm.membership_id = m.id AND g.role NOT IN ('consumer', 'billing_manager'))
      OR EXISTS (
        SELECT FROM resource_roles r
        WHERE r.membership_id = m.id AND r.effect = 'grant' AND r.role <> 'consumer')
      OR EXISTS (
        SELECT FROM group_members gm JOIN resource_roles r ON r.group_id = gm.group_id
        WHERE gm.membership_id = m.id AND r.effect = 'grant' AND r.role <> 'consumer'));

-- Keys ----------------------------------------------------------------------------------------------------------------

-- Keys of users and organizations; those of whoever operates this installation are api_keys.
CREATE TABLE keys (
  id              text PRIMARY KEY,
  kind            text NOT NULL CHECK (kind IN ('personal', 'graph', 'operator', 'service')),
  name            text NOT NULL CHECK (name <> ''),
  key_hash        bytea NOT NULL UNIQUE,
  key_hint        text NOT NULL,
  user_id         text REFERENCES users,
  organization_id text REFERENCES organizations,
  graph_id        text,
  role            text REFERENCES roles CHECK (role NOT IN ('org_admin', 'billing_manager')),
  variant_ids     text[], -- null: all of the graph
  capabilities    text[],
  created_by      text REFERENCES users, -- null: an operator of the installation, or another key
  created         timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz,
  revoked_at      timestamptz,
  last_used_at    timestamptz, -- to the minute
  FOREIGN KEY (organization_id, graph_id) REFERENCES graphs (organization_id, id),
  CHECK ((kind = 'personal') = (user_id IS NOT NULL)),
  CHECK ((kind = 'personal') = (organization_id IS NULL)),
  CHECK ((kind = 'graph') = (graph_id IS NOT NULL)),
  CHECK ((kind = 'graph') = (role IS NOT NULL)),
  CHECK (variant_ids IS NULL OR (kind = 'graph' AND cardinality(variant_ids) > 0)),
  CHECK ((kind IN ('operator', 'service')) = (capabilities IS NOT NULL)),
  CHECK (NOT capabilities && ARRAY['role:assign', 'role:define', 'organization:delete', 'organization_key:manage', 'sso:manage'])
);
CREATE INDEX keys_user ON keys (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX keys_organization ON keys (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX keys_graph ON keys (graph_id) WHERE graph_id IS NOT NULL;
CREATE INDEX keys_role ON keys (role) WHERE role IS NOT NULL;
CREATE TRIGGER keys_role_of BEFORE INSERT OR UPDATE OF role ON keys
  FOR EACH ROW EXECUTE FUNCTION refuse_role_of_others();

-- Mutations -----------------------------------------------------------------------------------------------------------

-- A mutation with a clientMutationId is made once: its result is kept with what it did, in one transaction.
CREATE TABLE client_mutations (
  actor              text NOT NULL, -- the id of a user or a key
  client_mutation_id text NOT NULL,
  fingerprint        bytea NOT NULL, -- of the mutation and its input
  result             jsonb NOT NULL, -- ids, never a secret
  created            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (actor, client_mutation_id)
);
CREATE INDEX client_mutations_created ON client_mutations (created);

-- Audit log -----------------------------------------------------------------------------------------------------------

-- Every change and each denied attempt, in a chain for each organization: an entry's hash covers the one before it, so
-- none can be changed, left out or put in between without all later ones showing it.
CREATE TABLE audit_chains (
  chain    text PRIMARY KEY, -- an organization's id, or `installation`
  sequence bigint NOT NULL,
  hash     bytea NOT NULL
);

CREATE TABLE audit_log (
  chain         text NOT NULL,
  sequence      bigint NOT NULL,
  entry         json NOT NULL CHECK (entry::text !~ '[\x01-\x1f]'), -- all of it, in the very bytes that are hashed
  -- What is asked for, read from the entry, so that it can say nothing else.
  id            text NOT NULL GENERATED ALWAYS AS (entry ->> 'id') STORED UNIQUE,
  action        text NOT NULL GENERATED ALWAYS AS (entry ->> 'action') STORED,
  outcome       text NOT NULL GENERATED ALWAYS AS (entry ->> 'outcome') STORED CHECK (outcome IN ('done', 'denied')),
  actor         text NOT NULL GENERATED ALWAYS AS (entry #>> '{actor,id}') STORED, -- of a user or a key
  resource      text NOT NULL GENERATED ALWAYS AS (entry #>> '{resource,id}') STORED, -- what it was done to
  occurred_at   timestamptz NOT NULL,
  previous_hash bytea NOT NULL,
  hash          bytea NOT NULL,
  PRIMARY KEY (chain, sequence)
);
-- Lists are in the order of ids, of one chain or of all.
CREATE INDEX audit_log_actor ON audit_log (actor, id);
CREATE INDEX audit_log_resource ON audit_log (resource, id);
CREATE INDEX audit_log_denied ON audit_log (chain, id) WHERE outcome = 'denied';

-- Of texts, so that sha256sum alone can verify an export (docs/audit-log.md).
CREATE FUNCTION audit_hash(previous bytea, entry text) RETURNS bytea LANGUAGE sql IMMUTABLE
  RETURN sha256(convert_to(encode(previous, 'hex') || entry, 'UTF8'));

CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_chains (chain, sequence, hash) VALUES (NEW.chain, 0, sha256(convert_to(NEW.chain, 'UTF8')))
    ON CONFLICT DO NOTHING;
  -- Locks the chain until the change that is told has been committed.
  SELECT c.sequence + 1, c.hash INTO NEW.sequence, NEW.previous_hash FROM audit_chains c WHERE c.chain = NEW.chain FOR UPDATE;
  NEW.hash := audit_hash(NEW.previous_hash, NEW.entry::text);
  NEW.occurred_at := (NEW.entry ->> 'occurred_at')::timestamptz;
  UPDATE audit_chains SET sequence = NEW.sequence, hash = NEW.hash WHERE chain = NEW.chain;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_log_chained BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION chain_audit_entry();
CREATE TRIGGER audit_log_immutable BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_untruncated BEFORE TRUNCATE ON audit_log EXECUTE FUNCTION refuse_change();
