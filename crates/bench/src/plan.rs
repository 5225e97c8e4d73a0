//! What is measured, in which order.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::args::{Alg, Args, Part};
use crate::deployment::Server;
use crate::endpoints::{self, Caller, Endpoint};
use crate::http::Http;
use crate::load::{self, Run, Tally};
use crate::machine::{Rates, Signatures};
use crate::mail::Mailbox;
use crate::metrics::Metrics;
use crate::num::now;
use crate::progress;
use crate::report::Row;
use crate::steps::Steps;
use crate::trip::Road;
use crate::trouble::{Res, trouble};
use crate::world::{SignedIn, World};

/// Guests who stay signed in, for the endpoints that need one.
const SIGNED_IN: usize = 256;
/// Guests at once in the warm-up.
const AT_ONCE: usize = 32;
/// Sign-ins whose steps are counted.
const COUNTED: usize = 15;

/// A bench at work, and its result.
#[derive(Debug)]
pub(crate) struct Bench<'a> {
    args: &'a Args,
    pid: Option<u32>,
    server: std::net::SocketAddr,
    host: String,
    metrics: Metrics,
    signatures: Signatures,
    road: Arc<Road>,
    /// How long a first sign-in took of the time of all.
    pace: Duration,
    /// Measured lines.
    pub rows: Vec<Row>,
    /// Work of the steps.
    pub steps: Option<Steps>,
}

impl<'a> Bench<'a> {
    /// On a server and its world.
    pub(crate) fn new(args: &'a Args, server: &Server, world: World) -> Res<Self> {
        Ok(Self {
            args,
            pid: server.pid,
            server: server.address,
            host: server.address.to_string(),
            metrics: Metrics::new(server.management),
            signatures: Signatures::new()?,
            road: Arc::new(Road::new(world, Mailbox::default())),
            pace: Duration::from_millis(5),
            rows: Vec::new(),
            steps: None,
        })
    }

    /// Measures everything that was asked for. In a smoke run nobody can sign in twice (N-06): first sign-ins stand for
    /// all, and that browsers are remembered is seen where they ask again.
    pub(crate) async fn run(&mut self, listener: TcpListener) -> Res<()> {
        self.road.mailbox.serve(listener);
        if self.args.smoke {
            self.count_steps(2).await?;
        }
        let signed_in = self.warm_up().await?;
        if self.args.wants(Part::Endpoints) {
            self.endpoints(signed_in).await?;
        }
        if self.args.smoke {
            return Ok(());
        }
        if self.args.wants(Part::Steps) {
            self.wait(COUNTED).await;
            self.count_steps(COUNTED).await?;
        }
        if self.args.wants(Part::Signins) {
            for (app, alg) in self.args.alg.iter().enumerate() {
                for guests in &self.args.guests {
                    self.sign_ins(app, *alg, *guests).await?;
                }
            }
        }
        Ok(())
    }

    /// The first sign-in of every guest.
    async fn warm_up(&mut self) -> Res<Vec<SignedIn>> {
        let all = self.road.world.fresh();
        progress(&format!("{all} guests sign in for the first time"));
        let bare = self.signatures.measure(Duration::from_millis(600));
        let kept = Arc::new(Mutex::new(Vec::new()));
        let share = SIGNED_IN.div_ceil(AT_ONCE);
        let run = load::measure(self.pid, &mut self.metrics, AT_ONCE.min(all), |_| {
            let (road, http) = (Arc::clone(&self.road), Http::new(self.server, &self.host));
            let kept = Arc::clone(&kept);
            async move {
                let (tally, signed_in) = load::warm_up(road, http, share).await;
                kept.lock().await.extend(signed_in);
                tally
            }
        })
        .await?;
        if run.tally.failed > 0 || run.tally.took.is_empty() {
            return trouble(run.tally.error.unwrap_or_else(|| "there are no guests".to_owned()));
        }
        self.pace = run.span / u32::try_from(run.tally.took.len()).unwrap_or(u32::MAX);
        self.row("first sign-in", None, AT_ONCE.min(all), run, bare);
        Ok(std::mem::take(&mut *kept.lock().await))
    }

    async fn endpoints(&mut self, mut signed_in: Vec<SignedIn>) -> Res<()> {
        let mut http = Http::new(self.server, &self.host);
        let css = endpoints::css(&self.road, &mut http).await?;
        for guests in self.args.guests.iter().copied() {
            for endpoint in Endpoint::ALL {
                progress(&format!("{}, {guests} at once", endpoint.name()));
                let bare = self.bare();
                let workers = if endpoint.needs_guests() { guests.min(signed_in.len()) } else { guests };
                let mut shares: Vec<Vec<SignedIn>> = (0..workers).map(|_| Vec::new()).collect();
                for (number, guest) in signed_in.drain(..).enumerate() {
                    if let Some(share) = shares.get_mut(number.checked_rem(workers).unwrap_or_default()) {
                        share.push(guest);
                    }
                }
                let back = Arc::new(Mutex::new(Vec::new()));
                let until = now() + self.span(if self.args.smoke { 6 } else { 3 });
                let run = load::measure(self.pid, &mut self.metrics, workers, |number| {
                    let guests = shares.get_mut(number).map(std::mem::take).unwrap_or_default().into();
                    let caller =
                        Caller { road: Arc::clone(&self.road), css: css.clone(), guests, round: number };
                    let (http, back) = (Http::new(self.server, &self.host), Arc::clone(&back));
                    async move {
                        let (tally, caller): (Tally, Caller) = caller.run(endpoint, http, until).await;
                        back.lock().await.extend(caller.guests);
                        tally
                    }
                })
                .await?;
                signed_in = std::mem::take(&mut *back.lock().await);
                let alg = (endpoint == Endpoint::Refresh).then(|| self.args.alg.first().copied()).flatten();
                self.row(endpoint.name(), alg, workers, run, bare);
            }
        }
        Ok(())
    }

    async fn count_steps(&mut self, guests: usize) -> Res<()> {
        progress("database work of each step");
        let mut http = Http::new(self.server, &self.host);
        self.steps = Some(Steps::count(&self.road, &mut http, &mut self.metrics, guests).await?);
        Ok(())
    }

    /// Whole sign-ins of returning browsers.
    async fn sign_ins(&mut self, app: usize, alg: Alg, guests: usize) -> Res<()> {
        let duration = self.span(1);
        // Guests who return are faster than new ones, and as the run goes on the minute of more of them is over.
        let paced = duration.as_micros() * 5 / (2 * self.pace.as_micros().max(1));
        let wanted = usize::try_from(paced).unwrap_or(usize::MAX).min(self.road.world.left());
        self.wait(if guests < AT_ONCE / 4 { wanted / 2 } else { wanted }).await;
        progress(&format!("sign-ins by {}, {guests} at once", alg.as_str()));
        let bare = self.bare();
        let until = now() + duration;
        let run = load::measure(self.pid, &mut self.metrics, guests, |_| {
            let http = Http::new(self.server, &self.host);
            load::sign_ins(Arc::clone(&self.road), http, app, until)
        })
        .await?;
        self.row("sign-in, returning browser", Some(alg), guests, run, bare);
        Ok(())
    }

    /// Waits until so many guests may ask for a code again.
    async fn wait(&self, guests: usize) {
        let wait = self.road.world.wait_for(guests);
        if !wait.is_zero() {
            progress(&format!("{} s until {guests} guests may ask for a code again", wait.as_secs()));
            tokio::time::sleep(wait).await;
        }
    }

    /// How long a part is measured.
    fn span(&self, share: u32) -> Duration {
        Duration::from_secs(self.args.duration) / share
    }

    fn bare(&self) -> Rates {
        self.signatures.measure(Duration::from_millis(if self.args.smoke { 40 } else { 800 }))
    }

    fn row(&mut self, name: &str, alg: Option<Alg>, guests: usize, run: Run, bare: Rates) {
        self.rows.push(Row { name: name.to_owned(), alg, guests, run, bare });
    }
}
