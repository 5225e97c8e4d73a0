use uuid::Uuid;

use super::*;

const ALPHA: TenantId = TenantId(Uuid::from_u128(1));
const BETA: TenantId = TenantId(Uuid::from_u128(2));

fn user(roles: &[Role]) -> Actor {
    Actor::User { tenant: ALPHA, user: UserId(Uuid::from_u128(3)), roles: roles.to_vec() }
}

fn may(actor: &Actor, action: Action, object: Object) -> bool {
    authorize(actor, action, object).is_ok()
}

/// ADM-01: whoever is bound to a tenant may nothing elsewhere, and who has no role may nothing at all.
#[test]
fn adm_01_denies_by_default() {
    let guest = Actor::Guest { tenant: ALPHA, interaction: None };
    let app = Actor::Application { tenant: ALPHA, client: ClientId("web".into()) };
    let own = Object::Tenant(ALPHA);
    for action in Action::ALL.iter().copied() {
        for actor in [&guest, &app, &user(Role::ALL)] {
            assert!(!may(actor, action, Object::Deployment), "{actor:?} {action}");
            assert!(!may(actor, action, Object::Tenant(BETA)), "{actor:?} {action}");
        }
        let trip = matches!(action, Action::SignIn | Action::SignOut | Action::ReportCode);
        assert_eq!(may(&guest, action, own), trip);
        assert_eq!(may(&app, action, own), action == Action::UseTokens);
        assert!(!may(&user(&[]), action, own));
        for object in [own, Object::Deployment] {
            let job = matches!(action, Action::RunJob | Action::ManageKeys);
            assert_eq!(may(&Actor::System, action, object), job, "{action}");
            // ADM-15: nobody who administers can sign in as a guest or use an application's tokens.
            let others =
                matches!(action, Action::SignIn | Action::ReportCode | Action::UseTokens | Action::RunJob);
            assert_eq!(may(&Actor::Operator, action, object), !others, "{action}");
        }
    }
}

/// INV-03: who may invite, and that a refusal names the roles that would pass.
#[test]
fn who_may_invite() {
    for role in Role::ALL.iter().copied() {
        let passes = may(&user(&[role]), Action::InviteGuest, Object::Tenant(ALPHA));
        assert_eq!(passes, Role::INVITING.contains(&role), "{role}");
    }
    let refused = |object| authorize(&user(&[Role::ReportsReader]), Action::InviteGuest, object).unwrap_err();
    assert_eq!(refused(Object::Tenant(ALPHA)).roles, Role::INVITING);
    assert_eq!(refused(Object::Deployment).roles, [], "no role counts there");
}

/// What was allowed is what was asked.
#[test]
fn leave_names_who_what_and_of_what() {
    let (actor, object) = (user(&[Role::GuestInviter]), Object::Tenant(ALPHA));
    let allowed = authorize(&actor, Action::InviteGuest, object).unwrap();
    assert_eq!((allowed.actor(), allowed.action(), allowed.object()), (&actor, Action::InviteGuest, object));
}
