//! Authorization codes, access tokens, refresh families.

use super::*;
use crate::tokens::*;

pub(super) fn new_code(lab: &Lab, tenant: TenantId) -> NewCode {
    NewCode {
        tenant_id: tenant,
        digest: lab.digest(),
        client_id: ClientId("portal".into()),
        redirect_uri: "https://app.test/cb".into(),
        challenge: Some("challenge".into()),
        nonce: None,
        scope: "openid".into(),
        requested: None,
        session_id: SessionId(lab.id()),
        user_id: UserId(lab.id()),
        interaction_id: InteractionId(lab.id()),
        created_at: lab.base,
        expires_at: lab.base + TimeDelta::seconds(60),
    }
}

pub(super) fn new_family(lab: &Lab, tenant: TenantId) -> NewFamily {
    NewFamily {
        tenant_id: tenant,
        id: lab.id(),
        client_id: ClientId("portal".into()),
        session_id: SessionId(lab.id()),
        user_id: UserId(lab.id()),
        scope: "openid offline_access".into(),
        nonce: Some("n".into()),
        auth_time: lab.base,
        current_digest: lab.digest(),
        code_digest: lab.digest(),
        created_at: lab.base,
        expires_at: lab.base + TimeDelta::hours(24),
    }
}

/// A signed-in guest with an application.
pub(super) async fn signed_in(lab: &Lab, tenant: TenantId) -> (UserId, SessionId) {
    let user = lab.user(tenant, "gina@guest.test", RedemptionState::Accepted).await;
    lab.registered(tenant, "portal").await;
    let session = lab.new_session(tenant, user, InteractionId(lab.id()));
    let id = session.id;
    assert!(lab.write(move |c| signin::insert_session(c, &session)).await);
    (user, id)
}

pub(super) fn new_access(lab: &Lab, family: &NewFamily) -> NewAccessToken {
    NewAccessToken {
        tenant_id: family.tenant_id,
        digest: lab.digest(),
        client_id: family.client_id.clone(),
        session_id: family.session_id,
        user_id: family.user_id,
        scope: "openid".into(),
        requested: None,
        code_digest: Some(family.code_digest),
        family_id: Some(family.id),
        expires_at: lab.base + TimeDelta::minutes(10),
    }
}

both! {
    /// OID-06: a code is good once, for its client, in its tenant, for a minute.
    async fn oid_06_a_code_is_for_one_client_and_one_minute(lab: &Lab) {
        let (tenant, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        let new = new_code(lab, tenant);
        let (code, client) = (new.digest, new.client_id.clone());
        lab.write(move |c| insert_code(c, &new)).await;
        let use_it = |tenant, client: &ClientId, now| {
            let client = client.clone();
            lab.write(move |c| consume_code(c, tenant, &code, &client, now))
        };
        assert!(use_it(tenant, &ClientId("other".into()), lab.now()).await.is_none());
        assert!(use_it(beta, &client, lab.now()).await.is_none());
        assert!(use_it(tenant, &client, lab.at(TimeDelta::seconds(61))).await.is_none());
        let row = use_it(tenant, &client, lab.at(TimeDelta::seconds(30))).await.unwrap();
        assert_eq!(row.redirect_uri, "https://app.test/cb");
        assert!(use_it(tenant, &client, lab.now()).await.is_none());
        assert!(lab.read(|c| find_code(c, tenant, &code)).unwrap().used_at.is_some());
    }

    /// OTP-14: the codes of an interaction are cancelled for its repeat, which learns whether one was exchanged.
    async fn otp_14_cancelled_codes_tell_whether_one_was_used(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let new = new_code(lab, tenant);
        let (first, interaction, client) = (new.digest, new.interaction_id, new.client_id.clone());
        lab.write(move |c| insert_code(c, &new)).await;
        let now = lab.now();
        assert!(lab.write(move |c| cancel_codes(c, tenant, interaction, now)).await);
        let late = client.clone();
        assert!(lab.write(move |c| consume_code(c, tenant, &first, &late, now)).await.is_none());
        let second = NewCode { digest: lab.digest(), interaction_id: interaction, ..new_code(lab, tenant) };
        lab.write(move |c| {
            insert_code(c, &second)?;
            consume_code(c, tenant, &second.digest, &client, now).map(Option::unwrap)
        })
        .await;
        assert!(!lab.write(move |c| cancel_codes(c, tenant, interaction, now)).await);
    }

    /// TOK-02, N-16: an access token is as good as its session, its user and its family at this moment.
    async fn tok_02_an_access_token_is_judged_live(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (user, session) = signed_in(lab, tenant).await;
        let family = NewFamily { session_id: session, user_id: user, ..new_family(lab, tenant) };
        let new = new_access(lab, &family);
        let (token, code, loose) = (new.digest, family.code_digest, NewAccessToken { digest: lab.digest(), family_id: None, ..new.clone() });
        let loose_token = loose.digest;
        let presented = NewCode { digest: code, session_id: session, ..new_code(lab, tenant) };
        lab.write(move |c| {
            insert_code(c, &presented)?;
            insert_family(c, &family)?;
            insert_access(c, &loose)?;
            insert_access(c, &new)
        })
        .await;
        let good = |now: Now| lab.read(|c| find_access(c, tenant, &token, now)).is_some();
        let now = lab.now();
        let found = lab.read(|c| find_access(c, tenant, &token, now)).unwrap();
        assert_eq!((found.session.id, found.user.id), (session, user));
        assert!(!good(lab.at(TimeDelta::minutes(11))));
        lab.write(move |c| directory::set_enabled(c, tenant, user, false)).await;
        assert!(!good(now));
        lab.write(move |c| directory::set_enabled(c, tenant, user, true)).await;
        assert!(good(now));
        assert!(lab.read(|c| find_access(c, tenant, &loose_token, now)).is_some());
        assert_eq!(lab.write(move |c| revoke_by_code(c, tenant, &code, now)).await, 3);
        assert!(!good(now));
    }

    /// TOK-04: session, user and application in one statement.
    async fn tok_04_a_session_is_judged_for_new_tokens(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (user, session) = signed_in(lab, tenant).await;
        let client = ClientId("portal".into());
        let standing = |now: Now| lab.read(|c| session_for_tokens(c, tenant, session, user, &client, now)).unwrap();
        let now = lab.now();
        let live = standing(now);
        assert!(live.is_live(), "{live:?}");
        assert!(!standing(lab.at(TimeDelta::hours(25))).session_live);
        let portal = client.clone();
        lab.write(move |c| applications::set_enabled(c, tenant, &portal, false)).await;
        lab.write(move |c| directory::set_enabled(c, tenant, user, false)).await;
        lab.write(move |c| signin::end_session(c, Realm::Tenant(tenant), session, now)).await;
        let dead = standing(now);
        assert!(!dead.client_live && !dead.user_live && !dead.session_live);
        let stranger = UserId(lab.id());
        assert!(lab.read(|c| session_for_tokens(c, tenant, session, stranger, &client, now)).is_none());
    }

    /// TOK-03: rotation, the lost answer once, anything older never.
    async fn tok_03_the_generation_before_is_good_once_more(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let new = new_family(lab, tenant);
        let (family, client, first) = (new.id, new.client_id.clone(), new.current_digest);
        lab.write(move |c| insert_family(c, &new)).await;
        let now = lab.now();
        let step = |replay: bool, presented: Digest, next: Digest, client: &ClientId| {
            let client = client.clone();
            lab.write(move |c| {
                let rotation = Rotation { tenant, family, client: &client, presented: &presented, next: &next };
                if replay { replay_family(c, &rotation, now) } else { rotate_family(c, &rotation, now) }
            })
        };
        let (second, third, fourth) = (lab.digest(), lab.digest(), lab.digest());
        assert!(step(false, first, second, &ClientId("other".into())).await.is_none());
        assert_eq!(step(false, first, second, &client).await.unwrap().generation, 2);
        assert!(step(false, first, third, &client).await.is_none());
        // the answer with `second` was lost
        assert_eq!(step(true, first, third, &client).await.unwrap().generation, 3);
        assert!(step(true, first, fourth, &client).await.is_none());
        assert!(step(false, second, fourth, &client).await.is_none());
        assert!(step(true, second, fourth, &client).await.is_none());
        assert_eq!(step(false, third, fourth, &client).await.unwrap().generation, 4);
        assert!(step(true, first, second, &client).await.is_none());
        assert!(lab.write(move |c| revoke_family(c, tenant, family, "replay", now)).await);
        assert!(!lab.write(move |c| revoke_family(c, tenant, family, "again", now)).await);
        assert!(step(false, fourth, second, &client).await.is_none());
        let row = lab.read(|c| find_family(c, tenant, family)).unwrap();
        assert_eq!(row.revoked_reason.as_deref(), Some("replay"));
    }
}
