//! Tools that mark the parts of a file with comments of their own.
//!
//! To add one, write `markers/<tool>.rs` and put it in `MARKERS`.

mod annotations;
mod dbmate;
mod goose;
mod liquibase;
mod mybatis;
mod node_pg_migrate;
mod sql_migrate;
mod sqlx;
mod tern;

use crate::source::migration::{Section, TransactionMode};
use crate::source::section::{CommentLine, comment_lines};

/// How a tool marks the parts of a file.
#[derive(Debug)]
pub(in crate::source) struct Marker {
    /// What the tool is called in reports.
    pub name: &'static str,
    /// By which marks it is told, for people.
    pub marks: &'static str,
    /// Whether a comment line can only come from this tool.
    pub recognizes: fn(&CommentLine<'_>) -> bool,
    /// Cuts a text that has such a line.
    pub cut: fn(&str) -> Vec<Section>,
    /// The SQL of such a text, as long as it is, where the tool reads it otherwise than it is written.
    pub sql: fn(&str) -> Option<String>,
    /// How a file without marks runs, where its neighbors have them.
    pub unmarked: TransactionMode,
}

pub(super) const MARKERS: &[&Marker] = &[
    &goose::MARKER,
    &dbmate::MARKER,
    &sql_migrate::MARKER,
    &tern::MARKER,
    &node_pg_migrate::MARKER,
    &mybatis::MARKER,
    &liquibase::MARKER,
    &sqlx::MARKER,
];

/// For tools that send what is written.
fn as_written(_: &str) -> Option<String> {
    None
}

/// The tool that is called so.
pub(in crate::source) fn named(name: &str) -> Option<&'static Marker> {
    MARKERS.iter().copied().find(|marker| marker.name == name)
}

/// The tool that marked a text, by the first line that is a mark.
pub(in crate::source) fn find(text: &str) -> Option<&'static Marker> {
    comment_lines(text).find_map(|line| MARKERS.iter().copied().find(|marker| (marker.recognizes)(&line)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: &[&str] = &[
        "-- +goose Up",
        "-- +goose Down",
        "-- +goose StatementBegin",
        "-- +goose StatementEnd",
        "-- +goose NO TRANSACTION",
        "-- +migrate Up notransaction",
        "-- +migrate Down",
        "-- migrate:up transaction:false",
        "-- migrate:down",
        "---- create above / drop below ----",
        "---- tern: disable-tx ----",
        "-- Up Migration",
        "-- Down Migration",
        "-- //@UNDO",
        "--liquibase formatted sql",
        "--changeset a:1 dbms:mysql",
        "--changeset a:2 runInTransaction:false",
        "--changeset a:3 endDelimiter:é/",
        "--rollback DROP TABLE é;",
        "/* liquibase rollback",
        "SELECT 1 é/",
        "*/",
        "-- no-transaction",
        "-- é: \"",
        "SELECT 'é';",
        "\u{FEFF}",
        "",
    ];

    proptest! {
        #[test]
        fn sections_are_in_order_and_hold_all_sql(
            lines in prop::collection::vec((prop::sample::select(LINES), prop::sample::select(&["\n", "\r\n", "\r"][..])), 0..24)
        ) {
            let text: String = lines.iter().flat_map(|(line, end)| [*line, *end]).collect();
            for marker in MARKERS {
                let sections = (marker.cut)(&text);
                let mut end = 0;
                for section in &sections {
                    prop_assert!(section.span.start >= end && section.span.start <= section.span.end);
                    prop_assert!(text.get(section.span.start as usize..section.span.end as usize).is_some());
                    end = section.span.end;
                }
                prop_assert!((marker.sql)(&text).is_none_or(|sql| sql.len() == text.len()));
                // Changesets for other engines are left out, and what stands before the marks of node-pg-migrate.
                if !["liquibase", "node-pg-migrate"].contains(&marker.name) {
                    let held: usize = sections.iter().map(|section| section.span.len() as usize).sum();
                    prop_assert_eq!(held, text.len());
                }
            }
        }
    }
}
