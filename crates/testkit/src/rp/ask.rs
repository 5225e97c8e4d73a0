//! What an application asks for.

use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use url::Url;

use crate::random::SeededRandom;
use crate::rp::{AuthorizeRequest, Registration};
use vestibule_core::random::secret_256;

/// An authorization request in the making. Parameters are a list, so that a test can also send one twice or none.
#[derive(Debug, Clone)]
pub struct Ask {
    endpoint: Url,
    params: Vec<(String, String)>,
    verifier: Option<String>,
    state: String,
    nonce: String,
}

impl Ask {
    pub(super) fn new(endpoint: &Url, registration: &Registration) -> Self {
        let random = SeededRandom::new(seed());
        let draw = || secret_256(&random).expose().to_owned();
        let (state, nonce, verifier) = (draw(), draw(), draw());
        let ask = Self { endpoint: endpoint.clone(), params: Vec::new(), verifier: None, state, nonce };
        let (state, nonce) = (ask.state.clone(), ask.nonce.clone());
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let ask = ask
            .with("response_type", "code")
            .with("client_id", &registration.client_id)
            .with("redirect_uri", &registration.redirect_uri)
            .with("scope", "openid profile email")
            .with("state", &state)
            .with("nonce", &nonce)
            .with("code_challenge", challenge.as_str())
            .with("code_challenge_method", "S256");
        Self { verifier: Some(verifier), ..ask }
    }

    /// Sets a parameter, in place of the one that stands there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.params.retain(|(key, _)| key != name);
        self.and(name, value)
    }

    /// Adds a parameter, also one that is there already.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a parameter out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(key, _)| key != name);
        self
    }

    /// Goes without PKCE.
    #[must_use]
    pub fn without_pkce(self) -> Self {
        Self { verifier: None, ..self.without("code_challenge").without("code_challenge_method") }
    }

    /// Asks another endpoint, e.g. the one below a domain or `common`.
    #[must_use]
    pub fn at(self, endpoint: Url) -> Self {
        Self { endpoint, ..self }
    }

    /// The finished request.
    pub fn build(self) -> AuthorizeRequest {
        let mut url = self.endpoint;
        url.query_pairs_mut().extend_pairs(&self.params);
        AuthorizeRequest { url, state: self.state, nonce: self.nonce, verifier: self.verifier }
    }
}

/// A seed that differs from call to call: the address of a fresh box and the process would repeat, a UUID of the
/// kernel does not.
fn seed() -> u64 {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default();
    let digits = text.chars().filter(char::is_ascii_hexdigit).take(12).collect::<String>();
    u64::from_str_radix(&digits, 16).unwrap_or_default()
}
