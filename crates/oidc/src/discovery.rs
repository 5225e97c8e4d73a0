//! The discovery document (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2).
//!
//! A tenant's document says the tenant's GUID everywhere, under whatever name it was asked for (OID-20), and nothing that
//! is not served. The three tenant-less ones carry Microsoft's literal `{tenantid}` template as issuer: they are for
//! Microsoft's libraries, which replace it, and are no OpenID issuers.

use serde_json::{Value, json};
use vestibule_core::TenantId;
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::method::Method;
use vestibule_core::proof::Level;
use vestibule_core::urls::Urls;

use crate::authorize::UI_LOCALES;
use crate::client_auth::ClientAuthMethod;
use crate::scope::GRANTABLE;
use crate::token::GRANT_TYPES;

/// The path segments that name no tenant (architecture section 5).
pub const TENANTLESS: [&str; 3] = ["common", "organizations", "consumers"];

/// Whose document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentTenant<'a> {
    /// One tenant's.
    Guid(TenantId),
    /// That of one of [`TENANTLESS`].
    Template(&'a str),
}

/// The document. All endpoints stand under the deployment's origin and the same path segment.
pub fn document(urls: &Urls, tenant: DocumentTenant<'_>) -> Value {
    let (issuer, segment) = match tenant {
        DocumentTenant::Guid(id) => (urls.issuer(id), id.to_string()),
        DocumentTenant::Template(segment) => {
            (format!("{}/{{tenantid}}/v2.0", urls.base()), segment.to_owned())
        }
    };
    let methods = ClientAuthMethod::ALL.map(ClientAuthMethod::as_str);
    let algorithms: Vec<&str> = SigningAlgorithm::ALL.iter().map(|a| a.as_str()).collect();
    json!({
        "issuer": issuer,
        "authorization_endpoint": urls.authorize(&segment),
        "token_endpoint": urls.token(&segment),
        "jwks_uri": urls.jwks(&segment),
        "userinfo_endpoint": urls.userinfo(&segment),
        "end_session_endpoint": urls.logout(&segment),
        "revocation_endpoint": urls.revoke(&segment),
        "response_types_supported": ["code", "id_token", "code id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": GRANT_TYPES,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": GRANTABLE,
        "claims_supported": CLAIMS,
        "claim_types_supported": ["normal"],
        "acr_values_supported": levels(),
        "prompt_values_supported": ["none", "login", "select_account"],
        "display_values_supported": ["page", "popup", "touch"],
        "ui_locales_supported": UI_LOCALES,
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}

/// The levels that a proof can reach which this release verifies, the weakest first.
fn levels() -> Vec<Level> {
    let lines = Method::ALL.iter().map(|method| method.line());
    let highest = lines.filter(|line| line.verified).map(|line| line.most).max();
    Level::ALL.iter().copied().filter(|level| Some(*level) <= highest).collect()
}

/// Everything that [`crate::claims`] can put into an ID token or userinfo.
const CLAIMS: [&str; 22] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "nonce",
    "auth_time",
    "acr",
    "amr",
    "c_hash",
    "sid",
    "tid",
    "oid",
    "acct",
    "idp",
    "ver",
    "uti",
    "name",
    "preferred_username",
    "email",
    "email_verified",
];

#[cfg(test)]
mod tests;
