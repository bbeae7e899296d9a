-- Signing in: an organization's own provider, sign-ins on their way, sessions, and codes by which a terminal is given a key.
-- Of every secret only the hash is kept, but of that of a client, which must be shown to its provider.

-- An address is an organization's to speak for only where an operator of the installation has seen that its domain is: who
-- could claim any domain could sign in as anybody.
CREATE TABLE organization_domains (
  domain          text PRIMARY KEY CHECK (domain = lower(domain) AND domain ~ '^[^\s@]+\.[^\s@]+$'),
  organization_id text NOT NULL REFERENCES organizations,
  created         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX organization_domains_organization ON organization_domains (organization_id);

-- The provider that an organization signs its members in with, besides the installation's.
CREATE TABLE identity_providers (
  id              text PRIMARY KEY,
  organization_id text NOT NULL UNIQUE REFERENCES organizations,
  issuer          text NOT NULL CHECK (issuer ~ '^https?://'),
  client_id       text NOT NULL CHECK (client_id <> ''),
  client_secret   text, -- null: a public client
  group_claim     text, -- null: groups are not its matter
  created         timestamptz NOT NULL DEFAULT now()
);

-- Somebody was sent to a provider and has not come back yet. Taken when they do, so that an answer counts once.
CREATE TABLE sign_ins (
  state_hash    bytea PRIMARY KEY,
  browser_hash  bytea NOT NULL, -- of a cookie: who begins it must be who ends it
  provider_id   text REFERENCES identity_providers ON DELETE CASCADE, -- null: the installation's
  code_verifier text NOT NULL,
  nonce         text NOT NULL,
  return_to     text NOT NULL,
  user_id       text REFERENCES users, -- who was signed in then, and may be joined to what the provider says
  expires_at    timestamptz NOT NULL
);
CREATE INDEX sign_ins_expiry ON sign_ins (expires_at);

CREATE TABLE sessions (
  id           text PRIMARY KEY,
  token_hash   bytea NOT NULL UNIQUE,
  user_id      text NOT NULL REFERENCES users,
  provider_id  text REFERENCES identity_providers ON DELETE SET NULL, -- null: the installation's, or one that has gone
  user_agent   text NOT NULL DEFAULT '',
  created      timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL, -- to the minute
  expires_at   timestamptz NOT NULL, -- however much it is used
  revoked_at   timestamptz
);
CREATE INDEX sessions_user ON sessions (user_id, id);

-- RFC 8628: a terminal asks for a key, and its user approves that in a browser.
CREATE TABLE device_codes (
  device_code_hash bytea PRIMARY KEY,
  user_code        text NOT NULL,
  client_name      text NOT NULL CHECK (client_name <> ''),
  created          timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  polled_at        timestamptz,
  interval_seconds integer NOT NULL,
  user_id          text REFERENCES users, -- who has decided
  decision         text CHECK (decision IN ('approved', 'denied')),
  key_id           text REFERENCES keys, -- what came of it; a code yields one at most
  CHECK ((user_id IS NULL) = (decision IS NULL)),
  CHECK (key_id IS NULL OR decision = 'approved')
);
CREATE UNIQUE INDEX device_codes_user_code ON device_codes (user_code);
CREATE INDEX device_codes_expiry ON device_codes (expires_at);
