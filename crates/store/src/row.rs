//! From a row of either database to a struct, and from a struct to binds.
//!
//! Every logical kind of column has one Rust type and the native storage of each back end: identifiers (`uuid`, 16
//! bytes), moments (`timestamptz`, microseconds), JSON (`jsonb`, text), digests, text, words ([`crate::words`]), numbers,
//! booleans.

use diesel::deserialize::{self, FromSql};
#[cfg(feature = "postgres")]
use diesel::pg::{Pg, PgValue};
use diesel::result::UnexpectedNullError;
use diesel::row::{Field, Row};
use diesel::sql_types;
#[cfg(feature = "sqlite")]
use diesel::sqlite::{Sqlite, SqliteValue};
use serde_json::Value;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{
    ClientId, InteractionId, InvitationId, OutboxId, PasscodeId, Realm, SessionId, TenantId, TraceId, UserId,
};
use vestibule_core::secret::Digest;

use crate::bind::{AsBind, Bind};

/// A value that a column can hold.
pub(crate) trait ColumnValue: Sized {
    #[cfg(feature = "postgres")]
    fn postgres(value: PgValue<'_>) -> deserialize::Result<Self>;
    #[cfg(feature = "sqlite")]
    fn sqlite(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self>;
}

/// A value of a column that may be NULL where the type says so.
pub(crate) trait Cell: Sized {
    #[cfg(feature = "postgres")]
    fn postgres(value: Option<PgValue<'_>>) -> deserialize::Result<Self>;
    #[cfg(feature = "sqlite")]
    fn sqlite(value: Option<SqliteValue<'_, '_, '_>>) -> deserialize::Result<Self>;
}

impl<T: ColumnValue> Cell for T {
    #[cfg(feature = "postgres")]
    fn postgres(value: Option<PgValue<'_>>) -> deserialize::Result<Self> {
        T::postgres(value.ok_or(UnexpectedNullError)?)
    }
    #[cfg(feature = "sqlite")]
    fn sqlite(value: Option<SqliteValue<'_, '_, '_>>) -> deserialize::Result<Self> {
        T::sqlite(value.ok_or(UnexpectedNullError)?)
    }
}

impl<T: ColumnValue> Cell for Option<T> {
    #[cfg(feature = "postgres")]
    fn postgres(value: Option<PgValue<'_>>) -> deserialize::Result<Self> {
        value.map(T::postgres).transpose()
    }
    #[cfg(feature = "sqlite")]
    fn sqlite(value: Option<SqliteValue<'_, '_, '_>>) -> deserialize::Result<Self> {
        value.map(T::sqlite).transpose()
    }
}

/// The same SQL type of diesel's on both sides.
macro_rules! native {
    ($($ty:ty = $sql:ident),+ $(,)?) => { $(
        impl ColumnValue for $ty {
            #[cfg(feature = "postgres")]
            fn postgres(value: PgValue<'_>) -> deserialize::Result<Self> {
                FromSql::<sql_types::$sql, Pg>::from_sql(value)
            }
            #[cfg(feature = "sqlite")]
            fn sqlite(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                FromSql::<sql_types::$sql, Sqlite>::from_sql(value)
            }
        }
    )+ };
}
native!(String = Text, i32 = Integer, i64 = BigInt, bool = Bool, Vec<u8> = Binary);

impl ColumnValue for Uuid {
    #[cfg(feature = "postgres")]
    fn postgres(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Uuid, Pg>::from_sql(value)
    }
    #[cfg(feature = "sqlite")]
    fn sqlite(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self::from_slice(value.read_blob())?)
    }
}

impl ColumnValue for Digest {
    #[cfg(feature = "postgres")]
    fn postgres(value: PgValue<'_>) -> deserialize::Result<Self> {
        Self::from_slice(value.as_bytes()).ok_or_else(|| "a digest has 32 bytes".into())
    }
    #[cfg(feature = "sqlite")]
    fn sqlite(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Self::from_slice(value.read_blob()).ok_or_else(|| "a digest has 32 bytes".into())
    }
}

impl ColumnValue for Instant {
    #[cfg(feature = "postgres")]
    fn postgres(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Timestamptz, Pg>::from_sql(value)
    }
    #[cfg(feature = "sqlite")]
    fn sqlite(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Self::from_timestamp_micros(value.read_long()).ok_or_else(|| "a moment out of range".into())
    }
}

impl ColumnValue for Value {
    #[cfg(feature = "postgres")]
    fn postgres(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Jsonb, Pg>::from_sql(value)
    }
    #[cfg(feature = "sqlite")]
    fn sqlite(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(serde_json::from_str(value.read_text())?)
    }
}

/// A newtype or the like over another kind, both ways.
macro_rules! wrapped {
    ($($ty:ty: $inner:ty = $wrap:expr, $unwrap:expr);+ $(;)?) => { $(
        impl ColumnValue for $ty {
            #[cfg(feature = "postgres")]
            fn postgres(value: PgValue<'_>) -> deserialize::Result<Self> {
                <$inner as ColumnValue>::postgres(value).map($wrap)
            }
            #[cfg(feature = "sqlite")]
            fn sqlite(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                <$inner as ColumnValue>::sqlite(value).map($wrap)
            }
        }
        impl AsBind for $ty {
            const NULL: Bind<'static> = <$inner as AsBind>::NULL;
            fn bind(&self) -> Bind<'_> {
                Bind::from(($unwrap)(self))
            }
        }
    )+ };
}
wrapped! {
    TenantId: Uuid = TenantId, |id: &TenantId| id.0;
    UserId: Uuid = UserId, |id: &UserId| id.0;
    InteractionId: Uuid = InteractionId, |id: &InteractionId| id.0;
    PasscodeId: Uuid = PasscodeId, |id: &PasscodeId| id.0;
    SessionId: Uuid = SessionId, |id: &SessionId| id.0;
    InvitationId: Uuid = InvitationId, |id: &InvitationId| id.0;
    OutboxId: Uuid = OutboxId, |id: &OutboxId| id.0;
    TraceId: Uuid = TraceId, |id: &TraceId| id.0;
    Realm: Uuid = Realm::from_id, |realm: &Realm| realm.id();
}

impl ColumnValue for ClientId {
    #[cfg(feature = "postgres")]
    fn postgres(value: PgValue<'_>) -> deserialize::Result<Self> {
        <String as ColumnValue>::postgres(value).map(Self)
    }
    #[cfg(feature = "sqlite")]
    fn sqlite(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        <String as ColumnValue>::sqlite(value).map(Self)
    }
}

/// The cells of one row, from left to right.
pub(crate) trait Cells {
    /// The next cell.
    fn cell<T: Cell>(&mut self) -> deserialize::Result<T>;
    /// The next struct, or nothing where its first column is NULL: the empty side of a LEFT JOIN.
    fn maybe<R: FromRow>(&mut self) -> deserialize::Result<Option<R>>;
}

macro_rules! reader {
    ($name:ident, $db:ty, $read:ident) => {
        /// Reads a row of this back end.
        pub(crate) struct $name<'r, R> {
            row: &'r R,
            at: usize,
        }
        impl<'r, R> $name<'r, R> {
            pub(crate) fn new(row: &'r R) -> Self {
                Self { row, at: 0 }
            }
        }
        impl<'a, R: Row<'a, $db>> Cells for $name<'_, R> {
            fn cell<T: Cell>(&mut self) -> deserialize::Result<T> {
                let field = self.row.get(self.at).ok_or(diesel::result::UnexpectedEndOfRow)?;
                self.at += 1;
                T::$read(field.value())
            }
            fn maybe<S: FromRow>(&mut self) -> deserialize::Result<Option<S>> {
                if self.row.get(self.at).is_some_and(|field| !field.is_null()) {
                    return S::read(self).map(Some);
                }
                self.at += S::NAMES.len();
                Ok(None)
            }
        }
    };
}
#[cfg(feature = "postgres")]
reader!(PostgresCells, Pg, postgres);
#[cfg(feature = "sqlite")]
reader!(SqliteCells, Sqlite, sqlite);

/// A struct whose fields are columns in that order.
pub(crate) trait ColumnNames {
    /// The columns' names.
    const NAMES: &'static [&'static str];
}

/// A struct that is read from a row.
pub(crate) trait FromRow: ColumnNames + Sized {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self>;
}

/// A row of one cell.
impl<T: Cell> ColumnNames for T {
    const NAMES: &'static [&'static str] = &["value"];
}
impl<T: Cell> FromRow for T {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self> {
        cells.cell()
    }
}

/// Declares a struct that is read from a row; its fields are the columns, in that order.
macro_rules! row {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty,)+ })+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[$fmeta])* pub $field: $ty,)+
        }
        impl $crate::row::ColumnNames for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];
        }
        impl $crate::row::FromRow for $name {
            fn read<C: $crate::row::Cells>(cells: &mut C) -> diesel::deserialize::Result<Self> {
                Ok(Self { $($field: cells.cell()?,)+ })
            }
        }
    )+ };
}
pub(crate) use row;

/// Declares a struct that is inserted as a row; its fields are the columns, in that order.
macro_rules! record {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty,)+ })+) => { $(
        $crate::bind::fields! {
            $(#[$meta])*
            $vis struct $name {
                $($(#[$fmeta])* pub $field: $ty,)+
            }
        }
        impl $crate::row::ColumnNames for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];
        }
    )+ };
}
pub(crate) use record;
