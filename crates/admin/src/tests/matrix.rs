//! The matrix of permissions: every use case as everybody, everywhere, through the door on a real database.

use std::fmt::Write as _;
use std::path::Path;

use vestibule_core::access::{Action, Actor, Grantee, Object, Role};
use vestibule_core::ids::TenantId;
use vestibule_core::log::DirectoryEvent;

use super::changes;
use super::lab::{Lab, Trail, hex, new};
use super::sample::{Sample, reset};
use crate::table::{ALL, UseCaseRow, table};
use crate::{
    AdminError, Changes, application, deployment, discovery, guest, invitation, key, log, mail, policy,
    tenant,
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/permissions.md");

/// Who passed, of those who asked.
#[derive(Debug)]
struct Row {
    listed: UseCaseRow,
    /// Whether it is about a tenant.
    of_tenant: bool,
    /// Who may in a tenant that is not theirs, or in the deployment.
    everywhere: Vec<String>,
    /// Who else may in their own.
    at_home: Vec<String>,
}

macro_rules! measure {
    ($($noun:ident::{$($verb:ident),+})+) => {
        async fn measured(lab: &Lab) -> Vec<Row> {
            vec![$($(measure::<$noun::$verb>(lab).await),+),+]
        }
    };
}
table!(measure);

async fn measure<U: Sample>(lab: &Lab) -> Row {
    let of_tenant = U::sample(lab, lab.alpha).object() != Object::Deployment;
    reset(lab);
    let mut row =
        Row { listed: UseCaseRow::of::<U>(), of_tenant, everywhere: Vec::new(), at_home: Vec::new() };
    for (name, actor) in lab.actors() {
        let abroad = passes::<U>(lab, &actor, lab.beta).await;
        let at_home = if of_tenant { passes::<U>(lab, &actor, lab.alpha).await } else { abroad };
        assert!(at_home || !abroad, "{name} may {} abroad, and not at home", U::NAME);
        match (abroad, at_home) {
            (true, _) => row.everywhere.push(name),
            (false, true) => row.at_home.push(name),
            (false, false) => {}
        }
    }
    row
}

/// Whether somebody may. Who may not changes nothing, and is written down in the tenant that it was about; who may does it.
async fn passes<U: Sample>(lab: &Lab, actor: &Actor, tenant: TenantId) -> bool {
    let input = U::sample(lab, tenant);
    let (object, before) = (input.object(), lab.look());
    let done = lab.does(actor, input).await;
    let after = lab.look();
    match done {
        Ok(_) => {
            changes::are_as_declared::<U>(actor, object, &before, &after);
            reset(lab);
            true
        }
        Err(AdminError::Denied(denied)) => {
            assert_eq!((denied.actor, denied.action), (actor.kind(), U::ACTION));
            assert_eq!(
                after.state,
                before.state,
                "{} was denied to {actor:?} and changed something",
                U::NAME
            );
            let refusal = object.tenant().map(|tenant| Trail {
                tenant: hex(tenant),
                action: U::NAME.to_owned(),
                outcome: "failure".to_owned(),
                actor: actor.kind().to_string(),
            });
            let written = new(&before.trail, &after.trail);
            assert_eq!(written, refusal.into_iter().collect::<Vec<_>>(), "{} {actor:?}", U::NAME);
            false
        }
        Err(other) => panic!("{} by {actor:?}: {other:?}", U::NAME),
    }
}

/// ADM-01, AUD-01, AUD-03: everybody may exactly what the page says, which is written anew with
/// `UPDATE_DOCS=1`.
#[tokio::test]
async fn adm_01_aud_01_aud_03_everybody_may_what_the_page_says() {
    let lab = Lab::open().await;
    let page = page(&measured(&lab).await);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let written = std::fs::read_to_string(Path::new(PAGE)).unwrap();
    for (at, (said, is)) in written.lines().zip(page.lines()).enumerate() {
        assert_eq!(said, is, "line {} of docs/reference/permissions.md", at + 1);
    }
    assert_eq!(written.len(), page.len(), "docs/reference/permissions.md ends elsewhere");
}

/// The trail has one vocabulary: no two use cases, and no use case and what a trip does, have the same word.
#[test]
fn words_of_the_trail_are_told_apart() {
    let mut words: Vec<&str> = ALL.iter().map(|listed| listed.name).collect();
    words.extend(DirectoryEvent::ALL.iter().map(|event| event.as_str()));
    let all = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), all, "{words:?}");
}

/// A role that lets nobody do anything is none.
#[test]
fn every_role_is_good_for_something() {
    for role in Role::ALL {
        assert!(ALL.iter().any(|listed| listed.action.who().contains(&Grantee::Holder(*role))), "{role}");
    }
}

fn page(rows: &[Row]) -> String {
    let mut page = HEAD.to_owned();
    for Row { listed, of_tenant, everywhere, at_home } in rows {
        let object = if *of_tenant { "a tenant" } else { "the deployment" };
        let changes = match listed.changes {
            Changes::Nothing => "",
            Changes::People => "people",
            Changes::Tenant => "the tenant",
            Changes::NewTenant => "a new tenant",
            Changes::Application => "the application",
            Changes::Presence => "the application there",
            Changes::Deployment => "the deployment",
            Changes::Keys => "the signing keys",
        };
        let (everywhere, at_home) = (everywhere.join(", "), at_home.join(", "));
        let UseCaseRow { name, action, .. } = listed;
        writeln!(page, "| `{name}` | `{action}` | {object} | {everywhere} | {at_home} | {changes} |")
            .unwrap();
    }
    page.push_str(REST);
    for action in Action::ALL.iter().filter(|action| ALL.iter().all(|listed| listed.action != **action)) {
        let who: Vec<&str> = action.who().iter().map(|who| word(*who)).collect();
        writeln!(page, "| `{action}` | {} |", who.join(", ")).unwrap();
    }
    page
}

fn word(who: Grantee) -> &'static str {
    match who {
        Grantee::Operator => "operator",
        Grantee::System => "system",
        Grantee::Application => "application",
        Grantee::Guest => "guest",
        Grantee::Holder(role) => role.as_str(),
    }
}

const HEAD: &str = "\
# Permissions

Who may do what. A test asks every use case as everybody, in their own tenant, in another one and in the deployment, and
compares what was done with this page; `UPDATE_DOCS=1 cargo test -p vestibule-admin` writes it anew.

*Operator* is whoever runs `vestibule` on the server, *system* the server's own jobs. The others are bound to one tenant:
a user with a role there, an application that has authenticated itself, a guest in the middle of a sign-in. Who has no
role may nothing. What is refused changes nothing, and stands in the audit of the tenant that it was about, and in the
process log; what is changed stands in the audit under the name of the use case. What changes the deployment belongs to no
tenant, and stands in the process log.

| Use case | Asks for | Is about | Who may everywhere | Who may in their own tenant | Changes |
| --- | --- | --- | --- | --- | --- |
";

const REST: &str = "
What a sign-in, an application or a job does by itself:

| Action | Who may |
| --- | --- |
";
