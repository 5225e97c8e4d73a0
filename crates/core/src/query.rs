//! Lists that are asked for: a filter, an order and where to go on, by the fields that a resource offers.
//!
//! The grammar is the part of `OData` that Graph's lists of users take: comparisons joined by `and`. What a text cannot
//! name is not there: a [`Query`] has fields of the resource's own type, which the store turns into columns. Errors are
//! ASCII, repeat nothing of the text and say what there is.

use std::fmt;

use uuid::Uuid;

use crate::clock::Instant;
use crate::text_enum::Word;

mod filter;
mod token;

/// A field of a resource; its word is its name in filters and orders.
pub trait Field: Word {
    /// What it is compared with.
    fn kind(self) -> FieldKind;
    /// How it may be compared.
    fn operators(self) -> &'static [Operator];
    /// Whether a list may be in its order.
    fn sortable(self) -> bool;
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text in its folded form ([`fold`]).
    Text,
    /// An address, as [`crate::Address::key`] has it.
    Address,
    /// `true` or `false`.
    Bool,
    /// A moment, as RFC 3339 writes it.
    Moment,
    Words(&'static [&'static str]),
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Eq,
    /// `ge`
    Ge,
    /// `gt`
    Gt,
    /// `le`
    Le,
    /// `lt`
    Lt,
    /// `startswith(field,'…')`
    StartsWith,
    /// `endswith(field,'…')`
    EndsWith,
}

impl Word for Operator {
    const ALL: &'static [Self] =
        &[Self::Eq, Self::Ge, Self::Gt, Self::Le, Self::Lt, Self::StartsWith, Self::EndsWith];

    fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ge => "ge",
            Self::Gt => "gt",
            Self::Le => "le",
            Self::Lt => "lt",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
        }
    }
}

/// What a field is compared with, folded as its kind is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// Text or an address.
    Text(String),
    /// A truth.
    Bool(bool),
    Moment(Instant),
    /// A word of [`FieldKind::Words`].
    Word(&'static str),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term<F> {
    pub field: F,
    /// In this way.
    pub operator: Operator,
    pub value: Literal,
}

/// The order of a list; rows that are equal in it follow by their ids, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<F> {
    pub field: F,
    /// The last one first.
    pub descending: bool,
}

/// The last row of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// What it has in the field of the order.
    pub value: Literal,
    pub id: Uuid,
}

/// A question for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<F> {
    /// All of these hold.
    pub filter: Vec<Term<F>>,
    pub order: Order<F>,
    /// Where to go on.
    pub after: Option<After>,
    /// Rows on a page.
    pub limit: usize,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// Its rows, in order.
    pub rows: Vec<T>,
    /// What the next page is asked for with, where there is one.
    pub next: Option<String>,
}

/// The texts of a question, as they come.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListParameters<'a> {
    /// `$filter`
    pub filter: Option<&'a str>,
    /// `$orderby`
    pub order: Option<&'a str>,
    /// `$skiptoken`
    pub token: Option<&'a str>,
    /// `$top`
    pub top: Option<usize>,
}

/// Why a question cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The filter is longer than [`FILTER_MAX`].
    #[error("the filter is too long: at most {FILTER_MAX} bytes")]
    TooLong,
    /// The filter has more comparisons than [`TERMS_MAX`].
    #[error("the filter compares too much: at most {TERMS_MAX} comparisons")]
    TooMany,
    /// The filter is not of this grammar.
    #[error("the filter cannot be read at character {at}: expected {expected}")]
    Syntax {
        /// Counted from 1.
        at: usize,
        /// What can stand there.
        expected: &'static str,
    },
    /// No such field.
    #[error("the filter names no field of this list at character {at}; there are: {fields}")]
    Field {
        /// Counted from 1.
        at: usize,
        /// The fields there are.
        fields: Words,
    },
    /// A field that is not compared like that.
    #[error("{field} is not compared like that (character {at}); it can be: {operators}")]
    Operator {
        /// Counted from 1.
        at: usize,
        field: &'static str,
        /// How it can be compared.
        operators: Words,
    },
    /// A value of another kind.
    #[error("{field} is compared with {expected} (character {at})")]
    Value {
        /// Counted from 1.
        at: usize,
        field: &'static str,
        /// What it is compared with.
        expected: Expected,
    },
    /// No order by such a field.
    #[error("the list has no such order; write one field, then asc or desc: {fields}")]
    Order {
        /// The fields that it can be ordered by.
        fields: Words,
    },
    /// The place to go on from is not one of this question.
    #[error("the continuation belongs to another question: ask again without it")]
    Token,
    /// No page is that long.
    #[error("a page has 1 to {PAGE_MAX} rows")]
    Limit,
}

/// Words for people who write filters, separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<&'static str>);

impl Words {
    fn of<W: Word>(words: impl IntoIterator<Item = W>) -> Self {
        Self(words.into_iter().map(Word::word).collect())
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// What a field is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected(FieldKind);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            FieldKind::Text => f.write_str("a text in single quotes that is not empty"),
            FieldKind::Address => f.write_str("an address, or a part of one, in single quotes"),
            FieldKind::Bool => f.write_str("true or false"),
            FieldKind::Moment => f.write_str("a moment like 2026-01-31T12:00:00Z, without quotes"),
            FieldKind::Words(words) => write!(f, "one of these in single quotes: {}", words.join(", ")),
        }
    }
}

impl<F: Field> Query<F> {
    /// Reads a question. Without an order the list is in the one given here.
    pub fn parse(asked: ListParameters<'_>, order: Order<F>) -> Result<Self, ListError> {
        let filter = asked.filter.map_or(Ok(Vec::new()), filter::parse)?;
        let order = asked.order.map_or(Ok(order), parse_order)?;
        let limit = asked.top.unwrap_or(PAGE);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(ListError::Limit);
        }
        let mut query = Self { filter, order, after: None, limit };
        query.after = asked.token.map(|token| token::read(&query, token)).transpose()?;
        Ok(query)
    }

    /// What the page after this row is asked for with.
    pub fn after(&self, last: &After) -> String {
        token::write(self, last)
    }
}

fn parse_order<F: Field>(text: &str) -> Result<Order<F>, ListError> {
    let error =
        || ListError::Order { fields: Words::of(F::ALL.iter().copied().filter(|field| field.sortable())) };
    let mut words = text.split_ascii_whitespace();
    let field = words.next().and_then(F::read).filter(|field| field.sortable()).ok_or_else(error)?;
    let descending = match (words.next(), words.next()) {
        (None | Some("asc"), None) => false,
        (Some("desc"), None) => true,
        _ => return Err(error()),
    };
    Ok(Order { field, descending })
}

/// A text as lists compare and order it: without regard to case.
pub fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfc().flat_map(char::to_lowercase).collect()
}

/// The least text that is greater than all that begin with this one; none where there is no greater one.
pub fn beyond(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // the range steps over the surrogates
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return Some(text);
        }
    }
    None
}

/// Bytes of a filter.
pub const FILTER_MAX: usize = 1000;
/// Comparisons of a filter.
pub const TERMS_MAX: usize = 8;
/// Rows on a page, where nothing is said.
pub const PAGE: usize = 100;
/// Rows on the longest page.
pub const PAGE_MAX: usize = 999;

#[cfg(test)]
mod tests;
