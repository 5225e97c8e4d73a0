//! TLS of our own. A connection is counted for its source before the handshake (DOS-02): hosts that connect and say
//! nothing would otherwise take the places of everybody's handshakes. For that reason this is put together from the
//! parts of `HttpServer`, which tells of a connection only after the handshake.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::{HttpService, Protocol};
use actix_server::GracefulShutdownSignal;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::rt::net::TcpStream;
use actix_web::{App, Error};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::{Patience, StartError, Tls};
use crate::http::peers::{Held, Peers};
use crate::http::trace::Ended;

/// A connection after its handshake, and the place that it takes of its source's.
pub(crate) struct Guarded {
    stream: TlsStream<TcpStream>,
    #[expect(dead_code, reason = "given back with the connection")]
    held: Held,
}

/// What serves the connections of a worker.
pub(crate) fn service<T, B>(
    application: App<T>,
    acceptor: TlsAcceptor,
    peers: Arc<Peers>,
    patience: Patience,
    signal: GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = io::Error, InitError = ()>
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    T::Future: 'static,
    B: MessageBody + 'static,
{
    let http = HttpService::build()
        .graceful_shutdown_signal(move || {
            let signal = signal.clone();
            async move { signal.notified().await }
        })
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(patience.head)
        .client_disconnect_timeout(patience.head)
        .on_connect_ext(|_: &Guarded, extensions| {
            extensions.insert(Ended::default());
        })
        .finish(map_config(application.into_factory().map_err(|e| e.error_response()), |()| {
            AppConfig::default()
        }))
        .map_err(|error| io::Error::other(error.to_string()));
    fn_service(move |stream: TcpStream| {
        let (acceptor, peers) = (acceptor.clone(), Arc::clone(&peers));
        async move { greet(stream, &acceptor, &peers, patience.head).await }
    })
    .and_then(http)
}

/// Counts, then shakes hands.
async fn greet(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    peers: &Arc<Peers>,
    patience: Duration,
) -> io::Result<(Guarded, Protocol, Option<std::net::SocketAddr>)> {
    let peer = stream.peer_addr()?;
    let held = peers.admit(peer.ip().to_canonical()).ok_or(io::ErrorKind::ConnectionRefused)?;
    stream.set_nodelay(true)?;
    let stream = tokio::time::timeout(patience, acceptor.accept(stream)).await??;
    Ok((Guarded { stream, held }, Protocol::Http1, Some(peer)))
}

/// Between two requests of a connection.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Reads chain and key.
pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, StartError> {
    let bad = |e: &dyn std::fmt::Display| StartError::Tls(e.to_string());
    let chain =
        CertificateDer::pem_slice_iter(&tls.chain).collect::<Result<Vec<_>, _>>().map_err(|e| bad(&e))?;
    let key = PrivateKeyDer::from_pem_slice(&tls.key).map_err(|e| bad(&e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| bad(&e))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| bad(&e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
