//! Words in columns that this release does not know decide nothing: reading the row is an error (rule 1).

use vestibule_core::lifecycle::{Event, MailEvent};
use vestibule_core::text_enum::Word;

use vestibule_core::directory::GuestField;
use vestibule_core::query::Query;

use super::*;

/// What there is to read.
struct There {
    tenant: TenantId,
    user: UserId,
    session: SessionId,
    interaction: InteractionId,
    report: Digest,
    client: ClientId,
    now: Now,
}

/// Reads a row; whether it is there.
type Read = fn(&mut Conn, &There) -> QueryResult<bool>;

const REALM: fn(&There) -> Realm = |t| Realm::Tenant(t.tenant);
const LIVE: Read = |c, t| {
    let row = live::request(c, live::TenantKey::Id(t.tenant), Some(t.session), Some(t.interaction), t.now)?;
    Ok(row.is_some_and(|row| row.session.is_some() && row.interaction.is_some_and(|i| i.passcode.is_some())))
};
const LIVE_USER: Read = |c, t| Ok(live::user_by_address(c, t.tenant, "gina@guest.test")?.is_some());
const USER: Read = |c, t| Ok(directory::user(c, t.tenant, t.user)?.is_some());
const GUESTS: Read = |c, t| {
    let query = Query { filter: Vec::new(), order: GuestField::ORDER, after: None, limit: 9 };
    Ok(!directory::list_guests(c, t.tenant, &query)?.rows.is_empty())
};
const ACTIVITY: Read = |c, t| Ok(directory::activity(c, t.tenant, t.user)?.is_some());
const STANDING: Read = |c, t| {
    let client = &t.client;
    Ok(tokens::session_for_tokens(c, t.tenant, t.session, t.user, client, t.now)?
        .is_some_and(|s| s.is_live()))
};
const TENANT: Read = |c, t| Ok(tenants::find(c, t.tenant)?.is_some());
const TENANTS: Read = |c, _| Ok(!tenants::list(c)?.is_empty());
const SESSION: Read = |c, t| Ok(signin::session(c, REALM(t), t.session)?.is_some());
const SESSIONS: Read = |c, t| Ok(!changes::sessions_of_user(c, REALM(t), t.user, t.now)?.is_empty());
const INTERACTION: Read = |c, t| Ok(signin::interaction(c, REALM(t), t.interaction)?.is_some());
const REPORT: Read = |c, t| Ok(signin::passcode_by_report(c, REALM(t), &t.report)?.is_some());
const TICKET: Read = |c, t| Ok(invitations::by_ticket(c, t.tenant, &digest(1))?.is_some());
const INVITATION: Read = |c, t| Ok(invitations::newest_of_user(c, t.tenant, t.user)?.is_some());
const OUTBOX: Read = |c, _| Ok(!outbox::list(c, 9)?.is_empty());
const KEYS: Read = |c, _| Ok(!keys::all(c)?.is_empty());
const APPLICATION: Read = |c, t| Ok(applications::find(c, t.tenant, &t.client)?.is_some());
const PRESENCE: Read = |c, t| Ok(applications::presence(c, &t.client, None)?.is_some());

/// Each column of words with those who read it. The two logs are not among them: a log can be read whatever
/// wrote it. Kinds of policies neither: one that is unknown blocks (`core::policies`).
const COLUMNS: &[(&str, &str, &[Read])] = &[
    ("tenants", "state", &[TENANT, TENANTS, LIVE]),
    ("users", "kind", &[USER, LIVE_USER, LIVE, STANDING]),
    ("users", "state", &[USER, GUESTS, LIVE_USER, LIVE, STANDING, TICKET, INVITATION]),
    ("users", "pinned_method", &[USER, GUESTS, LIVE_USER, LIVE, STANDING]),
    ("sign_in_activity", "last_method", &[ACTIVITY]),
    ("sessions", "method", &[SESSION, SESSIONS, LIVE, STANDING]),
    ("sessions", "level", &[SESSION, SESSIONS, LIVE, STANDING]),
    ("sessions", "amr", &[SESSION, SESSIONS, LIVE, STANDING]),
    ("interactions", "ending", &[INTERACTION, LIVE]),
    ("interactions", "state", &[INTERACTION, LIVE]),
    ("passcodes", "purpose", &[REPORT, LIVE]),
    ("passcodes", "state", &[REPORT, LIVE]),
    ("invitations", "state", &[TICKET, INVITATION]),
    ("outbox", "state", &[OUTBOX]),
    ("outbox", "channel", &[OUTBOX]),
    ("signing_keys", "alg", &[KEYS]),
    ("applications", "kind", &[APPLICATION]),
    ("applications", "audience", &[APPLICATION, PRESENCE]),
    ("applications", "algorithm", &[APPLICATION]),
    ("redirect_uris", "kind", &[APPLICATION]),
];

/// Words that nobody writes: of a newer release, in another case, with something before or after them, none.
const UNKNOWN: &[&str] = &["sundry", "LIVE", " live", "live ", "otp,mfa", "otp sundry", ""];

/// One row of each kind.
async fn furnished(lab: &Lab) -> There {
    let (tenant, now) = (lab.tenant("alpha.test").await, lab.base);
    let user = lab.user(tenant, "gina@guest.test", RedemptionState::Pending).await;
    let (interaction, passcode) = lab.begun(tenant, Some(user)).await;
    let session = lab.new_session(tenant, user, interaction.id);
    let mut application = lab.application(tenant, "portal");
    application.post_logout_redirect_uris.clear();
    let there = There {
        tenant,
        user,
        session: session.id,
        interaction: interaction.id,
        report: passcode.report_digest.unwrap(),
        client: application.client_id.clone(),
        now: lab.now(),
    };
    let invitation = invitations::NewInvitation {
        tenant_id: tenant,
        id: InvitationId(lab.id()),
        user_id: user,
        address_key: "gina@guest.test".into(),
        client_id: None,
        redirect_url: None,
        inviter_id: None,
        message: None,
        locale: None,
        expires_at: None,
        created_at: now,
    };
    let key = keys::NewSigningKey {
        id: lab.id(),
        tenant_id: None,
        alg: SigningAlgorithm::Rs256,
        kid: "k1".into(),
        sealed: vec![1],
        public_jwk: json!({}),
        published_at: now,
        active_from: now,
    };
    let (mail, principal, moment) = (mail::new_mail(lab, tenant, 1), lab.id(), lab.now());
    lab.write(move |c| {
        invitations::insert(c, &invitation, &digest(1))?;
        assert!(directory::accept(c, tenant, user, Way::Passcode, now)?);
        directory::touch_activity(c, tenant, user, now, Method::Passcode)?;
        assert!(signin::insert_session(c, &session)?);
        outbox::insert(c, &mail, None)?;
        policies::put(c, tenant, PolicyKind::Otp, &json!({}), moment)?;
        keys::insert(c, &key)?;
        applications::insert(c, &application, principal, None, now)
    })
    .await;
    there
}

/// Runs SQL whatever the table's CHECKs say, as a newer release may have changed them.
fn unchecked(lab: &Lab, sql: &str) {
    let without = match lab.kind {
        Kind::Sqlite => "PRAGMA ignore_check_constraints = ON;",
        Kind::Postgres => {
            "DO $$ DECLARE c RECORD; BEGIN
               FOR c IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
                        WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
                 EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.of, c.conname);
               END LOOP;
             END $$;"
        }
    };
    lab.sql(&format!("{without} {sql}"));
}

both! {
    /// Rule 1: a word that is not known is an error wherever it is read, never a row and never a default.
    async fn an_unknown_word_is_an_error(lab: &Lab) {
        let there = furnished(lab).await;
        let fares = |read: &Read| lab.db.read_now(|c| read(c, &there));
        for (table, column, readers) in COLUMNS {
            let [before] = &lab.lines(&format!("SELECT {column} AS line FROM {table}"))[..] else {
                panic!("one row in {table}")
            };
            // a set may be empty
            for word in UNKNOWN.iter().filter(|word| *column != "amr" || !word.trim().is_empty()) {
                unchecked(lab, &format!("UPDATE {table} SET {column} = '{word}'"));
                for (i, read) in readers.iter().enumerate() {
                    let got = fares(read);
                    let Err(DbError::Query(QueryError::DeserializationError(error))) = got else {
                        panic!("{table}.{column} = '{word}', reader {i}: {got:?}")
                    };
                    let told = error.to_string();
                    assert!(told.contains("does not know") && !told.contains("sundry"), "{told}");
                }
            }
            unchecked(lab, &format!("UPDATE {table} SET {column} = '{before}'"));
            for (i, read) in readers.iter().enumerate() {
                assert!(matches!(fares(read), Ok(true)), "{table}.{column} as it was, reader {i}");
            }
        }
    }

    /// AUD-02: the logs are read whatever wrote them.
    async fn logs_tell_words_of_a_newer_release(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let mut row = log::new_sign_in(lab, tenant, lab.id());
        row.method = Some("pigeon".into());
        row.outcome = "sundry".into();
        lab.write(move |c| logs::insert_sign_in(c, &row)).await;
        let rows = lab.read(|c| logs::sign_ins(c, tenant, logs::LogPage::Newest, 9));
        assert_eq!((rows[0].method.as_deref(), rows[0].outcome.as_str()), (Some("pigeon"), "sundry"));
    }

    /// MFA-05: a session that claims more than its way can give is there, and proves nothing.
    async fn mfa_05_a_session_proves_no_more_than_its_way(lab: &Lab) {
        let there = furnished(lab).await;
        let session = || lab.read(|c| signin::session(c, Realm::Tenant(there.tenant), there.session)).unwrap();
        assert_eq!(session().authentication(), Ok(lab.by_code()));
        for claim in [
            "level = 'urn:vestibule:acr:mfa', amr = 'otp mfa'",
            "level = 'urn:vestibule:acr:single'",
            "amr = 'otp pwd'",
            "idp = 'account'",
            "provider_id = id",
            "method = 'federated'",
        ] {
            lab.sql(&format!("UPDATE sessions SET {claim}"));
            assert!(session().authentication().is_err(), "{claim}");
            lab.sql("UPDATE sessions SET level = 'urn:vestibule:acr:mailbox', amr = 'otp', idp = 'mail', provider_id = NULL,
                     method = 'passcode'");
            assert!(session().authentication().is_ok());
        }
    }
}

/// Words as a CHECK or the condition of an index has them.
fn listed<W: Word>(words: &[W]) -> String {
    format!("IN ({})", words.iter().map(|word| format!("'{}'", word.word())).collect::<Vec<_>>().join(", "))
}

/// What the migrations say of words is what the types say.
#[test]
fn migrations_know_the_words() {
    for back_end in ["sqlite", "postgres"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(back_end);
        let folder = std::fs::read_dir(root).unwrap().next().unwrap().unwrap().path();
        let sql = std::fs::read_to_string(folder.join("up.sql")).unwrap();
        for (table, column, words) in [
            ("tenants", "state", listed(TenantState::ALL)),
            ("users", "kind", listed(UserKind::ALL)),
            ("users", "state", listed(RedemptionState::ALL)),
            ("invitations", "state", listed(lifecycle::InvitationState::ALL)),
            ("applications", "kind", listed(ApplicationType::ALL)),
            ("applications", "audience", listed(Audience::ALL)),
            ("redirect_uris", "kind", listed(applications::UriKind::ALL)),
            ("interactions", "state", listed(lifecycle::InteractionState::ALL)),
            ("passcodes", "state", listed(passcode::PasscodeState::ALL)),
            ("outbox", "state", listed(lifecycle::MailState::ALL)),
        ] {
            let (_, table_on) = sql.split_once(&format!("CREATE TABLE {table} (")).unwrap();
            let (definition, _) = table_on.split_once("\n)").unwrap();
            assert!(
                definition.contains(&format!("CHECK ({column} {words})")),
                "{back_end}: {table}.{column} {words}"
            );
        }
        let due = listed(MailEvent::Claim.from());
        assert!(
            sql.contains(&format!("ON outbox (tenant_id, priority, id) WHERE state {due}")),
            "{back_end}"
        );
        let open = lifecycle::InteractionState::Open.word();
        assert!(
            sql.contains(&format!("ON interactions (source_key, id) WHERE state = '{open}'")),
            "{back_end}"
        );
    }
}
