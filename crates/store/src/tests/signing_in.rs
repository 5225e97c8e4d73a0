//! Interactions, passcodes and sessions: who may, until when, and what a request reads of them.

use super::*;
use crate::live::{LiveRow, TenantKey};

fn live(
    lab: &Lab,
    tenant: TenantId,
    session: Option<SessionId>,
    interaction: Option<InteractionId>,
    now: Now,
) -> LiveRow {
    lab.read(|c| live::request(c, TenantKey::Id(tenant), session, interaction, now)).unwrap()
}

both! {
    /// OTP-03, OTP-14: digest, end, ordinal, decoy and state all decide in the consuming statement.
    async fn otp_14_what_consuming_checks(lab: &Lab) {
        let (tenant, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        let (interaction, passcode) = lab.begun(tenant, None).await;
        let realm = interaction.realm_id;
        let consume = |realm: Realm, digest: Digest, ordinal: i32, now: Now| {
            let id = passcode.id;
            lab.write(move |c| signin::consume(c, realm, id, &digest, ordinal, now))
        };
        let (now, good) = (lab.now(), passcode.digest);
        assert!(consume(realm, good, 1, now).await.is_none(), "not counted");
        let id = passcode.id;
        for i in 1..=6 {
            let counted = lab.write(move |c| signin::count_try(c, realm, id, now)).await;
            assert_eq!(counted, (i < 6).then_some(i), "N-03");
        }
        assert!(consume(realm, lab.digest(), 5, now).await.is_none(), "other digits");
        assert!(consume(Realm::Tenant(beta), good, 5, now).await.is_none(), "another tenant");
        assert!(consume(Realm::Accounts, good, 5, now).await.is_none(), "another realm");
        assert!(consume(realm, good, 5, lab.at(TimeDelta::minutes(31))).await.is_none(), "ended");
        assert!(consume(realm, good, 0, now).await.is_none(), "no ordinal");
        assert!(consume(realm, good, 6, now).await.is_none(), "too many tries");
        let row = consume(realm, good, 5, now).await.unwrap();
        assert_eq!((row.state, row.tries, row.mark.as_str()), (passcode::PasscodeState::Used, 5, "ABCD"));
        assert!(consume(realm, good, 5, now).await.is_none(), "used");
        assert_eq!(lab.write(move |c| signin::count_try(c, realm, id, now)).await, None);

        let decoy = signin::NewPasscode { decoy: true, ..lab.new_passcode(&interaction, 2) };
        let (id, digits) = (decoy.id, decoy.digest);
        lab.write(move |c| signin::insert_passcode(c, &decoy)).await;
        assert_eq!(lab.write(move |c| signin::count_try(c, realm, id, now)).await, Some(1), "counted alike");
        assert!(lab.write(move |c| signin::consume(c, realm, id, &digits, 1, now)).await.is_none(), "a decoy");
        let trip = interaction.id;
        assert_eq!(lab.write(move |c| signin::supersede_passcodes(c, realm, trip)).await, 1, "the used one stays so");
        assert_eq!(lab.write(move |c| signin::supersede_passcodes(c, realm, trip)).await, 0);
        assert_eq!(lab.passcode(id).state, passcode::PasscodeState::Superseded);
        assert_eq!(lab.passcode(row.id).state, passcode::PasscodeState::Used);
    }

    /// TIM-01: on PostgreSQL the database's clock decides, whatever a node's own clock says.
    async fn tim_01_one_clock_decides(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (interaction, passcode) = lab.begun(tenant, None).await;
        let (realm, id) = (interaction.realm_id, passcode.id);
        // a node whose clock runs an hour ahead, and does not know it
        let ahead = Now { instant: lab.base + TimeDelta::hours(1), offset_micros: 0 };
        let counted = lab.write(move |c| signin::count_try(c, realm, id, ahead)).await;
        assert_eq!(counted.is_some(), lab.kind == Kind::Postgres);
        let row = live(lab, tenant, None, None, ahead);
        let off = (row.database_now - lab.base).num_minutes();
        assert_eq!(off, if lab.kind == Kind::Postgres { 0 } else { 60 });
        // a test's clock, moved on purpose, moves the database's with it
        let moved = lab.at(TimeDelta::hours(1));
        assert!(lab.write(move |c| signin::count_try(c, realm, id, moved)).await.is_none());
    }

    /// OTP-07: one live code per interaction; the ordinal tells a repeat of *send* from another send.
    async fn otp_07_one_live_code_per_interaction(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (interaction, first) = lab.begun(tenant, None).await;
        let (other, _) = lab.begun(tenant, None).await;
        let realm = interaction.realm_id;
        let (second, repeat) = (lab.new_passcode(&interaction, 2), lab.new_passcode(&interaction, 2));
        let (id, new, now) = (interaction.id, second.clone(), lab.now());
        lab.write(move |c| signin::count_try(c, realm, first.id, now)).await;
        assert_eq!(lab.write(move |c| signin::supersede_passcodes(c, realm, id)).await, 1);
        assert!(lab.write(move |c| signin::insert_passcode(c, &new)).await);
        assert!(!lab.write(move |c| signin::insert_passcode(c, &repeat)).await);
        assert!(lab.write(move |c| signin::consume(c, realm, first.id, &first.digest, 1, now)).await.is_none());
        assert_eq!(lab.newest_passcode(tenant, id).unwrap().id, second.id);
        let report = second.report_digest.unwrap();
        assert_eq!(lab.read(|c| signin::passcode_by_report(c, realm, &report)).unwrap().id, second.id);
        // two live ones of the address, in two interactions; reporting ends both
        let subject = second.subject_key;
        lab.write(move |c| signin::count_try(c, realm, second.id, now)).await;
        assert_eq!(lab.write(move |c| signin::cancel_codes_for(c, realm, &subject)).await, 2);
        assert_eq!(lab.newest_passcode(tenant, other.id).unwrap().state, passcode::PasscodeState::Cancelled);
    }

    /// N-21: a row that ended counts as absent: the next send begins it again, without its proofs and codes.
    async fn n_21_an_ended_interaction_begins_again(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (interaction, passcode) = lab.begun(tenant, None).await;
        let (realm, id) = (interaction.realm_id, interaction.id);
        let ledger = json!({"proofs": ["mailbox"]});
        let (until, end) = (lab.base + TimeDelta::seconds(60), lab.base + TimeDelta::minutes(60));
        let came_with = interaction.secret_digest;
        let saved = lab.write(move |c| {
            let secret = Some((&digest(99), until));
            let change = signin::LedgerChange { ledger: &ledger, secret, came_with: &came_with, expires_at: end };
            signin::save_ledger(c, realm, id, &change)
        })
        .await;
        assert!(saved);
        let row = live(lab, tenant, None, Some(id), lab.now()).interaction.unwrap();
        assert_eq!(row.row.ledger, json!({"proofs": ["mailbox"]}));
        assert!(row.row.secret_digest.matches(&digest(99)));
        assert!(row.row.previous_digest.unwrap().matches(&interaction.secret_digest));
        assert_eq!(row.passcode.unwrap().id, passcode.id);

        let begin = |now: Now| {
            let new = interaction.clone();
            lab.write(move |c| signin::insert_interaction(c, &new, now))
        };
        assert!(!begin(lab.now()).await, "a double click");
        let later = lab.at(TimeDelta::minutes(61));
        let ended = live(lab, tenant, None, Some(id), later);
        assert!(ended.interaction.unwrap().row.expires_at <= ended.database_now, "told, for the caller to judge");
        assert!(!lab.write(move |c| signin::finish_interaction(c, realm, id, None, later)).await);
        assert!(begin(later).await);
        assert!(begin(later).await, "this test's row ends in the past, so it begins again and again");
        let row = lab.read(|c| signin::interaction(c, realm, id)).unwrap();
        assert_eq!((row.lives, row.ledger, row.previous_digest.is_none()), (3, json!({"proofs": []}), true));
        assert!(lab.newest_passcode(tenant, id).is_none());
        let old = lab.passcode(passcode.id);
        assert_eq!((old.state, old.ordinal), (passcode::PasscodeState::Superseded, 0));
        let again = lab.new_passcode(&interaction, 1);
        assert!(lab.write(move |c| signin::insert_passcode(c, &again)).await);
        // A row that was trimmed left its codes: buried below those of before, however often.
        assert_eq!(lab.write(move |c| signin::bury_passcodes(c, realm, id)).await, 1);
        assert_eq!(lab.write(move |c| signin::bury_passcodes(c, realm, id)).await, 0);
        let third = lab.new_passcode(&interaction, 1);
        assert!(lab.write(move |c| signin::insert_passcode(c, &third)).await);
    }

    /// SES-04: the secret of before a proof is known a while, for the browser that lost the answer.
    async fn ses_04_a_lost_secret_is_renewed_for_a_while(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (interaction, _) = lab.begun(tenant, None).await;
        let (realm, id, before) = (interaction.realm_id, interaction.id, interaction.secret_digest);
        let (until, end) = (lab.base + TimeDelta::seconds(60), lab.base + TimeDelta::minutes(60));
        lab.write(move |c| {
            let (ledger, secret) = (json!({}), Some((&digest(99), until)));
            let change = signin::LedgerChange { ledger: &ledger, secret, came_with: &before, expires_at: end };
            signin::save_ledger(c, realm, id, &change)
        })
        .await;
        let renew = |old: Digest, new: Digest, now: Now| lab.write(move |c| signin::renew_secret(c, realm, id, &old, &new, now));
        assert!(renew(before, digest(100), lab.now()).await);
        assert!(!renew(digest(98), digest(101), lab.now()).await);
        assert!(!renew(before, digest(101), lab.at(TimeDelta::seconds(90))).await);
        assert!(lab.write(move |c| signin::extend_interaction(c, realm, id, None, end)).await);
    }

    /// SES-04: of two presses at once with one secret, one of which proves, one is saved; a step that proves nothing renews
    /// no secret.
    async fn ses_04_one_of_two_proofs_at_once_is_saved(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (interaction, _) = lab.begun(tenant, None).await;
        let (realm, id, came_with) = (interaction.realm_id, interaction.id, interaction.secret_digest);
        let (until, end) = (lab.base + TimeDelta::seconds(60), lab.base + TimeDelta::minutes(60));
        let save = |press: u64, proof: bool, came_with: Digest| {
            lab.write(move |c| {
                let (ledger, renewed) = (json!({"press": press}), digest(press));
                let secret = proof.then_some((&renewed, until));
                let change = signin::LedgerChange { ledger: &ledger, secret, came_with: &came_with, expires_at: end };
                signin::save_ledger(c, realm, id, &change)
            })
        };
        assert!(save(101, true, came_with).await);
        assert!(!save(102, true, came_with).await, "the secret is another by now");
        assert!(!save(103, true, digest(98)).await, "nobody's secret");
        let row = lab.read(|c| signin::interaction(c, realm, id)).unwrap();
        assert_eq!(row.ledger, json!({"press": 101}));
        assert!(row.secret_digest.matches(&digest(101)));
        assert!(!save(104, false, came_with).await, "what was read before the proof does not write over it");
        assert!(save(105, false, digest(101)).await);
        assert!(save(106, true, digest(101)).await);
    }

    /// DOS-04, N-21: the oldest open rows of a source go; another source's, and finished ones, stay.
    async fn dos_04_the_oldest_open_rows_of_a_source_go(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let mut ids = Vec::new();
        for i in 0..8 {
            let mut new = lab.new_interaction(tenant, None);
            new.source_key = digest(if i == 0 { 78 } else { 77 });
            ids.push(new.id);
            let now = lab.now();
            lab.write(move |c| signin::insert_interaction(c, &new, now)).await;
        }
        let (realm, now, finished) = (Realm::Tenant(tenant), lab.now(), ids[1]);
        lab.write(move |c| signin::finish_interaction(c, realm, finished, None, now)).await;
        assert_eq!(lab.write(move |c| signin::trim_open_rows(c, &digest(77), 10)).await, 0);
        assert_eq!(lab.write(move |c| signin::trim_open_rows(c, &digest(77), 4)).await, 2);
        let there: Vec<_> = ids.iter().map(|id| lab.read(|c| signin::interaction(c, realm, *id)).is_some()).collect();
        assert_eq!(there, [true, true, false, false, true, true, true, true]);
    }

    /// A session is opened for whoever may have one at this moment, and for nobody else.
    async fn a_session_needs_a_user_who_is_let_in(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let now = lab.base;
        let open = |user: UserId| {
            let session = lab.new_session(tenant, user, InteractionId(lab.id()));
            lab.write(move |c| signin::insert_session(c, &session))
        };
        let pending = lab.user(tenant, "p@guest.test", RedemptionState::Pending).await;
        assert!(!open(pending).await);
        lab.write(move |c| directory::accept(c, tenant, pending, Way::Passcode, now)).await;
        assert!(open(pending).await);
        lab.write(move |c| directory::set_enabled(c, tenant, pending, false)).await;
        assert!(!open(pending).await);
        let mut member = lab.new_user(tenant, "m@alpha.test", RedemptionState::NotNeeded);
        member.kind = UserKind::Member;
        let id = member.id;
        lab.write(move |c| directory::insert_user(c, &member, None)).await;
        assert!(open(id).await);
        // Who is let in is told in one way for sessions and tokens alike (TOK-04).
        for word in ["state = 'pending'", "held_at = created_at"] {
            lab.sql(&format!("UPDATE users SET {word} WHERE id = {}", lab.literal(id.0)));
            assert!(!open(id).await, "{word}");
            lab.sql(&format!("UPDATE users SET state = 'none' WHERE id = {}", lab.literal(id.0)));
        }
        assert!(!open(UserId(lab.id())).await);
    }

    /// What one statement reads, in each shape.
    async fn a_request_reads_all_it_needs_at_once(lab: &Lab) {
        let (tenant, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        let (now, realm) = (lab.now(), Realm::Tenant(tenant));
        assert!(lab.read(|c| live::request(c, TenantKey::Domain("nowhere.test"), None, None, now)).is_none());
        let stranger = TenantId(lab.id());
        assert!(lab.read(|c| live::request(c, TenantKey::Id(stranger), None, None, now)).is_none());
        let row = lab.read(|c| live::request(c, TenantKey::Domain("alpha.test"), None, None, now)).unwrap();
        assert_eq!((row.tenant.id, row.tenant.change_number, row.keys_number, row.epoch), (tenant, 1, 1, 1));
        assert!(row.session.is_none() && row.interaction.is_none());

        let gina = lab.user(tenant, "gina@guest.test", RedemptionState::Accepted).await;
        let (interaction, _) = lab.begun(tenant, Some(gina)).await;
        let (bare, first) = lab.begun(tenant, None).await;
        let session = lab.new_session(tenant, gina, interaction.id);
        let (id, secret) = (session.id, session.secret_digest);
        lab.write(move |c| signin::insert_session(c, &session)).await;
        let before = lab.db.stats().statements;
        let row = live(lab, tenant, Some(id), Some(interaction.id), now);
        assert_eq!(lab.db.stats().statements - before, 1);
        let session = row.session.unwrap();
        assert!(session.row.secret_digest.matches(&secret));
        assert_eq!(session.row.authentication(), Ok(lab.by_code()));
        assert_eq!((session.user.id, session.user.display_name.as_deref()), (gina, Some("Gina")));
        let there = row.interaction.unwrap();
        assert_eq!((there.row.id, there.user.unwrap().id, there.passcode.unwrap().ordinal), (interaction.id, gina, 1));
        let there = live(lab, tenant, None, Some(bare.id), now).interaction.unwrap();
        assert!(there.user.is_none() && there.bounced_at.is_none());
        assert_eq!(there.passcode.unwrap().id, first.id);
        let (address, at) = (bare.address_key, lab.base);
        lab.write(move |c| bounces::put(c, &address, at, "550")).await;
        assert_eq!(live(lab, tenant, None, Some(bare.id), now).interaction.unwrap().bounced_at, Some(at));
        // another tenant's ids lead nowhere
        let foreign = live(lab, beta, Some(id), Some(interaction.id), now);
        assert!(foreign.session.is_none() && foreign.interaction.is_none());
        // ended sessions are absent, finished interactions are not
        let (sid, iid) = (id, interaction.id);
        assert!(live(lab, tenant, Some(id), None, lab.at(TimeDelta::hours(25))).session.is_none());
        assert!(lab.write(move |c| signin::finish_interaction(c, realm, iid, Some(sid), now)).await);
        assert_eq!(lab.write(move |c| signin::end_sessions_of_interaction(c, realm, iid, now)).await, 1);
        assert!(!lab.write(move |c| signin::end_session(c, realm, sid, now)).await);
        let row = live(lab, tenant, Some(id), Some(iid), lab.at(TimeDelta::hours(2)));
        assert!(row.session.is_none());
        let there = row.interaction.unwrap();
        assert_eq!((there.row.state, there.row.session_id), (lifecycle::InteractionState::Finished, Some(id)));
        assert!(there.row.finished_at.is_some());
    }

    /// SES-11: sessions of a user are listed and ended together.
    async fn sessions_of_a_user(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let gina = lab.user(tenant, "gina@guest.test", RedemptionState::Accepted).await;
        let (realm, now) = (Realm::Tenant(tenant), lab.now());
        for _ in 0..3 {
            let session = lab.new_session(tenant, gina, InteractionId(lab.id()));
            lab.write(move |c| signin::insert_session(c, &session)).await;
        }
        let listed = lab.read(|c| changes::sessions_of_user(c, realm, gina, now));
        assert_eq!(listed.len(), 3);
        let (id, secret) = (listed[0].id, digest(1));
        assert!(lab.write(move |c| signin::rotate_session_secret(c, realm, id, &secret)).await);
        assert!(lab.read(|c| signin::session(c, realm, id)).unwrap().secret_digest.matches(&secret));
        assert_eq!(lab.write(move |c| signin::end_sessions_of_user(c, realm, gina, now)).await, 3);
        assert!(!lab.write(move |c| signin::rotate_session_secret(c, realm, id, &secret)).await);
        assert!(lab.read(|c| changes::sessions_of_user(c, realm, gina, now)).is_empty());
    }
}
