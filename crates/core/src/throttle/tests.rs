use super::*;

fn keys(text: &str) -> Vec<String> {
    networks(text.parse().unwrap(), None).into_iter().map(|(key, _)| key).collect()
}

/// OTP-08: one /64 is one source, mapped IPv4 is IPv4.
#[test]
fn otp_08_sources_fold() {
    assert_eq!(keys("::ffff:192.0.2.7"), keys("192.0.2.7"));
    assert_eq!(keys("2001:db8:1:2:3:4:5:6"), keys("2001:db8:1:2::1"));
    assert_ne!(keys("2001:db8:1:2::1")[0], keys("2001:db8:1:3::1")[0]);
    assert_eq!(keys("2001:db8:1:2::1")[1], keys("2001:db8:1:3::1")[1]);
}

/// N-09, N-21: an operator's figure for a range raises both.
#[test]
fn an_operators_figure_raises_both() {
    assert_eq!(networks("192.0.2.7".parse().unwrap(), Some(5_000)), [("192.0.2.7".to_owned(), 5_000)]);
    assert_eq!(open_rows(Some(5_000)), 5_000);
    assert_eq!(open_rows(Some(1)), n::OPEN_ROWS_PER_SOURCE);
    assert_eq!(open_rows(None), n::OPEN_ROWS_PER_SOURCE);
}
