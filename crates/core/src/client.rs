//! Applications (relying parties) as the directory knows them: definition, rules, addresses.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{ClientId, TenantId};
use crate::text_enum::text_enum;

text_enum! {
    /// What kind of program an application is (RFC 6749 section 2.1); fixed at creation.
    ApplicationType {
        /// On a server of its own; keeps a secret.
        Web = "web",
        /// In a browser; public.
        Spa = "spa",
        /// On a device; public.
        Native = "native",
    }
}

text_enum! {
    /// Whose users an application serves; fixed at creation.
    Audience {
        /// Those of its home tenant.
        Single = "single",
        /// Those of every tenant that has a service principal of it.
        Multi = "multi",
    }
}

text_enum! {
    /// What signs an application's ID tokens (KEY-01).
    SigningAlgorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256: the default.
        Rs256 = "RS256",
        /// ECDSA on P-256.
        Es256 = "ES256",
        /// RSASSA-PSS with SHA-256, by an RSA key of its own: a `kid` stands for one algorithm.
        Ps256 = "PS256",
        /// Ed25519.
        EdDsa = "EdDSA",
    }
}

text_enum! {
    /// Whether an application must send a PKCE challenge (DEV-6); public ones always must.
    PkceRule {
        /// Always.
        Required = "required",
        /// A challenge or a nonce.
        RequiredOrNonce = "requiredOrNonce",
        /// Neither; for certification runs.
        Optional = "optional",
    }
}

text_enum! {
    /// Which claims stand in the ID token and which only in userinfo.
    ClaimsLayout {
        /// As Entra: scope claims in the ID token too.
        Entra = "entra",
        /// As OpenID Connect Core: scope claims from userinfo.
        Standard = "standard",
    }
}

/// What may be changed of an application after its creation, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ApplicationSettings {
    /// PKCE rule.
    pub pkce: PkceRule,
    pub claims_layout: ClaimsLayout,
    /// Whether strangers may sign up at their first visit (just-in-time sign-up).
    pub sign_up: bool,
    /// Where *Back to the app* leads; the redirect URI's origin where there is none.
    pub homepage: Option<String>,
    /// `localhost` accepted as native loopback host (OID-02).
    pub localhost_redirects: bool,
    /// Keeps the opener for pop-ups (WEB-05).
    pub popups: bool,
    /// Response types beyond `code`: `code id_token`, `id_token` (OID-10).
    pub response_types: Vec<String>,
}

impl Default for ApplicationSettings {
    fn default() -> Self {
        Self {
            pkce: PkceRule::Required,
            claims_layout: ClaimsLayout::Entra,
            sign_up: false,
            homepage: None,
            localhost_redirects: false,
            popups: false,
            response_types: Vec::new(),
        }
    }
}

/// A registered redirect URI; `position` is never reused within its application, so a sealed interaction can name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    /// Its number within the application.
    pub position: i32,
    /// Compared byte for byte (OID-01).
    pub uri: String,
}

/// An application together with its presence in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub tenant: TenantId,
    /// The directory's id of the definition.
    pub id: Uuid,
    pub client_id: ClientId,
    /// What people read.
    pub name: String,
    /// What kind of program it is.
    pub kind: ApplicationType,
    /// Whose users it serves.
    pub audience: Audience,
    /// What pairwise subjects are computed by (architecture section 6).
    pub sector: String,
    /// What signs its ID tokens.
    pub algorithm: SigningAlgorithm,
    /// Whether it has no secret.
    pub public: bool,
    /// Whether definition and service principal are both switched on (CLA-05).
    pub enabled: bool,
    /// Registered redirect URIs.
    pub redirect_uris: Vec<RedirectUri>,
    /// Registered post-logout redirect URIs (OID-14).
    pub post_logout_redirect_uris: Vec<String>,
    /// The rest.
    pub settings: ApplicationSettings,
}
