//! A person as tokens and hints tell them: one value for the front channel, the token endpoint and userinfo, so that two
//! tokens of one sign-in never disagree (OIDC Core 3.3.3.6).

use vestibule_app::live::Live;
use vestibule_app::snapshot::{ApplicationSnapshot, TenantSnapshot};
use vestibule_app::{App, Error};
use vestibule_core::TenantId;
use vestibule_core::ids::{SessionId, UserId};
use vestibule_core::lifecycle::UserKind;
use vestibule_core::method::Way;
use vestibule_core::proof::Authentication;
use vestibule_oidc::claims::{ClaimsSubject, TYP_ID_TOKEN, pairwise_subject};
use vestibule_oidc::verify::{Expect, verify_own};
use vestibule_store::live::LiveUser;

/// What tokens tell of a user, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct UserClaims {
    pub user: UserId,
    pub kind: UserKind,
    pub address: String,
    pub name: Option<String>,
}

impl UserClaims {
    /// By the user's row.
    pub(crate) fn of(user: &LiveUser) -> Self {
        Self {
            user: user.id,
            kind: user.kind,
            address: user.address.clone(),
            name: user.display_name.clone(),
        }
    }
}

/// A person in one session, for one application.
#[derive(Debug)]
pub(crate) struct TokenSubject {
    tenant: TenantId,
    issuer: String,
    sub: String,
    who: UserClaims,
    session: SessionId,
    authentication: Authentication,
}

impl TokenSubject {
    pub(crate) fn new(
        app: &App,
        tenant: &TenantSnapshot,
        application: &ApplicationSnapshot,
        who: UserClaims,
        session: SessionId,
        authentication: Authentication,
    ) -> Self {
        let sub = subject(tenant, application, who.user);
        Self { tenant: tenant.id, issuer: app.urls.issuer(tenant.id), sub, who, session, authentication }
    }

    /// As claims are made from it.
    pub(crate) fn claims(&self) -> ClaimsSubject<'_> {
        ClaimsSubject {
            tenant: self.tenant,
            issuer: &self.issuer,
            oid: self.who.user,
            sub: &self.sub,
            name: self.who.name.as_deref(),
            email: Some(&self.who.address),
            // By the code that was mailed there, and by nothing else (ADR-10).
            email_verified: self.authentication.way == Way::Passcode,
            preferred_username: Some(&self.who.address),
            kind: self.who.kind,
            idp: Some(self.authentication.idp.as_str()),
            amr: self.authentication.amr,
            acr: self.authentication.level,
            auth_time: self.authentication.at,
            sid: self.session,
        }
    }
}

/// The pairwise subject of a user at an application (OID-19).
pub(crate) fn subject(tenant: &TenantSnapshot, application: &ApplicationSnapshot, user: UserId) -> String {
    pairwise_subject(&tenant.pairwise_key, &application.application.sector, user)
}

/// The claims of an ID token of ours for this application (or for any, where `audience` is `None`); expired allowed.
/// Anything that is none is as if absent (OID-13).
pub(crate) async fn verified_hint(
    app: &App,
    live: &Live,
    audience: Option<&str>,
    hint: &str,
) -> Result<Option<serde_json::Map<String, serde_json::Value>>, Error> {
    let keys = app.keys(live.keys_number).await?;
    let public: Vec<_> = keys.keys.iter().map(|k| k.signer.public_key()).collect();
    let issuer = app.urls.issuer(live.tenant.id);
    let expect = Expect { typ: TYP_ID_TOKEN, issuer: &issuer, audience, allow_expired: true };
    Ok(verify_own(hint, &public, expect, live.at()).ok())
}
