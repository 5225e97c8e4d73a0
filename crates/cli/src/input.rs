//! What commands take as text, read once into types.

use vestibule_admin::Desk;
use vestibule_admin::guest::GuestRef;
use vestibule_admin::tenant::{Resolve, TenantRef};
use vestibule_core::ids::TenantId;
use vestibule_core::{Address, Domain};

use crate::failure::{Failure, Input};

/// An address.
pub(crate) fn address(input: Input, text: &str) -> Result<Address, Failure> {
    Address::parse(text).map_err(|e| Failure::invalid(input, e))
}

/// A domain.
pub(crate) fn domain(text: &str) -> Result<Domain, Failure> {
    Domain::parse(text).map_err(|_| {
        Failure::invalid(Input::Domain, format!("{text} is no domain name of two labels or more"))
    })
}

/// A guest, by address or `oid`.
pub(crate) fn guest(text: &str) -> Result<GuestRef, Failure> {
    match text.parse() {
        Ok(id) => Ok(GuestRef::Id(id)),
        Err(_) => address(Input::Address, text).map(GuestRef::Address),
    }
}

/// The tenant that a GUID or one of its domains names.
pub(crate) async fn tenant(desk: &Desk<'_>, text: &str) -> Result<TenantId, Failure> {
    let named = match text.parse() {
        Ok(id) => TenantRef::Id(id),
        Err(_) => TenantRef::Domain(Domain::parse(&text.to_ascii_lowercase()).map_err(|_| {
            Failure::invalid(Input::Tenant, format!("{text} is neither a GUID nor a domain name"))
        })?),
    };
    Ok(desk.perform(Resolve(named)).await?)
}
