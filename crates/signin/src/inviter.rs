//! Who invited a guest, as pages name them.

use vestibule_app::{App, Error};
use vestibule_core::ids::{TenantId, UserId};
use vestibule_core::letter::Inviter;
use vestibule_store as store;

/// A member who invites, as pages and mails name them.
pub(crate) async fn inviter(app: &App, tenant: TenantId, id: UserId) -> Result<Option<Inviter>, Error> {
    let row = app.db.read(move |c| store::directory::user(c, tenant, id)).await?;
    Ok(row.map(|u| Inviter { name: u.display_name.unwrap_or_else(|| u.address.clone()), email: u.address }))
}

/// Who invited a guest, by the newest invitation.
pub(crate) async fn of_guest(app: &App, tenant: TenantId, guest: UserId) -> Result<Option<Inviter>, Error> {
    let newest = app.db.read(move |c| store::invitations::newest_of_user(c, tenant, guest)).await?;
    match newest.and_then(|i| i.inviter_id) {
        Some(id) => inviter(app, tenant, id).await,
        None => Ok(None),
    }
}
