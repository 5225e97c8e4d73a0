use uuid::Uuid;

use super::*;

const ALPHA: TenantId = TenantId(Uuid::from_u128(0xa));
const BETA: TenantId = TenantId(Uuid::from_u128(0xb));
const GAMMA: TenantId = TenantId(Uuid::from_u128(0xc));

fn app(audience: Audience, present_in: &[TenantId]) -> ApplicationFacts {
    ApplicationFacts { home: ALPHA, audience, present_in: present_in.to_vec() }
}

/// The whole table: segment × application × hint.
#[test]
fn entry_table() {
    let (single, multi) = (app(Audience::Single, &[ALPHA]), app(Audience::Multi, &[ALPHA, BETA]));
    let lonely = app(Audience::Multi, &[ALPHA]);
    let (at, off) = (|id| Segment::Tenant { id, active: true }, |id| Segment::Tenant { id, active: false });
    let none = Hints::default();
    let hint = |id| Hints { domain: Some(id) };
    let refuse = Entry::Refuse;
    for (segment, application, hints, expected) in [
        (Segment::Unknown, Some(&single), none.clone(), refuse(Unresolved::TenantUnknown)),
        (Segment::Unknown, None, none.clone(), refuse(Unresolved::TenantUnknown)),
        (off(ALPHA), Some(&single), none.clone(), refuse(Unresolved::TenantOff)),
        (at(ALPHA), None, none.clone(), refuse(Unresolved::ApplicationUnknown)),
        (at(ALPHA), Some(&single), none.clone(), Entry::Tenant(ALPHA)),
        (at(BETA), Some(&single), none.clone(), refuse(Unresolved::ApplicationUnknown)),
        (at(BETA), Some(&multi), none.clone(), Entry::Tenant(BETA)),
        (at(BETA), Some(&multi), hint(ALPHA), Entry::Tenant(BETA)),
        (Segment::Tenantless, None, none.clone(), refuse(Unresolved::ApplicationUnknown)),
        (Segment::Tenantless, Some(&single), none.clone(), Entry::Tenant(ALPHA)),
        (Segment::Tenantless, Some(&single), hint(BETA), Entry::Tenant(ALPHA)),
        (Segment::Tenantless, Some(&multi), none.clone(), Entry::Choose),
        (Segment::Tenantless, Some(&multi), hint(BETA), Entry::Tenant(BETA)),
        (Segment::Tenantless, Some(&multi), hint(GAMMA), Entry::Choose),
        (Segment::Tenantless, Some(&lonely), none.clone(), Entry::Tenant(ALPHA)),
        (Segment::Tenantless, Some(&lonely), hint(GAMMA), Entry::Tenant(ALPHA)),
    ] {
        assert_eq!(resolve(&segment, application, &hints), expected, "{segment:?} {application:?} {hints:?}");
    }
}

/// Pages without an application need a tenant that exists and is on.
#[test]
fn pages_need_a_tenant() {
    assert_eq!(resolve_page(&Segment::Tenantless), Entry::Choose);
    assert_eq!(resolve_page(&Segment::Unknown), Entry::Refuse(Unresolved::TenantUnknown));
    assert_eq!(
        resolve_page(&Segment::Tenant { id: ALPHA, active: false }),
        Entry::Refuse(Unresolved::TenantOff)
    );
    assert_eq!(resolve_page(&Segment::Tenant { id: ALPHA, active: true }), Entry::Tenant(ALPHA));
}
