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
    sql,
    unmarked: TransactionMode::Unknown,
};

/// Something that Liquibase reads in a comment.
#[derive(Clone, Copy)]
enum Mark<'a> {
    /// `--changeset author:id name:value`: what follows the word.
    Changeset(&'a str),
    /// `--rollback SQL` on lines of their own, or `/* liquibase rollback SQL */`: takes the changeset back.
    Rollback { end: usize },
}

/// The marks of a text, each with its place, in order.
fn marks(text: &str) -> Vec<(usize, Mark<'_>)> {
    let mut marks: Vec<(usize, Mark<'_>)> = Vec::new();
    for line in comment_lines(text) {
        if let Some(attributes) = changeset(line.body) {
            marks.push((line.start, Mark::Changeset(attributes)));
        } else if rollback(line.body).is_some() {
            match marks.last_mut() {
                // A statement may go over several of them.
                Some((_, Mark::Rollback { end })) if *end == line.start => *end = line.end,
                _ => marks.push((line.start, Mark::Rollback { end: line.end })),
            }
        }
    }
    marks.extend(blocks(text).map(|(start, end)| (start, Mark::Rollback { end })));
    marks.sort_by_key(|(start, _)| *start);
    // What stands in a block is part of that.
    let mut read = 0;
    marks.retain(|(start, mark)| {
        let free = *start >= read;
        if let (true, Mark::Rollback { end }) = (free, mark) {
            read = *end;
        }
        free
    });
    marks
}

/// The SQL behind `rollback`; none where it is another word, or says that there is nothing to take back.
fn rollback(comment: &str) -> Option<&str> {
    let (word, sql) = comment.split_at_checked("rollback".len())?;
    let sql = sql.strip_prefix([' ', '\t'])?.trim();
    let nothing = ["", "empty", "not required"].iter().any(|nothing| sql.eq_ignore_ascii_case(nothing));
    (word.eq_ignore_ascii_case("rollback") && !nothing).then_some(sql)
}

/// Comments of several lines that take a changeset back.
fn blocks(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let opened = text.match_indices("/*").filter(|(start, open)| {
        let mut words = text.get(start + open.len()..).unwrap_or_default().split_whitespace();
        let mut next_is = |expected: &str| words.next().is_some_and(|word| word.eq_ignore_ascii_case(expected));
        next_is("liquibase") && next_is("rollback")
    });
    opened.map_while(|(start, _)| {
        let length = text.get(start..)?.find("*/")?;
        Some((start, start + length + "*/".len()))
    })
}

fn cut(text: &str) -> Vec<Section> {
    let mut cutter = Cutter::new(text, TransactionMode::Wrapped);
    let mut mode = TransactionMode::Wrapped;
    for (start, mark) in marks(text) {
        match mark {
            Mark::Changeset(attributes) if is_for_postgres(attributes) => {
                mode = transaction(attributes);
                cutter.cut(start, Direction::Up, mode);
            }
            Mark::Changeset(_) => cutter.skip(start),
            Mark::Rollback { end } if cutter.direction().is_some() => {
                cutter.cut(start, Direction::Down, mode);
                cutter.cut(end, Direction::Up, mode);
            }
            Mark::Rollback { .. } => {}
        }
    }
    cutter.finish()
}

/// The text with what takes changesets back as SQL, and a semicolon where another delimiter ends a statement.
fn sql(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let marks = marks(text);
    for (at, (start, mark)) in marks.iter().enumerate() {
        match mark {
            Mark::Rollback { end } => uncomment(text, *start, *end, &mut bytes),
            Mark::Changeset(attributes) => {
                let next = marks.iter().skip(at + 1).find(|(_, mark)| matches!(mark, Mark::Changeset(_)));
                let end = next.map_or(text.len(), |(start, _)| *start);
                let whole =
                    attribute(attributes, "splitStatements").is_some_and(|value| value.eq_ignore_ascii_case("false"));
                let delimiter = attribute(attributes, "endDelimiter").map(|value| value.trim_start_matches("\\n"));
                if let Some(delimiter) = delimiter.filter(|delimiter| !whole && !matches!(*delimiter, "" | ";")) {
                    end_statements(text, *start, end, delimiter, &mut bytes);
                }
            }
        }
    }
    String::from_utf8(bytes).ok().filter(|sql| sql != text)
}

/// Blanks the words that make a comment of what takes a changeset back.
fn uncomment(text: &str, start: usize, end: usize, bytes: &mut [u8]) {
    let mut blank = |from: usize, to: usize| bytes.get_mut(from..to).unwrap_or_default().fill(b' ');
    let written = text.get(start..end).unwrap_or_default();
    if written.starts_with("/*") {
        let words = written.to_ascii_lowercase().find("rollback").unwrap_or_default();
        blank(start, start + words + "rollback".len());
        blank(end.saturating_sub("*/".len()), end);
        return;
    }
    for line in comment_lines(written) {
        let length = rollback(line.body).map_or(0, str::len);
        let line_end = line.start + written.get(line.start..line.end).unwrap_or_default().trim_end().len();
        blank(start + line.start, start + line_end.saturating_sub(length));
    }
}

/// Puts a semicolon in the place of another delimiter, where that ends a line.
fn end_statements(text: &str, start: usize, end: usize, delimiter: &str, bytes: &mut [u8]) {
    let mut at = start;
    for line in text.get(start..end).unwrap_or_default().split_inclusive(['\n', '\r']) {
        let length = line.trim_end().len();
        let before = length.saturating_sub(delimiter.len());
        let ends = line.get(before..length).is_some_and(|found| found.eq_ignore_ascii_case(delimiter));
        if ends && !line.trim_start().starts_with("--") {
            let place = bytes.get_mut(at + before..at + length).unwrap_or_default();
            place.fill(b' ');
            place.first_mut().into_iter().for_each(|first| *first = b';');
        }
        at += line.len();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_a_changeset_back_is_sql_in_its_place() {
        let text = "--liquibase formatted sql\n--changeset a:1\nCREATE TABLE t (a int);\n--rollback DROP\n-- rollback TABLE t;\n\
                    --changeset a:2\nSELECT 1;\n/* liquibase rollback\nSELECT 2;\n*/\n--changeset a:3\nSELECT 3;\n--rollback empty\n";
        let sql = sql(text).unwrap();
        assert_eq!(sql.len(), text.len());
        let parts: Vec<_> = cut(text)
            .iter()
            .map(|section| (section.direction, section.span.of(&sql).split_whitespace().collect::<Vec<_>>().join(" ")))
            .collect();
        let downs: Vec<&str> = parts.iter().filter(|(way, _)| *way == Direction::Down).map(|(_, sql)| &**sql).collect();
        assert_eq!(downs, ["DROP TABLE t;", "SELECT 2;"]);
        assert!(parts.iter().any(|(way, sql)| *way == Direction::Up && sql.ends_with("SELECT 3; --rollback empty")));
    }

    #[test]
    fn another_delimiter_ends_statements() {
        let text = "--changeset a:1 endDelimiter:/\nSELECT 1\n/\nSELECT 6/2/\n-- no /\n--changeset a:2\nSELECT 3 /\n2;";
        let wanted =
            "--changeset a:1 endDelimiter:/\nSELECT 1\n;\nSELECT 6/2;\n-- no /\n--changeset a:2\nSELECT 3 /\n2;";
        assert_eq!(sql(text).unwrap(), wanted);
        assert!(sql("--changeset a:1 endDelimiter:;\nSELECT 1;").is_none());
        let go = "--changeset a:1 endDelimiter:\\nGO\nSELECT 1\ngo\n";
        assert_eq!(sql(go).unwrap(), "--changeset a:1 endDelimiter:\\nGO\nSELECT 1\n; \n");
    }
}
