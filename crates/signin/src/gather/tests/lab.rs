//! A deployment on a file of its own, opened as the product opens it, and trips loaded as a request loads them.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chrono::TimeDelta;
use vestibule_admin::policy::{self, PolicyChange};
use vestibule_admin::{Desk, UseCase, application, tenant};
use vestibule_app::cookies::{Jar, realm_tag};
use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::{App, Context, bootstrap};
use vestibule_core::access::Actor;
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InvitationId, Realm, TenantId, UserId};
use vestibule_core::interaction::EndingKind;
use vestibule_core::policies::AccessRule;
use vestibule_core::proof::Ledger;
use vestibule_core::secret::Secret;
use vestibule_core::urls::locator;
use vestibule_core::{Address, Domain};
use vestibule_oidc::authorize::AuthorizeRequest;
use vestibule_oidc::params::Params;
use vestibule_oidc::redirect;
use vestibule_store::live::{self, LiveUser};
use vestibule_store::testing::still::{RepeatingBytes, StillClock};
use vestibule_store::testing::{Fresh, Kind, execute, fresh};
use vestibule_store::{Conn, Now, QueryResult, Target};

use super::case::{Case, Cookie, Demand, Setting, Stored, Who};
use super::rows::{self, Kept, Writing};
use crate::sealed::{Ending, Sealed};
use crate::subject;
use crate::trip::{self, Trip, TripRequest};

/// So many minutes after the trips began, all at once.
pub(super) fn minute(minutes: i64) -> Now {
    let instant = Instant::from_timestamp(1_770_000_000, 0).unwrap() + TimeDelta::minutes(minutes);
    Now { instant, offset_micros: 0 }
}

/// When they are looked at.
const LOOK: i64 = 10;

const REDIRECT: &str = "https://application.test/callback";

/// An application of a tenant, and what it asks for.
struct Asking {
    application: Arc<ApplicationSnapshot>,
    ending: Ending,
}

/// A tenant with an application for each rule, and one for all that is asked without.
pub(super) struct House {
    pub(super) tenant: TenantId,
    pub(super) own_domain: String,
    /// Whether everybody who was let in agreed to version 2 of the terms.
    pub(super) agreed: bool,
    asking: HashMap<Demand, Asking>,
    /// The other guest.
    pub(super) another: Option<UserId>,
    pub(super) sessions: HashMap<(Who, Cookie), String>,
    pub(super) trips: HashMap<(Who, Stored, EndingKind), Kept>,
    /// What stands in the row of a trip that has proven the address.
    pub(super) proven: HashMap<Who, Ledger>,
}

impl House {
    pub(super) fn address(&self, who: Who) -> Address {
        let domain = if who == Who::Member { &self.own_domain } else { "guest.test" };
        Address::parse(&format!("{who:?}@{domain}").to_lowercase()).unwrap()
    }

    /// The application that asks for nothing beyond a sign-in.
    pub(super) fn client(&self) -> &ClientId {
        self.asking[&Demand::Plain].ending.client().unwrap()
    }
}

/// The deployment.
pub(super) struct Lab {
    app: App,
    ctx: Context,
    houses: BTreeMap<(Setting, bool), House>,
    database: Fresh,
}

impl Lab {
    /// Everything that the combinations of these settings are about.
    pub(super) async fn open(settings: &[Setting]) -> Self {
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
        let random = Arc::new(RepeatingBytes::new());
        let app = bootstrap::open(opening, Arc::new(StillClock(minute(LOOK).instant)), random).unwrap();
        let source = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let ctx = Context::new(
            &StillClock(minute(LOOK).instant),
            app.random.as_ref(),
            source,
            "Firefox".into(),
            "en".into(),
        );
        let mut lab = Self { app, ctx, houses: BTreeMap::new(), database };
        for setting in settings.iter().copied() {
            for agreed in [false, true] {
                let house = lab.found(setting, agreed).await;
                lab.houses.insert((setting, agreed), house);
            }
        }
        lab.fill();
        lab
    }

    /// A tenant with its applications, set as wanted.
    async fn found(&self, setting: Setting, agreed: bool) -> House {
        let own_domain = format!("{setting:?}-{agreed}.house.test").to_lowercase();
        let new = tenant::Create {
            name: "House".to_owned(),
            domain: Domain::parse(&own_domain).unwrap(),
            id: None,
            admin: None,
        };
        let tenant = self.perform(new).await.id;
        let mut clients = BTreeMap::new();
        for demand in
            Demand::ALL.into_iter().filter(|d| d.asked_by() == *d && d.ending() == EndingKind::Authorize)
        {
            if demand == Demand::Plain || demand.agreed() == agreed {
                clients.insert(demand, self.register(tenant, setting, demand).await);
            }
        }
        let rules = clients.iter().filter_map(|(demand, client)| rule(*demand, client)).collect();
        for change in setting.policy().into_iter().chain([PolicyChange::Access(rules)]) {
            self.perform(policy::Set { tenant, change, effective_from: None }).await;
        }
        let mut asking = HashMap::new();
        for demand in Demand::ALL.into_iter().filter(|d| d.ending() == EndingKind::Authorize) {
            if let Some(client) = clients.get(&demand.asked_by()) {
                asking.insert(demand, self.asking(tenant, client, demand).await);
            }
        }
        let (sessions, trips, proven) = (HashMap::new(), HashMap::new(), HashMap::new());
        House { tenant, own_domain, agreed, asking, another: None, sessions, trips, proven }
    }

    async fn register(&self, tenant: TenantId, setting: Setting, demand: Demand) -> ClientId {
        let new = application::Create {
            tenant,
            name: "Application".to_owned(),
            kind: ApplicationType::Web,
            redirect_uris: vec![REDIRECT.to_owned()],
            post_logout_redirect_uris: Vec::new(),
            algorithm: SigningAlgorithm::Rs256,
            client: None,
            homepage: None,
        };
        let client = self.perform(new).await.application.client_id;
        let plain = application::Update::of(tenant, client.clone());
        self.perform(application::Update { sign_up: Some(setting.sign_up()), ..plain }).await;
        if demand == Demand::SwitchedOff {
            self.perform(application::Disable { tenant, client: client.clone() }).await;
        }
        client
    }

    /// Does what an operator does.
    async fn perform<U: UseCase>(&self, use_case: U) -> U::Output {
        Desk::new(&self.app, &self.ctx, &Actor::Operator).perform(use_case).await.unwrap()
    }

    /// An authorize request, read as the endpoint reads it.
    async fn asking(&self, tenant: TenantId, client: &ClientId, demand: Demand) -> Asking {
        let tenant = self.app.current(tenant).await.unwrap();
        let application = self.app.application(&tenant, client).await.unwrap().unwrap();
        let challenge = "A".repeat(43);
        let query = format!(
            "response_type=code&scope=openid&code_challenge={challenge}&code_challenge_method=S256{}",
            demand.parameter()
        );
        let registered = redirect::find(&application.application, REDIRECT).unwrap();
        let params = Params::parse(&query).unwrap();
        let request =
            AuthorizeRequest::parse(&params, &application.application, registered, REDIRECT).unwrap();
        let ending = Ending::Authorize { client: client.clone(), request: Box::new(request) };
        Asking { application, ending }
    }

    /// The rows, in the order in which things happened.
    fn fill(&mut self) {
        let writing = Writing { app: &self.app, random: self.app.random.as_ref() };
        let mut houses: Vec<&mut House> = self.houses.values_mut().collect();
        let mut write = |job: &dyn Fn(&mut Conn, &mut House) -> QueryResult<()>, then: &str| {
            let written = self.app.db.write_now(|c| houses.iter_mut().try_for_each(|house| job(c, house)));
            written.unwrap().unwrap();
            execute(self.database.url(), then).unwrap();
        };
        write(&|c, house| writing.settle(c, house), rows::BEFORE);
        write(&|c, house| writing.begin(c, house), rows::MEANWHILE);
    }

    pub(super) fn house(&self, case: Case) -> &House {
        &self.houses[&(case.setting, case.demand.agreed())]
    }

    /// The trip as a request loads it.
    pub(super) async fn load(&self, case: Case) -> Trip {
        let (app, house) = (&self.app, self.house(case));
        let realm = Realm::Tenant(house.tenant);
        let segment = house.tenant.to_string();
        let Kept { id, secret } = house.trips[&(case.who, case.stored, case.demand.ending())].clone();
        let invitation = Ending::Invitation { id: InvitationId(id.0), client: None, leads_to: None };
        let sealed = Sealed {
            id,
            secret,
            began_at: minute(0).instant.timestamp_micros(),
            ending: house.asking.get(&case.demand).map_or(invitation, |asking| asking.ending.clone()),
            address: (case.stored != Stored::NoAddress).then(|| house.address(case.who)),
            picked: false,
            wanted: None,
            segment: segment.clone(),
        };
        let cookie = sealed.seal(&app.vault, realm).unwrap().unwrap();
        let session = house.sessions.get(&(case.who, case.cookie)).cloned();
        let jar = Jar {
            interactions: vec![(locator(id), cookie)],
            sessions: session.map(|value| (realm_tag(realm), value)).into_iter().collect(),
            any: true,
            ..Jar::default()
        };
        trip::load(TripRequest { app, ctx: &self.ctx, jar: &jar, segment: &segment, id })
            .await
            .unwrap_or_else(|error| panic!("{case:?}: {error}"))
    }

    /// Has another application ask, or the same one for something else: that stands in the cookie alone.
    pub(super) fn ask(&self, trip: &mut Trip, case: Case) {
        let house = self.house(case);
        if let Some(asking) = house.asking.get(&case.demand) {
            trip.application = Some(Arc::clone(&asking.application));
            trip.sealed.ending = asking.ending.clone();
        }
        trip.sealed.picked = case.demand == Demand::PickedAccount;
        trip.sealed.wanted = match (&trip.application, house.another) {
            (Some(application), Some(another)) if case.demand == Demand::NamedAnother => {
                Some(subject::subject(trip.tenant(), application, another))
            }
            _ => None,
        };
    }

    /// The user of the address: as the row of the trip knows them, or as the send will find them that makes it.
    pub(super) fn user(&self, trip: &Trip) -> Option<LiveUser> {
        let tenant = trip.tenant().id;
        match (trip.row(), trip.address()) {
            (None, Some(address)) => {
                self.app.db.read_now(|c| live::user_by_address(c, tenant, address.key())).unwrap()
            }
            _ => trip.user().cloned(),
        }
    }
}

fn rule(demand: Demand, client: &ClientId) -> Option<AccessRule> {
    let control = demand.control()?;
    Some(AccessRule { name: format!("{demand:?}"), applications: vec![client.clone()], control })
}
