//! Around every request: the host check, the common headers, the access log and the counters.

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

use super::{body, headers};
use crate::http::request::Shared;
use crate::routes;
use crate::state::State;

/// The middleware.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around;

impl<S, B> Transform<S, ServiceRequest> for Around
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = Inner<S>;
    type InitError = ();
    type Future = std::future::Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        std::future::ready(Ok(Inner { service: Rc::new(service) }))
    }
}

pub(crate) struct Inner<S> {
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for Inner<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    forward_ready!(service);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let began = now();
        Box::pin(async move {
            let Some(state) = req.app_data::<web::Data<State>>().cloned() else {
                return Ok(req.into_response(HttpResponse::InternalServerError()).map_into_right_body());
            };
            let mut response = if req.conn_data::<Ended>().is_some_and(Ended::is) {
                let answer = HttpResponse::BadRequest().force_close().finish();
                req.into_response(answer).map_into_right_body()
            } else if let Some(refused) = misdirected(&state, &req) {
                req.into_response(refused).map_into_right_body()
            } else if let Err(status) = readable(&state, &mut req).await {
                let answer = routes::unreadable(&state, req.request(), status);
                end(&req);
                req.into_response(answer).map_into_right_body()
            } else {
                service.call(req).await?.map_into_left_body()
            };
            for (name, value) in headers::common(state.app.urls.loopback()) {
                if !response.headers().contains_key(&name) {
                    response.headers_mut().insert(name, value);
                }
            }
            if !response.headers().contains_key(header::CONTENT_SECURITY_POLICY) {
                let bare = header::HeaderValue::from_static(headers::BARE_POLICY);
                response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, bare);
            }
            note(&state, &response, began);
            Ok(response)
        })
    }
}

/// Of a connection: whether an answer said that it ends. What was sent after such a request is not looked at: the library
/// has read it already and would hand it on (WEB-12).
#[derive(Debug, Default)]
pub(crate) struct Ended(AtomicBool);

impl Ended {
    fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn end(req: &ServiceRequest) {
    if let Some(ended) = req.conn_data::<Ended>() {
        ended.0.store(true, Ordering::Relaxed);
    }
}

/// N-20, before anything is parsed.
async fn readable(state: &Shared, req: &mut ServiceRequest) -> Result<(), StatusCode> {
    if req.uri().path_and_query().map_or(0, |p| p.as_str().len()) > vestibule_core::numbers::MAX_URI {
        return Err(StatusCode::URI_TOO_LONG);
    }
    body::read(req, state.patience).await
}

/// WEB-12: another host than ours is misdirected; two, or one that contradicts an absolute target, is malformed.
fn misdirected(state: &State, req: &ServiceRequest) -> Option<HttpResponse> {
    let mut hosts = req.headers().get_all(header::HOST);
    let (first, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        end(req);
        return Some(HttpResponse::BadRequest().force_close().finish());
    }
    let host = first
        .and_then(|h| h.to_str().ok())
        .or_else(|| req.uri().authority().map(actix_web::http::uri::Authority::as_str));
    let ours = state.app.urls.authority();
    if let (Some(authority), Some(host)) = (req.uri().authority(), first.and_then(|h| h.to_str().ok()))
        && authority.as_str() != host
    {
        end(req);
        return Some(HttpResponse::BadRequest().force_close().finish());
    }
    let good = host.is_some_and(|h| h.eq_ignore_ascii_case(ours));
    (!good).then(|| HttpResponse::build(StatusCode::MISDIRECTED_REQUEST).finish())
}

/// The access log: the route's pattern instead of the path, so that no token, code or query stands in it (LNK-03, OTP-20).
fn note<B>(state: &State, response: &ServiceResponse<B>, began: std::time::Instant) {
    let took = began.elapsed();
    let route = response.request().match_pattern().unwrap_or_else(|| "none".into());
    let status = response.status().as_u16();
    state.metrics.answered(&route, status, took.as_secs_f64());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(target: "access", method = %response.request().method(), route, status, micros);
}

#[expect(clippy::disallowed_methods, reason = "latency for metrics and the access log")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}
