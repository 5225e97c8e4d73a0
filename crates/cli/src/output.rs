//! How commands speak: JSON for programs, plain tables for people; data on stdout, the rest on stderr.

use std::io::{self, Write as _};
use std::process;

use serde::Serialize;
use serde_json::Value;

use crate::failure::Failure;

/// The form of a command's output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub json: bool,
}

impl Output {
    /// One thing.
    pub(crate) fn one<T: Serialize>(self, thing: &T) -> Result<(), Failure> {
        let value = to_value(thing)?;
        if self.json {
            line(&value.to_string());
        } else {
            pairs(&value);
        }
        Ok(())
    }

    /// A list: one JSON array, or a table of these columns.
    pub(crate) fn list<T: Serialize>(self, things: &[T], columns: &[&str]) -> Result<(), Failure> {
        let value = to_value(&things)?;
        if self.json {
            line(&value.to_string());
            return Ok(());
        }
        let rows: Vec<Vec<String>> = value
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| columns.iter().map(|c| cell(row.pointer(&pointer(c)))).collect())
            .collect();
        table(columns, &rows);
        Ok(())
    }

    /// A line of a stream: NDJSON, or the columns.
    pub(crate) fn stream<T: Serialize>(self, thing: &T, columns: &[&str]) -> Result<(), Failure> {
        let value = to_value(thing)?;
        if self.json {
            line(&value.to_string());
        } else {
            let cells: Vec<String> = columns.iter().map(|c| cell(value.pointer(&pointer(c)))).collect();
            line(&cells.join("  "));
        }
        Ok(())
    }
}

fn pairs(value: &Value) {
    if !value.is_object() {
        return line(&value.to_string());
    }
    let mut rows = Vec::new();
    flatten("", value, &mut rows);
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in rows {
        line(&format!("{name:width$}  {value}"));
    }
}

/// What is inside of things gets a line of its own, named by its way there: `settings.code.lifetime`.
fn flatten(name: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| flatten(&below(key), value, rows));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().enumerate().for_each(|(at, item)| flatten(&below(&at.to_string()), item, rows));
        }
        value => rows.push((name.to_owned(), cell(Some(value)))),
    }
}

fn to_value<T: Serialize>(thing: &T) -> Result<Value, Failure> {
    serde_json::to_value(thing).map_err(|e| Failure::new("internal", 1, e))
}

fn pointer(column: &str) -> String {
    format!("/{}", column.replace('.', "/"))
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".into(),
        Some(Value::Array(items)) if items.is_empty() => "-".into(),
        Some(Value::Object(map)) if map.is_empty() => "-".into(),
        Some(Value::String(text)) => text.chars().filter(|c| !c.is_control()).collect(),
        Some(Value::Array(items)) => items.iter().map(|i| cell(Some(i))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    }
}

fn table(columns: &[&str], rows: &[Vec<String>]) {
    let width = |place: usize, name: &str| {
        rows.iter().filter_map(|r| r.get(place)).map(|c| c.chars().count()).max().unwrap_or(0).max(name.len())
    };
    let widths: Vec<usize> = columns.iter().enumerate().map(|(place, name)| width(place, name)).collect();
    let pad = |cells: Vec<String>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        line(padded.join("  ").trim_end());
    };
    pad(columns.iter().map(|c| c.to_uppercase()).collect());
    for row in rows {
        pad(row.clone());
    }
}

/// A line on stdout. Where nobody reads any further (`| head`), the command ends: it has been done, and nothing is wrong.
/// Output that cannot be written otherwise is a failure.
pub(crate) fn line(text: &str) {
    if let Err(error) = writeln!(io::stdout().lock(), "{text}") {
        if error.kind() == io::ErrorKind::BrokenPipe {
            process::exit(0);
        }
        note(&format!("error[internal]: the output cannot be written: {error}"));
        process::exit(1);
    }
}

/// A line on stderr, for people; lost where nobody listens.
pub(crate) fn note(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}
