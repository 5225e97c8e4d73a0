//! `vestibule demo`: everything on this machine, nothing to set up, nothing kept.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use vestibule_admin::application::Registered;
use vestibule_admin::tenant::Tenant;
use vestibule_admin::{Desk, application, invitation, tenant};
use vestibule_app::{App, Context};
use vestibule_core::Random;
use vestibule_core::access::Actor;
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_outbound::{MemoryOutbox, Transport};
use vestibule_portal::{CALLBACK_PATH, Config as Portal, SIGNED_OUT_PATH};
use vestibule_server::{ServerConfig, start};

use super::serve::{LogFormat, init_log, stopped};
use crate::config::{Place, bind};
use crate::failure::{Failure, Input};
use crate::global::Global;
use crate::input;
use crate::open;
use crate::output::{line, note};
use crate::system::{OsRandom, SystemClock};

/// Guests that are invited from the start.
const GUESTS: [&str; 2] = ["nicole@riverstone.example", "sam@partner.example"];

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Listener of the demonstration; loopback only
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: String,
    /// Listener of the sample application; loopback only
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDR")]
    pub portal_listen: String,
}

/// Runs the demonstration until a signal comes.
pub(crate) async fn demo(global: &Global, flags: &Demo) -> Result<(), Failure> {
    init_log("warn", LogFormat::Text)?;
    let listener = free("--listen", &flags.listen)?;
    let portal = free("--portal-listen", &flags.portal_listen)?;
    let management = bind("--listen", "127.0.0.1:0")?;
    let (base, portal_url) = (url_of(&listener)?, url_of(&portal)?);
    let dir = Scratch::new()?;
    let place = Place {
        target: vestibule_app::Target::Sqlite(dir.0.join("vestibule.db")),
        root_key_file: dir.0.join("root.key"),
        base_url: Some(base.clone()),
    };
    let mailbox = MemoryOutbox::new(Arc::new(SystemClock));
    let app = open::open(&place, None)?.app;
    let (tenant, registered) = furnish(&app, &portal_url).await?;
    let config = ServerConfig {
        listener,
        management,
        tls: None,
        trusted_proxies: Vec::new(),
        transport: app.urls.loopback().then(|| Arc::new(Transport::Memory(mailbox.clone()))),
        mailbox: Some(mailbox),
        workers: 2,
        jobs: true,
        patience: vestibule_server::Patience::default(),
    };
    let running = start(Arc::clone(&app), config).map_err(|e| Failure::new("listen", 7, e))?;
    let (handle, server) = vestibule_portal::start(Portal {
        listen: portal,
        public_url: portal_url.clone(),
        issuer: tenant.issuer.clone(),
        client_id: registered.application.client_id.0.clone(),
        client_secret: registered.secret.as_ref().map(|s| s.expose().to_owned()).unwrap_or_default(),
        name: "Project Portal".into(),
        ca_pem: None,
        form_post: false,
        clock: vestibule_portal::Clock::system(),
    })
    .map_err(|e| Failure::new("listen", 7, e))?;
    let portal_task = tokio::spawn(server);
    announce(global, &base, &portal_url, &tenant);
    stopped().await;
    handle.stop(true).await;
    running.stop().await;
    drop(portal_task.await);
    drop(dir);
    Ok(())
}

/// A tenant, an application and two guests.
async fn furnish(app: &App, portal: &str) -> Result<(Tenant, Registered), Failure> {
    let ctx = Context::local(app.clock.as_ref(), app.random.as_ref());
    let desk = Desk::new(app, &ctx, &Actor::Operator);
    let new = tenant::Create {
        name: "Fabrikam".into(),
        domain: input::domain("fabrikam.example")?,
        id: None,
        admin: Some(input::address(Input::Admin, "megan@fabrikam.example")?),
    };
    let tenant = desk.perform(new).await?;
    let new = application::Create {
        tenant: tenant.id,
        name: "Project Portal".into(),
        kind: ApplicationType::Web,
        redirect_uris: vec![format!("{portal}{CALLBACK_PATH}")],
        post_logout_redirect_uris: vec![format!("{portal}{SIGNED_OUT_PATH}")],
        algorithm: SigningAlgorithm::Rs256,
        client: None,
        homepage: Some(format!("{portal}/")),
    };
    let registered = desk.perform(new).await?;
    for address in GUESTS {
        let invitation = invitation::Create::of(tenant.id, input::address(Input::Address, address)?);
        desk.perform(invitation::Create { redirect_url: Some(format!("{portal}/")), ..invitation }).await?;
    }
    Ok((tenant, registered))
}

fn announce(global: &Global, base: &str, portal: &str, tenant: &Tenant) {
    if global.json {
        let summary = json!({ "ready": true, "demo": true, "app": format!("{portal}/"), "mailbox": format!("{base}/demo/mailbox"), "issuer": tenant.issuer, "guests": GUESTS });
        return line(&summary.to_string());
    }
    note("");
    note("  DEMONSTRATION: for this machine only. No mail leaves it, nothing is kept after it ends.");
    note("  For real use: vestibule serve --help");
    note("");
    line(&format!("  Sample app   {portal}/"));
    line(&format!("  Mailbox      {base}/demo/mailbox"));
    line(&format!("  Issuer       {}", tenant.issuer));
    note("");
    note(&format!("  Open the sample app, type {} and read the code in the mailbox.", GUESTS[0]));
    note("  Ctrl-C ends it.");
}

/// The asked-for loopback address, or another free port of it.
fn free(flag: &str, address: &str) -> Result<TcpListener, Failure> {
    let parsed: SocketAddr = address.parse().map_err(|e| Failure::config(format!("{address}: {e}")))?;
    if !parsed.ip().is_loopback() {
        return Err(Failure::config(format!(
            "{address}: a demonstration listens on a loopback address only"
        ))
        .hint("for real use: vestibule serve --help"));
    }
    bind(flag, address).or_else(|_| bind(flag, &SocketAddr::new(parsed.ip(), 0).to_string()))
}

fn url_of(listener: &TcpListener) -> Result<String, Failure> {
    listener.local_addr().map(|a| format!("http://{a}")).map_err(|e| Failure::new("listen", 7, e))
}

/// A directory that goes with the demonstration.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        use std::os::unix::fs::DirBuilderExt;
        let mut noise = [0_u8; 8];
        OsRandom::new().fill(&mut noise);
        let name = u64::from_le_bytes(noise);
        let dir = std::env::temp_dir().join(format!("vestibule-demo-{name:016x}"));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&dir)
            .map_err(|e| Failure::config(format!("{}: {e}", dir.display())))?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
