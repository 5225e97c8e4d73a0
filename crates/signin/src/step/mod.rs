//! The machine that every button of a sign-in goes through, once for all of them: load · genuine · repeat · step ·
//! prepare · one write (consume, record, next, finish or save) · answer.
//!
//! A double click, a lost answer, *Back*, a second tab and a second node are solved here. What is a button's own (what it
//! begins, counts, consumes and shows) stands in its [`Press`].

mod driver;
mod press;
mod row;

pub(crate) use driver::{Opened, advance, begun_anew, elsewhere, lost_proof, opened, perform};
pub(crate) use press::{Prepared, Press, Taken};
pub(crate) use row::Row;
