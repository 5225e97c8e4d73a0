use vestibule_store::QueryError;

use super::*;

#[derive(Debug, thiserror::Error)]
#[error("a key cannot be made")]
struct Outer(#[source] Inner);

#[derive(Debug, thiserror::Error)]
#[error("no primes left")]
struct Inner;

/// A fault tells what it came from, each once, whoever wraps it.
#[test]
fn a_fault_keeps_what_it_came_from() {
    let told = "internal: a key cannot be made: no primes left";
    let error = Error::internal(Outer(Inner));
    assert_eq!((error.to_string().as_str(), chain(&error).as_str()), (told, told));
    let database = Error::from(DbError::from(QueryError::NotFound));
    assert_eq!(chain(&database), "internal: database: Record not found");
    let mut source: &dyn std::error::Error = &error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    assert!(source.is::<Inner>(), "the source itself, not its text");
}
