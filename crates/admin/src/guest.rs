//! Guests: listing, showing, blocking.

use serde_json::json;
use vestibule_core::Realm;
use vestibule_core::access::{Action, Object};
use vestibule_core::clock::Instant;
use vestibule_core::directory::{Guest, GuestField};
use vestibule_core::ids::TenantId;
use vestibule_core::query::{self, ListPage, Order, Query};

use vestibule_store as store;
use vestibule_store::directory::UserRow;

use crate::door::{At, Done, Inside, UseCase};
use crate::effect;
use crate::error::{AdminError, Thing};
pub use crate::reference::GuestRef;

/// Blocks a guest, and ends sessions, codes and refresh families at once (SES-08).
#[derive(Debug)]
pub struct Block {
    pub tenant: TenantId,
    pub guest: GuestRef,
}

impl UseCase for Block {
    const NAME: &'static str = "guest.block";
    const ACTION: Action = Action::ManageGuests;
    type Effect = effect::People;
    type Output = Guest;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let (tenant, realm, now) = (self.tenant, Realm::Tenant(self.tenant), at.moment());
        let id = find(&at, tenant, self.guest).await?.id;
        let blocked = at
            .change(id, json!({}), move |c| {
                store::directory::set_enabled(c, tenant, id, false)?;
                store::tokens::revoke_families_of_user(c, tenant, id, "blocked", now)?;
                store::signin::end_sessions_of_user(c, realm, id, now)?;
                Ok(())
            })
            .await?;
        Ok(Done::after(blocked, shown(&at, tenant, GuestRef::Id(id)).await?))
    }
}

/// Lets a guest in again.
#[derive(Debug)]
pub struct Unblock {
    pub tenant: TenantId,
    pub guest: GuestRef,
}

impl UseCase for Unblock {
    const NAME: &'static str = "guest.unblock";
    const ACTION: Action = Action::ManageGuests;
    type Effect = effect::People;
    type Output = Guest;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let tenant = self.tenant;
        let id = find(&at, tenant, self.guest).await?.id;
        let unblocked = at
            .change(id, json!({}), move |c| Ok(store::directory::set_enabled(c, tenant, id, true)?))
            .await?;
        Ok(Done::after(unblocked, shown(&at, tenant, GuestRef::Id(id)).await?))
    }
}

/// One guest.
#[derive(Debug)]
pub struct Show {
    pub tenant: TenantId,
    pub guest: GuestRef,
}

impl UseCase for Show {
    const NAME: &'static str = "guest.show";
    const ACTION: Action = Action::ReadGuests;
    type Effect = effect::Nothing;
    type Output = Guest;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let guest = shown(&at, self.tenant, self.guest).await?;
        Ok(Done::read(guest))
    }
}

/// The guests of a tenant, a page of them, without their sponsors and last sign-ins.
#[derive(Debug)]
pub struct List {
    pub tenant: TenantId,
    /// Which, in which order.
    pub query: Query<GuestField>,
}

impl List {
    /// The first page of all guests, the oldest first.
    pub const fn of(tenant: TenantId) -> Self {
        let order = Order { field: GuestField::CreatedDateTime, descending: false };
        Self { tenant, query: Query { filter: Vec::new(), order, after: None, limit: query::PAGE } }
    }
}

impl UseCase for List {
    const NAME: &'static str = "guest.list";
    const ACTION: Action = Action::ReadGuests;
    type Effect = effect::Nothing;
    type Output = ListPage<Guest>;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let Self { tenant, query } = self;
        let page = at.read(move |c| store::directory::list_guests(c, tenant, &query)).await?;
        let rows = page.rows.into_iter().map(|row| whole(row, None, Vec::new())).collect();
        Ok(Done::read(ListPage { rows, next: page.next }))
    }
}

async fn find(at: &Inside<'_>, tenant: TenantId, guest: GuestRef) -> Result<UserRow, AdminError> {
    let named = guest.clone();
    let read = at.read(move |c| match &named {
        GuestRef::Id(id) => store::directory::user(c, tenant, *id),
        GuestRef::Address(address) => store::directory::user_by_address(c, tenant, address.key()),
    });
    let row = read.await?.filter(|row| row.deleted_at.is_none());
    row.ok_or(AdminError::NotFound(Thing::Guest(guest)))
}

async fn shown(at: &Inside<'_>, tenant: TenantId, guest: GuestRef) -> Result<Guest, AdminError> {
    let row = find(at, tenant, guest).await?;
    let id = row.id;
    let read = at.read(move |c| {
        Ok((store::directory::activity(c, tenant, id)?, store::directory::sponsors(c, tenant, id)?))
    });
    let (last, sponsors) = read.await?;
    Ok(whole(row, last.map(|a| a.last_at), sponsors.into_iter().map(|s| s.address).collect()))
}

fn whole(row: UserRow, last_sign_in_at: Option<Instant>, sponsors: Vec<String>) -> Guest {
    Guest {
        id: row.id,
        address: row.address,
        display_name: row.display_name,
        kind: row.kind,
        redemption: row.state,
        redemption_changed_at: row.state_changed_at,
        enabled: row.enabled,
        pinned_method: row.pinned_method,
        created_at: row.created_at,
        last_sign_in_at,
        sponsors,
    }
}
