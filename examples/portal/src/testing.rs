//! A small issuer for the tests: discovery, keys and a token endpoint that says what the test wants.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Data, Form};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// What the issuer does and has seen.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) issuer: String,
    pub(crate) claims: Value,
    pub(crate) key: EcdsaKeyPair,
    pub(crate) kid: String,
    /// Forms that came to the token endpoint, with the `Authorization` header.
    pub(crate) asked: Vec<(String, Vec<(String, String)>)>,
    pub(crate) key_requests: usize,
}

pub(crate) type Shared = Arc<Mutex<State>>;

#[expect(clippy::disallowed_methods, reason = "keys of a test")]
pub(crate) fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

/// Starts an issuer on port 0; it runs until the test's runtime ends.
pub(crate) fn issuer() -> Shared {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}/tenant/v2.0", listener.local_addr().unwrap());
    let (key, kid) = (new_key(), "k1".to_owned());
    let state = State { issuer, claims: Value::Null, key, kid, asked: vec![], key_requests: 0 };
    let shared: Shared = Arc::new(Mutex::new(state));
    let data = Data::from(shared.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .route("/tenant/v2.0/.well-known/openid-configuration", web::get().to(discovery))
            .route("/keys", web::get().to(keys))
            .route("/token", web::post().to(token))
    });
    actix_web::rt::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
    shared
}

async fn discovery(state: Data<Mutex<State>>) -> HttpResponse {
    let issuer = state.lock().unwrap().issuer.clone();
    let base = issuer.trim_end_matches("/tenant/v2.0");
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
        "end_session_endpoint": format!("{base}/logout"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(state: Data<Mutex<State>>) -> HttpResponse {
    let mut state = state.lock().unwrap();
    state.key_requests += 1;
    let public = state.key.public_key().as_ref();
    let (x, y) = (BASE64URL_NOPAD.encode(&public[1..33]), BASE64URL_NOPAD.encode(&public[33..]));
    let key =
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": state.kid, "x": x, "y": y});
    HttpResponse::Ok().json(json!({"keys": [key]}))
}

#[expect(clippy::disallowed_methods, reason = "ECDSA needs randomness")]
async fn token(
    state: Data<Mutex<State>>,
    request: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> HttpResponse {
    let mut state = state.lock().unwrap();
    let authorization = request.headers().get("Authorization").unwrap().to_str().unwrap().to_owned();
    state.asked.push((authorization, form.into_inner()));
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&json!({"alg": "ES256", "kid": state.kid})), part(&state.claims));
    let signature = state.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    let id_token = format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()));
    HttpResponse::Ok()
        .json(json!({"access_token": "at", "token_type": "Bearer", "expires_in": 600, "id_token": id_token}))
}
