//! Statements that are prepared once per connection on either database.
//!
//! diesel caches neither `sql_query`, nor UPDATE with a changeset, nor upserts: they would be parsed and planned at
//! every use, which costs more than running them. So each statement here is a type with one text; the type is its key in
//! diesel's statement cache. [`statements!`] declares it as a function, whose signature says what is bound and what comes
//! back. A bind's variant at a place never changes, because the key does not cover the types.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types;
use diesel::{QueryResult, RunQueryDsl};

pub(crate) use self::macros::{answer, ask, piece, pieces, statement, statements};
pub(crate) use self::text::{Gathered, Parameter, Piece, Shape, Token};
use crate::bind::Bind;
use crate::conn::Conn;
use crate::dialect::{Dialect, missing};
use crate::row::FromRow;

mod macros;
mod text;

/// One statement; the type is its key in the statement cache.
pub(crate) trait Statement: Sized + 'static {
    /// Its text, as it is written.
    const PIECES: &'static [Piece];
    /// What is bound.
    const PARAMETERS: &'static [Parameter];
    /// Its text, as the databases get it.
    const TOKENS: &'static [Token];
}

/// A statement as tests list it.
#[cfg(test)]
pub(crate) struct ListedStatement {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) tokens: &'static [Token],
}

#[cfg(test)]
impl ListedStatement {
    pub(crate) const fn of<S: Statement>(name: &'static str) -> Self {
        Self { name, parameters: S::PARAMETERS, tokens: S::TOKENS }
    }
}

/// A statement with the binds of each parameter.
pub(crate) struct Bound<'a, S> {
    binds: &'a [&'a [Bind<'a>]],
    statement: PhantomData<S>,
}

impl<'a, S> Bound<'a, S> {
    pub(crate) fn new(binds: &'a [&'a [Bind<'a>]]) -> Self {
        Self { binds, statement: PhantomData }
    }

    fn bind(&self, parameter: usize, field: usize) -> QueryResult<&'a Bind<'a>> {
        self.binds.get(parameter).and_then(|binds| binds.get(field)).ok_or_else(missing)
    }
}

/// What can be run on either database.
pub(crate) trait Fragment {
    /// Its key in the statement cache, where it is always the same text.
    type Key: 'static;
    /// Whether it is.
    const STATIC: bool;
    fn write<'b, D: Dialect>(&'b self, out: AstPass<'_, 'b, D>) -> QueryResult<()>;
}

/// A fragment as diesel takes it.
pub(crate) struct Run<'a, F>(pub(crate) &'a F);

impl<F: Fragment> QueryId for Run<'_, F> {
    type QueryId = F::Key;
    const HAS_STATIC_QUERY_ID: bool = F::STATIC;
}
impl<F> Query for Run<'_, F> {
    type SqlType = sql_types::Untyped;
}
impl<F, C> RunQueryDsl<C> for Run<'_, F> {}
impl<F: Fragment, D: Dialect> QueryFragment<D> for Run<'_, F> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        self.0.write(out)
    }
}

impl<S: Statement> Fragment for Bound<'_, S> {
    type Key = S;
    const STATIC: bool = true;

    fn write<'b, D: Dialect>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        for token in S::TOKENS {
            match *token {
                Token::Sql(text) => out.push_sql(text),
                Token::Either(sqlite, postgres) => out.push_sql(D::either(sqlite, postgres)),
                Token::Columns(prefix, names) => push_columns(&mut out, prefix, names),
                Token::Words(words) => {
                    let mut before = "'";
                    words(&mut |word| {
                        out.push_sql(before);
                        out.push_sql(word);
                        out.push_sql("'");
                        before = ", '";
                    });
                }
                Token::Bind(parameter, field) => D::bind(&mut out, self.bind(parameter, field)?)?,
                Token::All(parameter) => {
                    for (i, bind) in self.binds.get(parameter).ok_or_else(missing)?.iter().enumerate() {
                        out.push_sql(if i == 0 { "" } else { ", " });
                        D::bind(&mut out, bind)?;
                    }
                }
                Token::Now(parameter) => D::now(&mut out, self.bind(parameter, 0)?)?,
                Token::Micros(parameter) => D::now_us(&mut out, self.bind(parameter, 0)?)?,
            }
        }
        Ok(())
    }
}

/// Writes a list of columns, each with this prefix.
pub(crate) fn push_columns<D: Dialect>(out: &mut AstPass<'_, '_, D>, prefix: &str, names: &[&str]) {
    for (i, name) in names.iter().enumerate() {
        out.push_sql(if i == 0 { "" } else { ", " });
        out.push_sql(prefix);
        out.push_sql(name);
    }
}

/// All rows.
pub(crate) fn all<S: Statement, R: FromRow>(c: &mut Conn, bound: &Bound<'_, S>) -> QueryResult<Vec<R>> {
    c.load(bound)
}

/// The row, where there is one.
pub(crate) fn optional<S: Statement, R: FromRow>(
    c: &mut Conn,
    bound: &Bound<'_, S>,
) -> QueryResult<Option<R>> {
    all(c, bound).map(|rows| rows.into_iter().next())
}

/// The row, which must be there.
pub(crate) fn one<S: Statement, R: FromRow>(c: &mut Conn, bound: &Bound<'_, S>) -> QueryResult<R> {
    optional(c, bound)?.ok_or(Error::NotFound)
}

/// How many rows it changed.
pub(crate) fn changed<S: Statement>(c: &mut Conn, bound: &Bound<'_, S>) -> QueryResult<usize> {
    c.execute(bound)
}

/// Whether it changed a row.
pub(crate) fn hit<S: Statement>(c: &mut Conn, bound: &Bound<'_, S>) -> QueryResult<bool> {
    changed(c, bound).map(|rows| rows > 0)
}

/// Runs it, whatever it changed.
pub(crate) fn done<S: Statement>(c: &mut Conn, bound: &Bound<'_, S>) -> QueryResult<()> {
    changed(c, bound).map(drop)
}
