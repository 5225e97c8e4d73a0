//! What all surfaces stand on: languages, words and names, links, static files, the frame of a page.

pub mod assets;
pub mod error;
pub mod frame;
pub mod lang;
pub mod link;
pub mod names;
pub mod page;
pub(crate) mod sample;
pub mod text;
pub mod ui;
pub(crate) mod waiting;
