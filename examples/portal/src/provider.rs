//! The issuer, as the `openidconnect` library sees it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClaimsVerificationError,
    ClientId, ClientSecret, CsrfToken, EndSessionUrl, IssuerUrl, LoginHint, LogoutRequest, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata,
    RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::sleep;
use url::Url;

use crate::fetch::Fetch;
use crate::random::NoRandomness;
use crate::{CALLBACK_PATH, Clock, ConfigError, SIGNED_OUT_PATH, random};

/// How long discovery document and keys are believed without asking again.
const METADATA_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// How often discovery is tried at one sign-in.
const DISCOVERY_TRIES: u32 = 3;
/// The pause between two tries.
const DISCOVERY_PAUSE: std::time::Duration = std::time::Duration::from_millis(400);

/// What the discovery document says beyond the library's own fields.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Extra {
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What was registered with the issuer, and where we are.
pub(crate) struct Registration {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) public_url: String,
    pub(crate) ca_pem: Option<Vec<u8>>,
    pub(crate) form_post: bool,
    pub(crate) clock: Clock,
}

/// Why a sign-in does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RpError {
    /// The issuer does not answer, or not as it should.
    #[error("the issuer cannot be reached: {0}")]
    Unreachable(String),
    /// The response is not from our issuer (RFC 9207).
    #[error("the response is not from our issuer")]
    Issuer,
    /// The code was not exchanged for tokens.
    #[error("the code was not accepted: {0}")]
    Code(String),
    /// The ID token does not prove what it should.
    #[error("the ID token was not accepted: {0}")]
    Token(String),
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

/// A sign-in that has begun: where to send the browser, and what to remember.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) url: Url,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

/// What was proven.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(crate) id_token: String,
    pub(crate) claims: Map<String, Value>,
    pub(crate) expires: DateTime<Utc>,
}

/// The portal in its role of relying party.
#[derive(Debug)]
pub(crate) struct RelyingParty {
    fetch: Fetch,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    after_sign_out: PostLogoutRedirectUrl,
    form_post: bool,
    clock: Clock,
    known: Mutex<Option<(Arc<Metadata>, DateTime<Utc>)>>,
}

impl RelyingParty {
    pub(crate) fn new(registration: Registration) -> Result<Self, ConfigError> {
        let Registration { issuer, client_id, client_secret, public_url, ca_pem, form_post, clock } =
            registration;
        let redirect = format!("{public_url}{CALLBACK_PATH}");
        let after_sign_out = format!("{public_url}{SIGNED_OUT_PATH}");
        Ok(Self {
            fetch: Fetch::new(ca_pem.as_deref())?,
            issuer: IssuerUrl::new(issuer).map_err(|_| ConfigError::Issuer)?,
            client_id: ClientId::new(client_id),
            client_secret: ClientSecret::new(client_secret),
            redirect: RedirectUrl::new(redirect).map_err(|_| ConfigError::PublicUrl)?,
            after_sign_out: PostLogoutRedirectUrl::new(after_sign_out).map_err(|_| ConfigError::PublicUrl)?,
            form_post,
            clock,
            known: Mutex::default(),
        })
    }

    /// Begins a sign-in: code flow with PKCE S256, `state` and `nonce`.
    pub(crate) async fn begin(&self, login_hint: Option<String>) -> Result<Begun, RpError> {
        let metadata = self.metadata().await?;
        let (state, nonce) = (random::token()?, random::token()?);
        let verifier = PkceCodeVerifier::new(random::token()?);
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client_id.clone(), None)
            .set_redirect_uri(self.redirect.clone());
        let (csrf, once) = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || csrf, move || once)
            .add_scope(Scope::new("profile".to_owned()))
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(hint) = login_hint {
            request = request.set_login_hint(LoginHint::new(hint));
        }
        if self.form_post {
            request = request.add_extra_param("response_mode", "form_post");
        }
        let (url, _, _) = request.url();
        Ok(Begun { url, state, nonce, verifier: verifier.into_secret() })
    }

    /// Whether a response is from our issuer (RFC 9207): `iss` is ours where it stands, and stands where it is promised.
    pub(crate) async fn check_issuer(&self, iss: Option<&str>) -> Result<(), RpError> {
        match iss {
            Some(iss) if iss == self.issuer.as_str() => Ok(()),
            Some(_) => Err(RpError::Issuer),
            None if self
                .metadata()
                .await?
                .additional_metadata()
                .authorization_response_iss_parameter_supported =>
            {
                Err(RpError::Issuer)
            }
            None => Ok(()),
        }
    }

    /// Exchanges the code and verifies the ID token: signature, `iss`, `aud`, `exp`, `nonce`, `at_hash`.
    pub(crate) async fn finish(
        &self,
        code: String,
        verifier: String,
        nonce: String,
    ) -> Result<Proven, RpError> {
        let metadata = self.metadata().await?;
        let secret = Some(self.client_secret.clone());
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client_id.clone(), secret)
            .set_redirect_uri(self.redirect.clone());
        let http = |request| self.fetch.send(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| RpError::Unreachable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&http)
            .await
            .map_err(|error| RpError::Code(error.to_string()))?;
        let id_token = answer.id_token().ok_or_else(|| RpError::Token("there is none".to_owned()))?;
        let nonce = Nonce::new(nonce);
        let claims = match self.verified(&metadata, id_token, &nonce, answer.access_token()) {
            // Signed by a key that is newer than what we have: ask for the keys once more.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                self.forget().await;
                let metadata = self.metadata().await?;
                self.verified(&metadata, id_token, &nonce, answer.access_token())
            }
            other => other,
        };
        let claims = claims.map_err(|error| RpError::Token(error.to_string()))?;
        let text = id_token.to_string();
        let all = payload(&text).ok_or_else(|| RpError::Token("it is no JWT".to_owned()))?;
        Ok(Proven { expires: claims.expiration(), claims: all, id_token: text })
    }

    fn verified(
        &self,
        metadata: &Metadata,
        id_token: &CoreIdToken,
        nonce: &Nonce,
        access_token: &AccessToken,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let client = CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), None);
        let clock = self.clock.clone();
        // A public client's verifier: with the secret at hand the library would take HMAC signatures too.
        let verifier =
            client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || clock.now());
        let claims = id_token.claims(&verifier, nonce)?.clone();
        if let Some(expected) = claims.access_token_hash() {
            let other = |error: String| ClaimsVerificationError::Other(error);
            let key = id_token.signing_key(&verifier).map_err(|error| other(error.to_string()))?;
            let algorithm = id_token.signing_alg().map_err(|error| other(error.to_string()))?;
            let actual = AccessTokenHash::from_token(access_token, algorithm, key)
                .map_err(|error| other(error.to_string()))?;
            if actual != *expected {
                return Err(other("at_hash does not fit".to_owned()));
            }
        }
        Ok(claims)
    }

    /// Where to sign out at the issuer; `None` if it has no such place.
    pub(crate) async fn sign_out(&self, id_token: &str) -> Option<Url> {
        let endpoint = self.metadata().await.ok()?.additional_metadata().end_session_endpoint.clone()?;
        let mut request = LogoutRequest::from(endpoint)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.after_sign_out.clone());
        if let Ok(token) = id_token.parse::<CoreIdToken>() {
            request = request.set_id_token_hint(&token);
        }
        Some(request.http_get_url())
    }

    async fn forget(&self) {
        *self.known.lock().await = None;
    }

    /// The discovery document and keys, asked for when they are needed: at the first sign-in and every 15 minutes.
    async fn metadata(&self) -> Result<Arc<Metadata>, RpError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some((metadata, at)) = known.as_ref()
            && (now - *at).abs() < METADATA_LIFETIME
        {
            return Ok(metadata.clone());
        }
        let mut tries = 1;
        loop {
            let http = |request| self.fetch.send(request);
            match Metadata::discover_async(self.issuer.clone(), &http).await {
                Ok(metadata) => {
                    let metadata = Arc::new(metadata);
                    *known = Some((metadata.clone(), now));
                    return Ok(metadata);
                }
                Err(error) if tries == DISCOVERY_TRIES => {
                    return Err(RpError::Unreachable(error.to_string()));
                }
                Err(_) => tries += 1,
            }
            sleep(DISCOVERY_PAUSE).await;
        }
    }
}

/// Asymmetric signatures only.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The claims of a token that was verified before, all of them.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let part = token.split('.').nth(1)?;
    let bytes = data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok()
}
