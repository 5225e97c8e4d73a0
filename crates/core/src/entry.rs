//! The first decision: which tenant a trip is for.
//!
//! An application's `client_id` is unique in the deployment, so a tenant-less URL can often be resolved: a
//! single-tenant application names its tenant, a hint may name one by its verified domain. Where nothing does, the
//! person must choose (Entra's 50059).

use crate::client::Audience;
use crate::ids::TenantId;

/// The tenant part of a path, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A GUID or verified domain that exists; the state of its tenant comes along.
    Tenant {
        id: TenantId,
        /// Whether it is switched on.
        active: bool,
    },
    /// A GUID or domain that names nothing here.
    Unknown,
    /// `common`, `organizations` or `consumers`.
    Tenantless,
}

/// What is known of the application that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationFacts {
    pub home: TenantId,
    /// Whose users it serves.
    pub audience: Audience,
    /// Tenants that have a service principal of it: the hinted one if it is among them, and enough others to know whether
    /// there is one or more.
    pub present_in: Vec<TenantId>,
}

/// What the request hints at; suggestions only (HRD-05).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hints {
    /// The tenant whose verified domain `domain_hint` is.
    pub domain: Option<TenantId>,
}

/// Where the trip goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    Tenant(TenantId),
    /// To a page where the person chooses.
    Choose,
    /// Nowhere.
    Refuse(Unresolved),
}

/// Why a trip goes nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    /// No such organisation (90002).
    TenantUnknown,
    /// The organisation is switched off.
    TenantOff,
    /// No such application here (700016).
    ApplicationUnknown,
}

/// Resolves where a trip goes. `application` is `None` where the request names one that does not exist; a first-party
/// page that needs none passes `Some` of nothing through [`resolve_page`].
pub fn resolve(segment: &Segment, application: Option<&ApplicationFacts>, hints: &Hints) -> Entry {
    match (segment, application) {
        (Segment::Unknown, _) => Entry::Refuse(Unresolved::TenantUnknown),
        (Segment::Tenant { active: false, .. }, _) => Entry::Refuse(Unresolved::TenantOff),
        (Segment::Tenant { id, .. }, Some(app)) if app.present_in.contains(id) => Entry::Tenant(*id),
        (_, None) | (Segment::Tenant { .. }, Some(_)) => Entry::Refuse(Unresolved::ApplicationUnknown),
        (Segment::Tenantless, Some(app)) if app.audience == Audience::Single => Entry::Tenant(app.home),
        (Segment::Tenantless, Some(app)) => match (hints.domain, app.present_in.as_slice()) {
            (Some(hinted), present) if present.contains(&hinted) => Entry::Tenant(hinted),
            (_, [only]) => Entry::Tenant(*only),
            _ => Entry::Choose,
        },
    }
}

/// Resolves a page that needs no application: help, an invitation, a report.
pub fn resolve_page(segment: &Segment) -> Entry {
    match segment {
        Segment::Unknown => Entry::Refuse(Unresolved::TenantUnknown),
        Segment::Tenant { active: false, .. } => Entry::Refuse(Unresolved::TenantOff),
        Segment::Tenant { id, .. } => Entry::Tenant(*id),
        Segment::Tenantless => Entry::Choose,
    }
}

#[cfg(test)]
mod tests;
