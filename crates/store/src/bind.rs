//! Rust values as binds: one variant per logical kind of column, so that a NULL is typed too.

#[cfg(feature = "postgres")]
use std::io::Write;

#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types;
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use serde_json::Value;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::ClientId;
use vestibule_core::proof::AmrSet;
use vestibule_core::secret::Digest;

use crate::statement::Shape;
use crate::time::Now;

/// A value for a placeholder; the variant fixes the SQL type, also of a NULL.
#[cfg_attr(
    not(all(feature = "sqlite", feature = "postgres")),
    expect(dead_code, reason = "a build for one database reads half of it")
)]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bind<'a> {
    Id(Option<Uuid>),
    Text(Option<&'a str>),
    Amr(Option<AmrText>),
    Bytes(Option<&'a [u8]>),
    Int(Option<i32>),
    BigInt(Option<i64>),
    Bool(Option<bool>),
    /// The moment, and the same in microseconds: each back end binds the one that it stores.
    Instant(Option<Instant>, Option<i64>),
    Json(Option<&'a Value>),
    /// For `:now` and `:now.us` only: the process's clock and its distance from the database's, in microseconds.
    Now(i64, i64),
}

/// A set of words that becomes text only where it is bound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AmrText(pub(crate) AmrSet);

#[cfg(feature = "postgres")]
impl ToSql<sql_types::Text, Pg> for AmrText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write!(out, "{}", self.0)?;
        Ok(IsNull::No)
    }
}
#[cfg(feature = "sqlite")]
impl ToSql<sql_types::Text, Sqlite> for AmrText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl From<Uuid> for Bind<'_> {
    fn from(id: Uuid) -> Self {
        Self::Id(Some(id))
    }
}

/// A Rust value as a bind.
pub(crate) trait AsBind {
    /// The NULL of its type.
    const NULL: Bind<'static>;
    /// How statements speak of it.
    const SHAPE: Shape = Shape::One;
    fn bind(&self) -> Bind<'_>;
}

macro_rules! as_bind {
    ($($ty:ty: $variant:ident = $get:expr),+ $(,)?) => { $(
        impl AsBind for $ty {
            const NULL: Bind<'static> = Bind::$variant(None);
            fn bind(&self) -> Bind<'_> {
                Bind::$variant(Some(($get)(self)))
            }
        }
    )+ };
}
as_bind! {
    Uuid: Id = |v: &Uuid| *v,
    i32: Int = |v: &i32| *v,
    i64: BigInt = |v: &i64| *v,
    bool: Bool = |v: &bool| *v,
}

macro_rules! as_borrowed_bind {
    ($($ty:ty: $variant:ident = $get:ident),+ $(,)?) => { $(
        impl AsBind for $ty {
            const NULL: Bind<'static> = Bind::$variant(None);
            fn bind(&self) -> Bind<'_> {
                Bind::$variant(Some(self.$get()))
            }
        }
    )+ };
}
as_borrowed_bind! { String: Text = as_str, Vec<u8>: Bytes = as_slice, Digest: Bytes = bytes }

impl AsBind for str {
    const NULL: Bind<'static> = Bind::Text(None);
    fn bind(&self) -> Bind<'_> {
        Bind::Text(Some(self))
    }
}
impl AsBind for [u8] {
    const NULL: Bind<'static> = Bind::Bytes(None);
    fn bind(&self) -> Bind<'_> {
        Bind::Bytes(Some(self))
    }
}
impl AsBind for ClientId {
    const NULL: Bind<'static> = Bind::Text(None);
    fn bind(&self) -> Bind<'_> {
        Bind::Text(Some(&self.0))
    }
}
impl AsBind for Value {
    const NULL: Bind<'static> = Bind::Json(None);
    fn bind(&self) -> Bind<'_> {
        Bind::Json(Some(self))
    }
}
impl AsBind for Instant {
    const NULL: Bind<'static> = Bind::Instant(None, None);
    fn bind(&self) -> Bind<'_> {
        Bind::Instant(Some(*self), Some(self.timestamp_micros()))
    }
}
impl AsBind for Now {
    const NULL: Bind<'static> = Bind::Now(0, 0);
    const SHAPE: Shape = Shape::Now;
    fn bind(&self) -> Bind<'_> {
        Bind::Now(self.instant.timestamp_micros(), self.offset_micros)
    }
}
impl<T: AsBind> AsBind for Option<T> {
    const NULL: Bind<'static> = T::NULL;
    fn bind(&self) -> Bind<'_> {
        self.as_ref().map_or(T::NULL, AsBind::bind)
    }
}
impl<T: AsBind + ?Sized> AsBind for &T {
    const NULL: Bind<'static> = T::NULL;
    const SHAPE: Shape = T::SHAPE;
    fn bind(&self) -> Bind<'_> {
        (**self).bind()
    }
}

/// A parameter of a statement as its binds: one of a value, one of each field of a record.
pub(crate) trait Binds {
    /// How many.
    type List<'a>: AsRef<[Bind<'a>]>
    where
        Self: 'a;
    /// How statements speak of them.
    const SHAPE: Shape;
    /// What fixes their types.
    #[cfg(test)]
    const NULLS: &'static [Bind<'static>];
    fn binds(&self) -> Self::List<'_>;
}

impl<T: AsBind> Binds for T {
    type List<'a>
        = [Bind<'a>; 1]
    where
        Self: 'a;
    const SHAPE: Shape = T::SHAPE;
    #[cfg(test)]
    const NULLS: &'static [Bind<'static>] = &[T::NULL];
    fn binds(&self) -> [Bind<'_>; 1] {
        [self.bind()]
    }
}

/// Declares a struct whose fields are parameters of statements, as `:name.field`.
macro_rules! fields {
    ($(#[$meta:meta])* $vis:vis struct $name:ident $(<$lifetime:lifetime>)? {
        $($(#[$fmeta:meta])* $fvis:vis $field:ident: $ty:ty,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name $(<$lifetime>)? { $($(#[$fmeta])* $fvis $field: $ty,)+ }

        impl $(<$lifetime>)? $crate::bind::Binds for &$name $(<$lifetime>)? {
            type List<'binds>
                = [$crate::bind::Bind<'binds>; [$(stringify!($field)),+].len()]
            where
                Self: 'binds;
            const SHAPE: $crate::statement::Shape =
                $crate::statement::Shape::Record(&[$(stringify!($field)),+]);
            #[cfg(test)]
            const NULLS: &'static [$crate::bind::Bind<'static>] =
                &[$(<$ty as $crate::bind::AsBind>::NULL),+];
            fn binds(&self) -> Self::List<'_> {
                [$($crate::bind::AsBind::bind(&self.$field)),+]
            }
        }
    };
}
pub(crate) use fields;
