//! Starting and stopping: listeners, workers, jobs.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App as Actix, HttpServer, web};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vestibule_app::App;
use vestibule_core::numbers as n;
use vestibule_jobs::outbox::Outbox;
use vestibule_jobs::{heartbeat, numbering, rotation, sweep};
use vestibule_signin::documents::Documents;
use vestibule_ui::Ui;

use crate::config::{ServerConfig, StartError, Tls};
use crate::http::cookies::Names;
use crate::http::peers::{Peers, connections_per_worker};
use crate::http::trace::{Around, Ended};
use crate::http::{problem, tls};
use crate::ops::management;
use crate::ops::metrics::Metrics;
use crate::routes;
use crate::state::State;

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    pub listen: SocketAddr,
    pub management: SocketAddr,
    /// Sends this node's mail, where it sends any.
    pub outbox: Option<Arc<Outbox>>,
    public: ServerHandle,
    private: ServerHandle,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Finishes what is under way and stops.
    pub async fn stop(self) {
        self.public.stop(true).await;
        self.private.stop(true).await;
        let _ = self.stop.send(true);
        for task in self.tasks {
            drop(task.await);
        }
    }
}

/// Starts serving; returns when both listeners accept.
pub fn start(app: Arc<App>, config: ServerConfig) -> Result<Running, StartError> {
    let (listen, management) = (config.listener.local_addr()?, config.management.local_addr()?);
    let ui = Arc::new(Ui::new()?);
    let outbox = config
        .transport
        .clone()
        .map(|transport| Arc::new(Outbox { app: Arc::clone(&app), ui: Arc::clone(&ui), transport }));
    let state = web::Data::new(State {
        ui,
        transport: config.transport,
        names: Names { loopback: app.urls.loopback() },
        app: Arc::clone(&app),
        documents: Documents::default(),
        trusted_proxies: config.trusted_proxies,
        metrics: Metrics::default(),
        mailbox: config.mailbox,
        patience: config.patience,
    });
    let peers = Peers::new(state.trusted_proxies.clone(), app.options.source_limits.clone());
    let public = public(state.clone(), peers, config.listener, config.tls, config.workers)?;
    let private = private(state, config.management)?;
    let (stop, stopped) = watch::channel(false);
    let handles = (public.handle(), private.handle());
    let mut tasks = vec![
        tokio::spawn(watched("public listener", public)),
        tokio::spawn(watched("management listener", private)),
    ];
    if config.jobs {
        if let Some(outbox) = &outbox {
            tasks.push(tokio::spawn(Arc::clone(outbox).run(stopped.clone())));
        }
        let name = node_name(listen);
        tasks.push(tokio::spawn(heartbeat::run(Arc::clone(&app), name, stopped.clone())));
        tasks.push(tokio::spawn(sweep::run(Arc::clone(&app), stopped.clone())));
        tasks.push(tokio::spawn(numbering::run(Arc::clone(&app), stopped.clone())));
        tasks.push(tokio::spawn(rotation::run(app, stopped)));
    }
    Ok(Running { listen, management, outbox, public: handles.0, private: handles.1, stop, tasks })
}

/// What operators know this process by.
fn node_name(listen: SocketAddr) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{host} ({listen})")
}

async fn watched(what: &'static str, server: actix_web::dev::Server) {
    if let Err(error) = server.await {
        tracing::error!(what, %error, "stopped");
    }
}

fn public(
    state: web::Data<State>,
    peers: Arc<Peers>,
    listener: TcpListener,
    tls: Option<Tls>,
    workers: usize,
) -> Result<actix_web::dev::Server, StartError> {
    let workers =
        if workers == 0 { std::thread::available_parallelism().map_or(2, usize::from) } else { workers };
    let (patience, most) = (state.patience, connections_per_worker(workers));
    if let Some(tls) = tls {
        let server = actix_server::Server::build()
            .workers(workers)
            .max_concurrent_connections(most)
            .shutdown_timeout(SHUTDOWN)
            .disable_signals();
        let (acceptor, signal) = (tls::acceptor(&tls)?, server.graceful_shutdown_signal());
        let service = move || {
            let (acceptor, peers) = (acceptor.clone(), Arc::clone(&peers));
            tls::service(application(state.clone()), acceptor, peers, patience, signal.clone())
        };
        return Ok(server.listen("public", listener, service)?.run());
    }
    let server = HttpServer::new(move || application(state.clone()))
        .client_request_timeout(patience.head)
        .client_disconnect_timeout(patience.head)
        .on_connect(move |io, extensions| {
            extensions.insert(Ended::default());
            peers.connected(io, extensions);
        })
        .keep_alive(tls::KEEP_ALIVE)
        .shutdown_timeout(SHUTDOWN)
        .workers(workers)
        .max_connections(most)
        .disable_signals();
    Ok(server.listen(listener)?.run())
}

/// What answers on the public listener.
fn application(
    state: web::Data<State>,
) -> Actix<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let mailbox = state.mailbox.is_some();
    Actix::new()
        .app_data(state)
        .app_data(web::PayloadConfig::new(n::MAX_FORM))
        .wrap(Around)
        .configure(routes::configure)
        .configure(move |config| {
            if mailbox {
                routes::configure_mailbox(config);
            }
        })
        .default_service(web::to(problem::not_found))
}

/// Seconds that requests under way are given at the end.
const SHUTDOWN: u64 = 20;

fn private(state: web::Data<State>, listener: TcpListener) -> Result<actix_web::dev::Server, StartError> {
    let server =
        HttpServer::new(move || Actix::new().app_data(state.clone()).configure(management::configure));
    Ok(server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run())
}
