use std::collections::BTreeSet;

use vestibule_core::client::ClaimsLayout;
use vestibule_core::lifecycle::UserKind;
use vestibule_core::proof::{Amr, AmrSet, Wanted};

use super::*;
use crate::authorize::{AuthorizeRequest, Prompt, ResponseType};
use crate::claims::{ClaimsSubject, IdTokenClaims, IdTokenInput, userinfo};
use crate::params::Params;
use crate::testing::{Seeded, now, tenant, web};
use crate::token::TokenRequest;

fn urls() -> Urls {
    Urls::parse("https://id.test").unwrap()
}

/// OID-20: the issuer is the configured one, every endpoint has the same origin and the GUID in its path.
#[test]
fn oid_20_says_the_guid_everywhere() {
    let capitals: TenantId = "AAAAAAAA-2222-4333-8444-BBBBBBBBBBBB".parse().unwrap();
    let document = document(&urls(), DocumentTenant::Guid(capitals));
    let root = "https://id.test/aaaaaaaa-2222-4333-8444-bbbbbbbbbbbb";
    assert_eq!(document["issuer"], format!("{root}/v2.0"));
    let endpoints: Vec<&Value> = document
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"))
        .map(|(_, value)| value)
        .collect();
    assert_eq!(endpoints.len(), 6);
    for endpoint in endpoints {
        assert!(endpoint.as_str().unwrap().starts_with(&format!("{root}/")), "{endpoint}");
    }
    assert!(!document.to_string().contains("{tenantid}"));
}

/// OID-20: the tenant-less documents carry the literal template, and their own segment in the endpoints.
#[test]
fn oid_20_has_templates_for_microsofts_libraries() {
    for segment in TENANTLESS {
        let document = document(&urls(), DocumentTenant::Template(segment));
        assert_eq!(document["issuer"], "https://id.test/{tenantid}/v2.0");
        assert_eq!(document["token_endpoint"], format!("https://id.test/{segment}/oauth2/v2.0/token"));
    }
}

/// OID-10, OID-22: what is not served is not said.
#[test]
fn oid_22_says_nothing_that_is_not_served() {
    let text = document(&urls(), DocumentTenant::Guid(tenant())).to_string();
    for absent in [
        "id_token token",
        "implicit",
        "password",
        "plain",
        "\"none\"],\"revocation_endpoint_auth\":",
        "HS256",
        "check_session",
        "tenant_region_scope",
    ] {
        assert!(!text.contains(absent), "{absent}");
    }
}

fn listed(name: &str) -> Vec<String> {
    serde_json::from_value(document(&urls(), DocumentTenant::Guid(tenant()))[name].clone()).unwrap()
}

/// A request with some parameters, to an application that may ask for everything.
fn asks(parameters: &str) -> AuthorizeRequest {
    let mut app = web();
    app.settings.response_types = vec!["id_token code".to_owned(), "id_token".to_owned()];
    let base = "scope=openid&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                &code_challenge_method=S256&";
    let params = Params::parse(&format!("{base}{parameters}")).unwrap();
    let registered = &app.redirect_uris[0];
    AuthorizeRequest::parse(&params, &app, registered, &registered.uri).unwrap()
}

/// OTP-26: the levels are those that a verified method reaches, and all of those; what cannot be had is not promised.
#[test]
fn otp_26_promises_no_level_that_cannot_be_reached() {
    assert_eq!(
        listed("acr_values_supported"),
        ["urn:vestibule:acr:mailbox"],
        "a mailed code is all there is today"
    );
    let reachable = |level: Level| {
        let verified = Method::ALL.iter().map(|m| m.line()).filter(|line| line.verified);
        verified.into_iter().any(|line| Wanted::AtLeast(level).met_by(Some(line.most)))
    };
    for level in Level::ALL.iter().copied() {
        assert_eq!(listed("acr_values_supported").contains(&level.to_string()), reachable(level), "{level}");
    }
}

/// OID-11: of `prompt`, what has a meaning of its own here. `consent` and `create` are read and change nothing.
#[test]
fn oid_11_promises_no_prompt_without_a_page() {
    let prompts = listed("prompt_values_supported");
    assert_eq!(prompts, ["none", "login", "select_account"]);
    for prompt in prompts {
        let Prompt { none, login, select_account, consent, create } =
            asks(&format!("response_type=code&prompt={prompt}")).prompt;
        assert!((none || login || select_account) && !consent && !create, "{prompt}");
    }
}

/// Whatever else the document lists, a request may ask for and gets.
#[test]
fn what_is_listed_is_served() {
    let mut modes = BTreeSet::new();
    for kind in listed("response_types_supported") {
        for mode in listed("response_modes_supported") {
            let gives_id_token = ResponseType::parse(&kind).unwrap().gives_id_token();
            if mode == "form_post" || (mode == "fragment") == gives_id_token {
                let request = asks(&format!("response_type={kind}&response_mode={mode}"));
                assert_eq!(
                    (request.response_type.as_str(), request.response_mode.as_str()),
                    (&*kind, &*mode)
                );
                modes.insert(mode);
            }
        }
    }
    assert_eq!(modes.len(), listed("response_modes_supported").len(), "no mode without a type");
    for grant in listed("grant_types_supported") {
        let form = format!("grant_type={grant}&code=c&redirect_uri=https://a.test&refresh_token=r");
        assert!(TokenRequest::parse(&Params::parse(&form).unwrap()).is_ok(), "{grant}");
    }
    for scope in listed("scopes_supported") {
        assert_eq!(crate::scope::parse(&scope), Ok(vec![scope]));
    }
    for display in listed("display_values_supported") {
        assert!(asks(&format!("response_type=code&display={display}")).display.is_some(), "{display}");
    }
    for language in listed("ui_locales_supported") {
        assert_eq!(asks(&format!("response_type=code&ui_locales={language}")).ui_locales, [language]);
    }
    for algorithm in listed("id_token_signing_alg_values_supported") {
        assert!(SigningAlgorithm::parse(&algorithm).is_some(), "{algorithm}");
    }
}

/// Every claim that is listed can stand in an ID token or in userinfo, and no other one can.
#[test]
fn the_claims_are_those_that_tokens_have() {
    let scopes = GRANTABLE.map(str::to_owned);
    let subject = ClaimsSubject {
        tenant: tenant(),
        issuer: "https://id.test",
        oid: "cbb896f9-8306-49d0-b56b-b8e39cd28825".parse().unwrap(),
        sub: "pairwise",
        name: Some("Gina"),
        email: Some("gina@guest.test"),
        email_verified: true,
        preferred_username: Some("gina@guest.test"),
        kind: UserKind::Guest,
        idp: Some("mail"),
        amr: AmrSet::of(&[Amr::Otp]),
        acr: Some(Level::Mailbox),
        auth_time: now(),
        sid: "6b6b0a1e-0000-4000-8000-0000000000aa".parse().unwrap(),
    };
    let mut given = BTreeSet::new();
    for layout in [ClaimsLayout::Entra, ClaimsLayout::Standard] {
        let input = IdTokenInput {
            audience: "web",
            nonce: Some("n"),
            c_hash: Some("h"),
            layout,
            scopes: &scopes,
            requested: &[],
            alone: true,
            issued: now(),
            lifetime: chrono::TimeDelta::hours(1),
        };
        let token = IdTokenClaims::build(&subject, &input, &Seeded::new(1));
        for value in [serde_json::to_value(token).unwrap(), userinfo(&subject, &scopes, layout, &[])] {
            given.extend(value.as_object().unwrap().keys().cloned());
        }
    }
    assert_eq!(listed("claims_supported").into_iter().collect::<BTreeSet<_>>(), given);
}

#[test]
fn the_document_as_a_whole() {
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(document(&urls(), DocumentTenant::Guid(tenant())));
    });
}
