//! `vestibule demo`: everything on this machine, nothing to set up, nothing kept.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use vestibule_admin::applications::{self, NewApplicationInput, Registered};
use vestibule_admin::invitations::{self, InviteInput};
use vestibule_admin::tenants::{self, NewTenantInput, Tenant};
use vestibule_app::{App, Context};
use vestibule_core::Random;
use vestibule_core::access::Actor;
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_outbound::{MemoryOutbox, Transport};
use vestibule_portal::{CALLBACK_PATH, Config as Portal, SIGNED_OUT_PATH};
use vestibule_server::{ServerConfig, start};

use super::serve::{init_log, stopped};
use crate::args::{Demo, Global, LogFormat};
use crate::config::{Place, bind};
use crate::failure::Failure;
use crate::open;
use crate::output::{line, note};
use crate::system::{OsRandom, SystemClock};

/// Guests that are invited from the start.
const GUESTS: [&str; 2] = ["nicole@riverstone.example", "sam@partner.example"];

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
        client_id: registered.client_id.0.clone(),
        client_secret: registered.client_secret.clone().unwrap_or_default(),
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
    let actor = Actor::Operator;
    let tenant = tenants::create(
        app,
        &ctx,
        &actor,
        NewTenantInput {
            name: "Fabrikam".into(),
            domain: "fabrikam.example".into(),
            id: None,
            admin: Some("megan@fabrikam.example".into()),
        },
    )
    .await?;
    let registered = applications::create(
        app,
        &ctx,
        &actor,
        tenant.id,
        NewApplicationInput {
            name: "Project Portal".into(),
            kind: ApplicationType::Web,
            redirect_uris: vec![format!("{portal}{CALLBACK_PATH}")],
            post_logout_redirect_uris: vec![format!("{portal}{SIGNED_OUT_PATH}")],
            algorithm: SigningAlgorithm::Rs256,
            id: None,
            homepage: Some(format!("{portal}/")),
        },
    )
    .await?;
    for address in GUESTS {
        let input = InviteInput {
            address: address.into(),
            redirect_url: Some(format!("{portal}/")),
            inviter: None,
            send_mail: true,
            display_name: None,
            message: None,
        };
        invitations::invite(app, &ctx, &actor, tenant.id, input).await?;
    }
    Ok((tenant, registered))
}

fn announce(global: &Global, base: &str, portal: &str, tenant: &Tenant) {
    if global.json {
        let told = json!({ "ready": true, "demo": true, "app": format!("{portal}/"), "mailbox": format!("{base}/demo/mailbox"), "issuer": tenant.issuer, "guests": GUESTS });
        return line(&told.to_string());
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
