use super::*;

fn build(public_url: &str, issuer: &str, secret: &str) -> Option<ConfigError> {
    let config = Config {
        listen: TcpListener::bind("127.0.0.1:0").unwrap(),
        public_url: public_url.into(),
        issuer: issuer.into(),
        client_id: "portal".into(),
        client_secret: secret.into(),
        name: "Project Portal".into(),
        ca_pem: None,
        form_post: false,
        clock: Clock::system(),
    };
    assert!(!format!("{config:?}").contains("s3cret"));
    config.build().err()
}

#[test]
fn http_is_for_this_machine_only() {
    let issuer = "https://id.test/t/v2.0";
    for good in [
        "https://portal.test",
        "http://localhost:8081",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "https://portal.test/",
    ] {
        assert_eq!(build(good, issuer, "s3cret"), None, "{good}");
    }
    for bad in [
        "http://portal.test",
        "portal.test",
        "https://portal.test/a",
        "https://u:p@portal.test",
        "ftp://localhost",
    ] {
        assert_eq!(build(bad, issuer, "s3cret"), Some(ConfigError::PublicUrl), "{bad}");
    }
    assert_eq!(build("https://portal.test", "http://id.test", "s3cret"), Some(ConfigError::Issuer));
    assert_eq!(build("https://portal.test", "http://localhost:8080/t/v2.0", "s3cret"), None);
    assert_eq!(build("https://portal.test", issuer, ""), Some(ConfigError::Empty));
}
