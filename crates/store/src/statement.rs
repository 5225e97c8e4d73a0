//! Statements that are prepared once per connection on either database.
//!
//! diesel caches neither `sql_query`, nor UPDATE with a changeset, nor upserts: they would be parsed and planned at
//! every use, which costs more than running them. So each statement here is a marker type with one text; the type is its
//! key in diesel's statement cache. In the text `?` is a bind, `{now}` a bind of [`crate::Now`] (TIM-01), `{now_us}` the
//! same in microseconds. A bind's variant at a place never changes, because the key does not cover the types.

use std::marker::PhantomData;
use std::slice::Iter;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types;
use diesel::{QueryResult, RunQueryDsl};

pub(crate) use crate::bind::{AsBind, Bind, binds};
use crate::conn::Conn;
use crate::dialect::{Dialect, missing};
use crate::row::FromRow;
use crate::words::Say;

/// A part of a statement's text.
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
    /// Words as quoted texts, separated by commas.
    Words(fn(Say<'_>)),
    /// What several statements have in common.
    Part(&'static [Piece]),
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

impl<S: Statement, D: Dialect> QueryFragment<D> for Bound<'_, S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        let mut binds = self.binds.iter();
        walk(S::PIECES, &mut out, &mut binds)?;
        if binds.next().is_some() {
            return Err(Error::QueryBuilderError("a bind has no placeholder".into()));
        }
        Ok(())
    }
}

/// Writes pieces with their binds.
fn walk<'b, D: Dialect>(
    pieces: &[Piece],
    out: &mut AstPass<'_, 'b, D>,
    binds: &mut Iter<'b, Bind<'b>>,
) -> QueryResult<()> {
    for piece in pieces {
        match piece {
            Piece::Text(text) => write(text, out, binds)?,
            Piece::Either(sqlite, postgres) => write(D::either(sqlite, postgres), out, binds)?,
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
                    D::bind(out, binds.next().ok_or_else(missing)?)?;
                }
            }
            Piece::Words(words) => {
                let mut before = "'";
                words(&mut |word| {
                    out.push_sql(before);
                    out.push_sql(word);
                    out.push_sql("'");
                    before = ", '";
                });
            }
            Piece::Part(pieces) => walk(pieces, out, binds)?,
        }
    }
    Ok(())
}

/// Writes a text with the binds of its placeholders.
fn write<'b, D: Dialect>(
    text: &str,
    out: &mut AstPass<'_, 'b, D>,
    binds: &mut Iter<'b, Bind<'b>>,
) -> QueryResult<()> {
    tokens(text, |token| match token {
        Token::Sql(sql) => {
            out.push_sql(sql);
            Ok(())
        }
        Token::Bind => D::bind(out, binds.next().ok_or_else(missing)?),
        Token::Now => D::now(out, binds.next().ok_or_else(missing)?),
        Token::NowMicros => D::now_us(out, binds.next().ok_or_else(missing)?),
    })
}

/// A part of a statement in [`statements!`]: a text, `(text macro)`, `(part PIECES)`, `(Row)`, `(Row alias)`,
/// `(values Record)`, `(sqlite "…" postgres "…")`, words or `(by index)`.
///
/// Words are those of `core`, so that none is spelt twice and each conditional write is the line of its table of states:
/// `(word State::Live)`, `(to Event::Consume)` the state that the event leads to, `(from Event::Consume)` those that it
/// may come from.
///
/// `by` names the index that SQLite takes: without ANALYZE data it believes *all rows of the tenant* to be fewer than the
/// few of a second index. A test looks at every plan.
macro_rules! piece {
    ((word $word:expr)) => {
        $crate::statement::Piece::Words(|say| $crate::words::word($word, say))
    };
    ((to $event:expr)) => {
        $crate::statement::Piece::Words(|say| $crate::words::to($event, say))
    };
    ((from $event:expr)) => {
        $crate::statement::Piece::Words(|say| $crate::words::from($event, say))
    };
    ((part $pieces:path)) => {
        $crate::statement::Piece::Part($pieces)
    };
    ((values $row:ident)) => {
        $crate::statement::Piece::Values(<$row as $crate::row::Named>::NAMES)
    };
    ((sqlite $s:literal postgres $p:literal)) => {
        $crate::statement::Piece::Either($s, $p)
    };
    ((by $index:ident)) => {
        $crate::statement::Piece::Either(concat!(" INDEXED BY ", stringify!($index)), "")
    };
    ((text $text:ident $($of:literal)?)) => {
        $crate::statement::Piece::Text($text!($($of)?))
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

/// Pieces that several statements have in common, for `(part …)`.
macro_rules! pieces {
    ($($piece:tt)+) => { &[$($crate::statement::piece!($piece)),+] };
}
pub(crate) use pieces;

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
