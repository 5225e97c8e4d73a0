//! The server under test: real listeners on loopback, over a database of its own; one node, or several on one database.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use ipnet::IpNet;
use vestibule_app::bootstrap::{self, DeploymentOptions};
use vestibule_app::vault::Vault;
use vestibule_app::{App, Stats, Target};
use vestibule_core::Clock;
use vestibule_core::secret::Secret;
use vestibule_jobs::outbox::Outbox;
use vestibule_outbound::{Mailer, MailerSettings, MemoryOutbox, SmtpUrl, Transport};
use vestibule_server::{Patience, Running, ServerConfig, Tls};
use vestibule_store::testing::{Fresh, Kind, fresh};

use crate::clock::FakeClock;
use crate::random::SeededRandom;
use crate::smtp::SinkOptions;
use crate::world::Database;

/// What a deployment is set up with; the default is loopback mode, as `vestibule serve` without any option.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// A base URL with another host, e.g. `https://id.test`; the port is added. Needs [`Setup::tls`] or a front.
    pub origin: Option<String>,
    /// Certificate chain and key, PEM.
    pub tls: Option<(Vec<u8>, Vec<u8>)>,
    /// N-09 for named ranges.
    pub source_limits: Vec<(IpNet, i32)>,
    /// Fronts whose forwarding headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether the jobs (outbox, sweeps, key rotation) stand still.
    pub without_jobs: bool,
    /// Whether this is a demonstration: mail is kept and shown by the server, and goes nowhere.
    pub demo: bool,
    /// How long a client may take; as in production where nothing is said.
    pub patience: Patience,
    /// How the mail server behaves; plain SMTP by default.
    pub mail_server: SinkOptions,
    /// The authority that its certificate is checked against, PEM; with one, STARTTLS is required (MAIL-03).
    pub mail_ca: Option<Vec<u8>>,
}

/// What stays the same when nodes come and go.
#[derive(Debug)]
struct Deployment {
    setup: Setup,
    fresh: Fresh,
    root_key: Secret,
    base_url: String,
    smtp_url: String,
    clock: Arc<FakeClock>,
    random: Arc<SeededRandom>,
}

/// A running deployment; its listeners end when it is stopped or the test's runtime ends.
#[derive(Debug)]
pub struct TestServer {
    deployment: Deployment,
    nodes: Vec<Node>,
}

/// One process's worth of it.
#[derive(Debug)]
pub struct Node {
    /// The use cases of this node.
    pub app: Arc<App>,
    /// Sends its mail.
    pub outbox: Arc<Outbox>,
    /// Where it listens.
    pub listen: SocketAddr,
    pub management: SocketAddr,
    running: Running,
}

impl TestServer {
    /// Starts one node with its time, its randomness, and where its mail goes.
    pub(crate) async fn start(
        database: Database,
        setup: Setup,
        clock: Arc<FakeClock>,
        random: Arc<SeededRandom>,
        smtp_url: String,
    ) -> Self {
        let kind = match database {
            Database::Sqlite => Kind::Sqlite,
            Database::Postgres => Kind::Postgres,
        };
        let made = tokio::task::spawn_blocking(move || fresh(kind).map_err(|error| error.to_string())).await;
        let fresh = made.expect("making a database does not panic").expect("a test has its database");
        let listener = bind(0);
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let origin = setup.origin.clone().unwrap_or_else(|| "http://127.0.0.1".to_owned());
        let base_url = format!("{origin}:{port}");
        let root_key = Vault::new_root(random.as_ref());
        let deployment = Deployment { setup, fresh, root_key, base_url, smtp_url, clock, random };
        let clock = deployment.clock.clone();
        let first = deployment.node(listener, clock).await;
        Self { deployment, nodes: vec![first] }
    }

    /// Scheme, host and port of the deployment, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.deployment.base_url
    }

    /// The address of the database.
    pub fn database_url(&self) -> &str {
        self.deployment.fresh.url()
    }

    /// The root key, for another process on the same data.
    pub fn root_key(&self) -> &Secret {
        &self.deployment.root_key
    }

    /// The use cases of the first node, as a command on the same data calls them.
    pub fn app(&self) -> &Arc<App> {
        &self.node(0).app
    }

    /// A node, counted from 0.
    pub fn node(&self, number: usize) -> &Node {
        self.nodes.get(number).expect("a test asks for a node that it started")
    }

    /// Starts one more node on the same database, with a clock of its own where one is given (TIM-01). People reach it
    /// by [`HttpOptions::via`](crate::HttpOptions). Gives its number.
    pub async fn add_node(&mut self, clock: Option<Arc<FakeClock>>) -> usize {
        let clock = clock.unwrap_or_else(|| self.deployment.clock.clone());
        let node = self.deployment.node(bind(0), clock).await;
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Stops all nodes and starts the first again on the same port and data (CON-06).
    pub async fn restart(&mut self) {
        let port = self.node(0).listen.port();
        for node in self.nodes.drain(..) {
            node.running.stop().await;
        }
        let clock = self.deployment.clock.clone();
        self.nodes.push(self.deployment.node(bind(port), clock).await);
    }

    /// What the first node's database did so far; two readings compared are what a test counts.
    pub fn stats(&self) -> Stats {
        self.app().db.stats()
    }

    pub(crate) async fn stop(self) {
        for node in self.nodes {
            node.running.stop().await;
        }
    }
}

impl Deployment {
    async fn node(&self, listener: TcpListener, clock: Arc<FakeClock>) -> Node {
        let opening = DeploymentOptions {
            target: Target::parse(self.fresh.url()).expect("the store made this address"),
            readers: 2,
            root_key: self.root_key.duplicate(),
            base_url: Some(self.base_url.clone()),
            site: None,
            mail_from: None,
            source_limits: self.setup.source_limits.clone(),
            sends: true,
            default_base_url: self.base_url.clone(),
        };
        let smtp = SmtpUrl::parse(&self.smtp_url, true).expect("the sink tells a URL that holds");
        let random = self.random.clone();
        let (mailing, reading): (Arc<dyn Clock>, _) = (clock.clone(), clock.clone());
        let ca_pem = self.setup.mail_ca.clone();
        let opened = tokio::task::spawn_blocking(move || bootstrap::open(opening, reading, random));
        let app = Arc::new(opened.await.expect("opening does not panic").expect("a fresh deployment opens"));
        let hello = app.urls.host().to_owned();
        let settings = MailerSettings { url: smtp, ca_pem, hello, connections: 4, clock: mailing };
        let mailer = Mailer::new(settings).expect("a test's CA is a certificate");
        let mailbox = self.setup.demo.then(|| MemoryOutbox::new(clock));
        let transport = mailbox.clone().map_or(Transport::Smtp(mailer), Transport::Memory);
        let tls = self.setup.tls.clone().map(|(chain, key)| Tls { chain, key });
        let config = ServerConfig {
            listener,
            management: bind(0),
            tls,
            trusted_proxies: self.setup.trusted_proxies.clone(),
            transport: Some(Arc::new(transport)),
            mailbox,
            workers: 1,
            jobs: !self.setup.without_jobs,
            patience: self.setup.patience,
        };
        let running = vestibule_server::start(app.clone(), config).expect("the server starts");
        let outbox = running.outbox.clone().expect("a node under test sends mail");
        Node { app, outbox, listen: running.listen, management: running.management, running }
    }
}

fn bind(port: u16) -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a loopback port is free")
}
