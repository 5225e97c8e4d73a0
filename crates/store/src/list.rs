//! Lists that are filtered and ordered by fields of an allow-list ([`vestibule_core::query`]).
//!
//! Their texts are made when they are asked for, but of nothing except texts of this program: a [`SelectPart`] that is SQL
//! is a `&'static str`, so what comes from outside can only be bound. They are prepared for one use, since there are too
//! many of them to keep, and PostgreSQL then plans each for its values.

use diesel::QueryResult;
use diesel::query_builder::AstPass;
use diesel::result::Error;
use vestibule_core::query::{After, Field, ListPage, Literal, Operator, Order, Query, Term, beyond};

use crate::bind::{AsBind as _, Bind};
use crate::conn::Conn;
use crate::dialect::Dialect;
use crate::row::FromRow;
use crate::statement::{Fragment, push_columns};

/// A resource's fields as columns of the table that its list selects from.
pub(crate) trait Columns: Field {
    /// The column, for this kind of comparison.
    fn column(self, operator: Operator) -> &'static str;
    /// The word that stands in the column for one of the field's.
    fn stored(self, word: &'static str) -> Option<&'static str>;
}

/// A row that a list can go on from.
pub(crate) trait ListedRow<F>: FromRow {
    /// Its place in an order by this field.
    fn place(&self, field: F) -> QueryResult<After>;
}

/// A part of a list's text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SelectPart<'a> {
    /// Text of this program.
    Sql(&'static str),
    /// Columns, with commas.
    Columns(&'static [&'static str]),
    /// Text for SQLite alone: the index that it takes. PostgreSQL counts its rows and chooses by the values.
    Sqlite(&'static str),
    Bind(Bind<'a>),
}

/// The text of a list with its values.
#[derive(Debug)]
pub(crate) struct Select<'a> {
    pub(crate) parts: Vec<SelectPart<'a>>,
}

impl Fragment for Select<'_> {
    type Key = ();
    const STATIC: bool = false;

    fn write<'b, D: Dialect>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        for part in &self.parts {
            match part {
                SelectPart::Sql(text) => out.push_sql(text),
                SelectPart::Sqlite(text) => out.push_sql(D::either(text, "")),
                SelectPart::Columns(names) => push_columns(&mut out, "", names),
                SelectPart::Bind(bind) => D::bind(&mut out, bind)?,
            }
        }
        Ok(())
    }
}

/// Texts from the first on, up to the second.
type Range = (String, Option<String>);

/// The ranges that a question's beginnings and ends of texts stand for, in the order of its terms.
pub(crate) fn ranges<F: Field>(query: &Query<F>) -> Vec<Option<Range>> {
    let range = |text: String| {
        let end = beyond(&text);
        Some((text, end))
    };
    let of = |term: &Term<F>| match (&term.value, term.operator) {
        (Literal::Text(text), Operator::StartsWith) => range(text.clone()),
        (Literal::Text(text), Operator::EndsWith) => range(text.chars().rev().collect()),
        _ => None,
    };
    query.filter.iter().map(of).collect()
}

impl<'a> Select<'a> {
    /// A list: `base` selects its columns from its table and names what every list of the resource fixes.
    pub(crate) fn of<F: Columns>(
        base: Vec<SelectPart<'a>>,
        query: &'a Query<F>,
        ranges: &'a [Option<Range>],
    ) -> QueryResult<Self> {
        let mut select = Self { parts: base };
        for (term, range) in query.filter.iter().zip(ranges) {
            select.term(term, range.as_ref())?;
        }
        select.order(query)?;
        Ok(select)
    }

    fn sql(&mut self, texts: impl IntoIterator<Item = &'static str>) {
        self.parts.extend(texts.into_iter().map(SelectPart::Sql));
    }

    fn term<F: Columns>(&mut self, term: &'a Term<F>, range: Option<&'a Range>) -> QueryResult<()> {
        let column = term.field.column(term.operator);
        let operator = match term.operator {
            Operator::Eq => " = ",
            Operator::Ge => " >= ",
            Operator::Gt => " > ",
            Operator::Le => " <= ",
            Operator::Lt => " < ",
            Operator::StartsWith | Operator::EndsWith => {
                let (from, to) = range.ok_or_else(mismatch)?;
                self.sql([" AND ", column, " >= "]);
                self.parts.push(SelectPart::Bind(Bind::Text(Some(from))));
                if let Some(to) = to {
                    self.sql([" AND ", column, " < "]);
                    self.parts.push(SelectPart::Bind(Bind::Text(Some(to))));
                }
                return Ok(());
            }
        };
        // a truth is text, since an index of few rows is taken by what its condition says
        if let Literal::Bool(truth) = term.value {
            self.sql([if truth { " AND " } else { " AND NOT " }, column]);
            return Ok(());
        }
        self.sql([" AND ", column, operator]);
        self.parts.push(SelectPart::Bind(bind(term.field, &term.value)?));
        Ok(())
    }

    /// Where to go on, the order, and one row more than the page has.
    fn order<F: Columns>(&mut self, query: &'a Query<F>) -> QueryResult<()> {
        let Order { field, descending } = query.order;
        let column = field.column(Operator::Eq);
        if let Some(after) = &query.after {
            self.sql([" AND (", column, if descending { ", id) < (" } else { ", id) > (" }]);
            self.parts.push(SelectPart::Bind(bind(field, &after.value)?));
            self.sql([", "]);
            self.parts.push(SelectPart::Bind(after.id.bind()));
            self.sql([")"]);
        }
        let direction = if descending { " DESC" } else { "" };
        self.sql([" ORDER BY ", column, direction, ", id", direction, " LIMIT "]);
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX).saturating_add(1);
        self.parts.push(SelectPart::Bind(Bind::BigInt(Some(limit))));
        Ok(())
    }
}

/// A page of a list.
pub(crate) fn page<F: Columns, R: ListedRow<F>>(
    c: &mut Conn,
    base: Vec<SelectPart<'_>>,
    query: &Query<F>,
) -> QueryResult<ListPage<R>> {
    let ranges = ranges(query);
    let mut rows: Vec<R> = c.load(&Select::of(base, query, &ranges)?)?;
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    let next = match rows.last() {
        Some(last) if more => Some(query.after(&last.place(query.order.field)?)),
        _ => None,
    };
    Ok(ListPage { rows, next })
}

fn bind<F: Columns>(field: F, value: &Literal) -> QueryResult<Bind<'_>> {
    Ok(match value {
        Literal::Text(text) => Bind::Text(Some(text)),
        Literal::Bool(truth) => Bind::Bool(Some(*truth)),
        Literal::Moment(moment) => moment.bind(),
        Literal::Word(word) => Bind::Text(Some(field.stored(word).ok_or_else(mismatch)?)),
    })
}

/// Why a list is not run whose values do not fit its fields.
pub(crate) fn mismatch() -> Error {
    Error::QueryBuilderError("a value does not fit the field that it is compared with".into())
}
