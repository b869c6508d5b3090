//! Liquibase formatted SQL: `--liquibase formatted sql`, then a transaction for each `--changeset`.

use super::{Marker, Section, TransactionMode, comment_lines};
use crate::source::dialect::is_postgres;
use crate::source::migration::Direction;
use crate::source::section::Cutter;

pub(super) const MARKER: Marker = Marker {
    name: "liquibase",
    marks: "a first line --liquibase formatted sql",
    recognizes: |line| {
        let mut words = line.body.split_whitespace();
        let mut next_is = |expected: &&str| words.next().is_some_and(|word| word.eq_ignore_ascii_case(expected));
        ["liquibase", "formatted", "sql"].iter().all(&mut next_is)
    },
    cut,
    unmarked: TransactionMode::Unknown,
};

fn cut(text: &str) -> Vec<Section> {
    let mut cutter = Cutter::new(text, TransactionMode::Wrapped);
    for line in comment_lines(text) {
        let Some(attributes) = changeset(line.body) else { continue };
        if is_for_postgres(attributes) {
            cutter.cut(line.start, Direction::Up, transaction(attributes));
        } else {
            cutter.skip(line.start);
        }
    }
    cutter.finish()
}

/// What follows `changeset author:id`.
fn changeset(comment: &str) -> Option<&str> {
    let (word, rest) = comment.split_once(char::is_whitespace)?;
    word.eq_ignore_ascii_case("changeset").then_some(rest)
}

fn transaction(attributes: &str) -> TransactionMode {
    let is_false = |name| attribute(attributes, name).is_some_and(|value| value.eq_ignore_ascii_case("false"));
    match (is_false("runInTransaction"), is_false("splitStatements")) {
        (false, _) => TransactionMode::Wrapped,
        (true, false) => TransactionMode::None,
        (true, true) => TransactionMode::SingleQuery,
    }
}

/// A changeset may name the engines it is for, or, with `!`, those it is not for.
fn is_for_postgres(attributes: &str) -> bool {
    if attribute(attributes, "ignore").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return false;
    }
    let Some(engines) = attribute(attributes, "dbms") else { return true };
    let mut engines = engines.split(',').map(str::trim).filter(|engine| !engine.is_empty());
    if engines.clone().any(|engine| !engine.starts_with('!')) {
        engines.any(|engine| is_postgres(engine) || engine.eq_ignore_ascii_case("all"))
    } else {
        !engines.any(|engine| is_postgres(engine.trim_start_matches('!')))
    }
}

/// The value of `name:value` or `name:"value"`.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    while let Some((before, value)) = rest.split_once(':') {
        let key = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let (value, after) = match value.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
            Some(quoted) => quoted,
            None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
    None
}
