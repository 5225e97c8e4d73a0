//! `vestibule serve`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::json;
use vestibule_app::App;
use vestibule_core::urls::Urls;
use vestibule_jobs::transport;
use vestibule_outbound::Transport;
use vestibule_server::{Running, ServerConfig, StartError, start};

use crate::config::{File, Place, Serving, bind};
use crate::failure::Failure;
use crate::global::Global;
use crate::open;
use crate::output::{line, note};
use crate::system::SystemClock;

#[derive(Debug, Args, Default)]
pub(crate) struct Serve {
    /// Public listener; port 0 takes any free one
    #[arg(long, env = "VESTIBULE_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// Listener of /healthz, /readyz and /metrics
    #[arg(long, env = "VESTIBULE_MANAGEMENT_LISTEN", value_name = "ADDR")]
    pub management_listen: Option<String>,
    #[arg(long, env = "VESTIBULE_SMTP_URL", value_name = "URL", hide_env_values = true)]
    #[arg(help = "Mail server: smtps://host, smtp://user:password@host:587 (STARTTLS), smtp+unix:///path")]
    pub smtp_url: Option<String>,
    /// PEM file of the authority that signed the mail server's certificate
    #[arg(long, env = "VESTIBULE_SMTP_CA_FILE", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,
    /// Sender address of every mail
    #[arg(long, env = "VESTIBULE_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Name of the deployment in mails
    #[arg(long, env = "VESTIBULE_SITE", value_name = "NAME")]
    pub site: Option<String>,
    /// PEM file of the certificate chain, for TLS of its own
    #[arg(long, env = "VESTIBULE_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file of the private key
    #[arg(long, env = "VESTIBULE_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Front whose X-Forwarded-For counts; repeatable
    #[arg(long, env = "VESTIBULE_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Addresses per hour for a source range (an office, a load test); repeatable
    #[arg(long, env = "VESTIBULE_SOURCE_LIMIT", value_name = "CIDR=N", value_delimiter = ',')]
    pub source_limit: Vec<String>,
    /// Worker threads; as many as cores without it
    #[arg(long, env = "VESTIBULE_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// What is logged: error, warn, info, debug, or directives
    #[arg(long, env = "VESTIBULE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How it is logged
    #[arg(long, env = "VESTIBULE_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Serves until a signal comes.
pub(crate) async fn serve(global: &Global, flags: Serve) -> Result<(), Failure> {
    warn_of_passwords(global, &flags);
    let file = File::read(global.config.as_deref())?;
    let place = Place::settle(global, &file)?;
    let serving = Serving::settle(flags, file)?;
    init_log(&serving.log, serving.log_format)?;
    let smtp = serving.smtp_url.clone().ok_or_else(|| {
        Failure::config("no mail server is set, and codes travel by mail")
            .hint("--smtp-url smtps://mail.example, or look first: vestibule demo")
    })?;
    let opened = open::open(&place, Some(&serving))?;
    let transport = Arc::new(transport(&smtp, &serving, &opened.app.urls)?);
    let app = opened.announced(&place, global.json);
    let mail = transport::label(&transport);
    let running = run(Arc::clone(&app), transport, &serving)?;
    announce(global, &app, &place, &mail, &running);
    stopped().await;
    tracing::info!("stopping; finishing what is under way");
    running.stop().await;
    Ok(())
}

fn run(app: Arc<App>, transport: Arc<Transport>, serving: &Serving) -> Result<Running, Failure> {
    let config = ServerConfig {
        listener: bind("--listen", &serving.listen)?,
        management: bind("--management-listen", &serving.management_listen)?,
        tls: serving
            .tls
            .as_ref()
            .map(|t| vestibule_server::Tls { chain: t.chain.clone(), key: t.key.clone() }),
        trusted_proxies: serving.trusted_proxies.clone(),
        transport: Some(transport),
        mailbox: None,
        workers: serving.workers,
        jobs: true,
        patience: vestibule_server::Patience::default(),
    };
    start(app, config).map_err(|e| match e {
        StartError::Tls(_) => Failure::config(e).hint("PEM files: the whole chain, and its private key"),
        StartError::Pages(_) => Failure::new("internal", 1, e),
        StartError::Listen(_) => Failure::new("listen", 7, e),
    })
}

/// The mail server, under MAIL-03.
fn transport(smtp: &str, serving: &Serving, urls: &Urls) -> Result<Transport, Failure> {
    transport::smtp(smtp, serving.smtp_ca.clone(), urls, Arc::new(SystemClock))
        .map_err(|e| {
            Failure::new("smtp-url", 3, e).hint(
                "for example smtps://mail.example, smtp://mail.example:587 or, on this machine, smtp://127.0.0.1:2525; user:password@ goes before the host",
            )
        })
}

fn announce(global: &Global, app: &App, place: &Place, mail: &str, running: &Running) {
    if global.json {
        line(&json!({ "ready": true, "listen": running.listen.to_string(), "management": running.management.to_string() }).to_string());
        return;
    }
    let database = match &place.target {
        vestibule_app::Target::Sqlite(path) => format!("SQLite {}", path.display()),
        vestibule_app::Target::Postgres(_) => "PostgreSQL".to_owned(),
    };
    note(&format!("vestibule {}", env!("CARGO_PKG_VERSION")));
    note(&format!("  issuers     {}/{{tenant}}/v2.0", app.urls.base()));
    note(&format!("  database    {database}"));
    note(&format!("  mail        {mail}"));
    note(&format!("  management  http://{}", running.management));
    if app.urls.loopback() {
        note("  notice      loopback mode: plain http and plain cookies, good on this machine only");
    }
    let port = running.listen.port();
    if let Some(stored) = app.urls.loopback_port().filter(|stored| *stored != port) {
        note(&format!(
            "  warning     links and tokens say {}, and this server listens on port {port}: unless something on port \
             {stored} leads here,\n              run: vestibule deployment set-base-url http://{}",
            app.urls.base(),
            running.listen
        ));
    }
    line(&format!("ready on {}", running.listen));
}

/// ADM-16: a password in a flag is seen by everybody who lists processes.
fn warn_of_passwords(global: &Global, flags: &Serve) {
    let holds = |url: &Option<String>| {
        url.as_ref().and_then(|u| url::Url::parse(u).ok()).is_some_and(|u| u.password().is_some())
    };
    let in_argv = |name: &str| std::env::args().any(|a| a.starts_with(name));
    if holds(&global.database_url) && in_argv("--database-url") {
        note(
            "warning: the password in --database-url shows in the list of processes; use VESTIBULE_DATABASE_URL",
        );
    }
    if holds(&flags.smtp_url) && in_argv("--smtp-url") {
        note("warning: the password in --smtp-url shows in the list of processes; use VESTIBULE_SMTP_URL");
    }
}

/// Logs go to stderr, as text or JSON lines.
pub(crate) fn init_log(filter: &str, format: LogFormat) -> Result<(), Failure> {
    // The HTTP server's own lines say nothing to operators, and anybody can make it write one for each request that is
    // none; an operator who names its targets gets them.
    let filter = if filter == "off" {
        filter.to_owned()
    } else {
        format!("actix_server=warn,actix_http=off,{filter}")
    };
    let filter =
        tracing_subscriber::EnvFilter::try_new(filter).map_err(|e| Failure::config(format!("log: {e}")))?;
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    let set = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    set.map_err(|e| Failure::config(format!("log: {e}")))
}

/// Waits for SIGTERM or SIGINT.
pub(crate) async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
