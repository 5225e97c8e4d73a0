//! Where a list goes on: the last row's place in the order, and which question it belongs to.
//!
//! It is no secret and no permission: a changed one begins elsewhere in what the caller may read anyway. That it is of
//! this question is checked to notice a mistake, which would skip rows without a word.

use chrono::DateTime;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::{After, Field, FieldKind, ListError, Literal, Query, Term};
use crate::text_enum::Word as _;

/// `version ‖ question ‖ id ‖ value`, as base64url.
pub(super) fn write<F: Field>(query: &Query<F>, last: &After) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&question(query).to_be_bytes());
    bytes.extend_from_slice(last.id.as_bytes());
    match &last.value {
        Literal::Text(text) => bytes.extend_from_slice(text.as_bytes()),
        Literal::Word(word) => bytes.extend_from_slice(word.as_bytes()),
        Literal::Moment(moment) => bytes.extend_from_slice(&moment.timestamp_micros().to_be_bytes()),
        Literal::Bool(truth) => bytes.push(u8::from(*truth)),
    }
    BASE64URL_NOPAD.encode(&bytes)
}

/// Reads [`write()`] back, of the same question.
pub(super) fn read<F: Field>(query: &Query<F>, token: &str) -> Result<After, ListError> {
    parse(query, token).ok_or(ListError::Token)
}

fn parse<F: Field>(query: &Query<F>, token: &str) -> Option<After> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let rest = bytes.strip_prefix(&[VERSION])?;
    let (asked, rest) = rest.split_first_chunk()?;
    if u64::from_be_bytes(*asked) != question(query) {
        return None;
    }
    let (id, value) = rest.split_first_chunk()?;
    let value = match query.order.field.kind() {
        FieldKind::Text | FieldKind::Address => Literal::Text(String::from_utf8(value.to_vec()).ok()?),
        FieldKind::Moment => {
            let micros = i64::from_be_bytes(value.try_into().ok()?);
            Literal::Moment(DateTime::from_timestamp_micros(micros)?)
        }
        FieldKind::Bool | FieldKind::Words(_) => return None,
    };
    Some(After { value, id: Uuid::from_bytes(*id) })
}

/// What tells one question from another: the list, its filter and its order; a page may be longer than the one before.
/// FNV-1a of their words.
fn question<F: Field>(query: &Query<F>) -> u64 {
    let fields = F::ALL.iter().map(|field| field.word().to_owned());
    let terms = query
        .filter
        .iter()
        .map(|Term { field, operator, value }| format!("{} {} {value:?}", field.word(), operator.word()));
    let order = format!("{} {}", query.order.field.word(), query.order.descending);
    let words: Vec<String> = fields.chain(terms).chain([order]).collect();
    words.join(";").bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

const VERSION: u8 = 1;
