//! A deployment on a file of its own with two tenants, and a look at everything that it stores.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use vestibule_app::{App, Context, bootstrap};
use vestibule_core::access::{Actor, Role};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId, UserId};
use vestibule_core::secret::Secret;
use vestibule_core::{Address, Domain};
use vestibule_store::Target;
use vestibule_store::testing::still::{RepeatingBytes, StillClock};
use vestibule_store::testing::{Fresh, Kind, execute, fresh, lines};

use super::sample;
use crate::{AdminError, Desk, UseCase, invitation, tenant};

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

/// What the process logs, as text.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// See the module.
pub(super) struct Lab {
    pub(super) app: App,
    pub(super) alpha: TenantId,
    pub(super) beta: TenantId,
    database: Fresh,
    everything: String,
    log: Log,
    /// Held for its end.
    _logging: DefaultGuard,
}

const TRAIL: &str = "TRAIL";
const NUMBER: &str = "NUMBER";

/// A row of the trail, but for what nobody compares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Trail {
    pub(super) tenant: String,
    pub(super) action: String,
    pub(super) outcome: String,
    pub(super) actor: String,
}

impl Lab {
    pub(super) async fn open() -> Self {
        let database = fresh(Kind::Sqlite).unwrap();
        let opening = bootstrap::DeploymentOptions {
            target: Target::parse(database.url()).unwrap(),
            readers: 1,
            root_key: Secret::new("0123456789abcdef".repeat(4)),
            base_url: None,
            site: None,
            mail_from: None,
            source_limits: Vec::new(),
            sends: false,
            default_base_url: "https://id.test".to_owned(),
        };
        let app =
            bootstrap::open(opening, Arc::new(StillClock(noon())), Arc::new(RepeatingBytes::new())).unwrap();
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let everything = everything(database.url());
        let (alpha, beta) = (TenantId(uuid::Uuid::from_u128(0xa)), TenantId(uuid::Uuid::from_u128(0xb)));
        let logging = tracing::subscriber::set_default(subscriber);
        let lab = Self { app, alpha, beta, database, everything, log, _logging: logging };
        // Keys of RSA take their time to make, and one algorithm is as good as two.
        lab.sql("DELETE FROM signing_keys WHERE alg = 'RS256'");
        lab.found(alpha, "alpha.test").await;
        lab.found(beta, "beta.test").await;
        lab
    }

    async fn found(&self, id: TenantId, domain: &str) {
        let admin = Some(Address::parse(&format!("admin@{domain}")).unwrap());
        let new = tenant::Create {
            name: domain.to_owned(),
            domain: Domain::parse(domain).unwrap(),
            id: Some(id),
            admin,
        };
        self.succeeds(new).await;
        self.succeeds(invitation::Create::of(id, sample::guest(id))).await;
        self.succeeds(sample::application(id, Some(sample::client(id)))).await;
    }

    /// Everybody who may ask, with the words for them; who is bound to a tenant is of alpha.
    pub(super) fn actors(&self) -> Vec<(String, Actor)> {
        let (tenant, user) = (self.alpha, UserId(uuid::Uuid::from_u128(7)));
        let mut actors = vec![
            ("operator".to_owned(), Actor::Operator),
            ("system".to_owned(), Actor::System),
            ("application".to_owned(), Actor::Application { tenant, client: ClientId("web".into()) }),
            ("guest".to_owned(), Actor::Guest { tenant, interaction: None }),
            ("user".to_owned(), Actor::User { tenant, user, roles: vec![] }),
        ];
        for role in Role::ALL.iter().copied() {
            actors.push((role.to_string(), Actor::User { tenant, user, roles: vec![role] }));
        }
        actors
    }

    /// Does one thing as somebody.
    pub(super) async fn does<U: UseCase>(&self, actor: &Actor, use_case: U) -> Result<U::Output, AdminError> {
        let source = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let ctx = Context::new(
            &StillClock(noon()),
            self.app.random.as_ref(),
            source,
            "Firefox".into(),
            "en".into(),
        );
        let done = Desk::new(&self.app, &ctx, actor).perform(use_case).await;
        let logged = String::from_utf8(std::mem::take(&mut *self.log.0.lock().unwrap())).unwrap();
        let told = logged.contains("denied") && logged.contains(&ctx.trace.to_string());
        assert_eq!(told, matches!(done, Err(AdminError::Denied(_))), "AUD-01: {logged}");
        done
    }

    /// Does one thing as the operator.
    pub(super) async fn succeeds<U: UseCase>(&self, use_case: U) -> U::Output {
        self.does(&Actor::Operator, use_case).await.unwrap()
    }

    pub(super) fn sql(&self, sql: &str) {
        execute(self.database.url(), sql).unwrap();
    }

    pub(super) fn lines(&self, sql: &str) -> Vec<String> {
        self.app.db.read_now(|c| c.lines(sql)).unwrap()
    }

    /// Everything that is stored.
    pub(super) fn look(&self) -> Look {
        let mut look = Look { state: Vec::new(), trail: Vec::new(), numbers: BTreeMap::new() };
        for line in self.lines(&self.everything) {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                [TRAIL, tenant, action, outcome, actor] => look.trail.push(Trail {
                    tenant: tenant.to_owned(),
                    action: action.to_owned(),
                    outcome: outcome.to_owned(),
                    actor: actor.to_owned(),
                }),
                [NUMBER, whose, number] => {
                    look.numbers.insert(whose.to_owned(), number.parse().unwrap());
                }
                _ => look.state.push(line),
            }
        }
        look
    }

    /// The change numbers: a tenant's, that of its applications, that of the keys.
    pub(super) fn numbers(&self) -> BTreeMap<String, i64> {
        self.look().numbers
    }
}

/// What is stored at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    /// All rows of all tables but the trail, without the change numbers.
    pub(super) state: Vec<String>,
    pub(super) trail: Vec<Trail>,
    /// The change numbers.
    pub(super) numbers: BTreeMap<String, i64>,
}

/// The id of a tenant, as [`Trail`] and [`Look`] write it.
pub(super) fn hex(tenant: TenantId) -> String {
    tenant.0.simple().to_string().to_uppercase()
}

/// The number of a tenant's applications, as [`Look`] writes it.
pub(super) fn applications_of(tenant: TenantId) -> String {
    hex(tenant) + APPLICATIONS
}

/// The number of the keys.
pub(super) const KEYS: &str = "keys";
const APPLICATIONS: &str = "/applications";

/// What of the second is not in the first: rows that came, numbers that changed.
pub(super) fn new<T: Clone + PartialEq + Ord>(before: &[T], after: &[T]) -> Vec<T> {
    let mut rest = before.to_vec();
    let mut found = Vec::new();
    for one in after {
        match rest.iter().position(|other| other == one) {
            Some(at) => drop(rest.swap_remove(at)),
            None => found.push(one.clone()),
        }
    }
    found
}

/// A query for all rows of all tables, those of the trail and the change numbers for themselves.
fn everything(url: &str) -> String {
    let tables = lines(
        url,
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
         AND name NOT IN ('directory_audits') ORDER BY name",
    );
    let rows = tables.unwrap().into_iter().map(|table| {
        let columns = lines(
            url,
            &format!(
                "SELECT name AS line FROM pragma_table_info('{table}') WHERE substr(name, -7) <> '_number'"
            ),
        )
        .unwrap();
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        format!("SELECT '{table}' || {} AS line FROM {table}", quoted.join(" || ' ' || "))
    });
    let apart = [
        format!(
            "SELECT '{TRAIL} ' || hex(tenant_id) || ' ' || action || ' ' || outcome || ' ' || actor_kind AS line \
             FROM directory_audits"
        ),
        format!("SELECT '{NUMBER} ' || hex(id) || ' ' || change_number AS line FROM tenants"),
        format!(
            "SELECT '{NUMBER} ' || hex(id) || '{APPLICATIONS} ' || applications_number AS line FROM tenants"
        ),
        format!("SELECT '{NUMBER} {KEYS} ' || keys_number AS line FROM deployment"),
    ];
    rows.chain(apart).collect::<Vec<_>>().join(" UNION ALL ")
}
