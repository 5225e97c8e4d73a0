//! Applications: the definition in its home tenant, its presence (service principal) in each tenant, credentials,
//! redirect URIs.

use std::collections::HashMap;

use diesel::QueryResult;
use diesel::result::Error;
use serde_json::Value;
use uuid::Uuid;
use vestibule_core::client::{
    Application, ApplicationSettings, ApplicationType, Audience, RedirectUri, SigningAlgorithm,
};
use vestibule_core::clock::Instant;
use vestibule_core::documents;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::secret::Digest;
use vestibule_core::text_enum::Word;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::{Piece, pieces, statements};
use crate::words::words;

row! {
    /// A secret of an application; several may be good at once (CLA-04).
    pub struct CredentialRow {
        id: Uuid,
        digest: Digest,
        /// What tells people which secret it is.
        hint: String,
        expires_at: Option<Instant>,
        created_at: Instant,
    }

    /// A definition as stored.
    pub struct DefinitionRow {
        tenant_id: TenantId,
        id: Uuid,
        client_id: ClientId,
        name: String,
        kind: ApplicationType,
        audience: Audience,
        sector: String,
        algorithm: SigningAlgorithm,
        public: bool,
        enabled: bool,
        settings: Value,
    }

    /// Whose an application is, and one tenant where it is present.
    pub struct PresenceRow {
        home: TenantId,
        audience: Audience,
        /// The tenant that was hinted at, where the application is present in it.
        hinted: Option<TenantId>,
        present_in: Option<TenantId>,
    }

    /// A redirect URI with its application.
    pub struct OwnedUriRow {
        application_id: Uuid,
        kind: UriKind,
        position: i32,
        uri: String,
    }

    /// Settings of an application, unread.
    pub struct StoredSettings {
        settings: Value,
    }

    /// An application that is present.
    pub struct PresentRow {
        client_id: ClientId,
    }

    /// A redirect URI as stored.
    pub struct UriRow {
        kind: UriKind,
        position: i32,
        uri: String,
    }
}

record! {
    /// A new definition, as the table takes it.
    pub struct NewDefinition {
        tenant_id: TenantId,
        id: Uuid,
        client_id: ClientId,
        name: String,
        kind: ApplicationType,
        audience: Audience,
        sector: String,
        algorithm: SigningAlgorithm,
        public: bool,
        enabled: bool,
        settings: Value,
        created_at: Instant,
    }

    /// An application's presence in a tenant.
    pub struct NewServicePrincipal {
        tenant_id: TenantId,
        id: Uuid,
        client_id: ClientId,
        enabled: bool,
        created_at: Instant,
    }

    /// A new secret.
    pub struct NewCredential {
        tenant_id: TenantId,
        application_id: Uuid,
        id: Uuid,
        digest: Digest,
        hint: String,
        expires_at: Option<Instant>,
        created_at: Instant,
    }
}

/// Which list a URI stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriKind {
    /// Where authorization answers go.
    Redirect,
    /// Where a sign-out leads.
    PostLogout,
}

impl Word for UriKind {
    const ALL: &'static [Self] = &[Self::Redirect, Self::PostLogout];

    fn word(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::PostLogout => "post_logout",
        }
    }
}

words! { UriKind }

/// From the presences `s` to the definitions `a` that may be used there: a presence says whose users an application may
/// serve, the definition what it is; one of a single tenant is present at home only.
const DEFINED: &[Piece] = pieces![
    " FROM service_principals s JOIN applications a ON a.client_id = s.client_id"
    " AND (a.tenant_id = s.tenant_id OR a.audience = " (word Audience::Multi) ")"
];

statements! {
    fn insert_definition(new: &NewDefinition) = [
        "INSERT INTO applications (" (NewDefinition) ", next_position) VALUES (" (values new) ", 0)"
    ];

    /// Makes an application present in a tenant; a unique violation where it is.
    pub(crate) fn insert_service_principal(new: &NewServicePrincipal) = [
        "INSERT INTO service_principals (" (NewServicePrincipal) ") VALUES (" (values new) ")"
    ];

    /// Gives an application one more secret.
    pub fn add_credential(new: &NewCredential) = [
        "INSERT INTO application_credentials (" (NewCredential) ") VALUES (" (values new) ")"
    ];

    fn next_position(tenant: TenantId, application: Uuid) -> One<i32> = [
        "UPDATE applications SET next_position = next_position + 1 WHERE tenant_id = :tenant AND id = :application"
        " RETURNING next_position - 1"
    ];

    fn insert_uri(tenant: TenantId, application: Uuid, kind: UriKind, position: i32, uri: &str) = [
        "INSERT INTO redirect_uris (tenant_id, application_id, kind, position, uri)"
        " VALUES (:tenant, :application, :kind, :position, :uri)"
    ];

    /// Takes a URI back; `false` where it was not registered.
    pub fn remove_redirect_uri(tenant: TenantId, application: Uuid, kind: UriKind, uri: &str) -> bool = [
        "DELETE FROM redirect_uris WHERE tenant_id = :tenant AND application_id = :application AND kind = :kind"
        " AND uri = :uri"
    ];

    fn find_present(tenant: TenantId, client_id: &ClientId) -> Option<Present> = [
        "SELECT " (DefinitionRow a) ", s.enabled" (part DEFINED)
        " WHERE s.tenant_id = :tenant AND s.client_id = :client_id"
    ];

    /// The settings of an application as they are stored, its row held until the end of the transaction.
    pub fn lock(tenant: TenantId, client_id: &ClientId) -> Option<StoredSettings> = [
        "SELECT settings FROM applications WHERE tenant_id = :tenant AND client_id = :client_id"
        (sqlite "" postgres " FOR UPDATE")
    ];

    /// The ids of the applications present in a tenant.
    pub fn present(tenant: TenantId) -> Vec<PresentRow> = [
        "SELECT client_id FROM service_principals WHERE tenant_id = :tenant"
    ];

    fn list_present(tenant: TenantId) -> Vec<Present> = [
        "SELECT " (DefinitionRow a) ", s.enabled" (part DEFINED)
        " WHERE s.tenant_id = :tenant ORDER BY a.created_at, a.id"
    ];

    // the hinted one by a look-up of its own: however many there are, no more are read than are returned
    fn presences(client_id: &ClientId, hinted: Option<TenantId>) -> Vec<PresenceRow> = [
        "SELECT a.tenant_id, a.audience, h.tenant_id, s.tenant_id FROM applications a"
        " LEFT JOIN service_principals h ON h.client_id = a.client_id AND h.tenant_id = :hinted AND h.enabled"
        " LEFT JOIN service_principals s ON s.client_id = a.client_id AND s.enabled"
        " WHERE a.client_id = :client_id LIMIT 3"
    ];

    fn uris_of_tenant(tenant: TenantId) -> Vec<OwnedUriRow> = [
        "SELECT u.application_id, u.kind, u.position, u.uri" (part DEFINED)
        " JOIN redirect_uris u ON u.tenant_id = a.tenant_id AND u.application_id = a.id"
        " WHERE s.tenant_id = :tenant ORDER BY u.application_id, u.kind, u.position"
    ];

    fn uri_of_origin(tenant: TenantId, origin: &str, length: i32, path: &str, query: &str) -> Option<i32> = [
        "SELECT 1" (part DEFINED) " JOIN redirect_uris u ON u.tenant_id = a.tenant_id AND u.application_id = a.id"
        " WHERE s.tenant_id = :tenant AND s.enabled AND a.enabled AND u.kind = " (word UriKind::Redirect)
        " AND (u.uri = :origin OR substr(u.uri, 1, :length) IN (:path, :query)) LIMIT 1"
    ];

    fn uris(tenant: TenantId, application: Uuid) -> Vec<UriRow> = [
        "SELECT " (UriRow) " FROM redirect_uris WHERE tenant_id = :tenant AND application_id = :application"
        " ORDER BY kind, position"
    ];

    fn credentials(tenant: TenantId, application: Uuid) -> Vec<CredentialRow> = [
        "SELECT " (CredentialRow) " FROM application_credentials WHERE tenant_id = :tenant"
        " AND application_id = :application"
        " ORDER BY created_at, id"
    ];

    /// Switches an application on or off in one tenant.
    pub fn set_enabled(tenant: TenantId, client_id: &ClientId, enabled: bool) -> bool = [
        "UPDATE service_principals SET enabled = :enabled WHERE tenant_id = :tenant AND client_id = :client_id"
    ];

    fn replace_settings(tenant: TenantId, client_id: &ClientId, settings: &Value) -> bool = [
        "UPDATE applications SET settings = :settings WHERE tenant_id = :tenant AND client_id = :client_id"
    ];
}

/// A definition joined with its presence.
struct Present {
    definition: DefinitionRow,
    enabled: bool,
}

impl crate::row::ColumnNames for Present {
    const NAMES: &'static [&'static str] = &[];
}
impl crate::row::FromRow for Present {
    fn read<C: crate::row::Cells>(cells: &mut C) -> diesel::deserialize::Result<Self> {
        Ok(Self { definition: DefinitionRow::read(cells)?, enabled: cells.cell()? })
    }
}

/// Registers an application in its home tenant, present there; positions of its URIs as it brings them.
pub fn insert(
    c: &mut Conn,
    new: &Application,
    principal: Uuid,
    credential: Option<&NewCredential>,
    now: Instant,
) -> QueryResult<()> {
    let settings = serde_json::to_value(&new.settings).map_err(|e| Error::SerializationError(e.into()))?;
    let definition = NewDefinition {
        tenant_id: new.tenant,
        id: new.id,
        client_id: new.client_id.clone(),
        name: new.name.clone(),
        kind: new.kind,
        audience: new.audience,
        sector: new.sector.clone(),
        algorithm: new.algorithm,
        public: new.public,
        enabled: true,
        settings,
        created_at: now,
    };
    insert_definition(c, &definition)?;
    let presence = NewServicePrincipal {
        tenant_id: new.tenant,
        id: principal,
        client_id: new.client_id.clone(),
        enabled: new.enabled,
        created_at: now,
    };
    insert_service_principal(c, &presence)?;
    for uri in &new.redirect_uris {
        add_redirect_uri(c, new.tenant, new.id, UriKind::Redirect, &uri.uri)?;
    }
    for uri in &new.post_logout_redirect_uris {
        add_redirect_uri(c, new.tenant, new.id, UriKind::PostLogout, uri)?;
    }
    credential.map_or(Ok(()), |credential| add_credential(c, credential))
}

/// An application as it is present in a tenant, with the secrets that it may have.
pub fn find(
    c: &mut Conn,
    tenant: TenantId,
    client_id: &ClientId,
) -> QueryResult<Option<(Application, Vec<CredentialRow>)>> {
    let Some(present) = find_present(c, tenant, client_id)? else { return Ok(None) };
    let (home, id) = (present.definition.tenant_id, present.definition.id);
    let uris = uris(c, home, id)?;
    let application = whole(present, uris)?;
    let credentials = if application.public { Vec::new() } else { credentials(c, home, id)? };
    Ok(Some((application, credentials)))
}

/// Home tenant and audience of an application, and up to three tenants where it is present: first the one that was
/// hinted at, if it is one of them.
pub fn presence(
    c: &mut Conn,
    client_id: &ClientId,
    hinted: Option<TenantId>,
) -> QueryResult<Option<(TenantId, Audience, Vec<TenantId>)>> {
    let rows = presences(c, client_id, hinted)?;
    let Some(first) = rows.first() else { return Ok(None) };
    let others = rows.iter().filter_map(|row| row.present_in).filter(|tenant| Some(*tenant) != first.hinted);
    let present = first.hinted.into_iter().chain(others).take(3).collect();
    Ok(Some((first.home, first.audience, present)))
}

/// The applications present in a tenant, the oldest first, without those whose settings cannot be read: nothing leads
/// there.
pub fn list(c: &mut Conn, tenant: TenantId) -> QueryResult<Vec<Application>> {
    let present = list_present(c, tenant)?;
    let mut uris: HashMap<Uuid, Vec<UriRow>> = HashMap::new();
    for OwnedUriRow { application_id, kind, position, uri } in uris_of_tenant(c, tenant)? {
        uris.entry(application_id).or_default().push(UriRow { kind, position, uri });
    }
    let of = |present: Present| {
        let own = uris.remove(&present.definition.id).unwrap_or_default();
        whole(present, own)
    };
    let read = |result: QueryResult<Application>| match result {
        // One that a newer release wrote must not take the others along (CON-06).
        Err(Error::DeserializationError(_)) => None,
        other => Some(other),
    };
    present.into_iter().map(of).filter_map(read).collect()
}

/// Whether an origin is that of a redirect URI of an application that is on in this tenant (WEB-10).
pub fn origin_registered(c: &mut Conn, tenant: TenantId, origin: &str) -> QueryResult<bool> {
    let (path, query) = (format!("{origin}/"), format!("{origin}?"));
    let length = i32::try_from(path.chars().count()).unwrap_or(i32::MAX);
    Ok(uri_of_origin(c, tenant, origin, length, &path, &query)?.is_some())
}

/// Replaces what may change of a definition, by its home tenant.
pub fn set_settings(
    c: &mut Conn,
    tenant: TenantId,
    client_id: &ClientId,
    settings: &ApplicationSettings,
) -> QueryResult<bool> {
    let settings = serde_json::to_value(settings).map_err(|e| Error::SerializationError(e.into()))?;
    replace_settings(c, tenant, client_id, &settings)
}

/// Registers a URI, by the application's home tenant; its position, which no other URI of the application ever had.
pub fn add_redirect_uri(
    c: &mut Conn,
    tenant: TenantId,
    application: Uuid,
    kind: UriKind,
    uri: &str,
) -> QueryResult<i32> {
    let position = next_position(c, tenant, application)?;
    insert_uri(c, tenant, application, kind, position, uri)?;
    Ok(position)
}

/// The definition with its URIs, as `core` knows it.
fn whole(present: Present, uris: Vec<UriRow>) -> QueryResult<Application> {
    let Present { definition: row, enabled } = present;
    let mut redirect_uris = Vec::new();
    let mut post_logout_redirect_uris = Vec::new();
    for uri in uris {
        match uri.kind {
            UriKind::Redirect => redirect_uris.push(RedirectUri { position: uri.position, uri: uri.uri }),
            UriKind::PostLogout => post_logout_redirect_uris.push(uri.uri),
        }
    }
    let settings = documents::read(&row.settings).map_err(|e| Error::DeserializationError(e.into()))?;
    Ok(Application {
        tenant: row.tenant_id,
        id: row.id,
        client_id: row.client_id,
        name: row.name,
        kind: row.kind,
        audience: row.audience,
        sector: row.sector,
        algorithm: row.algorithm,
        public: row.public,
        enabled: row.enabled && enabled,
        redirect_uris,
        post_logout_redirect_uris,
        settings,
    })
}
