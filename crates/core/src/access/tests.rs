use uuid::Uuid;

use super::*;

const ALPHA: TenantId = TenantId(Uuid::from_u128(1));
const BETA: TenantId = TenantId(Uuid::from_u128(2));

fn user(role: Role) -> Actor {
    Actor::User { tenant: ALPHA, user: UserId(Uuid::from_u128(3)), roles: vec![role] }
}

/// ADM-01: the full matrix of actor × action × object; everything outside the list is refused.
#[test]
fn adm_01_denies_by_default() {
    let guest = Actor::Guest { tenant: ALPHA, interaction: None };
    let app = Actor::Application { tenant: ALPHA, client: ClientId("web".into()) };
    for action in Action::ALL.iter().copied() {
        for actor in [&guest, &app, &user(Role::GlobalAdministrator)] {
            assert!(authorize(actor, action, Object::Deployment).is_err(), "{actor:?} {action}");
            assert!(authorize(actor, action, Object::Tenant(BETA)).is_err(), "{actor:?} {action}");
        }
        let guest_may = matches!(action, Action::SignIn | Action::SignOut | Action::ReportCode);
        assert_eq!(authorize(&guest, action, Object::Tenant(ALPHA)).is_ok(), guest_may);
        assert_eq!(authorize(&app, action, Object::Tenant(ALPHA)).is_ok(), action == Action::UseTokens);
        let nobody = Actor::User { tenant: ALPHA, user: UserId(Uuid::from_u128(3)), roles: vec![] };
        assert!(authorize(&nobody, action, Object::Tenant(ALPHA)).is_err());
    }
}

/// INV-03: who may invite, and that a refusal names the roles that would pass.
#[test]
fn who_may_invite() {
    for role in Role::ALL.iter().copied() {
        let may = matches!(role, Role::GlobalAdministrator | Role::UserAdministrator | Role::GuestInviter);
        assert_eq!(authorize(&user(role), Action::InviteGuest, Object::Tenant(ALPHA)).is_ok(), may, "{role}");
    }
    let denied =
        authorize(&user(Role::ReportsReader), Action::InviteGuest, Object::Tenant(ALPHA)).unwrap_err();
    assert!(denied.roles.contains(&Role::GuestInviter));
}
