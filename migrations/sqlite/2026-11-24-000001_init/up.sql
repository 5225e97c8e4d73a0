-- Identifiers are 16-byte blobs, moments whole microseconds of UTC, JSON is text, booleans are 0 and 1.
-- Tables of one tenant begin their keys with tenant_id (TEN-01), those of a sign-in with realm_id.
-- Words whose list may grow (methods, endings, purposes, levels, channels) have no CHECK: a newer version may write more.

-- deployment: one row; keys; nothing here belongs to a tenant alone.
CREATE TABLE deployment (
  id            INTEGER NOT NULL CHECK (id = 1),
  base_url      TEXT NOT NULL,
  key_check     BLOB NOT NULL,
  epoch         INTEGER NOT NULL,
  keys_number   INTEGER NOT NULL,
  settings      TEXT NOT NULL CHECK (json_valid(settings)),
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;
-- processes that serve, each with the release whose documents it reads
CREATE TABLE nodes (
  id         BLOB NOT NULL CHECK (length(id) = 16),
  name       TEXT NOT NULL,
  release    INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE signing_keys (
  id           BLOB NOT NULL CHECK (length(id) = 16),
  tenant_id    BLOB CHECK (length(tenant_id) = 16),
  alg          TEXT NOT NULL,
  kid          TEXT NOT NULL UNIQUE,
  sealed       BLOB NOT NULL,
  public_jwk   TEXT NOT NULL CHECK (json_valid(public_jwk)),
  published_at INTEGER NOT NULL,
  active_from  INTEGER NOT NULL,
  retired_at   INTEGER,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

-- tenant
CREATE TABLE tenants (
  id                  BLOB NOT NULL CHECK (length(id) = 16),
  name                TEXT NOT NULL,
  state               TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
  change_number       INTEGER NOT NULL,
  applications_number INTEGER NOT NULL,
  pairwise_key        BLOB NOT NULL,
  created_at          INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE tenant_domains (
  tenant_id   BLOB NOT NULL CHECK (length(tenant_id) = 16),
  domain      TEXT NOT NULL UNIQUE,
  is_default  INTEGER NOT NULL CHECK (is_default IN (0, 1)),
  verified_at INTEGER,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, domain),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE tenant_settings (
  tenant_id  BLOB NOT NULL CHECK (length(tenant_id) = 16),
  settings   TEXT NOT NULL CHECK (json_valid(settings)),
  version    INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE policies (
  tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
  kind           TEXT NOT NULL,
  version        INTEGER NOT NULL,
  document       TEXT NOT NULL CHECK (json_valid(document)),
  effective_from INTEGER NOT NULL,
  cancelled_at   INTEGER,
  created_at     INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, kind, version),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;

-- directory
CREATE TABLE users (
  tenant_id          BLOB NOT NULL CHECK (length(tenant_id) = 16),
  id                 BLOB NOT NULL CHECK (length(id) = 16),
  kind               TEXT NOT NULL CHECK (kind IN ('member', 'guest')),
  principal_name     TEXT NOT NULL,
  display_name       TEXT,
  name_key           TEXT NOT NULL,
  address            TEXT NOT NULL,
  address_key        TEXT NOT NULL,
  domain             TEXT NOT NULL,
  reversed_address   TEXT NOT NULL,
  state              TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'none')),
  state_changed_at   INTEGER,
  enabled            INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  locale             TEXT,
  pinned_method      TEXT,
  pinned_provider_id BLOB CHECK (length(pinned_provider_id) = 16),
  agreed_terms       INTEGER,
  held_at            INTEGER,
  version            INTEGER NOT NULL,
  created_at         INTEGER NOT NULL,
  deleted_at         INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
-- names and addresses of the deleted are free again: who is invited anew under one is somebody else (ADR-11)
CREATE UNIQUE INDEX users_principal_name ON users (tenant_id, principal_name) WHERE deleted_at IS NULL;
-- the orders of lists, each filter a range of one of them (docs/architecture.md, 6)
CREATE INDEX users_created ON users (tenant_id, kind, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_state ON users (tenant_id, kind, state, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_blocked ON users (tenant_id, kind, created_at, id) WHERE NOT enabled AND deleted_at IS NULL;
CREATE INDEX users_mail ON users (tenant_id, kind, address_key, id) WHERE deleted_at IS NULL;
CREATE INDEX users_mail_reversed ON users (tenant_id, kind, reversed_address) WHERE deleted_at IS NULL;
CREATE INDEX users_name ON users (tenant_id, kind, name_key, id) WHERE deleted_at IS NULL;
CREATE TABLE user_addresses (
  tenant_id   BLOB NOT NULL CHECK (length(tenant_id) = 16),
  user_id     BLOB NOT NULL CHECK (length(user_id) = 16),
  address_key TEXT NOT NULL,
  address     TEXT NOT NULL,
  verified_at INTEGER,
  deleted_at  INTEGER,
  PRIMARY KEY (tenant_id, user_id, address_key),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX user_addresses_live ON user_addresses (tenant_id, address_key) WHERE deleted_at IS NULL;
CREATE TRIGGER users_deletion AFTER UPDATE OF deleted_at ON users
BEGIN
  UPDATE user_addresses SET deleted_at = NEW.deleted_at WHERE tenant_id = NEW.tenant_id AND user_id = NEW.id;
END;
-- provider_id is the nil UUID where a method names nobody (FED-01)
CREATE TABLE identities (
  tenant_id   BLOB NOT NULL CHECK (length(tenant_id) = 16),
  method      TEXT NOT NULL,
  provider_id BLOB NOT NULL CHECK (length(provider_id) = 16),
  issuer      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  user_id     BLOB NOT NULL CHECK (length(user_id) = 16),
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, method, provider_id, issuer, subject),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_user ON identities (tenant_id, user_id);
CREATE TABLE sponsors (
  tenant_id  BLOB NOT NULL CHECK (length(tenant_id) = 16),
  user_id    BLOB NOT NULL CHECK (length(user_id) = 16),
  sponsor_id BLOB NOT NULL CHECK (length(sponsor_id) = 16),
  PRIMARY KEY (tenant_id, user_id, sponsor_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, sponsor_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE role_assignments (
  tenant_id  BLOB NOT NULL CHECK (length(tenant_id) = 16),
  role       TEXT NOT NULL,
  user_id    BLOB NOT NULL CHECK (length(user_id) = 16),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, role, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE sign_in_activity (
  tenant_id   BLOB NOT NULL CHECK (length(tenant_id) = 16),
  user_id     BLOB NOT NULL CHECK (length(user_id) = 16),
  last_at     INTEGER NOT NULL,
  last_method TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- invitation
CREATE TABLE invitations (
  tenant_id    BLOB NOT NULL CHECK (length(tenant_id) = 16),
  id           BLOB NOT NULL CHECK (length(id) = 16),
  user_id      BLOB NOT NULL CHECK (length(user_id) = 16),
  address_key  TEXT NOT NULL,
  client_id    TEXT,
  redirect_url TEXT,
  inviter_id   BLOB CHECK (length(inviter_id) = 16),
  message      TEXT,
  locale       TEXT,
  state        TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'suspended', 'withdrawn')),
  expires_at   INTEGER,
  created_at   INTEGER NOT NULL,
  accepted_at  INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_user ON invitations (tenant_id, user_id);
CREATE TABLE invitation_tickets (
  tenant_id     BLOB NOT NULL CHECK (length(tenant_id) = 16),
  digest        BLOB NOT NULL,
  invitation_id BLOB NOT NULL CHECK (length(invitation_id) = 16),
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id, invitation_id) REFERENCES invitations (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- application; next_position only grows, so the position of a removed URI never comes back.
CREATE TABLE applications (
  tenant_id     BLOB NOT NULL CHECK (length(tenant_id) = 16),
  id            BLOB NOT NULL CHECK (length(id) = 16),
  client_id     TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('web', 'spa', 'native')),
  audience      TEXT NOT NULL CHECK (audience IN ('single', 'multi')),
  sector        TEXT NOT NULL,
  algorithm     TEXT NOT NULL,
  public        INTEGER NOT NULL CHECK (public IN (0, 1)),
  enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  settings      TEXT NOT NULL CHECK (json_valid(settings)),
  next_position INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE service_principals (
  tenant_id  BLOB NOT NULL CHECK (length(tenant_id) = 16),
  id         BLOB NOT NULL CHECK (length(id) = 16),
  client_id  TEXT NOT NULL,
  enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, client_id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_principals_client ON service_principals (client_id, tenant_id);
CREATE TABLE application_credentials (
  tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
  application_id BLOB NOT NULL CHECK (length(application_id) = 16),
  id             BLOB NOT NULL CHECK (length(id) = 16),
  digest         BLOB NOT NULL,
  hint           TEXT NOT NULL,
  expires_at     INTEGER,
  created_at     INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, application_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE redirect_uris (
  tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
  application_id BLOB NOT NULL CHECK (length(application_id) = 16),
  kind           TEXT NOT NULL CHECK (kind IN ('redirect', 'post_logout')),
  position       INTEGER NOT NULL,
  uri            TEXT NOT NULL,
  PRIMARY KEY (tenant_id, application_id, kind, position),
  UNIQUE (tenant_id, application_id, kind, uri),
  FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- sign-in: these three live in a realm (one tenant, or the accounts realm), so they have no foreign key to tenants.
CREATE TABLE interactions (
  realm_id        BLOB NOT NULL CHECK (length(realm_id) = 16),
  id              BLOB NOT NULL CHECK (length(id) = 16),
  secret_digest   BLOB NOT NULL,
  previous_digest BLOB,
  previous_until  INTEGER,
  source_key      BLOB NOT NULL,
  ending          TEXT NOT NULL,
  client_id       TEXT,
  user_id         BLOB CHECK (length(user_id) = 16),
  address_key     BLOB NOT NULL,
  ledger          TEXT NOT NULL CHECK (json_valid(ledger)),
  state           TEXT NOT NULL CHECK (state IN ('open', 'finished', 'cancelled')),
  lives           INTEGER NOT NULL,
  session_id      BLOB CHECK (length(session_id) = 16),
  invitation_id   BLOB CHECK (length(invitation_id) = 16),
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  finished_at     INTEGER,
  PRIMARY KEY (realm_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX interactions_source ON interactions (source_key, id) WHERE state = 'open';
CREATE TABLE passcodes (
  realm_id       BLOB NOT NULL CHECK (length(realm_id) = 16),
  id             BLOB NOT NULL CHECK (length(id) = 16),
  interaction_id BLOB NOT NULL CHECK (length(interaction_id) = 16),
  ordinal        INTEGER NOT NULL,
  purpose        TEXT NOT NULL,
  subject_key    BLOB NOT NULL,
  digest         BLOB NOT NULL,
  decoy          INTEGER NOT NULL CHECK (decoy IN (0, 1)),
  mark           TEXT NOT NULL,
  tries          INTEGER NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('live', 'superseded', 'used', 'cancelled')),
  expires_at     INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  used_at        INTEGER,
  report_digest  BLOB,
  context        BLOB NOT NULL,
  PRIMARY KEY (realm_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX passcodes_interaction ON passcodes (realm_id, interaction_id, ordinal);
CREATE INDEX passcodes_subject ON passcodes (realm_id, subject_key);
CREATE INDEX passcodes_report ON passcodes (realm_id, report_digest) WHERE report_digest IS NOT NULL;
CREATE TABLE sessions (
  realm_id       BLOB NOT NULL CHECK (length(realm_id) = 16),
  id             BLOB NOT NULL CHECK (length(id) = 16),
  secret_digest  BLOB NOT NULL,
  user_id        BLOB NOT NULL CHECK (length(user_id) = 16),
  method         TEXT NOT NULL,
  provider_id    BLOB CHECK (length(provider_id) = 16),
  idp            TEXT NOT NULL,
  level          TEXT,
  amr            TEXT NOT NULL,
  auth_time      INTEGER NOT NULL,
  second_at      INTEGER,
  upstream_sid   TEXT,
  expires_at     INTEGER NOT NULL,
  ended_at       INTEGER,
  interaction_id BLOB NOT NULL CHECK (length(interaction_id) = 16),
  browser        TEXT NOT NULL,
  network        TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  PRIMARY KEY (realm_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (realm_id, user_id);

-- what applications got
CREATE TABLE authorization_codes (
  tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
  digest         BLOB NOT NULL,
  client_id      TEXT NOT NULL,
  redirect_uri   TEXT NOT NULL,
  challenge      TEXT,
  nonce          TEXT,
  scope          TEXT NOT NULL,
  requested    TEXT,
  session_id     BLOB NOT NULL CHECK (length(session_id) = 16),
  user_id        BLOB NOT NULL CHECK (length(user_id) = 16),
  interaction_id BLOB NOT NULL CHECK (length(interaction_id) = 16),
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  used_at        INTEGER,
  cancelled_at   INTEGER,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX authorization_codes_interaction ON authorization_codes (tenant_id, interaction_id);
CREATE TABLE refresh_families (
  tenant_id         BLOB NOT NULL CHECK (length(tenant_id) = 16),
  id                BLOB NOT NULL CHECK (length(id) = 16),
  client_id         TEXT NOT NULL,
  session_id        BLOB NOT NULL CHECK (length(session_id) = 16),
  user_id           BLOB NOT NULL CHECK (length(user_id) = 16),
  scope             TEXT NOT NULL,
  nonce             TEXT,
  auth_time         INTEGER NOT NULL,
  generation        INTEGER NOT NULL,
  current_digest    BLOB NOT NULL,
  previous_digest   BLOB,
  previous_replayed INTEGER NOT NULL CHECK (previous_replayed IN (0, 1)),
  code_digest       BLOB NOT NULL,
  created_at        INTEGER NOT NULL,
  expires_at        INTEGER NOT NULL,
  revoked_at        INTEGER,
  revoked_reason    TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_families_code ON refresh_families (tenant_id, code_digest);
CREATE INDEX refresh_families_session ON refresh_families (tenant_id, session_id);
CREATE TABLE access_tokens (
  tenant_id   BLOB NOT NULL CHECK (length(tenant_id) = 16),
  digest      BLOB NOT NULL,
  client_id   TEXT NOT NULL,
  session_id  BLOB NOT NULL CHECK (length(session_id) = 16),
  user_id     BLOB NOT NULL CHECK (length(user_id) = 16),
  scope       TEXT NOT NULL,
  requested    TEXT,
  code_digest BLOB,
  family_id   BLOB CHECK (length(family_id) = 16),
  expires_at  INTEGER NOT NULL,
  revoked_at  INTEGER,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_session ON access_tokens (tenant_id, session_id);

-- counters by keyed hash; the moments inside are microseconds on both databases, so that one text computes with them.
CREATE TABLE throttles (
  key        BLOB NOT NULL,
  gap_us     INTEGER NOT NULL,
  limit1     INTEGER NOT NULL,
  window1_us INTEGER NOT NULL,
  limit2     INTEGER NOT NULL,
  window2_us INTEGER NOT NULL,
  start1     INTEGER NOT NULL,
  count1     INTEGER NOT NULL,
  start2     INTEGER NOT NULL,
  count2     INTEGER NOT NULL,
  last_at    INTEGER,
  streak     INTEGER NOT NULL,
  streak_at  INTEGER,
  admitted   INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (key)
) STRICT, WITHOUT ROWID;
CREATE INDEX throttles_expiry ON throttles (expires_at);
CREATE TABLE throttle_sources (
  source_key   BLOB NOT NULL,
  address_hash BLOB NOT NULL,
  expires_at   INTEGER NOT NULL,
  PRIMARY KEY (source_key, address_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX throttle_sources_expiry ON throttle_sources (expires_at);

-- leaving. tenant_id is whose share of sending it counts in; it may be the accounts realm.
CREATE TABLE outbox (
  id          BLOB NOT NULL CHECK (length(id) = 16),
  tenant_id   BLOB NOT NULL CHECK (length(tenant_id) = 16),
  kind        TEXT NOT NULL,
  priority    INTEGER NOT NULL,
  dedupe      BLOB NOT NULL UNIQUE,
  channel     TEXT NOT NULL,
  destination TEXT NOT NULL,
  template    TEXT NOT NULL,
  locale      TEXT NOT NULL,
  sealed      BLOB,
  state       TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dropped')),
  attempts    INTEGER NOT NULL,
  next_at     INTEGER NOT NULL,
  lease_until INTEGER,
  realm_id    BLOB CHECK (length(realm_id) = 16),
  passcode_id BLOB CHECK (length(passcode_id) = 16),
  reason      TEXT,
  created_at  INTEGER NOT NULL,
  sent_at     INTEGER,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (tenant_id, priority, id) WHERE state IN ('queued', 'sending');
CREATE TABLE bounces (
  address_hash BLOB NOT NULL,
  at           INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  PRIMARY KEY (address_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX bounces_at ON bounces (at);

-- logs: written once, then numbered in the order of commit by a job: ids are made before a commit, so who follows by id
-- would miss rows (AUD-01). A number is set once and is a place to go on from; log_heads has the last one of each log.
CREATE TABLE log_heads (
  log TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log)
) STRICT, WITHOUT ROWID;
INSERT INTO log_heads (log, seq) VALUES ('sign_ins', 0), ('directory_audits', 0);
CREATE TABLE sign_ins (
  tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
  id             BLOB NOT NULL CHECK (length(id) = 16),
  at             INTEGER NOT NULL,
  trace_id       BLOB NOT NULL CHECK (length(trace_id) = 16),
  interaction_id BLOB CHECK (length(interaction_id) = 16),
  user_id        BLOB CHECK (length(user_id) = 16),
  client_id      TEXT,
  address_masked TEXT NOT NULL,
  outcome        TEXT NOT NULL,
  error          TEXT,
  method         TEXT,
  steps          TEXT NOT NULL CHECK (json_valid(steps)),
  trail          TEXT NOT NULL CHECK (json_valid(trail)),
  client_address TEXT NOT NULL,
  browser        TEXT,
  session_id     BLOB CHECK (length(session_id) = 16),
  seq            INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE directory_audits (
  tenant_id      BLOB NOT NULL CHECK (length(tenant_id) = 16),
  id             BLOB NOT NULL CHECK (length(id) = 16),
  at             INTEGER NOT NULL,
  actor_kind     TEXT NOT NULL,
  actor_id       TEXT,
  action         TEXT NOT NULL,
  target_kind    TEXT NOT NULL,
  target_id      TEXT NOT NULL,
  outcome        TEXT NOT NULL,
  details        TEXT NOT NULL CHECK (json_valid(details)),
  trace_id       BLOB NOT NULL CHECK (length(trace_id) = 16),
  client_address TEXT,
  seq            INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sign_ins_seq ON sign_ins (tenant_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX sign_ins_unnumbered ON sign_ins (id) WHERE seq IS NULL;
CREATE UNIQUE INDEX directory_audits_seq ON directory_audits (tenant_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX directory_audits_unnumbered ON directory_audits (id) WHERE seq IS NULL;
CREATE TRIGGER sign_ins_append_only BEFORE UPDATE OF tenant_id, id, at, trace_id, interaction_id, user_id, client_id,
  address_masked, outcome, error, method, steps, trail, client_address, browser, session_id ON sign_ins
BEGIN
  SELECT RAISE(ABORT, 'sign_ins is append-only');
END;
CREATE TRIGGER sign_ins_numbered_once BEFORE UPDATE OF seq ON sign_ins WHEN OLD.seq IS NOT NULL OR NEW.seq IS NULL
BEGIN
  SELECT RAISE(ABORT, 'sign_ins is append-only');
END;
CREATE TRIGGER directory_audits_append_only BEFORE UPDATE OF tenant_id, id, at, actor_kind, actor_id, action, target_kind,
  target_id, outcome, details, trace_id, client_address ON directory_audits
BEGIN
  SELECT RAISE(ABORT, 'directory_audits is append-only');
END;
CREATE TRIGGER directory_audits_numbered_once BEFORE UPDATE OF seq ON directory_audits
  WHEN OLD.seq IS NOT NULL OR NEW.seq IS NULL
BEGIN
  SELECT RAISE(ABORT, 'directory_audits is append-only');
END;
