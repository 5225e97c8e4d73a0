//! The commands that administer: they work on the same data as a running server, and what they change holds on the next
//! request.

use std::time::Duration;

use vestibule_admin::applications::{self, ApplicationChange, NewApplicationInput};
use vestibule_admin::invitations::{self, InviteInput};
use vestibule_admin::tenants::{self, NewTenantInput};
use vestibule_admin::{deployment, discovery, guests, logs, policy, resolve_tenant};
use vestibule_app::{App, Context};
use vestibule_core::access::Actor;
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_core::ids::TenantId;

use crate::args::{self, AppType, Command};
use crate::failure::Failure;
use crate::output::{Output, line, note};

/// A command's surroundings.
struct Desk<'a> {
    app: &'a App,
    ctx: Context,
    actor: Actor,
    out: Output,
}

/// Runs a command that administers.
pub(crate) async fn run(app: &App, command: Command, out: Output) -> Result<(), Failure> {
    let ctx = Context::local(app.clock.as_ref(), app.random.as_ref());
    let desk = Desk { app, ctx, actor: Actor::Operator, out };
    match command {
        Command::Tenant(command) => desk.tenant(command).await,
        Command::App(command) => desk.application(command).await,
        Command::Policy(command) => desk.policy(command).await,
        Command::Invite(command) => desk.invite(command).await,
        Command::Guest(command) => desk.guest(command).await,
        Command::Logs(args::Logs::Signin { tenant, follow, limit }) => {
            desk.sign_ins(&tenant, follow, limit).await
        }
        Command::Mail(args::Mail::Queue { limit }) => {
            let queue = logs::mail_queue(desk.app, &desk.ctx, &desk.actor, limit).await?;
            out.list(&queue, &["kind", "destination", "state", "attempts", "createdDateTime", "reason"])
        }
        Command::Keys(command) => desk.keys(command).await,
        Command::Hrd(args::Hrd::Explain { address, tenant, app }) => {
            desk.explain(&address, &tenant, app.as_deref()).await
        }
        Command::Deployment(args::Deployment::SetBaseUrl { url }) => {
            let told = deployment::set_base_url(desk.app, &desk.ctx, &desk.actor, &url).await?;
            if !out.json {
                note(
                    "every issuer is another one now: restart the servers, give applications the new issuer,",
                );
                note("and invite again whoever has a link of before");
            }
            out.one(&told)
        }
        Command::Serve(_) | Command::Demo(_) => Ok(()),
    }
}

impl Desk<'_> {
    async fn id(&self, tenant: &str) -> Result<TenantId, Failure> {
        Ok(resolve_tenant(self.app, tenant).await?)
    }

    async fn tenant(&self, command: args::Tenant) -> Result<(), Failure> {
        let (app, ctx, actor) = (self.app, &self.ctx, &self.actor);
        match command {
            args::Tenant::Create { name, domain, id, admin } => {
                let id = id
                    .map(|id| id.parse())
                    .transpose()
                    .map_err(|e| Failure::new("invalid", 2, format!("id: {e}")))?;
                self.out
                    .one(&tenants::create(app, ctx, actor, NewTenantInput { name, domain, id, admin }).await?)
            }
            args::Tenant::List => {
                self.out.list(&tenants::list(app, ctx, actor).await?, &["name", "id", "state", "domains"])
            }
            args::Tenant::Show { tenant } => {
                self.out.one(&tenants::show(app, self.id(&tenant).await?).await?)
            }
            args::Tenant::Enable { tenant } => {
                self.out.one(&tenants::set_state(app, ctx, actor, self.id(&tenant).await?, true).await?)
            }
            args::Tenant::Disable { tenant } => {
                self.out.one(&tenants::set_state(app, ctx, actor, self.id(&tenant).await?, false).await?)
            }
            args::Tenant::Domain(args::TenantDomain::Add { domain, tenant }) => {
                self.out.one(&tenants::add_domain(app, ctx, actor, self.id(&tenant).await?, &domain).await?)
            }
        }
    }

    async fn application(&self, command: args::App) -> Result<(), Failure> {
        let (app, ctx, actor) = (self.app, &self.ctx, &self.actor);
        match command {
            args::App::Create {
                tenant,
                name,
                redirect_uri,
                kind,
                public,
                alg,
                post_logout_redirect_uri,
                id,
                homepage,
            } => {
                let algorithm = SigningAlgorithm::parse(&alg)
                    .ok_or_else(|| Failure::new("invalid", 2, "alg: RS256, ES256, PS256 or EdDSA"))?;
                let kind = match kind {
                    _ if public => ApplicationType::Spa,
                    AppType::Web => ApplicationType::Web,
                    AppType::Spa => ApplicationType::Spa,
                    AppType::Native => ApplicationType::Native,
                };
                let input = NewApplicationInput {
                    name,
                    kind,
                    redirect_uris: redirect_uri,
                    post_logout_redirect_uris: post_logout_redirect_uri,
                    algorithm,
                    id,
                    homepage,
                };
                self.out.one(&applications::create(app, ctx, actor, self.id(&tenant).await?, input).await?)
            }
            args::App::Set {
                client_id,
                tenant,
                add_redirect_uri,
                remove_redirect_uri,
                enable,
                disable,
                sign_up,
                homepage,
            } => {
                let wanted = ApplicationChange {
                    add_redirect_uris: add_redirect_uri,
                    remove_redirect_uris: remove_redirect_uri,
                    enabled: if enable { Some(true) } else { disable.then_some(false) },
                    sign_up: sign_up.map(|s| s == "on"),
                    homepage,
                };
                self.out.one(
                    &applications::change(app, ctx, actor, self.id(&tenant).await?, &client_id, wanted)
                        .await?,
                )
            }
            args::App::List { tenant } => {
                let list = applications::list(app, ctx, actor, self.id(&tenant).await?).await?;
                self.out.list(&list, &["name", "clientId", "kind", "enabled", "redirectUris"])
            }
            args::App::Show { client_id, tenant } => {
                self.out.one(&applications::show(app, self.id(&tenant).await?, &client_id).await?)
            }
        }
    }

    async fn policy(&self, command: args::Policy) -> Result<(), Failure> {
        let (told, key) = match command {
            args::Policy::Set { tenant, assignment } => (
                policy::set(self.app, &self.ctx, &self.actor, self.id(&tenant).await?, &assignment).await?,
                None,
            ),
            args::Policy::Show { tenant, key } => {
                (policy::show(self.app, &self.ctx, &self.actor, self.id(&tenant).await?).await?, key)
            }
        };
        match key {
            None => self.out.one(&told),
            Some(key) => {
                let whole = serde_json::to_value(&told).map_err(|e| Failure::new("internal", 1, e))?;
                let part = whole
                    .get(&key)
                    .cloned()
                    .ok_or_else(|| Failure::new("not-found", 4, format!("policy {key}")))?;
                self.out.one(&serde_json::json!({ key: part }))
            }
        }
    }

    /// Invites one after the other; those before a failure are told, so that nothing is lost.
    async fn invite(&self, command: args::Invite) -> Result<(), Failure> {
        if command.name.is_some() && command.addresses.len() > 1 {
            return Err(Failure::new("invalid", 2, "--name is for one address, and several are given")
                .hint("invite them one by one, or leave --name out: guests can be named later"));
        }
        let tenant = self.id(&command.tenant).await?;
        let mut made = Vec::with_capacity(command.addresses.len());
        let mut failed = None;
        for address in &command.addresses {
            let input = InviteInput {
                address: address.clone(),
                redirect_url: command.redirect_url.clone(),
                inviter: command.inviter.clone(),
                send_mail: !command.no_mail,
                display_name: command.name.clone(),
                message: command.message.clone(),
            };
            match invitations::invite(self.app, &self.ctx, &self.actor, tenant, input).await {
                Ok(invited) => made.push(invited),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        if failed.is_none() || !made.is_empty() {
            self.out.list(&made, &["invitedUserEmailAddress", "status", "mail", "inviteRedeemUrl"])?;
        }
        failed.map_or(Ok(()), |e| Err(e.into()))
    }

    async fn guest(&self, command: args::Guest) -> Result<(), Failure> {
        let (app, ctx, actor) = (self.app, &self.ctx, &self.actor);
        match command {
            args::Guest::List { tenant, limit } => {
                let list = guests::list(app, ctx, actor, self.id(&tenant).await?, limit).await?;
                self.out
                    .list(&list, &["mail", "externalUserState", "accountEnabled", "createdDateTime", "id"])
            }
            args::Guest::Show(name) => {
                self.out.one(&guests::show(app, ctx, actor, self.id(&name.tenant).await?, &name.guest).await?)
            }
            args::Guest::Block(name) => self.out.one(
                &guests::set_enabled(app, ctx, actor, self.id(&name.tenant).await?, &name.guest, false)
                    .await?,
            ),
            args::Guest::Unblock(name) => self.out.one(
                &guests::set_enabled(app, ctx, actor, self.id(&name.tenant).await?, &name.guest, true)
                    .await?,
            ),
        }
    }

    async fn sign_ins(&self, tenant: &str, follow: bool, limit: i64) -> Result<(), Failure> {
        const COLUMNS: [&str; 7] =
            ["createdDateTime", "address", "outcome", "error", "method", "ipAddress", "traceId"];
        let tenant = self.id(tenant).await?;
        // The number first: what is committed between the two is told twice here and once on the screen.
        let mut last = logs::sign_ins_head(self.app, &self.ctx, &self.actor, tenant).await?;
        let mut rows = logs::sign_ins(self.app, &self.ctx, &self.actor, tenant, None, limit).await?;
        if !follow {
            return self.out.list(&rows, &COLUMNS);
        }
        rows.reverse();
        let told: std::collections::HashSet<_> = rows.iter().map(|r| r.id).collect();
        for row in &rows {
            self.out.stream(row, &COLUMNS)?;
        }
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let rows = logs::sign_ins(self.app, &self.ctx, &self.actor, tenant, Some(last), limit).await?;
            for row in rows.iter().filter(|r| !told.contains(&r.id)) {
                self.out.stream(row, &COLUMNS)?;
            }
            last = rows.iter().filter_map(|r| r.number).max().unwrap_or(last);
        }
    }

    async fn keys(&self, command: args::Keys) -> Result<(), Failure> {
        let keys = match command {
            args::Keys::Rotate => deployment::rotate_keys(self.app, &self.ctx, &self.actor).await?,
            args::Keys::List => deployment::keys(self.app, &self.ctx, &self.actor).await?,
        };
        self.out.list(&keys, &["alg", "kid", "current", "publishedDateTime", "activeFromDateTime"])
    }

    async fn explain(&self, address: &str, tenant: &str, client: Option<&str>) -> Result<(), Failure> {
        let told =
            discovery::explain(self.app, &self.ctx, &self.actor, self.id(tenant).await?, address, client)
                .await?;
        if self.out.json {
            return self.out.one(&told);
        }
        self.out.list(&told.trail, &["step", "verdict", "explanation"])?;
        line(&format!("\n{} ({}): {}", told.address, told.standing, told.outcome));
        Ok(())
    }
}
