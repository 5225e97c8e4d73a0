//! A relying party on the `openidconnect` crate: a real client library decides whether what we answer is right.

mod ask;
mod callbacks;
mod guarded;

use std::sync::Arc;

use openidconnect::core::{CoreClient, CoreErrorResponseType, CoreIdToken, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl, RefreshToken, RequestTokenError,
    StandardErrorResponse, TokenResponse,
};
use serde_json::{Map, Value};
use url::Url;
use vestibule_core::Clock;

pub use ask::Ask;
pub use callbacks::{Callback, Callbacks};
use guarded::Guarded;

/// What an application was given when it was registered.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The tenant's issuer, in GUID form.
    pub issuer: String,
    /// `client_id`.
    pub client_id: String,
    /// The secret of a confidential client.
    pub client_secret: Option<String>,
    /// Where it wants browsers back.
    pub redirect_uri: String,
    /// Whether the secret is sent in the form (`client_secret_post`) instead of by Basic.
    pub secret_in_form: bool,
}

/// An application that has read the discovery document.
#[derive(Debug)]
pub struct Rp {
    registration: Registration,
    metadata: ProviderMetadataWithLogout,
    http: Guarded,
    clock: Arc<dyn Clock>,
}

/// A request that a browser is sent off with, and what the application keeps of it.
#[derive(Debug, Clone)]
pub struct AuthorizeRequest {
    /// Where the browser goes.
    pub url: Url,
    /// `state`.
    pub state: String,
    /// `nonce`.
    pub nonce: String,
    /// The PKCE verifier, unless the request goes without.
    pub verifier: Option<String>,
}

/// What the library took as proven.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The ID token as it came.
    pub id_token: String,
    /// Its claims, after the library checked signature, `iss`, `aud`, `exp`, `nonce` and `at_hash`.
    pub claims: Map<String, Value>,
    /// For userinfo.
    pub access_token: String,
    /// Where `offline_access` was granted.
    pub refresh_token: Option<String>,
    /// The scopes that were granted.
    pub scope: Vec<String>,
}

/// Why the application did not accept what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RpError {
    /// The provider's error code, from the callback or the token endpoint.
    OAuth(String),
    /// What the library or the wire said.
    Refused(String),
}

impl Rp {
    /// Reads discovery document and keys as the library does, with the time of the test.
    pub async fn discover(registration: Registration, clock: Arc<dyn Clock>) -> Result<Self, RpError> {
        let http = Guarded::new(&registration.issuer)?;
        let issuer = IssuerUrl::new(registration.issuer.clone()).map_err(refused)?;
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &http).await.map_err(refused)?;
        Ok(Self { registration, metadata, http, clock })
    }

    /// The discovery document, as the library understood it.
    pub fn metadata(&self) -> &ProviderMetadataWithLogout {
        &self.metadata
    }

    /// What it was registered as.
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// The start of an authorization request: `openid profile email`, PKCE S256, state and nonce.
    pub fn asks(&self) -> Ask {
        Ask::new(self.metadata.authorization_endpoint().url(), &self.registration)
    }

    /// Checks `state` and `iss` of a callback, exchanges the code and checks the ID token.
    pub async fn exchange(&self, asked: &AuthorizeRequest, came: &Callback) -> Result<SignedIn, RpError> {
        if let Some(error) = came.get("error") {
            return Err(RpError::OAuth(error.to_owned()));
        }
        if came.get("state") != Some(&asked.state) {
            return Err(refused("the state is not the one that was sent"));
        }
        if came.get("iss") != Some(&self.registration.issuer) {
            return Err(refused("iss is not the issuer that was asked (RFC 9207)"));
        }
        let code = came.get("code").ok_or_else(|| refused("no code"))?;
        self.exchange_code(code, asked).await
    }

    /// Exchanges a code, however it was come by.
    pub async fn exchange_code(&self, code: &str, asked: &AuthorizeRequest) -> Result<SignedIn, RpError> {
        let client = self.client()?;
        let mut request = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(refused)?;
        if let Some(verifier) = &asked.verifier {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
        }
        let answer = request.request_async(&self.http).await.map_err(token_error)?;
        let id_token = answer.id_token().ok_or_else(|| refused("no ID token"))?;
        self.check(id_token, answer.access_token(), Some(&asked.nonce))?;
        Ok(signed_in(id_token, &answer))
    }

    /// Uses a refresh token; the new ID token, if there is one, is checked too (without a nonce, as it must be).
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, RpError> {
        let client = self.client()?;
        let token = RefreshToken::new(refresh_token.to_owned());
        let request = client.exchange_refresh_token(&token).map_err(refused)?;
        let answer = request.request_async(&self.http).await.map_err(token_error)?;
        let id_token = answer.id_token().ok_or_else(|| refused("no ID token"))?;
        self.check(id_token, answer.access_token(), None)?;
        Ok(signed_in(id_token, &answer))
    }

    /// Asks userinfo; the library checks that `sub` is the one of the ID token.
    pub async fn userinfo(&self, signed_in: &SignedIn) -> Result<Value, RpError> {
        let sub = signed_in.claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let sub = openidconnect::SubjectIdentifier::new(sub.to_owned());
        let client = self.client()?;
        let token = AccessToken::new(signed_in.access_token.clone());
        let request = client.user_info(token, Some(sub)).map_err(refused)?;
        let claims: openidconnect::core::CoreUserInfoClaims =
            request.request_async(&self.http).await.map_err(refused)?;
        serde_json::to_value(claims).map_err(refused)
    }

    /// Where a browser is sent to sign out.
    pub fn logout_url(&self, parameters: &[(&str, &str)]) -> Option<Url> {
        let endpoint = self.metadata.additional_metadata().end_session_endpoint.as_ref()?;
        let mut url = endpoint.url().clone();
        url.query_pairs_mut().extend_pairs(parameters);
        Some(url)
    }

    fn check(&self, token: &CoreIdToken, access: &AccessToken, nonce: Option<&str>) -> Result<(), RpError> {
        let client = self.client()?;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([
                CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            ])
            .set_time_fn(|| self.clock.now());
        let claims = match nonce {
            Some(text) => token.claims(&verifier, &Nonce::new(text.to_owned())),
            None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
        };
        let claims = claims.map_err(refused)?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(refused)?;
            let key = token.signing_key(&verifier).map_err(refused)?;
            let actual =
                openidconnect::AccessTokenHash::from_token(access, algorithm, key).map_err(refused)?;
            if actual != *expected {
                return Err(refused("at_hash does not match the access token"));
            }
        }
        Ok(())
    }

    fn client(&self) -> Result<Client, RpError> {
        let secret = self.registration.client_secret.clone().map(ClientSecret::new);
        let redirect = RedirectUrl::new(self.registration.redirect_uri.clone()).map_err(refused)?;
        let auth = if self.registration.secret_in_form { AuthType::RequestBody } else { AuthType::BasicAuth };
        let id = ClientId::new(self.registration.client_id.clone());
        Ok(CoreClient::from_provider_metadata(self.metadata.clone(), id, secret)
            .set_redirect_uri(redirect)
            .set_auth_type(auth))
    }
}

/// The library's client after discovery: token and userinfo endpoints may be missing there.
type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

fn signed_in(id_token: &CoreIdToken, answer: &openidconnect::core::CoreTokenResponse) -> SignedIn {
    let text = id_token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap_or_default();
    SignedIn {
        claims: serde_json::from_slice(&bytes).unwrap_or_default(),
        id_token: text,
        access_token: answer.access_token().secret().clone(),
        refresh_token: answer.refresh_token().map(|token| token.secret().clone()),
        scope: answer.scopes().into_iter().flatten().map(|scope| scope.to_string()).collect(),
    }
}

fn refused(reason: impl std::fmt::Display) -> RpError {
    RpError::Refused(reason.to_string())
}

fn token_error<E>(error: RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>) -> RpError
where
    E: std::error::Error + 'static,
{
    match error {
        RequestTokenError::ServerResponse(answer) => RpError::OAuth(answer.error().to_string()),
        other => {
            refused(format!("{other}: {:?}", std::error::Error::source(&other).map(ToString::to_string)))
        }
    }
}

#[cfg(test)]
mod tests;
