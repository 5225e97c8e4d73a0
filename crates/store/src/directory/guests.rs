//! The list of a tenant's guests.

use diesel::{QueryResult, deserialize};
use vestibule_core::directory::{GuestField, external_user_state, redemption};
use vestibule_core::ids::TenantId;
use vestibule_core::lifecycle::{Redemption, UserKind};
use vestibule_core::query::{After, Operator, Page, Query, Value};

use super::UserRow;
use crate::bind::AsBind as _;
use crate::conn::Conn;
use crate::list::{Columns, Listed, Part, mismatch, page};
use crate::row::{Cells, FromRow, Named};

impl Columns for GuestField {
    fn column(self, operator: Operator) -> &'static str {
        match self {
            Self::ExternalUserState => "state",
            Self::AccountEnabled => "enabled",
            Self::Mail if operator == Operator::EndsWith => "reversed_address",
            Self::Mail => "address_key",
            Self::DisplayName => "name_key",
            Self::CreatedDateTime => "created_at",
        }
    }

    fn stored(self, word: &'static str) -> Option<&'static str> {
        match self {
            Self::ExternalUserState => redemption(word).map(Redemption::as_str),
            Self::AccountEnabled | Self::Mail | Self::DisplayName | Self::CreatedDateTime => None,
        }
    }
}

/// A user with what lists are ordered by and nobody else reads.
struct Guest {
    user: UserRow,
    name_key: String,
}

impl Named for Guest {
    const NAMES: &'static [&'static str] = &[];
}
impl FromRow for Guest {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self> {
        Ok(Self { user: UserRow::read(cells)?, name_key: cells.cell()? })
    }
}

impl Listed<GuestField> for Guest {
    fn place(&self, field: GuestField) -> QueryResult<After> {
        let value = match field {
            GuestField::Mail => Value::Text(self.user.address_key.clone()),
            GuestField::DisplayName => Value::Text(self.name_key.clone()),
            GuestField::CreatedDateTime => Value::Moment(self.user.created_at),
            GuestField::ExternalUserState | GuestField::AccountEnabled => return Err(mismatch()),
        };
        Ok(After { value, id: self.user.id.0 })
    }
}

/// The index that answers a question with the least work at worst: of what names few guests if anything does, else in the
/// order that is asked for. Few are blocked; most accept.
fn index(query: &Query<GuestField>) -> &'static str {
    use GuestField::{AccountEnabled, CreatedDateTime, DisplayName, ExternalUserState, Mail};
    let has = |field, operator| query.filter.iter().any(|t| t.field == field && t.operator == operator);
    let is = |field, value: Value| query.filter.iter().any(|t| t.field == field && t.value == value);
    let pending =
        external_user_state(Redemption::Pending).is_some_and(|word| is(ExternalUserState, Value::Word(word)));
    let created = query.order.field == CreatedDateTime;
    let selective = [
        (has(Mail, Operator::Eq), BY_MAIL),
        (has(DisplayName, Operator::Eq), BY_NAME),
        (is(AccountEnabled, Value::Bool(false)), " INDEXED BY users_blocked"),
        (has(Mail, Operator::StartsWith), BY_MAIL),
        (has(Mail, Operator::EndsWith), " INDEXED BY users_mail_reversed"),
        (has(DisplayName, Operator::StartsWith), BY_NAME),
        (pending || created && has(ExternalUserState, Operator::Eq), " INDEXED BY users_state"),
    ];
    if let Some((_, index)) = selective.into_iter().find(|(fits, _)| *fits) {
        return index;
    }
    match query.order.field {
        Mail => BY_MAIL,
        DisplayName => BY_NAME,
        CreatedDateTime | ExternalUserState | AccountEnabled => " INDEXED BY users_created",
    }
}

/// What a list of guests begins with.
pub(crate) fn base<'a>(tenant: TenantId, query: &Query<GuestField>) -> Vec<Part<'a>> {
    vec![
        Part::Sql("SELECT "),
        Part::Columns(UserRow::NAMES),
        Part::Sql(", name_key FROM users"),
        Part::Sqlite(index(query)),
        Part::Sql(" WHERE tenant_id = "),
        Part::Bind(tenant.0.into()),
        Part::Sql(" AND kind = "),
        Part::Bind(UserKind::Guest.bind()),
        Part::Sql(" AND deleted_at IS NULL"),
    ]
}

/// A page of a tenant's guests, but for the deleted ones.
pub fn list_guests(c: &mut Conn, tenant: TenantId, query: &Query<GuestField>) -> QueryResult<Page<UserRow>> {
    let Page { rows, next } = page::<_, Guest>(c, base(tenant, query), query)?;
    Ok(Page { rows: rows.into_iter().map(|guest| guest.user).collect(), next })
}

const BY_MAIL: &str = " INDEXED BY users_mail";
const BY_NAME: &str = " INDEXED BY users_name";
