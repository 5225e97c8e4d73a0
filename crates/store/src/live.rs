//! What a request reads before it decides anything: one statement for the change numbers, the tenant, the browser's
//! session with its user, and the interaction with its user and newest passcode (architecture rule 6).

use diesel::QueryResult;
use diesel::deserialize;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::directory::{Person, UserFacts};
use vestibule_core::ids::{InteractionId, SessionId, TenantId, UserId};
use vestibule_core::lifecycle::{RedemptionState, TenantState, UserKind};
use vestibule_core::method::{Method, Way};
use vestibule_core::proof::Unreadable;

use crate::conn::Conn;
use crate::directory;
use crate::row::{Cells, ColumnNames, FromRow, row};
use crate::signin::{InteractionRow, PasscodeRow, SessionRow};
use crate::statement::statements;
use crate::time::Now;

/// How a URL names its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantKey<'a> {
    /// By its GUID.
    Id(TenantId),
    /// By one of its verified domains.
    Domain(&'a str),
}

row! {
    /// The tenant of a request.
    pub struct LiveTenant {
        id: TenantId,
        name: String,
        state: TenantState,
        change_number: i64,
        applications_number: i64,
    }

    /// A user as decisions need them.
    pub struct LiveUser {
        id: UserId,
        kind: UserKind,
        display_name: Option<String>,
        address: String,
        address_key: String,
        domain: String,
        state: RedemptionState,
        enabled: bool,
        /// The method that the guest accepted with (HRD-08); [`LiveUser::pinned`] reads it with its provider.
        pinned_method: Option<Method>,
        /// The provider or organisation of that method.
        pinned_provider_id: Option<Uuid>,
        /// The version of the terms agreed to.
        agreed_terms: Option<i32>,
        /// Since when codes are withheld (OTP-23).
        held_at: Option<Instant>,
        deleted_at: Option<Instant>,
    }
}

impl LiveUser {
    /// The way that the guest accepted with (HRD-08).
    pub fn pinned(&self) -> Result<Option<Way>, Unreadable> {
        directory::pinned(self.pinned_method, self.pinned_provider_id)
    }

    /// What decides who this is and whether they may come in.
    pub fn facts(&self) -> UserFacts {
        UserFacts {
            kind: self.kind,
            redemption: self.state,
            enabled: self.enabled,
            held_at: self.held_at,
            deleted_at: self.deleted_at,
        }
    }

    /// Whether the user may be signed in: switched on, not deleted, and past what must be redeemed.
    pub fn usable(&self) -> bool {
        Person::of(Some(&self.facts())) == Person::Accepted
    }
}

/// A session that has not ended.
#[derive(Debug, Clone)]
pub struct LiveSession {
    pub row: SessionRow,
    /// Whose it is; whether they are still let in is for the caller to judge.
    pub user: LiveUser,
}

/// An interaction, ended ones too: what its end means is the caller's to say (N-21).
#[derive(Debug, Clone)]
pub struct LiveInteraction {
    pub row: InteractionRow,
    /// Who it is about, where that is known.
    pub user: Option<LiveUser>,
    /// The last passcode of it.
    pub passcode: Option<PasscodeRow>,
    /// When mail to its address last came back (MAIL-09).
    pub bounced_at: Option<Instant>,
}

/// What [`request`] reads.
#[derive(Debug, Clone)]
pub struct LiveRow {
    /// `deployment.keys_number`.
    pub keys_number: i64,
    /// `deployment.epoch`.
    pub epoch: i64,
    /// The moment by which the statement judged what has ended (TIM-01).
    pub database_now: Instant,
    pub tenant: LiveTenant,
    /// The session asked for, if it lives.
    pub session: Option<LiveSession>,
    /// The interaction asked for, if it is there.
    pub interaction: Option<LiveInteraction>,
}

impl ColumnNames for LiveRow {
    const NAMES: &'static [&'static str] = &[];
}
impl FromRow for LiveRow {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self> {
        let (keys_number, epoch, database_now) = (cells.cell()?, cells.cell()?, cells.cell()?);
        let tenant = LiveTenant::read(cells)?;
        let (session, session_user) = (cells.maybe()?, cells.maybe()?);
        let (interaction, user, passcode) = (cells.maybe()?, cells.maybe()?, cells.maybe()?);
        let bounced_at = cells.cell()?;
        Ok(Self {
            keys_number,
            epoch,
            database_now,
            tenant,
            session: session.zip(session_user).map(|(row, user)| LiveSession { row, user }),
            interaction: interaction.map(|row| LiveInteraction { row, user, passcode, bounced_at }),
        })
    }
}

/// From the tenant on, to what the request brings.
macro_rules! joins {
    () => {
        " LEFT JOIN sessions s ON s.realm_id = t.id AND s.id = :session AND s.ended_at IS NULL AND s.expires_at > :now \
         LEFT JOIN users su ON su.tenant_id = s.realm_id AND su.id = s.user_id \
         LEFT JOIN interactions i ON i.realm_id = t.id AND i.id = :interaction \
         LEFT JOIN users iu ON iu.tenant_id = i.realm_id AND iu.id = i.user_id \
         LEFT JOIN passcodes p ON p.realm_id = i.realm_id AND p.interaction_id = i.id AND p.ordinal = \
         (SELECT MAX(q.ordinal) FROM passcodes q \
         WHERE q.realm_id = i.realm_id AND q.interaction_id = i.id AND q.ordinal > 0) \
         LEFT JOIN bounces b ON b.address_hash = p.subject_key"
    };
}

statements! {
    fn request_by_id(
        tenant: TenantId,
        session: Option<SessionId>,
        interaction: Option<InteractionId>,
        now: Now,
    ) -> Option<LiveRow> = [
        "SELECT d.keys_number, d.epoch, :now, " (LiveTenant t) ", " (SessionRow s) ", " (LiveUser su) ", "
        (InteractionRow i) ", " (LiveUser iu) ", " (PasscodeRow p)
        ", b.at FROM tenants t CROSS JOIN deployment d" (text joins) " WHERE t.id = :tenant"
    ];

    fn request_by_domain(
        domain: &str,
        session: Option<SessionId>,
        interaction: Option<InteractionId>,
        now: Now,
    ) -> Option<LiveRow> = [
        "SELECT d.keys_number, d.epoch, :now, " (LiveTenant t) ", " (SessionRow s) ", " (LiveUser su) ", "
        (InteractionRow i) ", " (LiveUser iu) ", " (PasscodeRow p)
        ", b.at FROM tenant_domains n JOIN tenants t ON t.id = n.tenant_id CROSS JOIN deployment d" (text joins)
        " WHERE n.domain = :domain AND n.verified_at IS NOT NULL"
    ];

    /// The user of an address as decisions need them, unless deleted: one statement for somebody and for nobody (OTP-17).
    pub fn user_by_address(tenant: TenantId, address_key: &str) -> Option<LiveUser> = [
        "SELECT " (LiveUser u) " FROM user_addresses a JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id"
        " WHERE a.tenant_id = :tenant AND a.address_key = :address_key AND a.deleted_at IS NULL"
        " AND u.deleted_at IS NULL"
    ];
}

/// Reads what a request needs; nothing where there is no such tenant.
pub fn request(
    c: &mut Conn,
    segment: TenantKey<'_>,
    session: Option<SessionId>,
    interaction: Option<InteractionId>,
    now: Now,
) -> QueryResult<Option<LiveRow>> {
    match segment {
        TenantKey::Id(tenant) => request_by_id(c, tenant, session, interaction, now),
        TenantKey::Domain(domain) => request_by_domain(c, domain, session, interaction, now),
    }
}
