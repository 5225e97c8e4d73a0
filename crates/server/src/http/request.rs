//! What handlers take from a request: context, cookies, language, nonce; and who may post.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, web};
use vestibule_app::cookies::Jar;
use vestibule_app::{Context, Error, Problem};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::InteractionId;
use vestibule_core::urls::parse_locator;
use vestibule_oidc::params::Params;
use vestibule_ui::Lang;

use crate::http::client_address;
use crate::state::State;

/// A request, read once.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// For use cases.
    pub(crate) ctx: Context,
    pub(crate) jar: Jar,
    /// The page's language.
    pub(crate) lang: Lang,
    /// A language chosen by this request, to be kept.
    pub(crate) chosen: Option<Lang>,
    /// The tenant's part of the path.
    pub(crate) segment: String,
    /// The query, parsed; empty where it cannot be.
    pub(crate) query: Params,
    /// Of the page's scripts.
    pub(crate) nonce: String,
}

impl Incoming {
    /// Reads a request.
    pub(crate) fn read(state: &State, req: &HttpRequest) -> Self {
        let app = state.app.as_ref();
        let cookies = || req.headers().get_all(header::COOKIE).map(header::HeaderValue::as_bytes);
        let query = Params::parse(req.query_string()).or_else(|_| Params::parse("")).unwrap_or_default();
        let text = |name: HeaderName| req.headers().get(name).and_then(|v| v.to_str().ok());
        let locales: Vec<String> = query
            .get("ui_locales")
            .unwrap_or_default()
            .split(' ')
            .filter(|l| (1..36).contains(&l.len()))
            .take(8)
            .map(ToOwned::to_owned)
            .collect();
        let chosen_before = state.names.language(cookies());
        let catalogue = &state.ui.catalogue;
        let lang =
            catalogue.negotiate(&locales, chosen_before.as_deref(), text(header::ACCEPT_LANGUAGE), None);
        let chosen =
            (!locales.is_empty()).then_some(lang).filter(|l| chosen_before.as_deref() != Some(l.tag()));
        let forwarded = req.headers().get_all("x-forwarded-for").filter_map(|v| v.to_str().ok());
        let source = client_address::resolve(req.peer_addr(), &state.trusted_proxies, forwarded);
        let browser = crate::http::browser::name(text(header::USER_AGENT));
        let ctx =
            Context::new(app.clock.as_ref(), app.random.as_ref(), source, browser, lang.tag().to_owned());
        let mut noise = [0_u8; 16];
        app.random.fill(&mut noise);
        Self {
            ctx,
            jar: state.names.read(cookies()),
            lang,
            chosen,
            segment: req.match_info().get("tenant").unwrap_or_default().to_owned(),
            query,
            nonce: data_encoding::BASE64URL_NOPAD.encode(&noise),
        }
    }

    /// The interaction that `?i=` names.
    pub(crate) fn interaction(&self) -> Result<InteractionId, Error> {
        self.query.get("i").and_then(parse_locator).ok_or_else(|| ErrorCode::InteractionUnknown.into())
    }
}

/// Whether a POST on a cookie route comes from our own pages (WEB-01): by `Sec-Fetch-Site`, else by `Origin`; where both
/// are absent (or `Origin` is `null`), the form's token alone decides.
pub(crate) fn own_page(state: &State, req: &HttpRequest) -> Result<(), Error> {
    let text = |name: &str| req.headers().get(name).map(|v| v.to_str().unwrap_or("?"));
    let refused = || Err(Problem::new(ErrorCode::Csrf).into());
    match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin"), _) | (None, Some("null") | None) => Ok(()),
        (None, Some(origin)) if origin == state.app.urls.base() => Ok(()),
        (Some(_), _) | (None, Some(_)) => refused(),
    }
}

/// The shared state.
pub(crate) type Shared = web::Data<State>;
