//! Guests: listing, showing, blocking.

use serde::Serialize;
use vestibule_app::audit::{self, Change, allow};
use vestibule_app::{App, Context};
use vestibule_core::access::{Action, Actor, Object};
use vestibule_core::clock::Instant;
use vestibule_core::directory::GuestField;
use vestibule_core::ids::{TenantId, UserId};
use vestibule_core::lifecycle::{Redemption, UserKind};
use vestibule_core::query::Query;
use vestibule_core::{Address, Realm};
use vestibule_store::directory::UserRow;
use vestibule_store::{self as store};

use super::AdminError;

/// A guest, in Entra's words.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Guest {
    /// `oid`.
    pub id: UserId,
    /// Address.
    pub mail: String,
    /// Name.
    pub display_name: Option<String>,
    /// `Guest` or `Member`.
    pub user_type: &'static str,
    /// `PendingAcceptance` or `Accepted`; absent for members.
    pub external_user_state: Option<&'static str>,
    /// When that changed.
    pub external_user_state_change_date_time: Option<Instant>,
    /// Not blocked.
    pub account_enabled: bool,
    /// The method that was redeemed with.
    pub redeemed_with: Option<&'static str>,
    /// When it was made.
    pub created_date_time: Instant,
    /// The last sign-in.
    pub last_sign_in_date_time: Option<Instant>,
    /// Who answers for the guest.
    pub sponsors: Vec<String>,
}

fn told(row: UserRow, last: Option<Instant>, sponsors: Vec<String>) -> Guest {
    Guest {
        id: row.id,
        mail: row.address,
        display_name: row.display_name,
        user_type: match row.kind {
            UserKind::Guest => "Guest",
            UserKind::Member => "Member",
        },
        external_user_state: match row.state {
            Redemption::Pending => Some("PendingAcceptance"),
            Redemption::Accepted => Some("Accepted"),
            Redemption::NotNeeded => None,
        },
        external_user_state_change_date_time: row.state_changed_at,
        account_enabled: row.enabled,
        redeemed_with: row.pinned_method.map(|method| method.line().idp.unwrap_or(method.as_str())),
        created_date_time: row.created_at,
        last_sign_in_date_time: last,
        sponsors,
    }
}

/// The guests of a tenant.
pub async fn list(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    limit: i64,
) -> Result<Vec<Guest>, AdminError> {
    let _allowed = allow(ctx, actor, Action::ReadGuests, Object::Tenant(tenant))?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let query = Query { filter: Vec::new(), order: GuestField::ORDER, after: None, limit };
    let page = app.db.read(move |c| store::directory::list_guests(c, tenant, &query)).await?;
    Ok(page.rows.into_iter().map(|r| told(r, None, Vec::new())).collect())
}

async fn find(app: &App, tenant: TenantId, name: &str) -> Result<UserRow, AdminError> {
    let not_found = || AdminError::NotFound { kind: "guest", name: name.to_owned() };
    let row = if let Ok(id) = name.parse::<UserId>() {
        app.db.read(move |c| store::directory::user(c, tenant, id)).await?
    } else {
        let address = Address::parse(name).map_err(|e| super::invalid("address", e))?;
        app.db.read(move |c| store::directory::user_by_address(c, tenant, address.key())).await?
    };
    row.filter(|r| r.deleted_at.is_none()).ok_or_else(not_found)
}

/// One guest, by address or `oid`.
pub async fn show(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    name: &str,
) -> Result<Guest, AdminError> {
    let _allowed = allow(ctx, actor, Action::ReadGuests, Object::Tenant(tenant))?;
    let row = find(app, tenant, name).await?;
    let id = row.id;
    let (last, sponsors) = app
        .db
        .read(move |c| {
            Ok((store::directory::activity(c, tenant, id)?, store::directory::sponsors(c, tenant, id)?))
        })
        .await?;
    Ok(told(row, last.map(|a| a.last_at), sponsors.into_iter().map(|s| s.address).collect()))
}

/// Blocks or unblocks a guest; blocking ends sessions, codes and refresh families at once (SES-08).
pub async fn set_enabled(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    name: &str,
    enabled: bool,
) -> Result<Guest, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManageGuests, Object::Tenant(tenant))?;
    let row = find(app, tenant, name).await?;
    let (id, now) = (row.id, app.now());
    let action = if enabled { "guest.unblock" } else { "guest.block" };
    let audit = audit::row(app, ctx, actor, tenant, Change::on(action, "user", id.to_string()));
    app.db
        .write(move |c| {
            store::directory::set_enabled(c, tenant, id, enabled)?;
            if !enabled {
                let realm = Realm::Tenant(tenant);
                for session in store::signin::sessions_of_user(c, realm, id, now)? {
                    store::tokens::revoke_families_of_session(c, tenant, session.id, "blocked", now)?;
                }
                store::signin::end_sessions_of_user(c, realm, id, now)?;
            }
            store::logs::insert_audit(c, &audit)
        })
        .await??;
    show(app, ctx, actor, tenant, &id.to_string()).await
}
