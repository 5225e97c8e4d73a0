//! Development binary.
#[test]
fn nothing() {}
