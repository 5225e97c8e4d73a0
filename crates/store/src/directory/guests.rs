//! The list of a tenant's guests.

use diesel::{QueryResult, deserialize};
use vestibule_core::directory::{GuestField, external_user_state, redemption};
use vestibule_core::ids::TenantId;
use vestibule_core::lifecycle::{RedemptionState, UserKind};
use vestibule_core::query::{After, ListPage, Literal, Operator, Query};

use super::UserRow;
use crate::bind::AsBind as _;
use crate::conn::Conn;
use crate::list::{Columns, ListedRow, SelectPart, mismatch, page};
use crate::row::{Cells, ColumnNames, FromRow};

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
            Self::ExternalUserState => redemption(word).map(RedemptionState::as_str),
            Self::AccountEnabled | Self::Mail | Self::DisplayName | Self::CreatedDateTime => None,
        }
    }
}

/// A user with what lists are ordered by and nobody else reads.
struct Guest {
    user: UserRow,
    name_key: String,
}

impl ColumnNames for Guest {
    const NAMES: &'static [&'static str] = &[];
}
impl FromRow for Guest {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self> {
        Ok(Self { user: UserRow::read(cells)?, name_key: cells.cell()? })
    }
}

impl ListedRow<GuestField> for Guest {
    fn place(&self, field: GuestField) -> QueryResult<After> {
        let value = match field {
            GuestField::Mail => Literal::Text(self.user.address_key.clone()),
            GuestField::DisplayName => Literal::Text(self.name_key.clone()),
            GuestField::CreatedDateTime => Literal::Moment(self.user.created_at),
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
    let is = |field, value: Literal| query.filter.iter().any(|t| t.field == field && t.value == value);
    let pending = external_user_state(RedemptionState::Pending)
        .is_some_and(|word| is(ExternalUserState, Literal::Word(word)));
    let created = query.order.field == CreatedDateTime;
    let selective = [
        (has(Mail, Operator::Eq), BY_MAIL),
        (has(DisplayName, Operator::Eq), BY_NAME),
        (is(AccountEnabled, Literal::Bool(false)), " INDEXED BY users_blocked"),
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
pub(crate) fn base<'a>(tenant: TenantId, query: &Query<GuestField>) -> Vec<SelectPart<'a>> {
    vec![
        SelectPart::Sql("SELECT "),
        SelectPart::Columns(UserRow::NAMES),
        SelectPart::Sql(", name_key FROM users"),
        SelectPart::Sqlite(index(query)),
        SelectPart::Sql(" WHERE tenant_id = "),
        SelectPart::Bind(tenant.0.into()),
        SelectPart::Sql(" AND kind = "),
        SelectPart::Bind(UserKind::Guest.bind()),
        SelectPart::Sql(" AND deleted_at IS NULL"),
    ]
}

/// A page of a tenant's guests, but for the deleted ones.
pub fn list_guests(
    c: &mut Conn,
    tenant: TenantId,
    query: &Query<GuestField>,
) -> QueryResult<ListPage<UserRow>> {
    let ListPage { rows, next } = page::<_, Guest>(c, base(tenant, query), query)?;
    Ok(ListPage { rows: rows.into_iter().map(|guest| guest.user).collect(), next })
}

const BY_MAIL: &str = " INDEXED BY users_mail";
const BY_NAME: &str = " INDEXED BY users_name";
