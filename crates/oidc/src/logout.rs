//! RP-initiated logout requests (OpenID Connect RP-Initiated Logout 1.0).
//!
//! Parsing decides nothing: whether the hint is good ([`crate::verify`]), whether a button comes first (SES-12) and
//! whether the URI is registered for the client so proven (OID-14, [`crate::redirect::post_logout_matches`]) is asked after.

use vestibule_core::numbers::STATE_MAX;

use crate::authorize::ui_locales;
use crate::params::{Params, ParamsError};
use crate::redirect::{SafeUrl, add_query};

/// Why a logout request is refused on a page of ours; there is never a redirect with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoutError {
    /// The query or form could not be read.
    #[error("the request is malformed: {0}")]
    Params(#[from] ParamsError),
    /// A parameter stands twice (WEB-14).
    #[error("a parameter is given more than once")]
    Repeated,
    /// `state` is longer than 2 KiB.
    #[error("state is too long")]
    StateTooLong,
}

/// A logout request. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogoutRequest {
    /// `id_token_hint`: proves the client and names the session, once verified (OID-13).
    pub id_token_hint: Option<String>,
    /// `post_logout_redirect_uri` as sent.
    pub post_logout_redirect_uri: Option<String>,
    /// `state`, for the redirect.
    pub state: Option<String>,
    /// `client_id`: says which client, without proof.
    pub client_id: Option<String>,
    /// `logout_hint`: who is to be signed out; dropped when overlong.
    pub logout_hint: Option<String>,
    /// `ui_locales` reduced to the languages that exist here.
    pub ui_locales: Vec<String>,
}

impl LogoutRequest {
    /// Reads a query or form; all parameters are optional.
    pub fn parse(params: &Params) -> Result<Self, LogoutError> {
        if params.repeated().is_some() {
            return Err(LogoutError::Repeated);
        }
        let text = |name| params.get(name).map(str::to_owned);
        let state = text("state");
        if state.as_ref().is_some_and(|state| state.len() > STATE_MAX) {
            return Err(LogoutError::StateTooLong);
        }
        Ok(Self {
            id_token_hint: text("id_token_hint"),
            post_logout_redirect_uri: text("post_logout_redirect_uri"),
            state,
            client_id: text("client_id"),
            logout_hint: text("logout_hint").filter(|hint| hint.len() <= STATE_MAX),
            ui_locales: ui_locales(params.get("ui_locales")),
        })
    }

    /// The `Location` after the sign-out: the registered URI with the same `state` and nothing else.
    pub fn location(&self, uri: &SafeUrl) -> String {
        let state: Vec<(&str, &str)> =
            self.state.as_deref().map(|state| ("state", state)).into_iter().collect();
        add_query(uri.as_str(), &state)
    }
}

#[cfg(test)]
mod tests;
