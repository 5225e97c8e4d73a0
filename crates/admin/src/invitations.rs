//! Inviting: makes the guest, the ticket and, unless it is not wanted, the mail (walk B, first form).

use serde::Serialize;
use serde_json::json;
use vestibule_app::audit::{self, Change, allow};
use vestibule_app::live::Live;
use vestibule_app::mail::{self, Queue};
use vestibule_app::vault::{self, Purpose};
use vestibule_app::{App, Context};
use vestibule_core::Address;
use vestibule_core::access::{Action, Actor, Object, Role};
use vestibule_core::clock::after;
use vestibule_core::discovery;
use vestibule_core::ids::{ClientId, InvitationId, TenantId, UserId, ordered_uuid, random_uuid};
use vestibule_core::letter::{self, Content, Letter, Sender};
use vestibule_core::lifecycle::{Redemption, UserKind};
use vestibule_core::numbers::INVITATION_LIFETIME;
use vestibule_core::random::secret_256;
use vestibule_core::secret::Digest;
use vestibule_store::directory::{NewUser, UserRow};
use vestibule_store::invitations::NewInvitation;
use vestibule_store::{self as store, Conn, QueryError};

use super::{AdminError, display_name, invalid};

/// What an invitation is made of.
#[derive(Debug, Clone)]
pub struct InviteInput {
    /// Whom.
    pub address: String,
    /// Where it leads at its end.
    pub redirect_url: Option<String>,
    /// Who invites, by address; the tenant's first administrator where nobody is named.
    pub inviter: Option<String>,
    /// Whether the mail is sent.
    pub send_mail: bool,
    /// The guest's name, if known.
    pub display_name: Option<String>,
    /// Free text.
    pub message: Option<String>,
}

/// An invitation, as the call that made it is told; Graph's names.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invited {
    /// Its id.
    pub id: InvitationId,
    /// The link, told this once (INV-06).
    pub invite_redeem_url: String,
    /// `PendingAcceptance`, or `Completed` for a guest who accepted before.
    pub status: &'static str,
    /// The address.
    pub invited_user_email_address: String,
    /// The guest.
    pub invited_user: InvitedUser,
    /// Whether a mail is on its way.
    pub mail: &'static str,
}

/// The guest of an invitation.
#[derive(Debug, Serialize)]
pub struct InvitedUser {
    /// `oid`.
    pub id: UserId,
}

/// Invites one address.
pub async fn invite(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    input: InviteInput,
) -> Result<Invited, AdminError> {
    let _allowed = allow(ctx, actor, Action::InviteGuest, Object::Tenant(tenant))?;
    let address = Address::parse(&input.address).map_err(|e| invalid("address", e))?;
    let live = app.current(tenant).await?;
    let snapshot = &live.tenant;
    if !discovery::admits(&snapshot.lists, address.domain(), false) {
        return Err(invalid(
            "address",
            format!("the tenant's domain policy does not accept {}", address.domain()),
        ));
    }
    let message = input.message.as_deref().map(message_text).transpose()?;
    let client = redirect_client(app, tenant, input.redirect_url.as_deref()).await?;
    let inviter = inviter(app, tenant, input.inviter.as_deref()).await?;
    let (key, now) = (address.key().to_owned(), ctx.now);
    let existing = app.db.read(move |c| store::directory::user_by_address(c, tenant, &key)).await?;
    if existing.as_ref().is_some_and(|u| u.kind == UserKind::Member) {
        return Err(AdminError::Conflict(format!("{} is a member of the tenant", address.masked())));
    }
    let name = input.display_name.as_deref().map(|text| display_name("name", text)).transpose()?;
    let token = secret_256(app.random.as_ref());
    let id = InvitationId(ordered_uuid(now, app.random.as_ref()));
    let user = existing.as_ref().map_or_else(|| UserId(random_uuid(app.random.as_ref())), |u| u.id);
    let accepted = existing.as_ref().is_some_and(|u| u.state == Redemption::Accepted);
    let new_user = existing.is_none().then(|| NewUser::guest(tenant, user, &address, name, None, None, now));
    let invitation = NewInvitation {
        tenant_id: tenant,
        id,
        user_id: user,
        address_key: address.key().to_owned(),
        client_id: client.clone(),
        redirect_url: input.redirect_url.clone(),
        inviter_id: inviter.as_ref().map(|i| i.id),
        message: message.clone(),
        locale: None,
        expires_at: Some(after(now, INVITATION_LIFETIME)),
        created_at: now,
    };
    let url = app.urls.redeem(tenant, token.expose());
    let mail = if input.send_mail {
        Some(
            invitation_mail(app, ctx, &live, &address, &invitation, inviter.as_ref(), client.as_ref(), &url)
                .await?,
        )
    } else {
        None
    };
    let ticket = vault::hash("invitation", 0, token.expose());
    let change = Change::on(Action::InviteGuest.as_str(), "user", user.to_string())
        .with(json!({ "invitation": id, "mail": input.send_mail }));
    let row = audit::row(app, ctx, actor, tenant, change);
    let (queued, sponsor) = (mail.is_some(), inviter.map(|i| i.id));
    let job = Job { tenant, user, new_user, sponsor, invitation, ticket, mail, row };
    app.db.write(move |c| job.run(c)).await??;
    app.wake_mail();
    Ok(Invited {
        id,
        invite_redeem_url: url,
        status: if accepted { "Completed" } else { "PendingAcceptance" },
        invited_user_email_address: address.as_str().to_owned(),
        invited_user: InvitedUser { id: user },
        mail: if queued { "queued" } else { "none" },
    })
}

/// The transaction of an invitation.
struct Job {
    tenant: TenantId,
    user: UserId,
    new_user: Option<NewUser>,
    sponsor: Option<UserId>,
    invitation: NewInvitation,
    ticket: Digest,
    mail: Option<store::outbox::NewOutbox>,
    row: store::logs::NewAudit,
}

impl Job {
    fn run(&self, c: &mut Conn) -> Result<(), QueryError> {
        match &self.new_user {
            Some(new) => store::directory::insert_user(c, new, None)?,
            None => {
                // Invited anew: what was withheld after a report is given again (INV-10).
                store::directory::release(c, self.tenant, self.user)?;
            }
        }
        if let Some(sponsor) = self.sponsor {
            store::directory::add_sponsor(c, self.tenant, self.user, sponsor)?;
        }
        store::invitations::insert(c, &self.invitation, &self.ticket)?;
        if let Some(mail) = &self.mail {
            store::outbox::insert(c, mail, None)?;
        }
        store::logs::insert_audit(c, &self.row)
    }
}

/// The application that a redirect URL belongs to; refused where it belongs to none (INV-05).
async fn redirect_client(
    app: &App,
    tenant: TenantId,
    url: Option<&str>,
) -> Result<Option<ClientId>, AdminError> {
    let Some(url) = url else { return Ok(None) };
    let apps = app.db.read(move |c| store::applications::list(c, tenant)).await?;
    let client = vestibule_oidc::redirect::admits_redirect(&apps, url);
    client.map(Some).ok_or_else(|| {
        invalid("redirect URL", format!("{url}: it must be a registered redirect URI or lie below the home page of an application of this tenant"))
    })
}

/// Who invites: the named member with a role that may, or the first administrator, or nobody.
async fn inviter(app: &App, tenant: TenantId, named: Option<&str>) -> Result<Option<UserRow>, AdminError> {
    let Some(named) = named else {
        return Ok(app
            .db
            .read(move |c| store::directory::first_with_role(c, tenant, Role::GlobalAdministrator))
            .await?);
    };
    let address = Address::parse(named).map_err(|e| invalid("inviter", e))?;
    let row = app
        .db
        .read(move |c| {
            let Some(user) = store::directory::user_by_address(c, tenant, address.key())? else {
                return Ok(None);
            };
            let may = store::directory::has_role(c, tenant, user.id, Role::INVITING)?;
            Ok(Some((user, may)))
        })
        .await?;
    match row {
        Some((user, true)) => Ok(Some(user)),
        Some((_, false)) => {
            Err(invalid("inviter", "this member has no role that may invite (Guest Inviter would do)"))
        }
        None => Err(AdminError::NotFound { kind: "inviter", name: named.to_owned() }),
    }
}

fn message_text(text: &str) -> Result<String, AdminError> {
    if text.chars().count() > 500 || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(invalid("message", "plain text of at most 500 characters"));
    }
    Ok(text.to_owned())
}

#[expect(clippy::too_many_arguments, reason = "one value per thing that the mail names")]
async fn invitation_mail(
    app: &App,
    ctx: &Context,
    live: &Live,
    address: &Address,
    invitation: &NewInvitation,
    inviter: Option<&UserRow>,
    client: Option<&ClientId>,
    url: &str,
) -> Result<store::outbox::NewOutbox, AdminError> {
    let tenant = &live.tenant;
    let application = match client {
        Some(client) => app.application(live, client).await?.map(|a| a.application.name.clone()),
        None => None,
    };
    let inviter = inviter.map(|i| letter::Inviter {
        name: i.display_name.clone().unwrap_or_else(|| i.address.clone()),
        email: i.address.clone(),
    });
    let content = Content::Invitation(letter::Invitation {
        inviter,
        app: application,
        message: invitation.message.clone(),
        link: url.to_owned(),
        until: invitation.expires_at,
    });
    let from = Sender {
        org: tenant.name.clone(),
        help: app.urls.help(&tenant.id.to_string()),
        privacy: tenant.settings.privacy_url.clone(),
    };
    let letter = Letter { to: address.as_str().to_owned(), from, content };
    let dedupe = app.vault.mac(Purpose::Address, &[b"mail invitation", invitation.id.0.as_bytes()])?;
    let locale = tenant.settings.default_locale.clone().unwrap_or_else(|| "en".into());
    let queue = Queue { tenant: tenant.id, passcode: None, dedupe };
    Ok(mail::queued(&app.vault, app.random.as_ref(), ctx.now, &locale, queue, &letter)?)
}
