//! Discovery and keys (OID-20, WEB-15, row C of the conformance table), and the entry without a tenant.

use chrono::TimeDelta;
use serde_json::Value;
use vestibule_core::client::ApplicationType;
use vestibule_core::lifecycle::TenantState;
use vestibule_store::tenants;
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::RpError;

const PATH: &str = "v2.0/.well-known/openid-configuration";

vestibule_testkit::flows! {
    /// OID-20, conformance C, client_01 to client_03: each tenant's own document, under whatever name it was asked for.
    async fn oid_20_oid_08_client_01_client_02_client_03_discovery_tells_the_truth(world) {
        let house = world.office().house("alpha.test").await;
        let (tenant, base) = (house.tenant.id.to_string(), world.server.base_url().to_owned());
        let answer = get(world, &format!("/{tenant}/{PATH}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        let document = answer.json();
        assert_eq!(document["issuer"], format!("{base}/{tenant}/v2.0"), "byte-equal, no added slash");
        for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint", "revocation_endpoint"] {
            let url = document[endpoint].as_str().unwrap();
            assert!(url.starts_with(&format!("{base}/{tenant}/")), "{endpoint}: {url}");
            let there = get(world, url).await;
            assert!(there.status != 404 && there.status < 500, "{endpoint} is served: {}", there.status);
        }
        let list = |name: &str| -> Vec<String> {
            document[name].as_array().unwrap_or(&Vec::new()).iter().map(|v| v.as_str().unwrap().to_owned()).collect()
        };
        assert!(list("id_token_signing_alg_values_supported").contains(&"RS256".to_owned()));
        assert!(!list("id_token_signing_alg_values_supported").iter().any(|a| a == "none" || a.starts_with("HS")));
        assert_eq!(list("code_challenge_methods_supported"), ["S256"]);
        assert_eq!(list("grant_types_supported"), ["authorization_code", "refresh_token"]);
        assert_eq!(list("subject_types_supported"), ["pairwise"]);
        for method in ["client_secret_basic", "client_secret_post", "none"] {
            assert!(list("token_endpoint_auth_methods_supported").contains(&method.to_owned()), "{method}");
        }
        assert!(list("scopes_supported").contains(&"openid".to_owned()));
        assert!(!list("response_types_supported").iter().any(|kind| kind.split(' ').any(|one| one == "token")));
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        assert_eq!((&document["request_parameter_supported"], &document["request_uri_parameter_supported"]), (&Value::Bool(false), &Value::Bool(false)));
        assert!(document.get("check_session_iframe").is_none(), "WEB-02");
        assert!(!answer.body.contains("{tenantid}"));
        // Other names of the tenant: the same bytes. And a second look costs nothing where the validator still holds.
        let other = format!("/.well-known/oauth-authorization-server/{tenant}/v2.0");
        for target in [format!("/{}/{PATH}", tenant.to_ascii_uppercase()), format!("/alpha.test/{PATH}"), format!("/ALPHA.Test/{PATH}"), other] {
            let same = get(world, &target).await;
            assert_eq!((same.status, &same.body), (200, &answer.body), "{target}");
        }
        let (target, etag) = (format!("/{tenant}/{PATH}"), answer.header("etag").to_owned());
        let again = send(world, Wire { method: "GET", target: &target, headers: &[("If-None-Match", &etag)], body: b"" }).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        let keys = get(world, &format!("/{tenant}/discovery/v2.0/keys")).await;
        let mut kids = std::collections::BTreeSet::new();
        for key in keys.json()["keys"].as_array().unwrap() {
            for name in ["kid", "use", "alg", "kty"] {
                assert!(key[name].is_string(), "{name}: {key}");
            }
            assert!(kids.insert(key["kid"].to_string()), "kids differ");
        }
        assert!(!kids.is_empty());
        // The library of another house reads both.
        let read = vestibule_testkit::rp::Rp::discover(house.registration.clone(), world.clock.clone()).await;
        assert!(read.is_ok(), "{read:?}");
        let mut wrong = house.registration.clone();
        wrong.issuer = format!("{base}/alpha.test/v2.0");
        let refused = vestibule_testkit::rp::Rp::discover(wrong, world.clock.clone()).await;
        assert!(matches!(refused, Err(RpError::Refused(_))), "the issuer is the GUID form and nothing else");
    }

    /// OID-20: what names no tenant, or one that is off, is answered by one and the same 404.
    async fn oid_20_web_15_unknown_disabled_and_malformed_tenants_look_alike(world) {
        let house = world.office().house("alpha.test").await;
        let off = world.office().tenant("Off", "off.test").await;
        let unproven = tenants::NewDomain {
            domain: "unproven.test".to_owned(), tenant_id: house.tenant.id, verified_at: None, is_default: false,
            created_at: world.now(),
        };
        let (gone, id) = (off.id, house.tenant.id);
        let written = world.server.app().db.write(move |c| {
            tenants::set_state(c, gone, TenantState::Disabled)?;
            tenants::add_domain(c, &unproven)?;
            tenants::raise_change(c, gone)?;
            tenants::raise_change(c, id).map(drop)
        });
        written.await.unwrap().unwrap();
        world.wait(TimeDelta::seconds(2));
        let (guid, off) = (house.tenant.id.to_string(), off.id.to_string());
        let plain = guid.replace('-', "");
        let mut faces = std::collections::BTreeSet::new();
        let names = [
            "00000000-0000-4000-8000-000000000000", off.as_str(), "off.test", "nobody.test", "unproven.test", "alpha.test.", ".alpha.test",
            "alpha", "alpha.test%00", "alpha.test%20", "alpha.test;x=1", "alpha.test%2f", "alpha%2ftest", "..%2falpha.test", "%2e%2e",
            "alpha.test%5c", "%5Cevil.test", "alpha.test%0d%0aX:y", "al%25pha.test", "alpha%252etest", "%C3%A4lpha.test", "xn--lpha-5qa.test",
            plain.as_str(), "%7B00000000-0000-4000-8000-000000000000%7D", "urn:uuid:00000000", "-", "*", "alpha.test,beta.test",
        ];
        for name in names {
            for path in [PATH, "discovery/v2.0/keys"] {
                let answer = get(world, &format!("/{name}/{path}")).await;
                assert_eq!((answer.status, answer.error().as_str()), (404, "invalid_tenant"), "{name}/{path}: {}", answer.body);
                let mut headers = answer.headers.clone();
                headers.retain(|(header, _)| !header.eq_ignore_ascii_case("date"));
                faces.insert((headers, answer.body));
            }
            for path in ["signin/help", "oauth2/v2.0/authorize?client_id=x&redirect_uri=y", "oauth2/v2.0/logout", "signin", "invite", "report"] {
                let answer = get(world, &format!("/{name}/{path}")).await;
                assert!(matches!(answer.status, 400 | 404) && !answer.has("location"), "{name}/{path}: {} {}", answer.status, answer.header("location"));
                assert!(path == "signin" || answer.status == 404, "{name}/{path}: {}", answer.status);
            }
        }
        assert_eq!(faces.len(), 1, "{faces:#?}");
        // WEB-15: dots, semicolons and slashes in a path name nothing, also where a client would have resolved them.
        for target in [
            format!("/alpha.test/..;/beta.test/{PATH}"), format!("/alpha.test%2f..%2fbeta.test/{PATH}"), format!("/alpha.test/./{PATH}"),
            format!("/x/../alpha.test/{PATH}"), format!("//alpha.test/{PATH}"), format!("/alpha.test//{PATH}"), format!("/alpha.test/{PATH}/"),
            format!("/alpha.test/{PATH};x"), format!("/alpha.test%2f{PATH}"), format!("/alpha.test\\{PATH}"), format!("/alpha.test/{}", PATH.to_uppercase()),
        ] {
            let answer = get(world, &target).await;
            assert!(matches!(answer.status, 400 | 404), "{target}: {}", answer.status);
            assert!(!answer.has("location"), "{target}");
        }
        // Decoded once: an escaped letter is that letter.
        assert_eq!(get(world, &format!("/%61lpha.test/{PATH}")).await.status, 200);
    }

    /// OID-20, client_02: the documents without a tenant carry the template that Microsoft's libraries replace.
    async fn oid_20_client_01_common_carries_the_template(world) {
        let base = world.server.base_url().to_owned();
        for name in ["common", "organizations", "consumers"] {
            let document = get(world, &format!("/{name}/{PATH}")).await.json();
            assert_eq!(document["issuer"], format!("{base}/{{tenantid}}/v2.0"));
            assert_eq!(document["authorization_endpoint"], format!("{base}/{name}/oauth2/v2.0/authorize"));
            assert_eq!(document["token_endpoint"], format!("{base}/{name}/oauth2/v2.0/token"));
            assert!(get(world, &format!("/{name}/discovery/v2.0/keys")).await.json()["keys"].is_array());
        }
    }

    /// An application of one tenant is resolved at `common`; where nothing names a tenant, a page helps, with 50059.
    async fn oid_20_oid_07_common_resolves_what_entry_can(world) {
        let (house, web) = desk(world).await;
        let common = |path: &str| format!("{}/common/oauth2/v2.0/{path}", world.server.base_url());
        let mut gina = world.person().await;
        let asked = web.asks().at(common("authorize").parse().unwrap()).build();
        let page = walk(&mut gina, asked.url.as_str(), GINA).await;
        assert_eq!(page.test_id, "app", "{}", page.summary());
        let came = house.callbacks.next().await.unwrap();
        assert_eq!(came.get("iss"), Some(house.registration.issuer.as_str()));
        let tokens = web.exchange(&asked, &came).await.unwrap();
        assert_eq!(tokens.claims["tid"], house.tenant.id.to_string());
        let unknown = web.asks().with("client_id", "nobody").at(common("authorize").parse().unwrap()).build();
        let page = get(world, unknown.url.as_str()).await;
        assert_eq!((page.status, page.page_id().as_str(), page.has("location")), (400, "G24", false));
        for path in ["authorize", "authorize?client_id=x", "logout"] {
            let page = get(world, &common(path)).await;
            assert_eq!((page.status, page.page_id().as_str(), page.has("location")), (400, "G24", false), "{path}: {}", page.body);
        }
        for path in ["signin", "signin/code?i=AAAAAAAAAAAAAAAAAAAAAA", "invite", "report"] {
            let page = get(world, &format!("/common/{path}")).await;
            assert_eq!((page.status, page.has("location")), (400, false), "{path}");
        }
        assert!(get(world, "/common/oauth2/v2.0/logout").await.body.contains("50059"));
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", "x")];
        let answer = post(world, "/common/oauth2/v2.0/token", &[], &pairs).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_request"), "{}", answer.body);
        assert!(answer.text("error_description").contains("50059"));
        let spa = another(world, &house, ApplicationType::Spa).await;
        let hinted = spa.asks().with("domain_hint", "beta.test").at(common("authorize").parse().unwrap()).build();
        assert_eq!(get(world, hinted.url.as_str()).await.status, 303, "a hint is only a hint");
    }

    /// By domain and in capitals the same tenant signs in; the issuer stays the GUID form.
    async fn oid_20_oid_08_a_domain_in_the_path_is_the_same_tenant(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let guid = house.tenant.id.to_string().to_ascii_uppercase();
        let mut subs = std::collections::BTreeSet::new();
        for name in ["alpha.test", "ALPHA.TEST", guid.as_str()] {
            let endpoint = format!("{}/{name}/oauth2/v2.0/authorize", world.server.base_url());
            let asked = web.asks().at(endpoint.parse().unwrap()).build();
            let page = walk(&mut gina, asked.url.as_str(), GINA).await;
            assert_eq!(page.test_id, "app", "{name}: {}", page.summary());
            let came = house.callbacks.next().await.unwrap();
            assert_eq!(came.get("iss"), Some(house.registration.issuer.as_str()));
            subs.insert(web.exchange(&asked, &came).await.unwrap().claims["sid"].to_string());
        }
        assert_eq!(subs.len(), 1, "one session under all names");
    }
}
