//! The sign-in log.

use serde_json::Value;
use uuid::Uuid;
use vestibule_core::access::{Action, Object};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId, TraceId, UserId};
use vestibule_store as store;
use vestibule_store::logs::{Log, LogPage, SignInRow};

use crate::door::{At, Done, UseCase};
use crate::effect;
use crate::error::AdminError;

/// A row of the sign-in log. Its words stay text, so that the log of a newer release can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct SignIn {
    pub id: Uuid,
    /// Its number in commit order, to follow the log by; none for a moment after it was written. A cursor, no figure.
    pub number: Option<i64>,
    pub at: Instant,
    /// What error pages show.
    pub trace_id: TraceId,
    /// `oid`, where somebody was known.
    pub user_id: Option<UserId>,
    /// The address, masked.
    pub address: String,
    /// `client_id`.
    pub client_id: Option<ClientId>,
    /// `success`, `failure` or `interrupted`.
    pub outcome: String,
    /// The finer reason.
    pub error: Option<String>,
    pub method: Option<String>,
    pub steps: Value,
    /// The trail of discovery.
    pub trail: Value,
    /// The client's address.
    pub client_address: String,
    /// Browser family and system.
    pub browser: Option<String>,
}

impl From<SignInRow> for SignIn {
    fn from(row: SignInRow) -> Self {
        Self {
            id: row.id,
            number: row.seq,
            at: row.at,
            trace_id: row.trace_id,
            user_id: row.user_id,
            address: row.address_masked,
            client_id: row.client_id,
            outcome: row.outcome,
            error: row.error,
            method: row.method,
            steps: row.steps,
            trail: row.trail,
            client_address: row.client_address,
            browser: row.browser,
        }
    }
}

/// A page of the sign-in log.
#[derive(Debug)]
pub struct SignIns {
    pub tenant: TenantId,
    /// Those numbered after this one, in the order in which they were committed; the newest first without it.
    pub after: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

impl UseCase for SignIns {
    const NAME: &'static str = "log.sign-ins";
    const ACTION: Action = Action::ReadLogs;
    type Effect = effect::Nothing;
    type Output = Vec<SignIn>;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let Self { tenant, after, limit } = self;
        let page = after.map_or(LogPage::Newest, LogPage::Numbered);
        let rows = at.read(move |c| store::logs::sign_ins(c, tenant, page, limit)).await?;
        Ok(Done::read(rows.into_iter().map(SignIn::from).collect()))
    }
}

/// From where the sign-in log is followed: the highest number by now.
#[derive(Debug)]
pub struct Head {
    pub tenant: TenantId,
}

impl UseCase for Head {
    const NAME: &'static str = "log.head";
    const ACTION: Action = Action::ReadLogs;
    type Effect = effect::Nothing;
    type Output = i64;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let head = at.read(move |c| store::logs::head_of_tenant(c, Log::SignIns, self.tenant)).await?;
        Ok(Done::read(head.unwrap_or(0)))
    }
}
