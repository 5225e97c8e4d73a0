use chrono::{TimeZone as _, Utc};
use proptest::prelude::*;

use super::*;
use crate::directory::GuestField::{self, *};

fn ask(asked: ListParameters<'_>) -> Result<Query<GuestField>, ListError> {
    Query::parse(asked, GuestField::ORDER)
}

fn filter(text: &str) -> Result<Vec<Term<GuestField>>, ListError> {
    ask(ListParameters { filter: Some(text), ..ListParameters::default() }).map(|query| query.filter)
}

fn refusal(text: &str) -> String {
    filter(text).unwrap_err().to_string()
}

fn term(field: GuestField, operator: Operator, value: Literal) -> Term<GuestField> {
    Term { field, operator, value }
}

#[test]
fn filters_become_comparisons() {
    let text = |text: &str| Literal::Text(text.into());
    let moment = Literal::Moment(Utc.with_ymd_and_hms(2026, 1, 31, 11, 0, 0).unwrap());
    let table = [
        (
            "externalUserState eq 'PendingAcceptance'",
            vec![term(ExternalUserState, Operator::Eq, Literal::Word("PendingAcceptance"))],
        ),
        ("accountEnabled eq false", vec![term(AccountEnabled, Operator::Eq, Literal::Bool(false))]),
        ("mail eq 'Gina@Guest.Test'", vec![term(Mail, Operator::Eq, text("gina@guest.test"))]),
        ("startsWith(mail,'GI')", vec![term(Mail, Operator::StartsWith, text("gi"))]),
        ("endswith( mail , '@Guest.test' )", vec![term(Mail, Operator::EndsWith, text("@guest.test"))]),
        (
            "startswith(displayName,'O''Ne\u{c9}')",
            vec![term(DisplayName, Operator::StartsWith, text("o'ne\u{e9}"))],
        ),
        (
            "createdDateTime le 2026-01-31T12:00:00+01:00",
            vec![term(CreatedDateTime, Operator::Le, moment.clone())],
        ),
        (
            "  accountEnabled eq true and createdDateTime ge 2026-01-31T11:00:00Z ",
            vec![
                term(AccountEnabled, Operator::Eq, Literal::Bool(true)),
                term(CreatedDateTime, Operator::Ge, moment),
            ],
        ),
    ];
    for (written, terms) in table {
        assert_eq!(filter(written), Ok(terms), "{written}");
    }
}

#[test]
fn refusals_say_what_there_is() {
    let fields = "externalUserState, accountEnabled, mail, displayName, createdDateTime";
    let table = [
        ("password eq 'x'", format!("the filter names no field of this list at character 1; there are: {fields}")),
        ("startswith(id,'x')", format!("the filter names no field of this list at character 12; there are: {fields}")),
        ("", format!("the filter names no field of this list at character 1; there are: {fields}")),
        ("mail ge 'a@b.test'", "mail is not compared like that (character 6); it can be: eq, startswith, endswith".into()),
        ("mail startswith 'a'", "mail is not compared like that (character 6); it can be: eq, startswith, endswith".into()),
        ("mail eq 'a'", "mail is compared with an address, or a part of one, in single quotes (character 9)".into()),
        ("mail eq 'a", "mail is compared with an address, or a part of one, in single quotes (character 9)".into()),
        ("startswith(mail,'')", "mail is compared with an address, or a part of one, in single quotes (character 17)".into()),
        ("displayName eq ''", "displayName is compared with a text in single quotes that is not empty (character 16)".into()),
        ("accountEnabled eq 'true'", "accountEnabled is compared with true or false (character 19)".into()),
        (
            "externalUserState eq 'pending'",
            "externalUserState is compared with one of these in single quotes: PendingAcceptance, Accepted (character 22)".into(),
        ),
        (
            "createdDateTime ge '2026-01-31T12:00:00Z'",
            "createdDateTime is compared with a moment like 2026-01-31T12:00:00Z, without quotes (character 20)".into(),
        ),
        (
            "accountEnabled eq true or mail eq 'a@b.test'",
            "the filter cannot be read at character 24: expected and, or the end (or, not and brackets are not known here)".into(),
        ),
        ("startswith(mail 'a')", "the filter cannot be read at character 17: expected a comma".into()),
        ("startswith(mail,'a'", "the filter cannot be read at character 20: expected )".into()),
    ];
    for (written, message) in table {
        assert_eq!(refusal(written), message, "{written}");
    }
}

#[test]
fn filters_are_bounded() {
    let one = "accountEnabled eq true";
    assert_eq!(filter(&[one; TERMS_MAX].join(" and ")).unwrap().len(), TERMS_MAX);
    assert_eq!(filter(&[one; TERMS_MAX + 1].join(" and ")), Err(ListError::TooMany));
    assert_eq!(filter(&format!("mail eq '{}'", "a".repeat(FILTER_MAX))), Err(ListError::TooLong));
}

#[test]
fn orders_and_pages_are_read() {
    let order = |order| {
        ask(ListParameters { order: Some(order), ..ListParameters::default() }).map(|query| query.order)
    };
    assert_eq!(order("mail"), Ok(Order { field: Mail, descending: false }));
    assert_eq!(order("displayName asc"), Ok(Order { field: DisplayName, descending: false }));
    assert_eq!(order(" createdDateTime  desc "), Ok(Order { field: CreatedDateTime, descending: true }));
    for wrong in ["", "accountEnabled", "id", "mail down", "mail,displayName", "mail desc desc"] {
        let message = order(wrong).unwrap_err().to_string();
        assert!(message.ends_with("mail, displayName, createdDateTime"), "{message}");
    }
    let limit = |top| ask(ListParameters { top, ..ListParameters::default() }).map(|query| query.limit);
    assert_eq!((limit(None), limit(Some(1)), limit(Some(PAGE_MAX))), (Ok(PAGE), Ok(1), Ok(PAGE_MAX)));
    assert_eq!((limit(Some(0)), limit(Some(PAGE_MAX + 1))), (Err(ListError::Limit), Err(ListError::Limit)));
}

#[test]
fn a_continuation_belongs_to_its_question() {
    let moment = Literal::Moment(Utc.with_ymd_and_hms(2026, 1, 31, 11, 0, 0).unwrap());
    let last = After { value: moment, id: Uuid::from_u128(7) };
    let asked = ListParameters { filter: Some("accountEnabled eq true"), ..ListParameters::default() };
    let token = ask(asked).unwrap().after(&last);
    let with = |asked: ListParameters<'_>| {
        ask(ListParameters { token: Some(&token), ..asked }).map(|query| query.after)
    };
    assert_eq!(with(asked), Ok(Some(last.clone())));
    assert_eq!(
        with(ListParameters { top: Some(5), ..asked }),
        Ok(Some(last)),
        "a page may have another length"
    );
    for other in [
        ListParameters::default(),
        ListParameters { filter: Some("accountEnabled eq false"), ..asked },
        ListParameters { order: Some("mail"), ..asked },
        ListParameters { order: Some("createdDateTime desc"), ..asked },
    ] {
        assert_eq!(with(other), Err(ListError::Token));
    }
    let mut cut = token.clone();
    cut.pop();
    for broken in ["", "AA", "\u{fffd}", cut.as_str(), "AQAAAAAAAAAA"] {
        assert_eq!(ask(ListParameters { token: Some(broken), ..asked }), Err(ListError::Token), "{broken}");
    }
}

#[test]
fn continuations_carry_text() {
    let asked = ListParameters { order: Some("displayName desc"), ..ListParameters::default() };
    let last = After { value: Literal::Text("\u{e9}mile".into()), id: Uuid::from_u128(1) };
    let token = ask(asked).unwrap().after(&last);
    assert_eq!(ask(ListParameters { token: Some(&token), ..asked }).unwrap().after, Some(last));
}

#[test]
fn beyond_is_the_end_of_a_prefix() {
    let max = char::MAX.to_string();
    let table =
        [("a", Some("b")), ("az", Some("a{")), ("\u{d7ff}", Some("\u{e000}")), ("", None), (&max, None)];
    for (prefix, end) in table {
        assert_eq!(beyond(prefix).as_deref(), end, "{prefix:?}");
    }
    assert_eq!(beyond(&format!("a{max}")).as_deref(), Some("b"));
}

proptest! {
    /// A hostile filter names no field that is not listed, whatever else it says; and nothing of it is repeated.
    #[test]
    fn no_filter_names_a_field_that_is_not_listed(
        name in "[a-zA-Z0-9_.\"';()\\-\\[\\] \u{e4}]{0,24}",
        tail in "(eq|ge|startswith|LIKE|;| OR 1=1)? ?('x'|true|--)?",
    ) {
        let listed = GuestField::ALL.iter().any(|field| name.trim_start().starts_with(field.as_str()));
        let function = name.to_ascii_lowercase();
        prop_assume!(!listed && !function.contains("with("));
        for text in [format!("{name} {tail}"), format!("startswith({name},'x')")] {
            let error = filter(&text);
            prop_assert!(error.is_err(), "{text}");
            let message = error.unwrap_err().to_string();
            prop_assert!(message.is_ascii());
            prop_assert!(name.trim().len() < 4 || !message.contains(name.trim()), "{message}");
        }
    }

    /// Any text is read or refused, and what is read compares fields as they may be.
    #[test]
    fn any_filter_is_read_or_refused(text in "\\PC{0,80}") {
        if let Ok(terms) = filter(&text) {
            for term in terms {
                prop_assert!(term.field.operators().contains(&term.operator));
            }
        }
    }

    /// Of any texts, those between a prefix and [`beyond`] it are those that begin with it.
    #[test]
    fn a_prefix_is_a_range(prefix in "[a-c\u{10ffff}\u{d7ff}]{1,3}", text in "[a-d\u{10ffff}\u{e000}]{0,4}") {
        let within = text >= prefix && beyond(&prefix).is_none_or(|end| text < end);
        prop_assert_eq!(within, text.starts_with(&prefix));
    }

    /// Any token is read or refused.
    #[test]
    fn any_continuation_is_read_or_refused(token in "[A-Za-z0-9_\\-]{0,60}") {
        let asked = ask(ListParameters { token: Some(&token), ..ListParameters::default() });
        prop_assert!(matches!(asked, Ok(_) | Err(ListError::Token)));
    }
}
