//! The checks of an authorization request, in their order, each ending in one line of the fixed list.

use vestibule_core::client::{Application, ApplicationType, PkceRule, RedirectUri};
use vestibule_core::numbers::STATE_MAX;

use super::{
    AuthorizeRequest, Display, MAX_AGE_MAX, NONCE_MAX, Prompt, RequestError, RequestedClaims, ResponseMode,
    ResponseType, hints,
};
use crate::error::{OAuthErrorCode, text};
use crate::params::Params;
use crate::pkce;
use crate::scope::{self, OPENID};

/// Code and description of a fault.
pub(super) struct RequestRefusal(OAuthErrorCode, &'static str);

const fn invalid(description: &'static str) -> RequestRefusal {
    RequestRefusal(OAuthErrorCode::InvalidRequest, description)
}

/// Where an error goes. Read leniently, because the fault may lie in the very parameters that say it.
pub(super) struct ErrorReply {
    mode: ResponseMode,
    state: Option<String>,
}

impl ErrorReply {
    pub(super) fn of(params: &Params) -> Self {
        let once = |name| params.get(name).filter(|_| !params.is_repeated(name));
        // Also for the types that do not exist here: an application that asks for `token` listens to the fragment.
        let tokens =
            once("response_type").is_some_and(|t| t.split(' ').any(|v| v == "token" || v == "id_token"));
        let mode = match once("response_mode") {
            Some("form_post") => ResponseMode::FormPost,
            _ if tokens => ResponseMode::Fragment,
            _ => ResponseMode::Query,
        };
        Self { mode, state: once("state").filter(|state| state.len() <= STATE_MAX).map(str::to_owned) }
    }

    pub(super) fn error(self, RequestRefusal(code, description): RequestRefusal) -> RequestError {
        RequestError { code, description, mode: self.mode, state: self.state }
    }
}

pub(super) fn request(
    params: &Params,
    app: &Application,
    redirect: &RedirectUri,
    presented: &str,
) -> Result<AuthorizeRequest, RequestRefusal> {
    shape(params)?;
    let response_type = response_type(params, app)?;
    let response_mode = response_mode(params, response_type)?;
    let state = bounded(params, "state", STATE_MAX, text::STATE_TOO_LONG)?;
    let scopes = scopes(params)?;
    let nonce = bounded(params, "nonce", NONCE_MAX, text::NONCE_TOO_LONG)?;
    if nonce.as_ref().is_some_and(|nonce| nonce.contains('\0')) {
        return Err(invalid(text::NONCE_NUL)); // it is stored with the code, and PostgreSQL's texts have no NUL
    }
    if nonce.is_none() && response_type.gives_id_token() {
        return Err(invalid(text::NONCE_MISSING));
    }
    let challenge = challenge(params, app, response_type, nonce.is_some())?;
    let prompt = prompt(params)?;
    let max_age = max_age(params)?;
    let acr_values = hints::acr_values(params.get("acr_values")).ok_or(invalid(text::ACR_VALUES))?;
    let claims = params
        .get("claims")
        .map_or(Ok(RequestedClaims::default()), |claims| RequestedClaims::parse(claims).map_err(invalid))?;
    Ok(AuthorizeRequest {
        redirect_position: redirect.position,
        redirect_uri: (redirect.uri != presented).then(|| presented.to_owned()),
        response_type,
        response_mode,
        scopes,
        state,
        nonce,
        challenge,
        prompt,
        max_age,
        acr_values,
        login_hint: hints::login_hint(params.get("login_hint")),
        domain_hint: hints::domain_hint(params.get("domain_hint")),
        ui_locales: hints::ui_locales(params.get("ui_locales")),
        id_token_hint: params.get("id_token_hint").map(str::to_owned),
        display: display(params),
        claims,
    })
}

/// WEB-14, and what would change all the rest if it were followed (OID-15).
fn shape(params: &Params) -> Result<(), RequestRefusal> {
    if params.repeated().is_some() {
        return Err(invalid(text::REPEATED_PARAMETER));
    }
    if params.get("request").is_some() {
        return Err(RequestRefusal(OAuthErrorCode::RequestNotSupported, text::REQUEST_OBJECT));
    }
    if params.get("request_uri").is_some() {
        return Err(RequestRefusal(OAuthErrorCode::RequestUriNotSupported, text::REQUEST_URI));
    }
    if params.get("registration").is_some() {
        return Err(RequestRefusal(OAuthErrorCode::RegistrationNotSupported, text::REGISTRATION));
    }
    Ok(())
}

/// OID-10, OID-22.
fn response_type(params: &Params, app: &Application) -> Result<ResponseType, RequestRefusal> {
    let asked = params.get("response_type").ok_or(invalid(text::RESPONSE_TYPE_MISSING))?;
    let kind = ResponseType::parse(asked)
        .ok_or(RequestRefusal(OAuthErrorCode::UnsupportedResponseType, text::RESPONSE_TYPE_UNSUPPORTED))?;
    let allowed = kind == ResponseType::Code
        || app.settings.response_types.iter().any(|set| ResponseType::parse(set) == Some(kind));
    if allowed {
        Ok(kind)
    } else {
        Err(RequestRefusal(OAuthErrorCode::UnauthorizedClient, text::RESPONSE_TYPE_NOT_ALLOWED))
    }
}

/// OID-10: `fragment` not with plain `code`, `query` never with an ID token, nothing else at all.
fn response_mode(params: &Params, kind: ResponseType) -> Result<ResponseMode, RequestRefusal> {
    match (params.get("response_mode"), kind.gives_id_token()) {
        (Some("form_post"), _) => Ok(ResponseMode::FormPost),
        (None | Some("query"), false) => Ok(ResponseMode::Query),
        (None | Some("fragment"), true) => Ok(ResponseMode::Fragment),
        _ => Err(invalid(text::RESPONSE_MODE)),
    }
}

fn bounded(
    params: &Params,
    name: &str,
    max: usize,
    fault: &'static str,
) -> Result<Option<String>, RequestRefusal> {
    match params.get(name) {
        Some(value) if value.len() > max => Err(invalid(fault)),
        value => Ok(value.map(str::to_owned)),
    }
}

/// OID-17.
fn scopes(params: &Params) -> Result<Vec<String>, RequestRefusal> {
    let refusal = |description| RequestRefusal(OAuthErrorCode::InvalidScope, description);
    let scopes =
        scope::parse(params.get("scope").unwrap_or_default()).map_err(|_| refusal(text::SCOPE_INVALID))?;
    if scopes.iter().any(|s| s == OPENID) { Ok(scopes) } else { Err(refusal(text::SCOPE_OPENID)) }
}

/// OID-05, DEV-6. A type without code has nothing to protect.
fn challenge(
    params: &Params,
    app: &Application,
    kind: ResponseType,
    has_nonce: bool,
) -> Result<Option<String>, RequestRefusal> {
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => {
            return Ok(Some(challenge.to_owned()));
        }
        (Some(_), Some("S256")) => return Err(invalid(text::CHALLENGE_FORM)),
        (None, None) => {}
        _ => return Err(invalid(text::CHALLENGE_METHOD)),
    }
    let public = app.public || app.kind != ApplicationType::Web;
    match app.settings.pkce {
        _ if !kind.gives_code() => Ok(None),
        PkceRule::Optional if !public => Ok(None),
        PkceRule::RequiredOrNonce if !public && has_nonce => Ok(None),
        PkceRule::RequiredOrNonce if !public => Err(invalid(text::CHALLENGE_OR_NONCE)),
        _ => Err(invalid(text::CHALLENGE_REQUIRED)),
    }
}

/// OID-11; unknown values are refused (Initiating User Registration via OpenID Connect section 4.1).
fn prompt(params: &Params) -> Result<Prompt, RequestRefusal> {
    let mut prompt = Prompt::default();
    for value in params.get("prompt").unwrap_or_default().split(' ').filter(|v| !v.is_empty()) {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "select_account" => prompt.select_account = true,
            "consent" => prompt.consent = true,
            "create" => prompt.create = true,
            _ => return Err(invalid(text::PROMPT_UNKNOWN)),
        }
    }
    if prompt.none && prompt != (Prompt { none: true, ..Prompt::default() }) {
        return Err(invalid(text::PROMPT_NONE));
    }
    Ok(prompt)
}

/// OID-12: digits only, so no sign, point or exponent, and at most ten years.
fn max_age(params: &Params) -> Result<Option<u32>, RequestRefusal> {
    let Some(value) = params.get("max_age") else { return Ok(None) };
    let digits = value.len() <= 10 && value.bytes().all(|b| b.is_ascii_digit());
    let seconds = digits.then(|| value.parse().ok()).flatten().filter(|&s: &u32| s <= MAX_AGE_MAX);
    seconds.map(Some).ok_or(invalid(text::MAX_AGE))
}

fn display(params: &Params) -> Option<Display> {
    match params.get("display")? {
        "page" => Some(Display::Page),
        "popup" => Some(Display::Popup),
        "touch" => Some(Display::Touch),
        "wap" => Some(Display::Wap),
        _ => None,
    }
}
