//! Reading the logs and the mail queue.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;
use vestibule_app::audit::allow;
use vestibule_app::{App, Context};
use vestibule_core::access::{Action, Actor, Object};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{OutboxId, TenantId};
use vestibule_core::lifecycle::Mail;
use vestibule_store as store;
use vestibule_store::logs::{Log, Page};

use super::AdminError;

/// A row of the sign-in log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// Its id.
    pub id: Uuid,
    /// Its number in commit order, to follow the log by; none for a moment after it was written. A cursor, no figure.
    #[serde(skip)]
    pub number: Option<i64>,
    /// When.
    pub created_date_time: Instant,
    /// What error pages show.
    pub trace_id: String,
    /// `oid`, where somebody was known.
    pub user_id: Option<String>,
    /// The address, masked.
    pub address: String,
    /// `client_id`.
    pub app_id: Option<String>,
    /// `success`, `failure` or `interrupted`.
    pub outcome: String,
    /// The finer reason.
    pub error: Option<String>,
    /// The way.
    pub method: Option<String>,
    /// What was done.
    pub steps: Value,
    /// The trail of discovery.
    pub trail: Value,
    /// The client's address.
    pub ip_address: String,
    /// Browser family and system.
    pub browser: Option<String>,
}

impl From<store::logs::SignInRow> for SignIn {
    fn from(r: store::logs::SignInRow) -> Self {
        Self {
            id: r.id,
            number: r.seq,
            created_date_time: r.at,
            trace_id: r.trace_id.to_string(),
            user_id: r.user_id.map(|u| u.to_string()),
            address: r.address_masked,
            app_id: r.client_id.map(|c| c.0),
            outcome: r.outcome,
            error: r.error,
            method: r.method,
            steps: r.steps,
            trail: r.trail,
            ip_address: r.client_address,
            browser: r.browser,
        }
    }
}

/// A page of the sign-in log: the newest first, or those numbered after this one, in the order in which they were
/// committed.
pub async fn sign_ins(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<SignIn>, AdminError> {
    let _allowed = allow(ctx, actor, Action::ReadLogs, Object::Tenant(tenant))?;
    let page = after.map_or(Page::Newest, Page::Numbered);
    Ok(app
        .db
        .read(move |c| store::logs::sign_ins(c, tenant, page, limit))
        .await?
        .into_iter()
        .map(Into::into)
        .collect())
}

/// From where the sign-in log is followed: the highest number by now.
pub async fn sign_ins_head(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
) -> Result<i64, AdminError> {
    let _allowed = allow(ctx, actor, Action::ReadLogs, Object::Tenant(tenant))?;
    let head = app.db.read(move |c| store::logs::head_of_tenant(c, Log::SignIns, tenant)).await?;
    Ok(head.unwrap_or(0))
}

/// A queued mail, without what it says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Queued {
    /// Its id.
    pub id: OutboxId,
    /// `code`, `invitation`, `no_access`, `reported`.
    pub kind: String,
    /// The domain that it goes to.
    pub destination: String,
    /// `queued`, `sending`, `sent`, `failed`, `dropped`.
    pub state: String,
    /// Tries so far.
    pub attempts: i32,
    /// Why it failed or waits.
    pub reason: Option<String>,
    /// When it was queued.
    pub created_date_time: Instant,
    /// When it was accepted.
    pub sent_date_time: Option<Instant>,
    /// When it is tried next.
    pub next_try_date_time: Option<Instant>,
}

/// The mail queue, the newest first.
pub async fn mail_queue(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    limit: i64,
) -> Result<Vec<Queued>, AdminError> {
    let _allowed = allow(ctx, actor, Action::ReadMail, Object::Deployment)?;
    let rows = app.db.read(move |c| store::outbox::list(c, limit)).await?;
    let told = |r: store::outbox::OutboxRow| Queued {
        next_try_date_time: (r.state == Mail::Queued).then_some(r.next_at),
        id: r.id,
        kind: r.kind,
        destination: r.destination,
        state: r.state.to_string(),
        attempts: r.attempts,
        reason: r.reason,
        created_date_time: r.created_at,
        sent_date_time: r.sent_at,
    };
    Ok(rows.into_iter().map(told).collect())
}
