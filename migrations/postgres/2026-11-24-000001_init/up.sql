-- Identifiers are uuid, moments timestamptz, JSON is jsonb. Text that stands in a key is compared byte by byte.
-- Tables of one tenant begin their keys with tenant_id (TEN-01), those of a sign-in with realm_id.
-- Words whose list may grow (methods, endings, purposes, levels, channels) have no CHECK: a newer version may write more.

-- deployment: one row; keys; nothing here belongs to a tenant alone.
CREATE TABLE deployment (
  id            INTEGER NOT NULL CHECK (id = 1),
  base_url      TEXT NOT NULL,
  key_check     BYTEA NOT NULL,
  epoch         BIGINT NOT NULL,
  keys_number   BIGINT NOT NULL,
  settings      JSONB NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (id)
);
-- processes that serve, each with the release whose documents it reads
CREATE TABLE nodes (
  id         UUID NOT NULL,
  name       TEXT NOT NULL,
  release    INTEGER NOT NULL,
  seen_at    TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE signing_keys (
  id           UUID NOT NULL,
  tenant_id    UUID,
  alg          TEXT NOT NULL,
  kid          TEXT COLLATE "C" NOT NULL UNIQUE,
  sealed       BYTEA NOT NULL,
  public_jwk   JSONB NOT NULL,
  published_at TIMESTAMPTZ NOT NULL,
  active_from  TIMESTAMPTZ NOT NULL,
  retired_at   TIMESTAMPTZ,
  PRIMARY KEY (id)
);

-- tenant
CREATE TABLE tenants (
  id                  UUID NOT NULL,
  name                TEXT NOT NULL,
  state               TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
  change_number       BIGINT NOT NULL,
  applications_number BIGINT NOT NULL,
  pairwise_key        BYTEA NOT NULL,
  created_at          TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE tenant_domains (
  tenant_id   UUID NOT NULL,
  domain      TEXT COLLATE "C" NOT NULL UNIQUE,
  is_default  BOOLEAN NOT NULL,
  verified_at TIMESTAMPTZ,
  created_at  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, domain),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE TABLE tenant_settings (
  tenant_id  UUID NOT NULL,
  settings   JSONB NOT NULL,
  version    INTEGER NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE TABLE policies (
  tenant_id      UUID NOT NULL,
  kind           TEXT COLLATE "C" NOT NULL,
  version        INTEGER NOT NULL,
  document       JSONB NOT NULL,
  effective_from TIMESTAMPTZ NOT NULL,
  cancelled_at   TIMESTAMPTZ,
  created_at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, kind, version),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

-- directory
CREATE TABLE users (
  tenant_id          UUID NOT NULL,
  id                 UUID NOT NULL,
  kind               TEXT NOT NULL CHECK (kind IN ('member', 'guest')),
  principal_name     TEXT COLLATE "C" NOT NULL,
  display_name       TEXT,
  name_key           TEXT COLLATE "C" NOT NULL,
  address            TEXT NOT NULL,
  address_key        TEXT COLLATE "C" NOT NULL,
  domain             TEXT COLLATE "C" NOT NULL,
  reversed_address   TEXT COLLATE "C" NOT NULL,
  state              TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'none')),
  state_changed_at   TIMESTAMPTZ,
  enabled            BOOLEAN NOT NULL,
  locale             TEXT,
  pinned_method      TEXT,
  pinned_provider_id UUID,
  agreed_terms       INTEGER,
  held_at            TIMESTAMPTZ,
  version            INTEGER NOT NULL,
  created_at         TIMESTAMPTZ NOT NULL,
  deleted_at         TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
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
  tenant_id   UUID NOT NULL,
  user_id     UUID NOT NULL,
  address_key TEXT COLLATE "C" NOT NULL,
  address     TEXT NOT NULL,
  verified_at TIMESTAMPTZ,
  deleted_at  TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, user_id, address_key),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX user_addresses_live ON user_addresses (tenant_id, address_key) WHERE deleted_at IS NULL;
CREATE FUNCTION follow_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE user_addresses SET deleted_at = NEW.deleted_at WHERE tenant_id = NEW.tenant_id AND user_id = NEW.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER users_deletion AFTER UPDATE OF deleted_at ON users
  FOR EACH ROW EXECUTE FUNCTION follow_deletion();
-- provider_id is the nil UUID where a method names nobody (FED-01)
CREATE TABLE identities (
  tenant_id   UUID NOT NULL,
  method      TEXT COLLATE "C" NOT NULL,
  provider_id UUID NOT NULL,
  issuer      TEXT COLLATE "C" NOT NULL,
  subject     TEXT COLLATE "C" NOT NULL,
  user_id     UUID NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, method, provider_id, issuer, subject),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX identities_user ON identities (tenant_id, user_id);
CREATE TABLE sponsors (
  tenant_id  UUID NOT NULL,
  user_id    UUID NOT NULL,
  sponsor_id UUID NOT NULL,
  PRIMARY KEY (tenant_id, user_id, sponsor_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, sponsor_id) REFERENCES users (tenant_id, id)
);
CREATE TABLE role_assignments (
  tenant_id  UUID NOT NULL,
  role       TEXT COLLATE "C" NOT NULL,
  user_id    UUID NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, role, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE TABLE sign_in_activity (
  tenant_id   UUID NOT NULL,
  user_id     UUID NOT NULL,
  last_at     TIMESTAMPTZ NOT NULL,
  last_method TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- invitation
CREATE TABLE invitations (
  tenant_id    UUID NOT NULL,
  id           UUID NOT NULL,
  user_id      UUID NOT NULL,
  address_key  TEXT COLLATE "C" NOT NULL,
  client_id    TEXT,
  redirect_url TEXT,
  inviter_id   UUID,
  message      TEXT,
  locale       TEXT,
  state        TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'suspended', 'withdrawn')),
  expires_at   TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL,
  accepted_at  TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX invitations_user ON invitations (tenant_id, user_id);
CREATE TABLE invitation_tickets (
  tenant_id     UUID NOT NULL,
  digest        BYTEA NOT NULL,
  invitation_id UUID NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id, invitation_id) REFERENCES invitations (tenant_id, id)
);

-- application; next_position only grows, so the position of a removed URI never comes back.
CREATE TABLE applications (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  client_id     TEXT COLLATE "C" NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('web', 'spa', 'native')),
  audience      TEXT NOT NULL CHECK (audience IN ('single', 'multi')),
  sector        TEXT NOT NULL,
  algorithm     TEXT NOT NULL,
  public        BOOLEAN NOT NULL,
  enabled       BOOLEAN NOT NULL,
  settings      JSONB NOT NULL,
  next_position INTEGER NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE TABLE service_principals (
  tenant_id  UUID NOT NULL,
  id         UUID NOT NULL,
  client_id  TEXT COLLATE "C" NOT NULL,
  enabled    BOOLEAN NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, client_id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE INDEX service_principals_client ON service_principals (client_id, tenant_id);
CREATE TABLE application_credentials (
  tenant_id      UUID NOT NULL,
  application_id UUID NOT NULL,
  id             UUID NOT NULL,
  digest         BYTEA NOT NULL,
  hint           TEXT NOT NULL,
  expires_at     TIMESTAMPTZ,
  created_at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, application_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
);
CREATE TABLE redirect_uris (
  tenant_id      UUID NOT NULL,
  application_id UUID NOT NULL,
  kind           TEXT COLLATE "C" NOT NULL CHECK (kind IN ('redirect', 'post_logout')),
  position       INTEGER NOT NULL,
  uri            TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, application_id, kind, position),
  UNIQUE (tenant_id, application_id, kind, uri),
  FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
);

-- sign-in: these three live in a realm (one tenant, or the accounts realm), so they have no foreign key to tenants.
CREATE TABLE interactions (
  realm_id        UUID NOT NULL,
  id              UUID NOT NULL,
  secret_digest   BYTEA NOT NULL,
  previous_digest BYTEA,
  previous_until  TIMESTAMPTZ,
  source_key      BYTEA NOT NULL,
  ending          TEXT NOT NULL,
  client_id       TEXT,
  user_id         UUID,
  address_key     BYTEA NOT NULL,
  ledger          JSONB NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('open', 'finished', 'cancelled')),
  lives           INTEGER NOT NULL,
  session_id      UUID,
  invitation_id   UUID,
  created_at      TIMESTAMPTZ NOT NULL,
  expires_at      TIMESTAMPTZ NOT NULL,
  finished_at     TIMESTAMPTZ,
  PRIMARY KEY (realm_id, id)
);
CREATE INDEX interactions_source ON interactions (source_key, id) WHERE state = 'open';
CREATE TABLE passcodes (
  realm_id       UUID NOT NULL,
  id             UUID NOT NULL,
  interaction_id UUID NOT NULL,
  ordinal        INTEGER NOT NULL,
  purpose        TEXT NOT NULL,
  subject_key    BYTEA NOT NULL,
  digest         BYTEA NOT NULL,
  decoy          BOOLEAN NOT NULL,
  mark           TEXT NOT NULL,
  tries          INTEGER NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('live', 'superseded', 'used', 'cancelled')),
  expires_at     TIMESTAMPTZ NOT NULL,
  created_at     TIMESTAMPTZ NOT NULL,
  used_at        TIMESTAMPTZ,
  report_digest  BYTEA,
  context        BYTEA NOT NULL,
  PRIMARY KEY (realm_id, id)
);
CREATE UNIQUE INDEX passcodes_interaction ON passcodes (realm_id, interaction_id, ordinal);
CREATE INDEX passcodes_subject ON passcodes (realm_id, subject_key);
CREATE INDEX passcodes_report ON passcodes (realm_id, report_digest) WHERE report_digest IS NOT NULL;
CREATE TABLE sessions (
  realm_id       UUID NOT NULL,
  id             UUID NOT NULL,
  secret_digest  BYTEA NOT NULL,
  user_id        UUID NOT NULL,
  method         TEXT NOT NULL,
  provider_id    UUID,
  idp            TEXT NOT NULL,
  level          TEXT,
  amr            TEXT NOT NULL,
  auth_time      TIMESTAMPTZ NOT NULL,
  second_at      TIMESTAMPTZ,
  upstream_sid   TEXT,
  expires_at     TIMESTAMPTZ NOT NULL,
  ended_at       TIMESTAMPTZ,
  interaction_id UUID NOT NULL,
  browser        TEXT NOT NULL,
  network        TEXT NOT NULL,
  created_at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (realm_id, id)
);
CREATE INDEX sessions_user ON sessions (realm_id, user_id);

-- what applications got
CREATE TABLE authorization_codes (
  tenant_id      UUID NOT NULL,
  digest         BYTEA NOT NULL,
  client_id      TEXT NOT NULL,
  redirect_uri   TEXT NOT NULL,
  challenge      TEXT,
  nonce          TEXT,
  scope          TEXT NOT NULL,
  requested    TEXT,
  session_id     UUID NOT NULL,
  user_id        UUID NOT NULL,
  interaction_id UUID NOT NULL,
  created_at     TIMESTAMPTZ NOT NULL,
  expires_at     TIMESTAMPTZ NOT NULL,
  used_at        TIMESTAMPTZ,
  cancelled_at   TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE INDEX authorization_codes_interaction ON authorization_codes (tenant_id, interaction_id);
CREATE TABLE refresh_families (
  tenant_id         UUID NOT NULL,
  id                UUID NOT NULL,
  client_id         TEXT NOT NULL,
  session_id        UUID NOT NULL,
  user_id           UUID NOT NULL,
  scope             TEXT NOT NULL,
  nonce             TEXT,
  auth_time         TIMESTAMPTZ NOT NULL,
  generation        INTEGER NOT NULL,
  current_digest    BYTEA NOT NULL,
  previous_digest   BYTEA,
  previous_replayed BOOLEAN NOT NULL,
  code_digest       BYTEA NOT NULL,
  created_at        TIMESTAMPTZ NOT NULL,
  expires_at        TIMESTAMPTZ NOT NULL,
  revoked_at        TIMESTAMPTZ,
  revoked_reason    TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE INDEX refresh_families_code ON refresh_families (tenant_id, code_digest);
CREATE INDEX refresh_families_session ON refresh_families (tenant_id, session_id);
CREATE TABLE access_tokens (
  tenant_id   UUID NOT NULL,
  digest      BYTEA NOT NULL,
  client_id   TEXT NOT NULL,
  session_id  UUID NOT NULL,
  user_id     UUID NOT NULL,
  scope       TEXT NOT NULL,
  requested    TEXT,
  code_digest BYTEA,
  family_id   UUID,
  expires_at  TIMESTAMPTZ NOT NULL,
  revoked_at  TIMESTAMPTZ,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE INDEX access_tokens_session ON access_tokens (tenant_id, session_id);

-- counters by keyed hash; the moments inside are microseconds on both databases, so that one text computes with them.
CREATE TABLE throttles (
  key        BYTEA NOT NULL,
  gap_us     BIGINT NOT NULL,
  limit1     INTEGER NOT NULL,
  window1_us BIGINT NOT NULL,
  limit2     INTEGER NOT NULL,
  window2_us BIGINT NOT NULL,
  start1     BIGINT NOT NULL,
  count1     INTEGER NOT NULL,
  start2     BIGINT NOT NULL,
  count2     INTEGER NOT NULL,
  last_at    BIGINT,
  streak     INTEGER NOT NULL,
  streak_at  BIGINT,
  admitted   INTEGER NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (key)
);
CREATE INDEX throttles_expiry ON throttles (expires_at);
CREATE TABLE throttle_sources (
  source_key   BYTEA NOT NULL,
  address_hash BYTEA NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (source_key, address_hash)
);
CREATE INDEX throttle_sources_expiry ON throttle_sources (expires_at);

-- leaving. tenant_id is whose share of sending it counts in; it may be the accounts realm.
CREATE TABLE outbox (
  id          UUID NOT NULL,
  tenant_id   UUID NOT NULL,
  kind        TEXT NOT NULL,
  priority    INTEGER NOT NULL,
  dedupe      BYTEA NOT NULL UNIQUE,
  channel     TEXT NOT NULL,
  destination TEXT NOT NULL,
  template    TEXT NOT NULL,
  locale      TEXT NOT NULL,
  sealed      BYTEA,
  state       TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dropped')),
  attempts    INTEGER NOT NULL,
  next_at     TIMESTAMPTZ NOT NULL,
  lease_until TIMESTAMPTZ,
  realm_id    UUID,
  passcode_id UUID,
  reason      TEXT,
  created_at  TIMESTAMPTZ NOT NULL,
  sent_at     TIMESTAMPTZ,
  PRIMARY KEY (id)
);
CREATE INDEX outbox_due ON outbox (tenant_id, priority, id) WHERE state IN ('queued', 'sending');
CREATE TABLE bounces (
  address_hash BYTEA NOT NULL,
  at           TIMESTAMPTZ NOT NULL,
  reason       TEXT NOT NULL,
  PRIMARY KEY (address_hash)
);
CREATE INDEX bounces_at ON bounces (at);

-- logs: written once, then numbered in the order of commit by a job: ids are made before a commit, so who follows by id
-- would miss rows (AUD-01). A number is set once and is a place to go on from; log_heads has the last one of each log.
CREATE TABLE log_heads (
  log TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (log)
);
INSERT INTO log_heads (log, seq) VALUES ('sign_ins', 0), ('directory_audits', 0);
CREATE TABLE sign_ins (
  tenant_id      UUID NOT NULL,
  id             UUID NOT NULL,
  at             TIMESTAMPTZ NOT NULL,
  trace_id       UUID NOT NULL,
  interaction_id UUID,
  user_id        UUID,
  client_id      TEXT,
  address_masked TEXT NOT NULL,
  outcome        TEXT NOT NULL,
  error          TEXT,
  method         TEXT,
  steps          JSONB NOT NULL,
  trail          JSONB NOT NULL,
  client_address TEXT NOT NULL,
  browser        TEXT,
  session_id     UUID,
  seq            BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE TABLE directory_audits (
  tenant_id      UUID NOT NULL,
  id             UUID NOT NULL,
  at             TIMESTAMPTZ NOT NULL,
  actor_kind     TEXT NOT NULL,
  actor_id       TEXT,
  action         TEXT NOT NULL,
  target_kind    TEXT NOT NULL,
  target_id      TEXT NOT NULL,
  outcome        TEXT NOT NULL,
  details        JSONB NOT NULL,
  trace_id       UUID NOT NULL,
  client_address TEXT,
  seq            BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE UNIQUE INDEX sign_ins_seq ON sign_ins (tenant_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX sign_ins_unnumbered ON sign_ins (id) WHERE seq IS NULL;
CREATE UNIQUE INDEX directory_audits_seq ON directory_audits (tenant_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX directory_audits_unnumbered ON directory_audits (id) WHERE seq IS NULL;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  rest RECORD := NEW;
BEGIN
  -- but for its number, which is set once, the row must be the same byte by byte
  rest.seq := NULL;
  IF OLD.seq IS NULL AND NEW.seq IS NOT NULL AND OLD *= rest THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER sign_ins_append_only BEFORE UPDATE ON sign_ins
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER directory_audits_append_only BEFORE UPDATE ON directory_audits
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
