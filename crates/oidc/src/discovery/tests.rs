use super::*;
use crate::testing::tenant;

fn urls() -> Urls {
    Urls::parse("https://id.test").unwrap()
}

/// OID-20: the issuer is the configured one, every endpoint has the same origin and the GUID in its path.
#[test]
fn oid_20_says_the_guid_everywhere() {
    let capitals: TenantId = "AAAAAAAA-2222-4333-8444-BBBBBBBBBBBB".parse().unwrap();
    let document = document(&urls(), Tenant::Guid(capitals));
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
        let document = document(&urls(), Tenant::Template(segment));
        assert_eq!(document["issuer"], "https://id.test/{tenantid}/v2.0");
        assert_eq!(document["token_endpoint"], format!("https://id.test/{segment}/oauth2/v2.0/token"));
    }
}

/// OID-10, OID-22: what is not served is not said.
#[test]
fn oid_22_says_nothing_that_is_not_served() {
    let text = document(&urls(), Tenant::Guid(tenant())).to_string();
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

#[test]
fn the_document_as_a_whole() {
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(document(&urls(), Tenant::Guid(tenant())));
    });
}
