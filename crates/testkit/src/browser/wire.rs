//! Requests on their way: one client, one request, one answer, nothing followed.

use std::net::SocketAddr;
use std::time::Duration;

use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use crate::browser::exchange::Exchange;
use crate::browser::http_browser::HttpOptions;
use crate::browser::{Stuck, stuck};
use crate::witness::Witness;

/// One request of a browser, before cookies and fetch headers are added.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Headers, which win over those that the browser would send.
    pub headers: HeaderMap,
    pub body: String,
}

impl Request {
    /// A GET.
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: String::new() }
    }

    /// A POST of a form.
    pub fn post(url: Url, body: String) -> Self {
        Self { method: Method::POST, url, headers: HeaderMap::new(), body }
    }

    /// The request that a redirect asks for.
    pub(super) fn redirected(self, status: StatusCode, url: Url) -> Self {
        let keeps = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        if keeps { Self { url, ..self } } else { Self::get(url) }
    }
}

/// The sockets of one browser.
#[derive(Debug)]
pub(super) struct Wire {
    client: reqwest::Client,
    via: Option<(Url, SocketAddr)>,
    witness: Witness,
}

impl Wire {
    pub(super) fn new(options: &HttpOptions) -> Self {
        crate::install_crypto();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .local_address(options.from)
            .no_proxy();
        for (host, address) in &options.hosts {
            builder = builder.resolve(host, *address);
        }
        if let Some(pem) = &options.ca_pem {
            let ca = reqwest::Certificate::from_pem(pem.as_bytes()).expect("a test makes valid certificates");
            builder = builder.tls_certs_only([ca]);
        }
        let via =
            options.via.as_ref().map(|(base, node)| (Url::parse(base).expect("a base URL is a URL"), *node));
        let client = builder.build().expect("a client with these few settings can be built");
        Self { client, via, witness: options.witness.clone() }
    }

    pub(super) async fn send(&self, request: &Request, mut headers: HeaderMap) -> Result<Exchange, Stuck> {
        let failed = |error: reqwest::Error| stuck(format!("{} {}: {error:?}", request.method, request.url));
        let mut target = request.url.clone();
        if let Some((base, node)) = &self.via
            && base.origin() == target.origin()
        {
            let host = HeaderValue::from_str(target.authority()).expect("an authority is ASCII");
            headers.insert(HOST, host);
            target
                .set_ip_host(node.ip())
                .and_then(|()| target.set_port(Some(node.port())))
                .expect("http has hosts");
        }
        let mut building = self.client.request(request.method.clone(), target).headers(headers.clone());
        if request.method != Method::GET {
            building = building.body(request.body.clone());
        }
        let answer = building.send().await.map_err(failed)?;
        let (status, answered) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(failed)?.to_vec();
        let exchange = Exchange {
            method: request.method.clone(),
            url: request.url.clone(),
            sent: headers,
            sent_body: request.body.clone(),
            status,
            headers: answered,
            body,
        };
        self.witness.note(&exchange);
        Ok(exchange)
    }
}
