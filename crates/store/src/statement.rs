//! Statements that are prepared once per connection on either database.
//!
//! diesel caches neither `sql_query`, nor UPDATE with a changeset, nor upserts: they would be parsed and planned at
//! every use, which costs more than running them. So each statement here is a marker type with one text; the type is its key in diesel's
//! statement cache. In the text `?` is a bind, `{now}` a bind of [`crate::Now`] (TIM-01), `{now_us}` the same in microseconds.
//! A bind's variant at a place never changes, because the key does not cover the types.

use std::marker::PhantomData;

#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::{self, Nullable};
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};
use serde_json::Value;
#[cfg(feature = "postgres")]
use uuid::Uuid;
#[cfg(feature = "postgres")]
use vestibule_core::clock::Instant;

pub(crate) use crate::bind::{AsBind, Bind, binds};
use crate::conn::Conn;
use crate::row::FromRow;

/// A part of a statement's text.
#[cfg_attr(
    not(all(feature = "sqlite", feature = "postgres")),
    expect(dead_code, reason = "a build for one database reads half of it")
)]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// Text with placeholders.
    Text(&'static str),
    /// A list of columns, each with this prefix.
    Columns(&'static str, &'static [&'static str]),
    /// As many placeholders as there are columns.
    Values(&'static [&'static str]),
    /// Text that differs: SQLite's, PostgreSQL's.
    Either(&'static str, &'static str),
}

/// One statement; the type is its key in the statement cache.
pub(crate) trait Statement: Sized + 'static {
    /// Its text.
    const PIECES: &'static [Piece];

    /// All rows.
    fn all<R: FromRow>(c: &mut Conn, binds: &[Bind<'_>]) -> QueryResult<Vec<R>> {
        c.load(&Bound::<Self>::new(binds))
    }

    /// The row, where there is one.
    fn optional<R: FromRow>(c: &mut Conn, binds: &[Bind<'_>]) -> QueryResult<Option<R>> {
        Self::all(c, binds).map(|rows| rows.into_iter().next())
    }

    /// The row, which must be there.
    fn one<R: FromRow>(c: &mut Conn, binds: &[Bind<'_>]) -> QueryResult<R> {
        Self::optional(c, binds)?.ok_or(Error::NotFound)
    }

    /// How many rows it changed.
    fn run(c: &mut Conn, binds: &[Bind<'_>]) -> QueryResult<usize> {
        c.execute(&Bound::<Self>::new(binds))
    }

    /// Whether it changed a row.
    fn hit(c: &mut Conn, binds: &[Bind<'_>]) -> QueryResult<bool> {
        Self::run(c, binds).map(|rows| rows > 0)
    }
}

/// A statement with its binds.
pub(crate) struct Bound<'a, S> {
    binds: &'a [Bind<'a>],
    statement: PhantomData<S>,
}

impl<'a, S> Bound<'a, S> {
    pub(crate) fn new(binds: &'a [Bind<'a>]) -> Self {
        Self { binds, statement: PhantomData }
    }
}

impl<S: Statement> QueryId for Bound<'_, S> {
    type QueryId = S;
    const HAS_STATIC_QUERY_ID: bool = true;
}
impl<S> Query for Bound<'_, S> {
    type SqlType = sql_types::Untyped;
}
impl<S, C> RunQueryDsl<C> for &Bound<'_, S> {}

/// What stands at a place in a text.
enum Token<'t> {
    Sql(&'t str),
    Bind,
    Now,
    NowMicros,
}

/// Cuts a text at its placeholders.
fn tokens(text: &str, mut each: impl FnMut(Token<'_>) -> QueryResult<()>) -> QueryResult<()> {
    for (i, part) in text.split('{').enumerate() {
        let rest = if i == 0 {
            part
        } else {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            each(if name == "now_us" { Token::NowMicros } else { Token::Now })?;
            rest
        };
        for (j, sql) in rest.split('?').enumerate() {
            if j > 0 {
                each(Token::Bind)?;
            }
            each(Token::Sql(sql))?;
        }
    }
    Ok(())
}

fn missing() -> Error {
    Error::QueryBuilderError("a placeholder has no bind of its kind".into())
}

macro_rules! fragment {
    ($db:ty, $dialect:ident, $either:pat => $text:ident) => {
        impl<S: Statement> QueryFragment<$db> for Bound<'_, S> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $db>) -> QueryResult<()> {
                let mut binds = self.binds.iter();
                for piece in S::PIECES {
                    match piece {
                        Piece::Text($text) | $either => tokens($text, |token| match token {
                            Token::Sql(sql) => {
                                out.push_sql(sql);
                                Ok(())
                            }
                            Token::Bind => $dialect::bind(&mut out, binds.next().ok_or_else(missing)?),
                            Token::Now => $dialect::now(&mut out, binds.next().ok_or_else(missing)?),
                            Token::NowMicros => $dialect::now_us(&mut out, binds.next().ok_or_else(missing)?),
                        })?,
                        Piece::Columns(prefix, names) => {
                            for (i, name) in names.iter().enumerate() {
                                out.push_sql(if i == 0 { "" } else { ", " });
                                out.push_sql(prefix);
                                out.push_sql(name);
                            }
                        }
                        Piece::Values(names) => {
                            for i in 0..names.len() {
                                out.push_sql(if i == 0 { "" } else { ", " });
                                $dialect::bind(&mut out, binds.next().ok_or_else(missing)?)?;
                            }
                        }
                    }
                }
                if binds.next().is_some() {
                    return Err(Error::QueryBuilderError("a bind has no placeholder".into()));
                }
                Ok(())
            }
        }
    };
}
#[cfg(feature = "postgres")]
fragment!(Pg, postgres, Piece::Either(_, text) => text);
#[cfg(feature = "sqlite")]
fragment!(Sqlite, sqlite, Piece::Either(text, _) => text);

#[cfg(feature = "postgres")]
mod postgres {
    use super::{AstPass, Bind, Instant, Nullable, Pg, QueryResult, Uuid, Value, missing, sql_types};

    pub(super) fn bind<'b>(out: &mut AstPass<'_, 'b, Pg>, bind: &'b Bind<'b>) -> QueryResult<()> {
        match bind {
            Bind::Id(v) => out.push_bind_param::<Nullable<sql_types::Uuid>, Option<Uuid>>(v),
            Bind::Text(v) => out.push_bind_param::<Nullable<sql_types::Text>, Option<&str>>(v),
            Bind::Bytes(v) => out.push_bind_param::<Nullable<sql_types::Binary>, Option<&[u8]>>(v),
            Bind::Int(v) => out.push_bind_param::<Nullable<sql_types::Integer>, Option<i32>>(v),
            Bind::BigInt(v) => out.push_bind_param::<Nullable<sql_types::BigInt>, Option<i64>>(v),
            Bind::Bool(v) => out.push_bind_param::<Nullable<sql_types::Bool>, Option<bool>>(v),
            Bind::Instant(v, _) => {
                out.push_bind_param::<Nullable<sql_types::Timestamptz>, Option<Instant>>(v)
            }
            Bind::Json(v) => out.push_bind_param::<Nullable<sql_types::Jsonb>, Option<&Value>>(v),
            Bind::Now(..) => Err(missing()),
        }
    }

    pub(super) fn now<'b>(out: &mut AstPass<'_, 'b, Pg>, bind: &'b Bind<'b>) -> QueryResult<()> {
        let Bind::Now(_, offset) = bind else { return Err(missing()) };
        out.push_sql("(statement_timestamp() + ");
        out.push_bind_param::<sql_types::BigInt, i64>(offset)?;
        out.push_sql(" * interval '1 microsecond')");
        Ok(())
    }

    pub(super) fn now_us<'b>(out: &mut AstPass<'_, 'b, Pg>, bind: &'b Bind<'b>) -> QueryResult<()> {
        let Bind::Now(_, offset) = bind else { return Err(missing()) };
        out.push_sql("(CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint) + ");
        out.push_bind_param::<sql_types::BigInt, i64>(offset)?;
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::{AstPass, Bind, Nullable, QueryResult, Sqlite, Value, missing, sql_types};

    pub(super) fn bind<'b>(out: &mut AstPass<'_, 'b, Sqlite>, bind: &'b Bind<'b>) -> QueryResult<()> {
        match bind {
            Bind::Id(Some(v)) => out.push_bind_param::<sql_types::Binary, [u8]>(v.as_bytes().as_slice()),
            Bind::Id(None) => out.push_bind_param::<Nullable<sql_types::Binary>, Option<&[u8]>>(&None),
            Bind::Text(v) => out.push_bind_param::<Nullable<sql_types::Text>, Option<&str>>(v),
            Bind::Bytes(v) => out.push_bind_param::<Nullable<sql_types::Binary>, Option<&[u8]>>(v),
            Bind::Int(v) => out.push_bind_param::<Nullable<sql_types::Integer>, Option<i32>>(v),
            Bind::BigInt(v) | Bind::Instant(_, v) => {
                out.push_bind_param::<Nullable<sql_types::BigInt>, Option<i64>>(v)
            }
            Bind::Bool(v) => out.push_bind_param::<Nullable<sql_types::Bool>, Option<bool>>(v),
            Bind::Json(v) => out.push_bind_param::<Nullable<sql_types::Json>, Option<&Value>>(v),
            Bind::Now(..) => Err(missing()),
        }
    }

    pub(super) fn now<'b>(out: &mut AstPass<'_, 'b, Sqlite>, bind: &'b Bind<'b>) -> QueryResult<()> {
        let Bind::Now(micros, _) = bind else { return Err(missing()) };
        out.push_bind_param::<sql_types::BigInt, i64>(micros)
    }

    pub(super) fn now_us<'b>(out: &mut AstPass<'_, 'b, Sqlite>, bind: &'b Bind<'b>) -> QueryResult<()> {
        now(out, bind)
    }
}

/// A part of a statement in [`statements!`]: a text, `(text macro)`, `(Row)`, `(Row alias)`, `(values Record)`,
/// `(sqlite "…" postgres "…")` or `(by index)`. The last names the index that SQLite takes: without ANALYZE data it
/// believes *all rows of the tenant* to be fewer than the few of a second index. A test looks at every plan.
macro_rules! piece {
    ((values $row:ident)) => {
        $crate::statement::Piece::Values(<$row as $crate::row::Named>::NAMES)
    };
    ((sqlite $s:literal postgres $p:literal)) => {
        $crate::statement::Piece::Either($s, $p)
    };
    ((by $index:ident)) => {
        $crate::statement::Piece::Either(concat!(" INDEXED BY ", stringify!($index)), "")
    };
    ((text $text:ident)) => {
        $crate::statement::Piece::Text($text!())
    };
    (($row:ident)) => {
        $crate::statement::Piece::Columns("", <$row as $crate::row::Named>::NAMES)
    };
    (($row:ident $alias:ident)) => {
        $crate::statement::Piece::Columns(
            concat!(stringify!($alias), "."),
            <$row as $crate::row::Named>::NAMES,
        )
    };
    ($text:literal) => {
        $crate::statement::Piece::Text($text)
    };
}
pub(crate) use piece;

/// Declares the statements of a module, and `STATEMENTS`, by which a test prepares each on both databases.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = [$($piece:tt)+];)+) => {
        $(
            $(#[$meta])*
            struct $name;
            impl $crate::statement::Statement for $name {
                const PIECES: &'static [$crate::statement::Piece] = &[$($crate::statement::piece!($piece)),+];
            }
        )+
        /// All of them, by name.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &[$crate::statement::Piece])] =
            &[$((stringify!($name), <$name as $crate::statement::Statement>::PIECES)),+];
    };
}
pub(crate) use statements;
