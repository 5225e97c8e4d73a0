//! Tenants, applications and guests, made by the command line; and the guests' turns.
//!
//! A guest gets a code at most once a minute and five times an hour (N-06, N-07). So there are many guests; the first
//! sign-in of each is the warm-up, and they take turns in the order in which their minute is over.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use serde_json::Value;

use crate::args::{Alg, Args};
use crate::deployment::Deployment;
use crate::num::now;
use crate::page::Cookies;
use crate::trouble::{Res, Trouble};

/// Where applications want browsers back; nobody listens there.
pub(crate) const REDIRECT: &str = "http://127.0.0.1:9/cb";
/// N-06 and a little.
const GAP: Duration = Duration::from_millis(60_500);
/// N-07.
const SENDS: u32 = 5;
/// Addresses in one `invite`.
const INVITED_AT_ONCE: usize = 1_000;

/// An application.
#[derive(Debug, Clone)]
pub(crate) struct App {
    /// Algorithm of its ID tokens.
    pub alg: Alg,
    /// `client_id`.
    pub client: String,
    /// The `Authorization` header of its token requests.
    pub authorization: String,
}

/// A tenant.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    /// Its id, as paths begin with it.
    pub id: String,
    /// One application per algorithm.
    pub apps: Vec<App>,
}

/// A guest, with the browser that remembers the address once the first sign-in is done.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    pub address: String,
    /// Number of the tenant.
    pub tenant: usize,
    /// Where the guest comes from, as a front tells it.
    pub source: Option<String>,
    /// What the browser keeps.
    pub cookies: Cookies,
    sends: u32,
    ready: Option<Instant>,
}

impl Guest {
    /// Whether the guest has yet to sign in for the first time.
    pub(crate) const fn is_new(&self) -> bool {
        self.sends == 0
    }
}

/// A guest with a live session and tokens.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// Number of the tenant.
    pub tenant: usize,
    /// Number of the application.
    pub app: usize,
    /// Where the guest comes from.
    pub source: Option<String>,
    /// Cookies, the session's among them.
    pub cookies: Cookies,
    pub access: String,
    pub refresh: String,
}

/// Everything that sign-ins need to know.
#[derive(Debug)]
pub(crate) struct World {
    pub tenants: Vec<Tenant>,
    turns: Mutex<VecDeque<Guest>>,
}

impl World {
    /// Makes it all.
    pub(crate) fn prepare(deployment: &Deployment, args: &Args) -> Res<Self> {
        let run = std::process::id();
        let (mut tenants, mut turns) = (Vec::new(), VecDeque::new());
        for number in 0..args.tenants {
            let domain = format!("t{number}-{run}.bench.test");
            let made =
                deployment.command(&["tenant", "create", &format!("Bench {number}"), "--domain", &domain])?;
            let id = text(&made, "id")?;
            let apps = args.alg.iter().map(|alg| app(deployment, &id, *alg)).collect::<Res<Vec<_>>>()?;
            let addresses: Vec<String> =
                (0..args.per_tenant).map(|guest| format!("g{guest}.{number}@guests-{run}.test")).collect();
            for some in addresses.chunks(INVITED_AT_ONCE) {
                let mut command = vec!["invite"];
                command.extend(some.iter().map(String::as_str));
                command.extend(["--tenant", &id, "--no-mail"]);
                deployment.command(&command)?;
            }
            for address in addresses {
                let source = (!args.one_source).then(|| source(turns.len()));
                let cookies = Cookies::default();
                turns.push_back(Guest { address, tenant: number, source, cookies, sends: 0, ready: None });
            }
            tenants.push(Tenant { id, apps });
        }
        Ok(Self { tenants, turns: Mutex::new(interleaved(turns, args.per_tenant)) })
    }

    /// The next guest whose turn has come.
    pub(crate) fn next(&self) -> Option<Guest> {
        let mut turns = self.turns();
        let due = turns.front().is_some_and(|guest| guest.ready.is_none_or(|ready| ready <= now()));
        if due { turns.pop_front() } else { None }
    }

    /// Lets a guest wait for the next turn after a code was sent.
    pub(crate) fn again(&self, mut guest: Guest, asked: Instant) {
        guest.sends += 1;
        guest.ready = Some(asked + GAP);
        if guest.sends < SENDS {
            self.turns().push_back(guest);
        }
    }

    /// Whether the next guest has yet to sign in for the first time.
    pub(crate) fn fresh_next(&self) -> bool {
        self.turns().front().is_some_and(Guest::is_new)
    }

    /// How many guests have yet to sign in for the first time.
    pub(crate) fn fresh(&self) -> usize {
        self.turns().iter().filter(|guest| guest.is_new()).count()
    }

    /// How many guests there are that may still ask for a code.
    pub(crate) fn left(&self) -> usize {
        self.turns().len()
    }

    /// How long until so many of them may.
    pub(crate) fn wait_for(&self, count: usize) -> Duration {
        let turns = self.turns();
        let ready = turns.iter().take(count).filter_map(|guest| guest.ready).max();
        ready.map_or(Duration::ZERO, |ready| ready.saturating_duration_since(now()))
    }

    fn turns(&self) -> MutexGuard<'_, VecDeque<Guest>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One guest of each tenant after the other, so that any stretch of turns goes over all tenants.
fn interleaved(guests: VecDeque<Guest>, per_tenant: usize) -> VecDeque<Guest> {
    let mut numbered: Vec<(usize, Guest)> = guests.into_iter().enumerate().collect();
    numbered.sort_by_key(|(number, _)| number % per_tenant.max(1));
    numbered.into_iter().map(|(_, guest)| guest).collect()
}

/// An address of its own for every guest.
fn source(number: usize) -> String {
    let number = number + 1;
    format!("10.{}.{}.{}", number / 65_536 % 256, number / 256 % 256, number % 256)
}

fn app(deployment: &Deployment, tenant: &str, alg: Alg) -> Res<App> {
    let name = format!("Bench {}", alg.as_str());
    let command = ["app", "create", "--tenant", tenant, "--name", &name, "--redirect-uri", REDIRECT];
    let made = deployment.command(&[&command[..], &["--alg", alg.as_str()]].concat())?;
    let (client, secret) = (text(&made, "clientId")?, text(&made, "clientSecret")?);
    let authorization = format!("Basic {}", BASE64.encode(format!("{client}:{secret}").as_bytes()));
    Ok(App { alg, client, authorization })
}

fn text(value: &Value, name: &str) -> Res<String> {
    let found = value.get(name).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| Trouble(format!("no {name} in {value}")))
}

#[cfg(test)]
mod tests {
    use super::{World, source};
    use crate::num::now;

    #[test]
    fn a_guest_waits_for_a_minute() {
        let guest = super::Guest {
            address: "g@x.test".into(),
            tenant: 0,
            source: None,
            cookies: crate::page::Cookies::default(),
            sends: 0,
            ready: None,
        };
        let world = World { tenants: Vec::new(), turns: std::sync::Mutex::new([guest].into()) };
        let guest = world.next().unwrap();
        world.again(guest, now());
        assert!(world.next().is_none());
        assert_eq!((world.left(), world.fresh(), world.fresh_next()), (1, 0, false));
        assert!(world.wait_for(1).as_secs() > 50);
        assert_eq!(source(255), "10.0.1.0");
    }
}
