//! Project Portal alone, for `docker-compose` and for trying it against another issuer.

use std::error::Error;
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;

use clap::Parser;
use vestibule_portal::{CALLBACK_PATH, Clock, Config, SIGNED_OUT_PATH, start};

/// A small document-sharing application that signs people in with OpenID Connect.
#[derive(Debug, Parser)]
#[command(name = "portal", version)]
struct Options {
    /// Address and port to serve on.
    #[arg(long, env = "PORTAL_LISTEN", default_value = "127.0.0.1:8081")]
    listen: String,
    /// The portal's origin as browsers see it.
    #[arg(long, env = "PORTAL_PUBLIC_URL", default_value = "http://localhost:8081")]
    public_url: String,
    /// The issuer, exactly as its discovery document says it.
    #[arg(long, env = "PORTAL_ISSUER")]
    issuer: String,
    /// The client id as registered with the issuer.
    #[arg(long, env = "PORTAL_CLIENT_ID")]
    client_id: String,
    /// A file with the client's secret.
    #[arg(long, env = "PORTAL_CLIENT_SECRET_FILE")]
    client_secret_file: PathBuf,
    /// A PEM file with the authority of the issuer's certificate, if it is no public one.
    #[arg(long, env = "PORTAL_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// What the portal calls itself.
    #[arg(long, env = "PORTAL_NAME", default_value = "Project Portal")]
    name: String,
    /// Ask for responses by `form_post`.
    #[arg(long, env = "PORTAL_FORM_POST")]
    form_post: bool,
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let secret = std::fs::read_to_string(&options.client_secret_file)
        .map_err(|error| format!("{}: {error}", options.client_secret_file.display()))?;
    let ca_pem = match &options.ca_file {
        Some(path) => Some(std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?),
        None => None,
    };
    let listen =
        TcpListener::bind(&options.listen).map_err(|error| format!("{}: {error}", options.listen))?;
    let public_url = options.public_url.trim_end_matches('/').to_owned();
    writeln!(
        std::io::stdout(),
        "Project Portal at {public_url}, issuer {}\nRedirect URI {public_url}{CALLBACK_PATH}, after sign-out \
         {public_url}{SIGNED_OUT_PATH}",
        options.issuer
    )?;
    let (handle, server) = start(Config {
        listen,
        public_url,
        issuer: options.issuer,
        client_id: options.client_id,
        client_secret: secret.trim().to_owned(),
        name: options.name,
        ca_pem,
        form_post: options.form_post,
        clock: Clock::system(),
    })?;
    actix_web::rt::spawn(async move {
        stopped().await;
        handle.stop(true).await;
    });
    server.await?;
    Ok(())
}

/// Waits for Ctrl-C or the signal with which containers are stopped.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
