//! "This wasn't me" (G20, OTP-23): the link in a code mail. GET shows no more than the mail said and the fate of that
//! code; POST closes the sign-in and tells the organisation. Works signed-out, as often as pressed, and cannot disable
//! the user.

use vestibule_app::audit::{self, AuditTarget, AuditedChange};
use vestibule_app::cookies::{CookieChange, Jar};
use vestibule_app::live::Live;
use vestibule_app::mail::{self, QueueEntry};
use vestibule_app::vault::{self, KeyPurpose};
use vestibule_app::{App, Context, Error, Problem};
use vestibule_core::Realm;
use vestibule_core::access::{Action, Allowed};
use vestibule_core::clock::{self, Instant};
use vestibule_core::error::ErrorCode;
use vestibule_core::letter::{Content, Letter, Reported, RequestFacts, Sender};
use vestibule_core::lifecycle::InvitationState;
use vestibule_core::log::DirectoryEvent;
use vestibule_core::numbers as n;
use vestibule_core::passcode::{CodeStanding, PasscodeState};
use vestibule_core::secret::Digest;
use vestibule_core::throttle::Counter;
use vestibule_store::outbox::NewOutbox;
use vestibule_store::signin::PasscodeRow;
use vestibule_store::{self as store, Conn, Now, QueryError};

use crate::convert;
use crate::prove::passcode::RequestContext;
use crate::reply::Reply;
use crate::sealed::Landing;
use crate::view::{About, Fate, Report, ReportEnded, Said, Shown, View};

const KIND: &str = "report";

/// What was pressed on G20.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportPress {
    /// *Stop this sign-in*, with or without the box.
    Stop {
        /// Also stop codes for 24 hours.
        pause: bool,
    },
    /// *It was me*.
    Mine,
    /// *Start codes again*.
    Resume,
}

/// Opens a mailed link: the token goes into a cookie, out of the address bar (LNK-03).
pub async fn open(app: &App, segment: &str, token: &str) -> Result<Reply, Error> {
    let live = app.live(segment, &Jar::default(), None).await?;
    let landing = Landing::new(token, live.at(), app.random.as_ref());
    let value = landing.seal(&app.vault, live.tenant.id, KIND)?;
    Ok(Reply::go(format!("/{}/report", segment.to_ascii_lowercase())).with(CookieChange::Report(value)))
}

/// A code that a link came with.
struct ReportedCode {
    code: PasscodeRow,
    asked: RequestContext,
    paused_until: Option<Instant>,
}

impl ReportedCode {
    /// What the code's mail said about the request.
    fn facts(&self, app: Option<String>) -> RequestFacts {
        RequestFacts {
            email: self.asked.address.as_str().to_owned(),
            app,
            browser: self.asked.browser.clone(),
            network: self.asked.network.clone(),
            at: self.code.created_at,
        }
    }
}

async fn look_up(app: &App, live: &Live, landing: Option<&Landing>) -> Result<Option<ReportedCode>, Error> {
    let now = live.at();
    let Some(landing) = landing else { return Ok(None) };
    let (realm, digest) = (Realm::Tenant(live.tenant.id), vault::hash("report", live.epoch, &landing.token));
    let code = app.db.read(move |c| store::signin::passcode_by_report(c, realm, &digest)).await?;
    let Some(code) = code.filter(|c| now <= clock::after(c.expires_at, n::REPORT_LINK_BEYOND_CODE)) else {
        return Ok(None);
    };
    let asked = RequestContext::open(app, realm, code.id, &code.context)?;
    let pause = pause_key(app, live, &asked)?;
    let held = app.db.read(move |c| store::throttle::peek(c, &pause)).await?;
    let paused_until =
        held.and_then(|r| r.last_at).and_then(Instant::from_timestamp_micros).filter(|until| *until > now);
    Ok(Some(ReportedCode { code, asked, paused_until }))
}

fn pause_key(app: &App, live: &Live, asked: &RequestContext) -> Result<Digest, Error> {
    app.counter(Counter::Pause, Some(live.tenant.id), &asked.address.limit_key())
}

/// The page of the opened link.
pub async fn show(app: &App, jar: &Jar, segment: &str) -> Result<Reply, Error> {
    let live = app.live(segment, &Jar::default(), None).await?;
    let landing = jar.report.as_deref().and_then(|v| Landing::open(&app.vault, live.tenant.id, KIND, v));
    let found = look_up(app, &live, landing.as_ref()).await?;
    page(app, &live, segment, landing.as_ref(), found, Said::Nothing).await.map(Reply::show)
}

async fn page(
    app: &App,
    live: &Live,
    segment: &str,
    landing: Option<&Landing>,
    found: Option<ReportedCode>,
    said: Said,
) -> Result<Shown, Error> {
    let csrf = match landing {
        Some(landing) => Some(app.form_token(KIND, &landing.secret)?),
        None => None,
    };
    let mut application = None;
    let view: Box<dyn View> = match found {
        None => Box::new(ReportEnded),
        Some(found) => {
            if let Some(client) = &found.asked.client {
                application = app.application(live, client).await?;
            }
            Box::new(Report {
                facts: found.facts(application.as_ref().map(|a| a.application.name.clone())),
                fate: fate(&found.code, live.at()),
                said,
                paused_until: found.paused_until,
            })
        }
    };
    let about = About { application, csrf, ..About::tenant(&live.tenant, segment) };
    Ok(Shown { about, view })
}

fn fate(code: &PasscodeRow, now: Instant) -> Fate {
    match convert::stored(code).standing(now) {
        CodeStanding::Open { .. } => Fate::Live,
        CodeStanding::Used => Fate::Used(code.used_at.unwrap_or(now)),
        CodeStanding::Expired | CodeStanding::Burned | CodeStanding::Cancelled => Fate::Expired,
    }
}

/// G20's POST.
pub async fn press(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    pressed: ReportPress,
    csrf: &str,
) -> Result<Reply, Error> {
    let live = app.live(segment, &Jar::default(), None).await?;
    let landing = jar.report.as_deref().and_then(|v| Landing::open(&app.vault, live.tenant.id, KIND, v));
    let good = match &landing {
        Some(landing) => app.form_token_matches(KIND, &landing.secret, csrf)?,
        None => false,
    };
    let Some(landing) = landing.filter(|_| good) else {
        let mut problem = Problem::new(ErrorCode::Csrf).at(&live.tenant);
        problem.restart = Some(format!("/{segment}/report"));
        return Err(problem.into());
    };
    let Some(mut found) = look_up(app, &live, Some(&landing)).await? else {
        return page(app, &live, segment, Some(&landing), None, Said::Nothing).await.map(Reply::show);
    };
    let trip = Some(found.code.interaction_id);
    let allowed = audit::allow_guest(ctx, live.tenant.id, trip, Action::ReportCode)?;
    let said = match pressed {
        ReportPress::Mine => Said::Mine,
        ReportPress::Resume => {
            let key = pause_key(app, &live, &found.asked)?;
            app.db.write(move |c| store::throttle::lift(c, &key)).await??;
            found.paused_until = None;
            Said::Resumed
        }
        ReportPress::Stop { pause } => {
            let until = pause.then(|| clock::after(live.at(), n::SUSPENSION));
            stop(app, ctx, &live, &found, until, &allowed).await?;
            found.paused_until = until.or(found.paused_until);
            Said::Done
        }
    };
    page(app, &live, segment, Some(&landing), Some(found), said).await.map(Reply::show)
}

/// Everything that stopping does, in one transaction.
struct Stop {
    realm: Realm,
    tenant: vestibule_core::TenantId,
    code: PasscodeRow,
    pause: Option<(Digest, Instant)>,
    audit: store::logs::NewAudit,
    mails: Vec<NewOutbox>,
}

impl Stop {
    fn run(&self, c: &mut Conn, now: Now) -> Result<(), QueryError> {
        let interaction = self.code.interaction_id;
        store::signin::cancel_codes_for(c, self.realm, &self.code.subject_key)?;
        store::signin::cancel_interaction(c, self.realm, interaction)?;
        if let Some(row) = store::signin::interaction(c, self.realm, interaction)? {
            store::signin::end_sessions_of_interaction(c, self.realm, interaction, now)?;
            store::tokens::cancel_codes(c, self.tenant, interaction, now)?;
            if let Some(session) = row.session_id {
                store::tokens::revoke_families_of_session(c, self.tenant, session, "reported", now)?;
            }
            if let (Some(invitation), Some(user)) = (row.invitation_id, row.user_id)
                && store::invitations::suspend(c, self.tenant, invitation)?
            {
                store::directory::hold(c, self.tenant, user, now.instant)?;
            }
        }
        if let Some((key, until)) = &self.pause {
            store::throttle::hold_until(c, key, *until)?;
        }
        for mail in &self.mails {
            store::outbox::insert(c, mail, None)?;
        }
        store::logs::insert_audit(c, &self.audit)
    }
}

async fn stop(
    app: &App,
    ctx: &Context,
    live: &Live,
    found: &ReportedCode,
    pause: Option<Instant>,
    allowed: &Allowed,
) -> Result<(), Error> {
    let (tenant, realm) = (live.tenant.id, Realm::Tenant(live.tenant.id));
    let interaction = found.code.interaction_id;
    let (user, suspended, sponsors) = app
        .db
        .read(move |c| {
            let row = store::signin::interaction(c, realm, interaction)?;
            let user = row.as_ref().and_then(|r| r.user_id);
            let invitation = match row.and_then(|r| r.invitation_id) {
                Some(id) => store::invitations::by_id(c, tenant, id)?,
                None => None,
            };
            let sponsors = match user {
                Some(user) => store::directory::sponsors(c, tenant, user)?,
                None => Vec::new(),
            };
            Ok((user, invitation.is_some_and(|i| i.state == InvitationState::Pending), sponsors))
        })
        .await?;
    let application = match &found.asked.client {
        Some(client) => app.application(live, client).await?.map(|a| a.application.name.clone()),
        None => None,
    };
    let mut recipients: Vec<String> = live.tenant.settings.security_contact.iter().cloned().collect();
    recipients.extend(sponsors.into_iter().map(|u| u.address));
    let done = Done { application, suspended, pause };
    let mails =
        recipients.iter().map(|to| alert(app, live, found, to, &done)).collect::<Result<Vec<_>, _>>()?;
    let target = user.map_or(AuditTarget::Interaction(interaction), AuditTarget::User);
    let change = AuditedChange::of(DirectoryEvent::CodeReported, target);
    let pause = match pause {
        Some(until) => Some((pause_key(app, live, &found.asked)?, until)),
        None => None,
    };
    let job = Stop {
        realm,
        tenant,
        code: found.code.clone(),
        pause,
        audit: audit::row(app, ctx, allowed, tenant, change),
        mails,
    };
    let now = live.now;
    app.db.write(move |c| job.run(c, now)).await??;
    app.wake_mail();
    Ok(())
}

/// What E14 tells beyond the code's own mail.
struct Done {
    application: Option<String>,
    suspended: bool,
    pause: Option<Instant>,
}

/// E14 to one of those who must know: once per code and recipient, however often the button is pressed.
fn alert(app: &App, live: &Live, found: &ReportedCode, to: &str, done: &Done) -> Result<NewOutbox, Error> {
    let content = Content::Reported(Reported {
        facts: found.facts(done.application.clone()),
        at: live.at(),
        session_ended: found.code.state == PasscodeState::Used,
        invitation_suspended: done.suspended,
        paused_until: done.pause,
    });
    let help = app.urls.help(&live.tenant.id.to_string());
    let from = Sender { org: live.tenant.name.clone(), help, privacy: None };
    let letter = Letter { to: to.to_owned(), from, content };
    let dedupe =
        app.vault.mac(KeyPurpose::Address, &[b"mail reported", found.code.id.0.as_bytes(), to.as_bytes()])?;
    let queue = QueueEntry { tenant: live.tenant.id, passcode: None, dedupe };
    Ok(mail::queued(&app.vault, app.random.as_ref(), live.at(), "en", queue, &letter)?)
}
