//! The bounds of a partition as the condition of a check constraint, so that the server need not read its rows.
//!
//! The server looks for its own form of the condition among what validated constraints imply, so this is written the way
//! the server writes it.

use super::catalog::{ConstraintBody, Table};
use crate::syntax;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::span::Span;

/// The bounds of one partition.
pub(crate) struct Bounds {
    /// Columns of the key, as SQL.
    keys: Vec<String>,
    /// What a row has to fulfil, apart from having a key.
    condition: String,
    /// The bounds let null in.
    nulls: bool,
}

impl Bounds {
    /// Reads the `FOR VALUES …` that stands in `tail`. None for hash partitions and keys that cannot be told.
    pub(crate) fn read(source: &str, tail: Span, parent: Option<&Table>) -> Option<Self> {
        let tokens = syntax::outline(source, tail);
        let lists = |word: &str| list_after(source, &tokens, word);
        let known = parent.map(|parent| parent.partition_key.as_slice()).unwrap_or_default();
        let mut keys: Vec<String> = known.iter().map(|column| Quoted(column).to_string()).collect();
        if keys.is_empty() {
            keys.push("<partition key>".to_owned());
        }
        if let Some(values) = lists("IN") {
            return in_list(keys, &values);
        }
        let (from, to) = (lists("FROM")?, lists("TO")?);
        let condition = match (keys.as_slice(), from.as_slice(), to.as_slice()) {
            ([key], [from], [to]) => one_range(key, from, to),
            ([first, second], [from, from_second], [to, to_second]) => {
                two_ranges([first, second], [from, from_second], [to, to_second])?
            }
            _ => return None,
        };
        Some(Self { keys, condition, nulls: false })
    }

    /// Whether the columns of the key are known.
    pub(crate) fn is_told(&self) -> bool {
        !self.keys.iter().any(|key| key.starts_with('<'))
    }

    /// What proves that all rows of `table` lie within.
    pub(crate) fn inside(&self, table: Option<&Table>) -> String {
        let required = |key: &str| {
            let columns = table.map(|table| table.columns.as_slice()).unwrap_or_default();
            columns.iter().any(|column| column.not_null == Some(true) && Quoted(&column.name).to_string() == key)
        };
        let nullable = self.keys.iter().filter(|key| !self.nulls && !required(key));
        let mut parts: Vec<String> = nullable.map(|key| format!("{key} IS NOT NULL")).collect();
        if !self.condition.is_empty() || parts.is_empty() {
            parts.push(if self.condition.is_empty() { "true".to_owned() } else { self.condition.clone() });
        }
        parts.join(" AND ")
    }

    /// What proves that no row lies within.
    pub(crate) fn outside(&self) -> String {
        let key = self.keys.first().map_or("<partition key>", String::as_str);
        if self.condition.is_empty() { format!("{key} IS NULL") } else { format!("NOT ({})", self.condition) }
    }
}

/// Whether a validated check speaks of every column of the key, as the engine asks before it spares the scan.
pub(crate) fn may_be_proven(table: &Table, key: &[Symbol]) -> bool {
    table.constraints.iter().any(|constraint| {
        let check = matches!(constraint.kind, ConstraintBody::Check { .. });
        check && constraint.validated && !key.is_empty() && key.iter().all(|column| constraint.columns.contains(column))
    })
}

/// The parts of the brackets that come after `word`.
fn list_after<'s>(source: &'s str, tokens: &[Span], word: &str) -> Option<Vec<&'s str>> {
    let at = tokens.iter().position(|token| token.of(source).eq_ignore_ascii_case(word))?;
    let (open, close) = (tokens.get(at + 1)?, tokens.get(at + 2)?);
    if open.of(source) != "(" || close.of(source) != ")" {
        return None;
    }
    let inside = syntax::outline(source, Span::new(open.end, close.start));
    let parts = inside.split(|token| token.of(source) == ",");
    Some(parts.map(|part| part.iter().copied().reduce(Span::to).unwrap_or_default().of(source)).collect())
}

fn in_list(keys: Vec<String>, values: &[&str]) -> Option<Bounds> {
    let [key] = keys.as_slice() else { return None };
    let is_null = |value: &&&str| value.eq_ignore_ascii_case("NULL");
    let nulls = values.iter().any(|value| is_null(&value));
    let listed: Vec<&str> = values.iter().filter(|value| !is_null(value)).copied().collect();
    let condition = match (listed.is_empty(), nulls) {
        (true, _) => format!("{key} IS NULL"),
        (false, true) => format!("({key} IS NULL OR {key} IN ({}))", listed.join(", ")),
        (false, false) => format!("{key} IN ({})", listed.join(", ")),
    };
    Some(Bounds { keys, condition, nulls })
}

fn one_range(key: &str, from: &str, to: &str) -> String {
    let mut parts = Vec::new();
    if !is_open(from) {
        parts.push(format!("{key} >= {from}"));
    }
    if !is_open(to) {
        parts.push(format!("{key} < {to}"));
    }
    parts.join(" AND ")
}

fn two_ranges(keys: [&str; 2], from: [&str; 2], to: [&str; 2]) -> Option<String> {
    let [first, second] = keys;
    if from.into_iter().chain(to).any(is_open) {
        return None;
    }
    let ([from, from_second], [to, to_second]) = (from, to);
    if from == to {
        return Some(format!("{first} = {from} AND {second} >= {from_second} AND {second} < {to_second}"));
    }
    Some(format!(
        "({first} > {from} OR ({first} = {from} AND {second} >= {from_second})) AND ({first} < {to} OR ({first} = {to} AND \
         {second} < {to_second}))"
    ))
}

/// Whether the range has no end there.
fn is_open(value: &str) -> bool {
    value.eq_ignore_ascii_case("MINVALUE") || value.eq_ignore_ascii_case("MAXVALUE")
}
