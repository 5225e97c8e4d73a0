//! What is checked of a statement's text before it compiles; called here while the program runs.

use crate::bind::Bind;
use crate::statement::{Gathered, Parameter, Piece, Shape, Token};

const NEW: Parameter = Parameter {
    name: "new",
    shape: Shape::Record(&["id", "name"]),
    nulls: &[Bind::Id(None), Bind::Text(None)],
};
const TENANT: Parameter = Parameter { name: "tenant", shape: Shape::One, nulls: &[Bind::Id(None)] };
const NOW: Parameter = Parameter { name: "now", shape: Shape::Now, nulls: &[Bind::Now(0, 0)] };

fn gathered<const N: usize>(pieces: &'static [Piece], parameters: &'static [Parameter]) -> Vec<Token> {
    let gathered = Gathered::<N>::of(pieces, parameters);
    assert_eq!(gathered.len, N);
    gathered.tokens.to_vec()
}

#[test]
fn placeholders_become_places() {
    const PART: &[Piece] = &[Piece::Text(" AND at < :now AND us < :now.us")];
    let tokens = gathered::<13>(
        &[
            Piece::Text("SELECT x::text, :tenant, :new.name WHERE id = :tenant"),
            Piece::Part(PART),
            Piece::Values("new"),
        ],
        &[NEW, TENANT, NOW],
    );
    let written: Vec<String> = tokens.iter().map(|token| format!("{token:?}")).collect();
    let expected = [
        r#"Sql("SELECT x::text, ")"#,
        "Bind(1, 0)",
        r#"Sql(", ")"#,
        "Bind(0, 1)",
        r#"Sql(" WHERE id = ")"#,
        "Bind(1, 0)",
        r#"Sql("")"#,
        r#"Sql(" AND at < ")"#,
        "Now(2)",
        r#"Sql(" AND us < ")"#,
        "Micros(2)",
        r#"Sql("")"#,
        "All(0)",
    ];
    assert_eq!(written, expected);
}

#[test]
#[should_panic(expected = "names no parameter")]
fn an_unknown_name_does_not_compile() {
    gathered::<2>(&[Piece::Text("SELECT :other")], &[TENANT]);
}

#[test]
#[should_panic(expected = "has no placeholder")]
fn an_unused_parameter_does_not_compile() {
    gathered::<1>(&[Piece::Text("SELECT 1")], &[TENANT]);
}

#[test]
#[should_panic(expected = "has no placeholder")]
fn an_unused_field_does_not_compile() {
    gathered::<3>(&[Piece::Text("SELECT :new.id")], &[NEW]);
}

#[test]
#[should_panic(expected = "names no field")]
fn an_unknown_field_does_not_compile() {
    gathered::<3>(&[Piece::Text("SELECT :new.other")], &[NEW]);
}

#[test]
#[should_panic(expected = "a single value has no fields")]
fn a_field_of_a_single_value_does_not_compile() {
    gathered::<3>(&[Piece::Text("SELECT :tenant.id")], &[TENANT]);
}

#[test]
#[should_panic(expected = "names a record")]
fn values_of_a_single_value_do_not_compile() {
    gathered::<1>(&[Piece::Values("tenant")], &[TENANT]);
}
