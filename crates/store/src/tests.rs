//! Every test here runs on both databases: [`both!`] makes the two of one body.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;
use vestibule_core::client::{
    Application, ApplicationSettings, ApplicationType, Audience, RedirectUri, SigningAlgorithm,
};
use vestibule_core::clock::{Instant, micros};
use vestibule_core::ids::{
    ClientId, InteractionId, InvitationId, OutboxId, PasscodeId, ProviderId, Realm, SessionId, TenantId,
    TraceId, UserId,
};
use vestibule_core::interaction::EndingKind;
use vestibule_core::lifecycle::{self, RedemptionState, TenantState, UserKind};
use vestibule_core::method::{Method, Way};
use vestibule_core::passcode;
use vestibule_core::policies::PolicyKind;
use vestibule_core::proof::{Amr, AmrSet, Authentication, IdentityKey, Level, StoredAuthentication};
use vestibule_core::release::Release;
use vestibule_core::secret::Digest;

use crate::statement::{ListedStatement, statement};
use crate::testing::{Fresh, Kind, changes, fresh};
use crate::*;

mod aggregates;
mod concurrency;
mod deletion;
mod grants;
mod lists;
mod log;
mod mail;
mod migrations;
mod signing_in;
mod statements;
mod sweeping;
mod texts;
mod throttles;
mod unknown_words;
mod writing;

/// One body, two tests: `name::sqlite` and `name::postgres`.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($lab:ident: &Lab) $body:block)+) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;
            async fn body($lab: &Lab) $body
            #[test]
            fn sqlite() {
                on(Kind::Sqlite, async |lab| body(lab).await);
            }
            #[test]
            fn postgres() {
                on(Kind::Postgres, async |lab| body(lab).await);
            }
        }
    )+ };
}
use both;

/// A database with a tenant or two, a clock that is moved by hand, and ids in order.
struct Lab {
    fresh: Fresh,
    kind: Kind,
    db: Db,
    base: Instant,
    ids: AtomicU64,
}

fn on(kind: Kind, test: impl AsyncFnOnce(&Lab)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let lab = Lab::new(kind);
    runtime.block_on(test(&lab));
}

impl Lab {
    fn new(kind: Kind) -> Self {
        let fresh = fresh(kind).unwrap();
        let target = Target::parse(fresh.url()).unwrap();
        let db = Db::open(&target, OpenOptions { readers: 8, migrate: false }).unwrap();
        #[expect(clippy::disallowed_methods, reason = "PostgreSQL judges by its own clock")]
        let base = micros(chrono::Utc::now());
        Self { fresh, kind, db, base, ids: AtomicU64::new(1) }
    }

    /// So much later than the beginning, on every clock.
    fn at(&self, delta: TimeDelta) -> Now {
        Now { instant: self.base + delta, offset_micros: delta.num_microseconds().unwrap() }
    }

    fn now(&self) -> Now {
        self.at(TimeDelta::zero())
    }

    /// Time-ordered, like v7.
    fn id(&self) -> Uuid {
        let millis = u128::try_from(self.base.timestamp_millis()).unwrap();
        Uuid::from_u128((millis << 80) | u128::from(self.ids.fetch_add(1, Ordering::Relaxed)))
    }

    fn digest(&self) -> Digest {
        digest(self.ids.fetch_add(1, Ordering::Relaxed))
    }

    fn read<T>(&self, f: impl FnOnce(&mut Conn) -> QueryResult<T>) -> T {
        self.db.read_now(f).unwrap()
    }

    async fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> T {
        self.try_write(f).await.unwrap()
    }

    async fn try_write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> QueryResult<T> {
        self.db.write(f).await.unwrap()
    }

    async fn tenant(&self, domain: &str) -> TenantId {
        let id = TenantId(self.id());
        let at = self.base;
        let new = tenants::NewTenant { id, name: domain.into(), pairwise_key: vec![1], created_at: at };
        let domain = tenants::NewDomain {
            tenant_id: id,
            domain: domain.into(),
            is_default: true,
            verified_at: Some(at),
            created_at: at,
        };
        let founding = deployment::NewDeployment {
            base_url: "https://vestibule.test".into(),
            key_check: vec![7],
            epoch: 1,
            settings: json!({}),
            created_at: at,
        };
        self.write(move |c| {
            deployment::insert(c, &founding)?;
            tenants::insert(c, &new, std::slice::from_ref(&domain), &json!({"a": 1}))
        })
        .await;
        id
    }

    fn new_user(&self, tenant: TenantId, address: &str, state: RedemptionState) -> directory::NewUser {
        let (_, domain) = address.split_once('@').unwrap();
        directory::NewUser {
            tenant_id: tenant,
            id: UserId(self.id()),
            kind: UserKind::Guest,
            principal_name: format!("{}#EXT#", address.replace('@', "_")),
            display_name: Some("Gina".into()),
            address: address.into(),
            address_key: address.into(),
            domain: domain.into(),
            reversed_address: address.chars().rev().collect(),
            state,
            state_changed_at: None,
            enabled: true,
            locale: Some("de".into()),
            pinned_method: None,
            pinned_provider_id: None,
            created_at: self.base,
        }
    }

    async fn user(&self, tenant: TenantId, address: &str, state: RedemptionState) -> UserId {
        let new = self.new_user(tenant, address, state);
        let id = new.id;
        self.write(move |c| directory::insert_user(c, &new, None)).await;
        id
    }

    fn new_interaction(&self, tenant: TenantId, user: Option<UserId>) -> signin::NewInteraction {
        signin::NewInteraction {
            realm_id: Realm::Tenant(tenant),
            id: InteractionId(self.id()),
            secret_digest: self.digest(),
            source_key: digest(77),
            ending: EndingKind::Authorize,
            client_id: Some(ClientId("client".into())),
            user_id: user,
            address_key: digest(5),
            ledger: json!({"proofs": []}),
            invitation_id: None,
            created_at: self.base,
            expires_at: self.base + TimeDelta::minutes(60),
        }
    }

    fn new_passcode(&self, interaction: &signin::NewInteraction, ordinal: i32) -> signin::NewPasscode {
        signin::NewPasscode {
            realm_id: interaction.realm_id,
            id: PasscodeId(self.id()),
            interaction_id: interaction.id,
            ordinal,
            purpose: passcode::CodePurpose::SignIn,
            subject_key: interaction.address_key,
            digest: self.digest(),
            decoy: false,
            mark: "ABCD".into(),
            expires_at: self.base + TimeDelta::minutes(30),
            created_at: self.base,
            report_digest: Some(self.digest()),
            context: vec![9],
        }
    }

    fn new_session(&self, tenant: TenantId, user: UserId, interaction: InteractionId) -> signin::NewSession {
        signin::NewSession::of(signin::SessionOpening {
            realm: Realm::Tenant(tenant),
            id: SessionId(self.id()),
            secret_digest: self.digest(),
            user,
            authentication: &self.by_code(),
            expires_at: self.base + TimeDelta::hours(24),
            interaction,
            browser: "Firefox".into(),
            network: "192.0.2.0/24".into(),
            now: self.base,
        })
    }

    /// What a code by email is worth.
    fn by_code(&self) -> Authentication {
        Authentication::read(StoredAuthentication {
            method: Method::Passcode,
            of: None,
            idp: "mail".into(),
            level: Some(Level::Mailbox),
            amr: AmrSet::of(&[Amr::Otp]),
            at: self.base,
            second_at: None,
            upstream_sid: None,
        })
        .unwrap()
    }

    /// A passcode in whatever state; the product reads the newest of an interaction only.
    fn passcode(&self, id: PasscodeId) -> signin::PasscodeRow {
        use crate::signin::PasscodeRow;
        statement! {
            fn find(id: PasscodeId) -> One<PasscodeRow> = ["SELECT " (PasscodeRow) " FROM passcodes WHERE id = :id"]
        }
        self.read(|c| find(c, id))
    }

    /// The newest passcode of an interaction, as a request reads it.
    fn newest_passcode(&self, tenant: TenantId, interaction: InteractionId) -> Option<signin::PasscodeRow> {
        let read =
            |c: &mut Conn| live::request(c, live::TenantKey::Id(tenant), None, Some(interaction), self.now());
        self.read(read).unwrap().interaction.unwrap().passcode
    }

    /// What the database was asked for meanwhile.
    fn stats_of(&self, f: impl FnOnce(&Self)) -> Stats {
        let before = self.db.stats();
        f(self);
        let after = self.db.stats();
        Stats {
            statements: after.statements - before.statements,
            write_jobs: after.write_jobs - before.write_jobs,
            commits: after.commits - before.commits,
            reads: after.reads - before.reads,
        }
    }

    /// The column `line` of what SQL finds.
    fn lines(&self, sql: &str) -> Vec<String> {
        testing::lines(self.fresh.url(), sql).unwrap()
    }

    /// Runs SQL beside the product.
    fn sql(&self, sql: &str) {
        testing::execute(self.fresh.url(), sql).unwrap();
    }

    /// An id as it stands in SQL.
    fn literal(&self, id: Uuid) -> String {
        match self.kind {
            Kind::Sqlite => format!("x'{}'", id.simple()),
            Kind::Postgres => format!("'{id}'"),
        }
    }

    /// An interaction with its first passcode, stored.
    async fn begun(
        &self,
        tenant: TenantId,
        user: Option<UserId>,
    ) -> (signin::NewInteraction, signin::NewPasscode) {
        let interaction = self.new_interaction(tenant, user);
        let passcode = self.new_passcode(&interaction, 1);
        let (i, p, now) = (interaction.clone(), passcode.clone(), self.now());
        self.write(move |c| {
            assert!(signin::insert_interaction(c, &i, now)?);
            assert!(signin::insert_passcode(c, &p)?);
            Ok(())
        })
        .await;
        (interaction, passcode)
    }

    fn application(&self, tenant: TenantId, client: &str) -> Application {
        Application {
            tenant,
            id: self.id(),
            client_id: ClientId(client.into()),
            name: "Portal".into(),
            kind: ApplicationType::Web,
            audience: Audience::Single,
            sector: client.into(),
            algorithm: SigningAlgorithm::Rs256,
            public: false,
            enabled: true,
            redirect_uris: vec![RedirectUri { position: 0, uri: "https://app.test/cb".into() }],
            post_logout_redirect_uris: vec!["https://app.test/bye".into()],
            settings: ApplicationSettings::default(),
        }
    }

    async fn registered(&self, tenant: TenantId, client: &str) -> Application {
        let application = self.application(tenant, client);
        let (new, principal, at) = (application.clone(), self.id(), self.base);
        self.write(move |c| applications::insert(c, &new, principal, None, at)).await;
        application
    }
}

fn digest(n: u64) -> Digest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    Digest(bytes)
}
