//! Inviting: makes the guest, the ticket and, unless it is not wanted, the mail (walk B, first form).

use serde_json::json;
use vestibule_app::live::Live;
use vestibule_app::mail::{self, QueueEntry};
use vestibule_app::snapshot::TenantSnapshot;
use vestibule_app::vault::{self, KeyPurpose};
use vestibule_core::Address;
use vestibule_core::access::{Action, Object, Role};
use vestibule_core::clock::after;
use vestibule_core::discovery;
use vestibule_core::ids::{ClientId, InvitationId, TenantId, UserId, ordered_uuid, random_uuid};
use vestibule_core::letter::{self, Content, Letter, Sender};
use vestibule_core::lifecycle::{RedemptionState, UserKind};
use vestibule_core::numbers::INVITATION_LIFETIME;
use vestibule_core::random::secret_256;
use vestibule_core::secret::Digest;
use vestibule_store as store;
use vestibule_store::directory::{NewUser, UserRow};
use vestibule_store::invitations::NewInvitation;
use vestibule_store::outbox::NewOutbox;
use vestibule_store::{Conn, QueryResult};

use crate::door::{At, Done, Inside, UseCase};
use crate::effect;
use crate::error::{AdminError, Conflict, Invalid, Thing};
use crate::name::display_name;

/// Invites one address.
#[derive(Debug, Clone)]
pub struct Create {
    pub tenant: TenantId,
    pub address: Address,
    /// Where it leads at its end.
    pub redirect_url: Option<String>,
    /// Who invites; the tenant's first administrator where nobody is named.
    pub inviter: Option<Address>,
    /// Whether the mail is sent.
    pub send_mail: bool,
    /// The guest's name, if known.
    pub display_name: Option<String>,
    /// Free text.
    pub message: Option<String>,
}

/// An invitation, as its maker sees it.
#[derive(Debug)]
pub struct Invited {
    pub id: InvitationId,
    /// The link, shown this once (INV-06).
    pub redeem_url: String,
    pub address: Address,
    pub guest: UserId,
    /// Whether the guest accepted before.
    pub accepted: bool,
    /// Whether a mail is on its way.
    pub mailed: bool,
}

impl Create {
    /// The plain invitation of an address, by mail.
    pub const fn of(tenant: TenantId, address: Address) -> Self {
        Self {
            tenant,
            address,
            redirect_url: None,
            inviter: None,
            send_mail: true,
            display_name: None,
            message: None,
        }
    }
}

impl UseCase for Create {
    const NAME: &'static str = "invitation.create";
    const ACTION: Action = Action::InviteGuest;
    type Effect = effect::People;
    type Output = Invited;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let (tenant, address, now) = (self.tenant, self.address.clone(), at.now());
        let live = at.live(tenant).await?;
        if !discovery::admits(&live.tenant.lists, address.domain(), false) {
            return Err(Invalid::DomainRefused(address.domain().clone()).into());
        }
        let message = self.message.map(message_text).transpose()?;
        let client = redirect_client(&at, tenant, self.redirect_url.as_deref()).await?;
        let inviter = inviter(&at, tenant, self.inviter).await?;
        let name = self.display_name.as_deref().map(display_name).transpose()?;
        let existing = invitee(&at, tenant, &address).await?;
        let user = existing.as_ref().map_or_else(|| UserId(random_uuid(at.random())), |u| u.id);
        let token = secret_256(at.random());
        let invitation = NewInvitation {
            tenant_id: tenant,
            id: InvitationId(ordered_uuid(now, at.random())),
            user_id: user,
            address_key: address.key().to_owned(),
            client_id: client,
            redirect_url: self.redirect_url,
            inviter_id: inviter.as_ref().map(|i| i.id),
            message,
            locale: None,
            expires_at: Some(after(now, INVITATION_LIFETIME)),
            created_at: now,
        };
        let redeem_url = at.urls().redeem(tenant, token.expose());
        let mail = if self.send_mail {
            let letter = letter(&at, &live, &address, &invitation, inviter.as_ref(), &redeem_url).await?;
            Some(queued(&at, &live.tenant, invitation.id, &letter)?)
        } else {
            None
        };
        let (id, mailed) = (invitation.id, mail.is_some());
        let writing = Writing {
            new_user: existing
                .is_none()
                .then(|| NewUser::guest(tenant, user, &address, name, None, None, now)),
            sponsor: inviter.map(|i| i.id),
            invitation,
            ticket: vault::hash("invitation", 0, token.expose()),
            mail,
        };
        let details = json!({ "invitation": id, "mail": self.send_mail });
        let made = at.change(user, details, move |c| Ok(writing.run(c)?)).await?;
        at.wake_mail();
        let accepted = existing.is_some_and(|u| u.state == RedemptionState::Accepted);
        Ok(Done::after(made, Invited { id, redeem_url, address, guest: user, accepted, mailed }))
    }
}

/// What the transaction of an invitation writes.
struct Writing {
    new_user: Option<NewUser>,
    sponsor: Option<UserId>,
    invitation: NewInvitation,
    ticket: Digest,
    mail: Option<NewOutbox>,
}

impl Writing {
    fn run(&self, c: &mut Conn) -> QueryResult<()> {
        let (tenant, user) = (self.invitation.tenant_id, self.invitation.user_id);
        match &self.new_user {
            Some(new) => store::directory::insert_user(c, new, None)?,
            None => {
                // Invited anew: what was withheld after a report is given again (INV-10).
                store::directory::release(c, tenant, user)?;
            }
        }
        if let Some(sponsor) = self.sponsor {
            store::directory::add_sponsor(c, tenant, user, sponsor)?;
        }
        store::invitations::insert(c, &self.invitation, &self.ticket)?;
        match &self.mail {
            Some(mail) => store::outbox::insert(c, mail, None).map(drop),
            None => Ok(()),
        }
    }
}

/// The guest who has the address already, if one has; members are not invited.
async fn invitee(
    at: &Inside<'_>,
    tenant: TenantId,
    address: &Address,
) -> Result<Option<UserRow>, AdminError> {
    let key = address.key().to_owned();
    let found = at.read(move |c| store::directory::user_by_address(c, tenant, &key)).await?;
    match found {
        Some(user) if user.kind == UserKind::Member => Err(Conflict::Member(address.masked()).into()),
        found => Ok(found),
    }
}

/// The application that a redirect URL belongs to; refused where it belongs to none (INV-05).
async fn redirect_client(
    at: &Inside<'_>,
    tenant: TenantId,
    url: Option<&str>,
) -> Result<Option<ClientId>, AdminError> {
    let Some(url) = url else { return Ok(None) };
    let applications = at.read(move |c| store::applications::list(c, tenant)).await?;
    match vestibule_oidc::redirect::admits_redirect(&applications, url) {
        Some(client) => Ok(Some(client)),
        None => Err(Invalid::RedirectUrl(url.to_owned()).into()),
    }
}

/// Who invites: the named member with a role that may, or the first administrator, or nobody.
async fn inviter(
    at: &Inside<'_>,
    tenant: TenantId,
    named: Option<Address>,
) -> Result<Option<UserRow>, AdminError> {
    let Some(named) = named else {
        let role = Role::GlobalAdministrator;
        return Ok(at.read(move |c| store::directory::first_with_role(c, tenant, role)).await?);
    };
    let key = named.key().to_owned();
    let read = at.read(move |c| {
        let Some(user) = store::directory::user_by_address(c, tenant, &key)? else { return Ok(None) };
        let may = store::directory::has_role(c, tenant, user.id, Role::INVITING)?;
        Ok(Some((user, may)))
    });
    match read.await? {
        Some((user, true)) => Ok(Some(user)),
        Some((_, false)) => Err(Invalid::Inviter.into()),
        None => Err(AdminError::NotFound(Thing::Inviter(named))),
    }
}

fn message_text(text: String) -> Result<String, AdminError> {
    if text.chars().count() > 500 || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Invalid::Message.into());
    }
    Ok(text)
}

/// What the mail says.
async fn letter(
    at: &Inside<'_>,
    live: &Live,
    address: &Address,
    invitation: &NewInvitation,
    inviter: Option<&UserRow>,
    redeem_url: &str,
) -> Result<Letter, AdminError> {
    let tenant = &live.tenant;
    let app = match &invitation.client_id {
        Some(client) => at.application(live, client).await?.map(|a| a.application.name.clone()),
        None => None,
    };
    let inviter = inviter.map(|i| letter::Inviter {
        name: i.display_name.clone().unwrap_or_else(|| i.address.clone()),
        email: i.address.clone(),
    });
    let from = Sender {
        org: tenant.name.clone(),
        help: at.urls().help(&tenant.id.to_string()),
        privacy: tenant.settings.privacy_url.clone(),
    };
    let content = Content::Invitation(letter::InvitationLetter {
        inviter,
        app,
        message: invitation.message.clone(),
        link: redeem_url.to_owned(),
        until: invitation.expires_at,
    });
    Ok(Letter { to: address.as_str().to_owned(), from, content })
}

/// The mail, sealed, once for its invitation.
fn queued(
    at: &Inside<'_>,
    tenant: &TenantSnapshot,
    invitation: InvitationId,
    letter: &Letter,
) -> Result<NewOutbox, AdminError> {
    let dedupe = at.vault().mac(KeyPurpose::Address, &[b"mail invitation", invitation.0.as_bytes()])?;
    let locale = tenant.settings.default_locale.clone().unwrap_or_else(|| "en".into());
    let queue = QueueEntry { tenant: tenant.id, passcode: None, dedupe };
    Ok(mail::queued(at.vault(), at.random(), at.now(), &locale, queue, letter)?)
}
