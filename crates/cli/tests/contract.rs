//! The contract's command lines, as programs use them: JSON, exit codes, refusals with a hint, files, signals.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: what does not hold ends the test"
)]

mod kit;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use kit::{Ended, Running, ends, vestibule};
use serde_json::{Value, json};
use tempfile::TempDir;
use vestibule_testkit::smtp::SmtpSink;
use vestibule_testkit::{HttpOptions, Person};

const BASE: &str = "http://127.0.0.1:18080";
const CALLBACK: &str = "http://127.0.0.1:9/cb";

/// Whoever reads no further gets no fault: `policy show | head -1`.
#[test]
fn a_reader_that_stops_is_no_failure() {
    let desk = Desk::new();
    desk.tries(&["tenant", "create", "Alder Works", "--domain", "alder.test"]);
    let mut command = vestibule();
    command.args(["policy", "show", "--tenant", "alder.test", "--data"]).arg(desk.data());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
}

/// A data folder and the commands on it.
#[derive(Debug)]
struct Desk {
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { home: TempDir::with_prefix("vestibule-cli-").unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Runs a command with `--data` and `--json`, whatever comes of it.
    fn tries(&self, arguments: &[&str]) -> Ended {
        let mut command = vestibule();
        command.args(arguments).arg("--json").arg("--data").arg(self.data());
        ends(command)
    }

    /// Runs a command that has to succeed.
    fn runs(&self, arguments: &[&str]) -> Value {
        let ended = self.tries(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        json_of(&ended)
    }

    /// Starts a server; its first line is read before this returns.
    fn serves(&self, arguments: &[&str]) -> Running {
        let mut command = vestibule();
        command.arg("serve").args(arguments).arg("--json").arg("--data").arg(self.data());
        Running::start(command)
    }
}

/// Standard output as JSON.
fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

/// Permission bits of a file.
fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn tenant(desk: &Desk) -> Value {
    desk.runs(&[
        "tenant",
        "create",
        "Alder Works",
        "--domain",
        "alpha.test",
        "--admin",
        "it@alpha.test",
        "--base-url",
        BASE,
    ])
}

fn app(desk: &Desk, more: &[&str]) -> Value {
    let fixed =
        ["app", "create", "--tenant", "alpha.test", "--name", "Project Portal", "--redirect-uri", CALLBACK];
    desk.runs(&[&fixed[..], more].concat())
}

#[test]
fn tenants_and_applications() {
    let desk = Desk::new();
    let made = tenant(&desk);
    assert_eq!((&made["name"], &made["domains"]), (&json!("Alder Works"), &json!(["alpha.test"])));
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["issuer"], format!("{BASE}/{id}/v2.0"));
    let brought = "0b8f5d5e-2d0e-4c7e-9f5b-3b1a5e7c9d11";
    assert_eq!(
        desk.runs(&["tenant", "create", "B", "--domain", "beta.test", "--id", brought])["id"],
        brought
    );
    let more = desk.runs(&["tenant", "domain", "add", "alder.test", "--tenant", "alpha.test"]);
    assert_eq!(more["domains"].as_array().unwrap().len(), 2);
    assert_eq!(
        desk.tries(&["tenant", "domain", "add", "beta.test", "--tenant", id]).failure()["error"],
        "conflict"
    );
    assert_eq!(desk.tries(&["tenant", "create", "C", "--domain", "no domain"]).code, 2);
    let web = app(&desk, &["--post-logout-redirect-uri", "http://127.0.0.1:9/"]);
    assert!(web["clientSecret"].as_str().unwrap().len() >= 43 && web["issuer"] == made["issuer"], "{web}");
    for public in [&["--public"][..], &["--type", "spa"], &["--type", "native"]] {
        assert_eq!(app(&desk, public)["clientSecret"], Value::Null, "{public:?}");
    }
    let own = app(&desk, &["--alg", "ES256", "--id", "6f1b1f0e-1111-4000-8000-000000000001"]);
    assert_eq!(own["clientId"], "6f1b1f0e-1111-4000-8000-000000000001");
    assert_eq!(own["idTokenSignedResponseAlg"], "ES256");
    let client = web["clientId"].as_str().unwrap();
    let set = |more: &[&str]| desk.runs(&[&["app", "set", client, "--tenant", id][..], more].concat());
    let shown = set(&["--add-redirect-uri", "http://127.0.0.1:9/other"]);
    assert_eq!(shown["redirectUris"], json!([CALLBACK, "http://127.0.0.1:9/other"]));
    assert_eq!(
        set(&["--remove-redirect-uri", CALLBACK])["redirectUris"],
        json!(["http://127.0.0.1:9/other"])
    );
    assert_eq!(set(&["--disable"])["enabled"], false);
    assert_eq!(set(&["--enable"])["enabled"], true);
    assert!(!shown.to_string().contains(web["clientSecret"].as_str().unwrap()), "the secret is told once");
    assert_eq!(desk.tries(&["app", "set", "nobody", "--tenant", id, "--disable"]).code, 4);
}

#[test]
fn guests_policies_and_logs() {
    let desk = Desk::new();
    tenant(&desk);
    app(&desk, &[]);
    assert_eq!(desk.runs(&["policy", "set", "--tenant", "alpha.test", "otp=off"])["otp"], "off");
    assert_eq!(desk.runs(&["policy", "show", "--tenant", "alpha.test"])["otp"], "off");
    desk.runs(&["policy", "set", "--tenant", "alpha.test", "otp=on"]);
    assert_eq!(desk.runs(&["policy", "show", "--tenant", "alpha.test", "otp"]), json!({"otp": "on"}));
    assert_eq!(desk.tries(&["policy", "set", "--tenant", "alpha.test", "otp=maybe"]).code, 2);
    let invited =
        desk.runs(&["invite", "gina@guest.test", "eve@evil.test", "--tenant", "alpha.test", "--no-mail"]);
    assert_eq!(invited.as_array().unwrap().len(), 2);
    for one in invited.as_array().unwrap() {
        assert_eq!((&one["status"], &one["mail"]), (&json!("PendingAcceptance"), &json!("none")));
        assert!(
            one["inviteRedeemUrl"].as_str().unwrap().starts_with(BASE)
                && one["invitedUser"]["id"].is_string()
        );
        assert!(one["id"].is_string());
    }
    let to = [
        "invite",
        "ida@guest.test",
        "--tenant",
        "alpha.test",
        "--inviter",
        "it@alpha.test",
        "--redirect-url",
    ];
    desk.runs(&[&to[..], &[CALLBACK]].concat());
    assert_eq!(desk.tries(&[&to[..], &["https://evil.test/"]].concat()).failure()["error"], "invalid");
    assert_eq!(
        desk.tries(&["invite", "x@y.test", "--tenant", "alpha.test", "--inviter", "gina@guest.test"]).code,
        2
    );
    let guests = desk.runs(&["guest", "list", "--tenant", "alpha.test"]);
    assert_eq!(guests.as_array().unwrap().len(), 3);
    let text = guests.to_string();
    assert!(!text.contains("/invite/"), "the link is told once: {text}");
    assert_eq!(
        desk.runs(&["guest", "block", "gina@guest.test", "--tenant", "alpha.test"])["accountEnabled"],
        false
    );
    let shown = desk.runs(&["guest", "show", "gina@guest.test", "--tenant", "alpha.test"]);
    assert_eq!((&shown["accountEnabled"], &shown["sponsors"]), (&json!(false), &json!(["it@alpha.test"])));
    assert_eq!(
        desk.runs(&["guest", "unblock", "gina@guest.test", "--tenant", "alpha.test"])["accountEnabled"],
        true
    );
    assert_eq!(desk.runs(&["logs", "signin", "--tenant", "alpha.test"]), json!([]));
    let queue = desk.runs(&["mail", "queue"]);
    assert_eq!(
        (queue[0]["kind"].as_str(), queue[0]["destination"].as_str()),
        (Some("invitation"), Some("guest.test"))
    );
    let before = desk.runs(&["keys", "list"]).as_array().unwrap().len();
    assert!(desk.runs(&["keys", "rotate"]).as_array().unwrap().len() > before);
    let told = desk.runs(&["hrd", "explain", "gina@guest.test", "--tenant", "alpha.test"]);
    let steps: Vec<_> =
        told["trail"].as_array().unwrap().iter().map(|one| one["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["federated", "organization", "account", "passcode"]);
}

/// ADM-16: what cannot be found has exit code 4 and a way on.
#[test]
fn adm_16_an_unknown_tenant_has_an_exit_code() {
    let desk = Desk::new();
    tenant(&desk);
    for command in [&["guest", "list"][..], &["logs", "signin"], &["policy", "show"], &["invite", "a@b.test"]]
    {
        let ended = desk.tries(&[command, &["--tenant", "nobody.test"]].concat());
        let failure = ended.failure();
        assert_eq!((ended.code, &failure["error"]), (4, &json!("not-found")), "{command:?}");
        assert!(failure["hint"].as_str().unwrap().contains("vestibule tenant list"), "{failure}");
    }
    assert_eq!(desk.tries(&["guest", "show", "x@y.test", "--tenant", "alpha.test"]).code, 4);
    assert_eq!(desk.tries(&["guest", "list"]).code, 2, "a flag is missing");
}

/// What people type wrong is answered with the way it is meant to look (in text, three lines).
#[test]
fn mistakes_are_answered_with_a_way_on() {
    let desk = Desk::new();
    tenant(&desk);
    let domains = ["policy", "set", "--tenant", "alpha.test", r#"domains={"allow":["beta.test"]}"#];
    let two = ["invite", "a@beta.test", "b@beta.test", "--tenant", "alpha.test", "--name", "Both"];
    let named = |name: &'static str| vec!["invite", "a@beta.test", "--tenant", "alpha.test", "--name", name];
    let serve = |flag: &'static str, value: &'static str| vec!["serve", flag, value];
    for (arguments, code, hint) in [
        (domains.to_vec(), 2, r#"{"domain":"partner.example"}"#),
        (two.to_vec(), 2, "one by one"),
        (named("A\r\nBcc: eve@evil.test"), 2, "64 characters"),
        (named("\u{202e}moc.live"), 2, "64 characters"),
        (named(" "), 2, "64 characters"),
        (vec!["app", "list", "--tenant", "nope"], 2, "vestibule tenant list"),
        (serve("--smtp-url", "smtp://127.0.0.1:25x"), 3, "smtp://127.0.0.1:2525"),
        (
            [serve("--smtp-url", "smtp://127.0.0.1:25"), vec!["--listen", "9180"]].concat(),
            2,
            "127.0.0.1:9180",
        ),
    ] {
        let ended = desk.tries(&arguments);
        let failure = ended.failure();
        assert_eq!(ended.code, code, "{arguments:?}: {ended:?}");
        assert!(failure["hint"].as_str().unwrap().contains(hint), "{arguments:?}: {failure}");
    }
    let none = desk.runs(&["guest", "list", "--tenant", "alpha.test"]);
    assert_eq!(none, json!([]), "of two, none was invited");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = ["serve", "--smtp-url", "smtp://127.0.0.1:25", "--listen", &address];
    let ended = desk.tries(&serve);
    assert!(ended.failure()["hint"].as_str().unwrap().contains("--base-url http://"), "{ended:?}");
    let mut text = vestibule();
    text.args(["guest", "list", "--tenant", "nope.test", "--data"]).arg(desk.home.path().join("typo"));
    let told = ends(text).err;
    assert!(told.starts_with("new deployment: "), "a mistyped --data shows: {told}");
    assert!(
        told.contains("\n  hint: ") && told.contains("\n  docs: docs/reference/errors.md#not-found"),
        "{told}"
    );
}

/// What discovery offers is the same for everybody; the operator is told what becomes of an address.
#[test]
fn hrd_explain_says_who_gets_a_code() {
    let desk = Desk::new();
    tenant(&desk);
    desk.runs(&["invite", "gina@beta.test", "eve@beta.test", "--tenant", "alpha.test", "--no-mail"]);
    desk.runs(&["guest", "block", "eve@beta.test", "--tenant", "alpha.test"]);
    for (address, standing, outcome) in [
        ("gina@beta.test", "pending", "gets a code"),
        ("eve@beta.test", "blocked", "gets no code: the guest is blocked"),
        ("nobody@beta.test", "none", "gets no code: nobody invited"),
    ] {
        let told = desk.runs(&["hrd", "explain", address, "--tenant", "alpha.test"]);
        assert_eq!(told["standing"], standing, "{told}");
        assert!(told["outcome"].as_str().unwrap().starts_with(outcome), "{told}");
        assert_eq!(told["offers"][0]["method"], "passcode", "the same for everybody: {told}");
    }
    desk.runs(&["policy", "set", "--tenant", "alpha.test", r#"domains={"block":[{"domain":"beta.test"}]}"#]);
    let told = desk.runs(&["hrd", "explain", "gina@beta.test", "--tenant", "alpha.test"]);
    assert!(!told["outcome"].as_str().unwrap().starts_with("gets a code"), "{told}");
}

#[test]
fn the_base_url_is_kept() {
    let desk = Desk::new();
    tenant(&desk);
    assert_eq!(desk.tries(&["guest", "list", "--tenant", "alpha.test", "--base-url", BASE]).code, 0);
    let other = "https://id.example";
    let ended = desk.tries(&["guest", "list", "--tenant", "alpha.test", "--base-url", other]);
    let failure = ended.failure();
    assert!(
        failure["hint"].as_str().unwrap().contains(&format!("vestibule deployment set-base-url {other}")),
        "{failure}"
    );
    assert_eq!(
        desk.tries(&["deployment", "set-base-url", "http://192.0.2.1"]).code,
        2,
        "http outside loopback"
    );
    let told = desk.runs(&["deployment", "set-base-url", other]);
    assert_eq!((&told["baseUrl"], &told["loopback"]), (&json!(other), &json!(false)));
    let issuer = desk.runs(&["tenant", "show", "alpha.test"])["issuer"].clone();
    assert!(issuer.as_str().unwrap().starts_with("https://id.example/"), "{issuer}");
    let first = Desk::new();
    first.runs(&["tenant", "create", "A", "--domain", "a.test"]);
    assert!(
        first.runs(&["tenant", "show", "a.test"])["issuer"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:8080/")
    );
}

/// SEC-01: the root key is the owner's alone, and no command works with one that others can read.
#[test]
fn sec_01_the_root_key_is_private() {
    let desk = Desk::new();
    tenant(&desk);
    let key = desk.data().join("root.key");
    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(&desk.data()), 0o700);
    let text = std::fs::read_to_string(&key).unwrap();
    for loose in [0o644, 0o640, 0o604] {
        std::fs::set_permissions(&key, PermissionsExt::from_mode(loose)).unwrap();
        for command in
            [&["guest", "list", "--tenant", "alpha.test"][..], &["serve", "--smtp-url", "smtp://127.0.0.1:9"]]
        {
            let failure = desk.tries(command).failure();
            assert_eq!(failure["error"], "root-key", "{loose:o}");
            assert!(failure["message"].as_str().unwrap().contains("root.key"), "{failure}");
            assert!(failure["hint"].as_str().unwrap().contains("chmod 600"), "{failure}");
            assert!(!failure.to_string().contains(text.trim()), "the key is told");
        }
    }
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&key, "A".repeat(43)).unwrap();
    assert_eq!(
        desk.tries(&["guest", "list", "--tenant", "alpha.test"]).failure()["error"],
        "root-key",
        "another key"
    );
}

/// SEC-05: a database elsewhere is reached by a verified connection or not at all, and the refusal names the way.
#[test]
fn sec_05_a_remote_database_needs_a_verified_connection() {
    let desk = Desk::new();
    let said = |url: &str| {
        let ended = desk.tries(&["tenant", "create", "A", "--domain", "a.test", "--database-url", url]);
        let failure = ended.failure();
        assert_eq!((ended.code, &failure["error"]), (3, &json!("database-url")));
        failure["message"].as_str().unwrap().to_owned()
    };
    for url in ["postgres://x:geheim@192.0.2.1/x", "postgres://x:geheim@192.0.2.1/x?sslmode=require"] {
        let told = said(url);
        let hint = if cfg!(feature = "postgres-tls") { "sslmode=verify-full" } else { "postgres-tls" };
        assert!(told.contains(hint) && !told.contains("geheim"), "{told}");
    }
    if !cfg!(feature = "postgres-tls") {
        assert!(said("postgres://x@192.0.2.1/x?sslmode=verify-full").contains("postgres-tls"));
    }
}

/// SEC-02, MAIL-03: `serve` refuses what is not safe, and names the setting.
#[test]
fn sec_02_mail_03_serve_refuses_what_is_not_safe() {
    let refusal = |arguments: &[&str]| {
        let desk = Desk::new();
        let ended = desk.tries(
            &[&["serve", "--listen", "127.0.0.1:0", "--management-listen", "127.0.0.1:0"][..], arguments]
                .concat(),
        );
        let failure = ended.failure();
        assert_eq!(ended.code, 3, "{failure}");
        (failure["error"].as_str().unwrap().to_owned(), format!("{failure}"))
    };
    let smtp = ["--smtp-url", "smtp://127.0.0.1:9"];
    let (_, told) = refusal(&[]);
    assert!(told.contains("--smtp-url") && told.contains("vestibule demo"), "{told}");
    let (code, told) = refusal(&[&smtp[..], &["--base-url", "http://192.0.2.1"]].concat());
    assert!(code == "base-url" && told.contains("https"), "{told}");
    let (code, _) =
        refusal(&["--base-url", "https://id.example", "--smtp-url", "smtp://mail.example?tls=none"]);
    assert_eq!(code, "smtp-url");
    let (code, told) = refusal(&["--base-url", "https://id.example", "--smtp-url", "file:///tmp/mail"]);
    assert!(code == "smtp-url" && told.contains("smtps://"), "{told}");
    let (_, told) = refusal(&[&smtp[..], &["--trusted-proxies", "0.0.0.0/0"]].concat());
    assert!(told.contains("trusted_proxies"), "{told}");
    let (_, told) = refusal(&[&smtp[..], &["--source-limit", "127.0.0.0/8=unlimited"]].concat());
    assert!(told.contains("source_limit"), "{told}");
    let (_, told) = refusal(&[&smtp[..], &["--mail-from", "a@b.test\r\nBcc: x@evil.test"]].concat());
    assert!(told.contains("mail_from"), "{told}");
}

/// SEC-05, SEC-06, SEC-02: a server on ports of its own choice: its ready line, its files, its two listeners, its notice, the
/// commands beside it, and its end by SIGTERM.
#[tokio::test(flavor = "multi_thread")]
async fn sec_05_sec_06_sec_02_a_server_from_ready_to_sigterm() {
    let desk = Desk::new();
    tenant(&desk);
    let client = app(&desk, &[]);
    let sink = SmtpSink::start().await.unwrap();
    let flags = ["--listen", "127.0.0.1:0", "--management-listen", "127.0.0.1:0", "--base-url", BASE];
    let server = desk
        .serves(&[&flags[..], &["--smtp-url", &sink.url(), "--source-limit", "127.0.0.0/8=100"]].concat());
    assert_eq!(server.ready["ready"], true);
    let listen: std::net::SocketAddr = server.ready["listen"].as_str().unwrap().parse().unwrap();
    let management = server.ready["management"].as_str().unwrap().to_owned();
    assert!(listen.port() != 0 && !management.ends_with(":0"), "{}", server.ready);
    let options = HttpOptions { via: Some((BASE.to_owned(), listen)), ..HttpOptions::default() };
    let browser = vestibule_testkit::browser::HttpBrowser::new(&options);
    let mut gina =
        Person::new(vestibule_testkit::Browser::Http(Box::new(browser)), std::sync::Arc::new(sink));
    for path in ["healthz", "readyz", "metrics"] {
        assert_eq!(gina.opens(&format!("http://{management}/{path}")).await.status, 200, "{path}");
        assert_eq!(gina.opens(&format!("{BASE}/{path}")).await.status, 404, "{path} to the public");
    }
    assert_eq!(gina.opens(&format!("http://{listen}/robots.txt")).await.status, 421, "another Host");
    let authorize = |tenant: &str| {
        format!(
            "{BASE}/{tenant}/oauth2/v2.0/authorize?response_type=code&scope=openid&client_id={}&redirect_uri={CALLBACK}\
            &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
            client["clientId"].as_str().unwrap()
        )
    };
    // What a command changes holds on the next request.
    desk.runs(&["invite", "gina@guest.test", "--tenant", "alpha.test", "--no-mail"]);
    gina.opens(&authorize("alpha.test")).sees("G01").types("gina@guest.test").sees("G06").reads_code().await;
    // Who follows the log is told as it happens, a row a line.
    let mut follow = vestibule();
    follow
        .args(["logs", "signin", "--follow", "--tenant", "alpha.test", "--json", "--data"])
        .arg(desk.data());
    let following = tokio::task::spawn_blocking(|| Running::start(follow));
    let wrong = if gina.code() == "00000000" { "00000001" } else { "00000000" };
    gina.enters(wrong).sees("G06").await;
    let follower = following.await.unwrap();
    assert_eq!(
        (&follower.ready["outcome"], &follower.ready["address"]),
        (&json!("failure"), &json!("g***@guest.test"))
    );
    assert!(!follower.terminates().0.success(), "it is ended by the signal");
    gina.enters_code().sees("G15").await;
    desk.runs(&["app", "set", client["clientId"].as_str().unwrap(), "--tenant", "alpha.test", "--disable"]);
    gina.opens(&authorize("alpha.test")).sees("G24").await;
    desk.runs(&["app", "set", client["clientId"].as_str().unwrap(), "--tenant", "alpha.test", "--enable"]);
    gina.opens(&authorize("alpha.test")).sees("G01").types("gina@guest.test").await;
    for file in ["vestibule.db", "vestibule.db-wal", "vestibule.db-shm", "root.key"] {
        assert_eq!(mode(&desk.data().join(file)), 0o600, "{file}");
    }
    let (status, rest, log) = server.terminates();
    assert!(status.success() && rest.is_empty(), "{status:?} {rest:?}");
    assert!(
        log.contains("stopping") && !log.contains(gina.code()) && !log.contains("gina@guest.test"),
        "{log}"
    );
    // People are told that this is loopback mode.
    let mut command = vestibule();
    command
        .arg("serve")
        .args(flags)
        .args(["--smtp-url", "smtp://127.0.0.1:9"])
        .arg("--data")
        .arg(desk.data());
    let told = until_ready(command);
    assert!(told.contains("loopback mode"), "{told}");
}

/// Starts a server for people, takes what it says on standard error until it is ready, and ends it.
fn until_ready(mut command: std::process::Command) -> String {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("ready on 127.0.0.1:"), "{line}");
    child.kill().unwrap();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    child.wait().unwrap();
    told
}

/// Every setting has its form in the environment and in the file; a flag wins, and an unknown key of the file is an error.
#[test]
fn flags_before_environment_before_file() {
    let desk = Desk::new();
    let run = |set: &dyn Fn(&mut std::process::Command)| {
        let mut command = vestibule();
        command.args(["tenant", "create", "A", "--domain"]);
        set(&mut command);
        ends(command)
    };
    let data = desk.data();
    let made = run(&|c| {
        c.arg("a.test")
            .env("VESTIBULE_DATA", &data)
            .env("VESTIBULE_JSON", "true")
            .env("VESTIBULE_BASE_URL", "https://id.example");
    });
    assert!(json_of(&made)["issuer"].as_str().unwrap().starts_with("https://id.example/"), "{made:?}");
    let file = data.join("vestibule.toml");
    std::fs::write(
        &file,
        format!("data = {:?}\nbase_url = \"https://id.example\"\n", data.display().to_string()),
    )
    .unwrap();
    let made = run(&|c| {
        c.arg("b.test").args(["--json", "--config"]).arg(&file);
    });
    assert_eq!(made.code, 0, "{made:?}");
    let wins = run(&|c| {
        c.arg("c.test").args(["--json", "--base-url", "https://other.example", "--config"]).arg(&file);
    });
    assert_eq!(wins.failure()["error"], "base-url");
    std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").unwrap();
    let typo = run(&|c| {
        c.arg("d.test").args(["--json", "--config"]).arg(&file);
    });
    assert!(typo.failure()["message"].as_str().unwrap().contains("lisen"), "{typo:?}");
}
