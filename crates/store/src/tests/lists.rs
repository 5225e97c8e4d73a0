//! The list of guests: filters, orders, pages, and the plan of each question.

use std::collections::BTreeSet;

use vestibule_core::directory::GuestField;
use vestibule_core::query::{
    After, Field as _, ListPage, ListParameters, Literal, Operator, Order, Query, Term,
};

use super::*;
use crate::directory::{UserRow, guests};
use crate::list::{Select, SelectPart, ranges};
use crate::row::{Cells, ColumnNames, FromRow};

fn asked(asked: ListParameters<'_>) -> Query<GuestField> {
    Query::parse(asked, GuestField::ORDER).unwrap()
}

fn listed(lab: &Lab, tenant: TenantId, query: &Query<GuestField>) -> ListPage<UserRow> {
    lab.read(|c| directory::list_guests(c, tenant, query))
}

/// The addresses that a filter leaves, without their domain, in the order of addresses.
fn found(lab: &Lab, tenant: TenantId, filter: &str) -> Vec<String> {
    let query =
        asked(ListParameters { filter: Some(filter), order: Some("mail"), ..ListParameters::default() });
    let rows = listed(lab, tenant, &query).rows;
    rows.iter().map(|row| row.address.split('@').next().unwrap().to_owned()).collect()
}

/// Guests `a` to `f`: every other one pending, every third one blocked, named and made two by two.
async fn peopled(lab: &Lab) -> TenantId {
    let (tenant, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
    for (i, name) in ["a", "b", "c", "d", "e", "f"].into_iter().enumerate() {
        let domain = if i < 3 { "guest.test" } else { "other.test" };
        let state = if i % 2 == 0 { RedemptionState::Pending } else { RedemptionState::Accepted };
        let mut new = lab.new_user(tenant, &format!("{name}@{domain}"), state);
        new.display_name = ["\u{c9}mile", "emma", "O'Neil"].get(i / 2).map(|name| (*name).to_owned());
        new.created_at = lab.base + TimeDelta::minutes(i64::try_from(i / 2).unwrap());
        new.enabled = i % 3 != 0;
        lab.write(move |c| directory::insert_user(c, &new, None)).await;
    }
    let mut member = lab.new_user(tenant, "member@alpha.test", RedemptionState::NotNeeded);
    member.kind = UserKind::Member;
    let stranger = lab.new_user(beta, "a@guest.test", RedemptionState::Pending);
    let gone = lab.new_user(tenant, "gone@guest.test", RedemptionState::Pending);
    let id = lab.literal(gone.id.0);
    lab.write(move |c| {
        directory::insert_user(c, &member, None)?;
        directory::insert_user(c, &stranger, None)?;
        directory::insert_user(c, &gone, None)
    })
    .await;
    lab.sql(&format!("UPDATE users SET deleted_at = created_at WHERE id = {id}"));
    tenant
}

both! {
    /// Each filter leaves what it says: guests of this tenant that are not deleted.
    async fn guests_are_filtered(lab: &Lab) {
        let tenant = peopled(lab).await;
        let second = (lab.base + TimeDelta::minutes(1)).to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let table: &[(&str, &str)] = &[
            ("externalUserState eq 'PendingAcceptance'", "ace"),
            ("externalUserState eq 'Accepted'", "bdf"),
            ("accountEnabled eq false", "ad"),
            ("accountEnabled eq true and externalUserState eq 'PendingAcceptance'", "ce"),
            ("mail eq 'B@Guest.test'", "b"),
            ("startswith(mail,'b@')", "b"),
            ("endswith(mail,'@guest.test')", "abc"),
            ("endswith(mail,'@GUEST.test') and accountEnabled eq true", "bc"),
            ("startswith(displayName,'\u{e9}')", "ab"),
            ("startswith(displayName,'EM')", "cd"),
            ("displayName eq 'o''neil'", "ef"),
            ("startswith(displayName,'%')", ""),
            ("displayName eq 'x'' OR 1=1 --'", ""),
            ("mail eq 'a@guest.test' and mail eq 'b@guest.test'", ""),
            (&format!("createdDateTime ge {second}"), "cdef"),
            (&format!("createdDateTime gt {second}"), "ef"),
            (&format!("createdDateTime le {second}"), "abcd"),
            (&format!("createdDateTime lt {second}"), "ab"),
        ];
        for (filter, expected) in table {
            assert_eq!(found(lab, tenant, filter).concat(), *expected, "{filter}");
        }
    }

    /// Pages of every length in every order, there and back, have each guest once and in order, equal ones too.
    async fn pages_follow_each_other(lab: &Lab) {
        let tenant = peopled(lab).await;
        for field in GuestField::ALL.iter().copied().filter(|field| field.sortable()) {
            let [up, down] = [false, true].map(|descending| {
                let order = Order { field, descending };
                let whole: Vec<UserId> = pages(lab, tenant, order, 100);
                for limit in 1..7 {
                    assert_eq!(pages(lab, tenant, order, limit), whole, "{order:?} by {limit}");
                }
                whole
            });
            assert_eq!(up.iter().collect::<BTreeSet<_>>().len(), 6);
            assert_eq!(up.into_iter().rev().collect::<Vec<_>>(), down);
        }
        let names = asked(ListParameters { order: Some("displayName"), ..ListParameters::default() });
        let rows = listed(lab, tenant, &names).rows;
        let names: Vec<_> = rows.iter().filter_map(|row| row.display_name.as_deref()).collect();
        assert_eq!(names, ["emma", "emma", "O'Neil", "O'Neil", "\u{c9}mile", "\u{c9}mile"]);
    }

    /// A guest's new name is in its place.
    async fn a_new_name_is_found(lab: &Lab) {
        let tenant = peopled(lab).await;
        let id = listed(lab, tenant, &asked(ListParameters::default())).rows[0].id;
        assert!(lab.write(move |c| changes::set_display_name(c, tenant, id, Some("Zo\u{eb}"))).await);
        assert_eq!(found(lab, tenant, "startswith(displayName,'ZO\u{cb}')").len(), 1);
        assert!(lab.write(move |c| changes::set_display_name(c, tenant, id, None)).await);
        assert_eq!(found(lab, tenant, "startswith(displayName,'ZO\u{cb}')").len(), 0);
    }

    /// Of any two filters in any order, with and without a place to go on from, no plan reads a whole table: each goes by
    /// an index from the tenant on.
    async fn every_question_goes_by_index(lab: &Lab) {
        let tenant = peopled(lab).await;
        let terms = terms(lab);
        let mut found = BTreeSet::new();
        let mut count = 0;
        let orders: Vec<_> = GuestField::ALL.iter().filter(|field| field.sortable()).flat_map(|field| {
            [false, true].map(|descending| Order { field: *field, descending })
        }).collect();
        lab.read(|c| {
            if lab.kind == Kind::Postgres {
                c.batch("SET enable_seqscan = off")?;
            }
            for (i, one) in terms.iter().enumerate() {
                for other in &terms[i..] {
                    for order in &orders {
                        for after in [None, Some(place(lab, order.field))] {
                            let filter = vec![one.clone(), other.clone()];
                            let query = Query { filter, order: *order, after, limit: 10 };
                            let plan = explained(c, lab.kind, tenant, &query)?;
                            if !bounded(lab.kind, &plan) {
                                found.insert(format!("{query:?}: {plan:#?}"));
                            }
                            count += 1;
                        }
                    }
                }
            }
            Ok(())
        });
        assert!(found.is_empty(), "{} of {count}: {}", found.len(), found.first().unwrap());
        assert!(count > 500, "{count}");
    }
}

/// All guests, page after page.
fn pages(lab: &Lab, tenant: TenantId, order: Order<GuestField>, limit: usize) -> Vec<UserId> {
    let mut ids = Vec::new();
    let order_text = format!("{} {}", order.field, if order.descending { "desc" } else { "asc" });
    let mut next: Option<String> = None;
    loop {
        let query = asked(ListParameters {
            order: Some(&order_text),
            token: next.as_deref(),
            top: Some(limit),
            ..ListParameters::default()
        });
        let page = listed(lab, tenant, &query);
        assert!(page.rows.len() <= limit);
        ids.extend(page.rows.iter().map(|row| row.id));
        match page.next {
            Some(token) => next = Some(token),
            None => return ids,
        }
    }
}

/// One comparison of each field in each way.
fn terms(lab: &Lab) -> Vec<Term<GuestField>> {
    let of = |field: GuestField| {
        let value = match field {
            GuestField::ExternalUserState => Literal::Word("PendingAcceptance"),
            GuestField::AccountEnabled => Literal::Bool(true),
            GuestField::Mail | GuestField::DisplayName | GuestField::CreatedDateTime => {
                place(lab, field).value
            }
        };
        field.operators().iter().map(move |operator| Term {
            field,
            operator: *operator,
            value: value.clone(),
        })
    };
    let others = [
        (GuestField::ExternalUserState, Literal::Word("Accepted")),
        (GuestField::AccountEnabled, Literal::Bool(false)),
    ];
    let others = others.map(|(field, value)| Term { field, operator: Operator::Eq, value });
    GuestField::ALL.iter().flat_map(|field| of(*field)).chain(others).collect()
}

fn place(lab: &Lab, field: GuestField) -> After {
    let value = match field {
        GuestField::CreatedDateTime => Literal::Moment(lab.base),
        _ => Literal::Text("c@guest.test".into()),
    };
    After { value, id: Uuid::nil() }
}

/// The last column of a line of a plan.
struct Step(String);

impl ColumnNames for Step {
    const NAMES: &'static [&'static str] = &[];
}
impl FromRow for Step {
    fn read<C: Cells>(cells: &mut C) -> diesel::deserialize::Result<Self> {
        let (_, _, _): (i32, i32, i32) = (cells.cell()?, cells.cell()?, cells.cell()?);
        cells.cell().map(Self)
    }
}

/// How the database would answer, with the values at hand.
fn explained(
    c: &mut Conn,
    kind: Kind,
    tenant: TenantId,
    query: &Query<GuestField>,
) -> QueryResult<Vec<String>> {
    let explain = if kind == Kind::Sqlite { "EXPLAIN QUERY PLAN " } else { "EXPLAIN " };
    let mut base = vec![SelectPart::Sql(explain)];
    base.extend(guests::base(tenant, query));
    let ranges = ranges(query);
    let select = Select::of(base, query, &ranges)?;
    match kind {
        Kind::Sqlite => Ok(c.load::<_, Step>(&select)?.into_iter().map(|step| step.0).collect()),
        Kind::Postgres => c.load::<_, String>(&select),
    }
}

/// Whether a plan reads but a range of an index that begins with the tenant.
fn bounded(kind: Kind, plan: &[String]) -> bool {
    match kind {
        Kind::Sqlite => plan.iter().all(|step| {
            step.starts_with("SEARCH users USING INDEX users_") && step.contains("(tenant_id=? AND kind=?")
                || step.starts_with("USE TEMP B-TREE FOR")
        }),
        Kind::Postgres => {
            let scans = plan.iter().filter(|line| line.contains("Scan")).count();
            let bounds = plan.iter().filter(|line| line.contains("Index Cond: ((tenant_id = ")).count();
            !plan.iter().any(|line| line.contains("Seq Scan")) && scans > 0 && bounds > 0
        }
    }
}
