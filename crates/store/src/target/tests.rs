//! Addresses of databases.

use super::*;

#[test]
fn schemes_choose_the_variant() {
    assert_eq!(Target::parse("sqlite:///var/x.db"), Ok(Target::Sqlite("/var/x.db".into())));
    assert_eq!(Target::parse("sqlite:x.db"), Ok(Target::Sqlite("x.db".into())));
    assert_eq!(Target::parse("sqlite://x.db"), Ok(Target::Sqlite("x.db".into())));
    assert!(matches!(Target::parse("postgresql://localhost/x"), Ok(Target::Postgres(_))));
    for wrong in ["x.db", "mysql://x", ""] {
        assert_eq!(Target::parse(wrong), Err(TargetError::Scheme), "{wrong}");
    }
    for wrong in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite:x.db?mode=ro"] {
        assert_eq!(Target::parse(wrong), Err(TargetError::Path), "{wrong}");
    }
}

/// SEC-05: a build without TLS refuses remote hosts and says so, with TLS they must be verified.
#[test]
fn sec_05_remote_hosts_need_a_verified_connection() {
    for local in [
        "postgres:///x",
        "postgres://localhost/x",
        "postgres://u:p%40@127.0.0.9:5433/x",
        "postgres://[::1]:5433/x",
        "postgres://%2Frun%2Fpostgresql/x",
        "postgres:///x?host=/run/postgresql",
    ] {
        assert_eq!(check_hosts(local, false), Ok(()), "{local}");
    }
    for remote in [
        "postgres://db.example/x",
        "postgres://u:p@localhost@db.example/x",
        "postgres://localhost,db.example/x",
        "postgres://localhost/x?hostaddr=192.0.2.1",
        "postgres:///x?h%6Fst=db.example",
        "postgres://[2001:db8::1]/x",
        "postgres://localhost.example/x",
    ] {
        let refused = check_hosts(remote, false).unwrap_err();
        assert!(refused.to_string().contains("--features postgres-tls"), "{remote}: {refused}");
        assert!(matches!(check_hosts(remote, true), Err(TargetError::Unverified { .. })), "{remote}");
    }
    assert_eq!(check_hosts("postgres://db.example/x?sslmode=verify-full", true), Ok(()));
    assert!(check_hosts("postgres://db.example/x?sslmode=require", true).is_err());
    assert!(check_hosts("postgres:///x?service=far", true).is_err());
}

#[test]
fn the_address_of_a_server_is_not_shown() {
    let target = Target::parse("postgres://u:secret@localhost/x").unwrap();
    assert!(!format!("{target:?}").contains("secret"));
}
