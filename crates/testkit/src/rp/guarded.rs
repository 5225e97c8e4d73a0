//! The HTTP client of the relying party: to the issuer's own origin only, and never along a redirect (FED-12).

use std::pin::Pin;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use crate::rp::{RpError, refused};

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Guarded {
    client: reqwest::Client,
    issuer: Url,
}

/// Why a request was not made, or had no answer.
#[derive(Debug)]
pub(super) struct Failure(String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl Guarded {
    pub(super) fn new(issuer: &str) -> Result<Self, RpError> {
        crate::install_crypto();
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Ok(Self { client: client.map_err(refused)?, issuer: Url::parse(issuer).map_err(refused)? })
    }

    async fn call(self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure(error.to_string());
        let url = Url::parse(&request.uri().to_string()).map_err(|error| failed(&error))?;
        if url.origin() != self.issuer.origin() {
            return Err(Failure(format!("{url} lies outside the issuer's origin")));
        }
        let (parts, body) = request.into_parts();
        let sending = self.client.request(parts.method, url).headers(parts.headers).body(body).send();
        let answer = sending.await.map_err(|error| failed(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(|error| failed(&error))?;
        let mut response = HttpResponse::new(body.to_vec());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Guarded {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.clone().call(request))
    }
}
