//! What a use case changes is what it says: its row of the trail, its change number, in one transaction.

use vestibule_core::access::{Actor, Object};
use vestibule_core::client::SigningAlgorithm;

use super::lab::{KEYS, Lab, Look, Trail, applications_of, hex, new};
use super::sample::{self, Sample};
use crate::effect::Effect;
use crate::table::table;
use crate::{
    AdminError, Changes, Conflict, application, deployment, discovery, guest, invitation, key, log, mail,
    policy, tenant,
};

/// What became of one use case that was allowed: AUD-03, architecture rule 6.
pub(super) fn are_as_declared<U: Sample>(actor: &Actor, object: Object, before: &Look, after: &Look) {
    let changes = <U::Effect as Effect>::CHANGES;
    let name = U::NAME;
    let changed = after.state != before.state;
    assert_eq!(changed, changes != Changes::Nothing, "{name} does what it says, and no more");
    let born: Vec<&String> = after.numbers.keys().filter(|id| !before.numbers.contains_key(*id)).collect();
    let raised = match changes {
        Changes::Nothing | Changes::People | Changes::NewTenant | Changes::Deployment => None,
        Changes::Tenant => object.tenant().map(hex),
        Changes::Application | Changes::Presence => object.tenant().map(applications_of),
        Changes::Keys => Some(KEYS.to_owned()),
    };
    for (whose, number) in &before.numbers {
        let by = i64::from(Some(whose) == raised.as_ref());
        assert_eq!(after.numbers[whose], number + by, "{name}: the change number of {whose}");
    }
    let trail = match changes {
        Changes::Nothing | Changes::Deployment | Changes::Keys => None,
        Changes::People | Changes::Tenant | Changes::Application | Changes::Presence => {
            object.tenant().map(hex)
        }
        Changes::NewTenant => Some(born[0].clone()),
    };
    let row = trail.map(|tenant| Trail {
        tenant,
        action: name.to_owned(),
        outcome: "success".to_owned(),
        actor: actor.kind().to_string(),
    });
    let written = new(&before.trail, &after.trail);
    assert_eq!(written, row.into_iter().collect::<Vec<_>>(), "{name}: its row of the trail");
    assert_eq!(born.len(), 2 * usize::from(changes == Changes::NewTenant), "{name}");
}

macro_rules! break_all {
    ($($noun:ident::{$($verb:ident),+})+) => {
        async fn broken(lab: &Lab, what: &str, breaks: fn(Changes) -> bool) {
            $($(breaks_off::<$noun::$verb>(lab, what, breaks).await;)+)+
        }
    };
}
table!(break_all);

/// Where this cannot be written, nothing is.
async fn breaks_off<U: Sample>(lab: &Lab, what: &str, breaks: fn(Changes) -> bool) {
    if !breaks(<U::Effect as Effect>::CHANGES) {
        return;
    }
    let (input, before) = (U::sample(lab, lab.alpha), lab.look());
    lab.sql(&format!("CREATE TRIGGER broken BEFORE {what} BEGIN SELECT RAISE(ABORT, 'broken'); END"));
    let done = lab.does(&Actor::Operator, input).await;
    lab.sql("DROP TRIGGER broken");
    assert!(matches!(done.map(drop), Err(AdminError::Db(_))), "{} went on without its {what}", U::NAME);
    assert_eq!(lab.look(), before, "{}", U::NAME);
    sample::reset(lab);
}

/// AUD-03: no change without its row in the trail.
#[tokio::test]
async fn aud_03_no_change_without_its_row() {
    let lab = Lab::open().await;
    let rows = |changes| !matches!(changes, Changes::Nothing | Changes::Deployment | Changes::Keys);
    broken(&lab, "INSERT ON directory_audits", rows).await;
}

/// CON-01, architecture rule 6: no change without its change number.
#[tokio::test]
async fn con_01_no_change_without_its_number() {
    let lab = Lab::open().await;
    broken(&lab, "UPDATE OF change_number ON tenants", |changes| changes == Changes::Tenant).await;
    let applications = |changes| matches!(changes, Changes::Application | Changes::Presence);
    broken(&lab, "UPDATE OF applications_number ON tenants", applications).await;
    broken(&lab, "UPDATE OF keys_number ON deployment", |changes| changes == Changes::Keys).await;
}

/// AUD-03: what contradicts what is there leaves no trace of a change.
#[tokio::test]
async fn aud_03_what_fails_is_not_written_down() {
    let lab = Lab::open().await;
    let before = lab.look();
    let taken = vestibule_core::Domain::parse("beta.test").unwrap();
    let add = tenant::AddDomain { tenant: lab.alpha, domain: taken.clone() };
    let refused = lab.does(&Actor::Operator, add).await;
    assert!(matches!(refused, Err(AdminError::Conflict(Conflict::DomainTaken(domain))) if domain == taken));
    let again = sample::application(lab.alpha, Some(sample::client(lab.beta)));
    let refused = lab.does(&Actor::Operator, again).await;
    assert!(matches!(refused, Err(AdminError::Conflict(Conflict::ApplicationExists(_)))));
    let mut many = sample::application(lab.alpha, None);
    many.redirect_uris.clear();
    assert!(matches!(lab.does(&Actor::Operator, many).await, Err(AdminError::Invalid(_))));
    assert_eq!(lab.look(), before);
}

/// KEY-01: the first application of an algorithm brings its key, and every node learns of it.
#[tokio::test]
async fn key_01_a_first_key_raises_the_number_of_all() {
    let lab = Lab::open().await;
    let before = lab.numbers();
    let new =
        application::Create { algorithm: SigningAlgorithm::EdDsa, ..sample::application(lab.alpha, None) };
    lab.succeeds(new).await;
    let after = lab.numbers();
    for (whose, number) in &before {
        let raised = *whose == KEYS || *whose == applications_of(lab.alpha);
        assert_eq!(after[whose], number + i64::from(raised), "{whose}");
    }
}
