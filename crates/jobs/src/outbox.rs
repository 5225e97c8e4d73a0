//! Sends what waits in the outbox: claimed under a lease, rendered when it is sent, asked once more whether it is still
//! wanted, retried with back-off, classified when it fails (architecture rule 9).

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;
use vestibule_app::mail;
use vestibule_app::{App, Error};
use vestibule_core::Address;
use vestibule_core::clock::after;
use vestibule_core::letter::Letter;
use vestibule_core::numbers as n;
use vestibule_outbound::{
    Composed, Outgoing, SendError, SmtpOutcome, Transport, compose, message::sender_name,
};
use vestibule_store::outbox::{ClaimLimits, Claimed};
use vestibule_store::{self as store};
use vestibule_ui::mail::{Posting, render};
use vestibule_ui::{Lang, Ui};

/// At most so many are claimed at once, and so many of one tenant (TEN-04).
const CLAIM: ClaimLimits = ClaimLimits { limit: 20, share: 5, lease: TimeDelta::seconds(60) };

/// So many are being sent at once, at most.
const AT_ONCE: usize = 60;

/// Whoever sends: the words of mails, and where they go.
#[derive(Debug)]
pub struct Outbox {
    pub app: Arc<App>,
    /// Words and looks.
    pub ui: Arc<Ui>,
    /// Where mail goes.
    pub transport: Arc<Transport>,
}

impl Outbox {
    /// Runs until the process stops: at once when something was queued here, and every second for what others queued.
    /// What is slow to send holds up nobody else: more is claimed while it goes on (TEN-04).
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut sends = JoinSet::new();
        let mut due = true;
        loop {
            if due && sends.len() < AT_ONCE {
                match self.claim(&mut sends).await {
                    Ok(full) if full => continue,
                    Ok(_) => {}
                    Err(error) => tracing::error!(%error, "outbox"),
                }
            }
            due = tokio::select! {
                () = self.app.mail_waits.notified() => true,
                // What was sent makes room for what waits.
                Some(_) = sends.join_next() => due && sends.len() + 1 >= AT_ONCE,
                // What another process queued, or what waits for its next try: a look costs no write.
                () = tokio::time::sleep(Duration::from_secs(1)) => self.waits().await,
                _ = stop.changed() => break,
            };
        }
        while sends.join_next().await.is_some() {}
    }

    /// Sends what is due now, to its end; whether there may be more.
    pub async fn drain(self: &Arc<Self>) -> Result<bool, Error> {
        let mut sends = JoinSet::new();
        let full = self.claim(&mut sends).await?;
        while sends.join_next().await.is_some() {}
        Ok(full)
    }

    async fn waits(&self) -> bool {
        self.app.db.read(store::outbox::waiting).await.is_ok_and(|n| n > 0)
    }

    /// Claims a batch and begins to send it; whether there may be more.
    async fn claim(self: &Arc<Self>, sends: &mut JoinSet<()>) -> Result<bool, Error> {
        let now = self.app.now();
        let claimed = self.app.db.write(move |c| store::outbox::claim(c, CLAIM, now)).await??;
        let full = i64::try_from(claimed.len()).is_ok_and(|n| n >= CLAIM.share);
        for one in claimed {
            let outbox = Arc::clone(self);
            sends.spawn(async move {
                if let Err(error) = outbox.send(one).await {
                    tracing::error!(%error, "a mail");
                }
            });
        }
        Ok(full)
    }

    async fn send(&self, claimed: Claimed) -> Result<(), Error> {
        let app = &self.app;
        let (id, now) = (claimed.row.id, app.now());
        if !claimed.live {
            app.db.write(move |c| store::outbox::discard(c, id, "no longer live")).await??;
            return Ok(());
        }
        let sealed = claimed.row.sealed.clone().unwrap_or_default();
        let letter = mail::open(&app.vault, id, &sealed)?;
        let composed = match self.compose(&claimed, &letter) {
            Ok(composed) => composed,
            Err(reason) => {
                tracing::error!(mail = %id, reason, "a mail cannot be composed");
                app.db.write(move |c| store::outbox::fail(c, id, &reason)).await??;
                return Ok(());
            }
        };
        let code = claimed.row.passcode_id.is_some();
        let live = async {
            !code || app.db.read(move |c| store::outbox::is_live(c, id, now)).await.unwrap_or(false)
        };
        let outcome = self.transport.send_if(&composed, live).await;
        settle(app, &claimed, &letter, outcome).await
    }

    /// Renders and composes.
    fn compose(&self, claimed: &Claimed, letter: &Letter) -> Result<Composed, String> {
        let app = &self.app;
        let lang = Lang::parse(&claimed.row.locale)
            .unwrap_or_else(|| self.ui.catalogue.negotiate(&[], None, None, None));
        let reference = claimed.row.id.to_string();
        let now = app.clock.now();
        let posting = Posting { lang, host: app.urls.host(), now, trace: &reference };
        let rendered = render(&self.ui, letter, &posting).map_err(|e| e.to_string())?;
        let to = Address::parse(&letter.to).map_err(|e| e.to_string())?;
        let message_id = format!("{reference}@{}", app.options.mail_from.domain());
        let from_name = sender_name(&letter.from.org, &app.options.site).map_err(|e| e.to_string())?;
        let outgoing = Outgoing {
            from_address: &app.options.mail_from,
            from_name: &from_name,
            to: &to,
            reply_to: None,
            subject: &rendered.subject,
            text: &rendered.text,
            html: &rendered.html,
            message_id: &message_id,
            date: now,
            language: lang.tag(),
            entity_ref: &reference,
            extra: &[],
        };
        compose(&outgoing, app.random.as_ref()).map_err(|e| e.to_string())
    }
}

/// Writes down what became of a mail.
async fn settle(
    app: &App,
    claimed: &Claimed,
    letter: &Letter,
    outcome: Result<SmtpOutcome, SendError>,
) -> Result<(), Error> {
    let (id, now, attempts) = (claimed.row.id, app.clock.now(), claimed.row.attempts);
    match outcome {
        Ok(SmtpOutcome::Sent) => {
            app.db.write(move |c| store::outbox::sent(c, id, now)).await??;
        }
        Ok(SmtpOutcome::Dropped) => {
            app.db.write(move |c| store::outbox::discard(c, id, "no longer live")).await??;
        }
        Err(error) => {
            let reason = error.to_string();
            tracing::warn!(mail = %id, kind = letter.kind(), domain = %claimed.row.destination, %reason, "a mail was not sent");
            let refused = matches!(error, SendError::Permanent { recipient: true, .. });
            let lasting = matches!(error, SendError::Permanent { .. }) || attempts >= n::MAIL_ATTEMPTS;
            let address = Address::parse(&letter.to).ok();
            let bounced = match address.filter(|_| refused) {
                Some(address) => Some(app.address_hash(&address.limit_key())?),
                None => None,
            };
            let next_at = after(now, wait(attempts));
            app.db
                .write(move |c| {
                    if let Some(hash) = &bounced {
                        store::bounces::put(c, hash, now, &reason)?;
                    }
                    if lasting {
                        store::outbox::fail(c, id, &reason)
                    } else {
                        store::outbox::retry(c, id, next_at, &reason)
                    }
                })
                .await??;
        }
    }
    Ok(())
}

/// How long a mail waits after its `attempts`-th failure.
fn wait(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 12)).unwrap_or(1);
    TimeDelta::seconds(2_i64.saturating_pow(doublings).min(n::MAIL_LONGEST_WAIT_SECONDS))
}
