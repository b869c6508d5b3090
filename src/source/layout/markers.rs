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
    /// Whether a comment line can only come from this tool.
    pub recognizes: fn(&CommentLine<'_>) -> bool,
    /// Cuts a text that has such a line.
    pub cut: fn(&str) -> Vec<Section>,
    /// How a file without marks runs, where its neighbors have them.
    pub unmarked: TransactionMode,
}

const MARKERS: &[&Marker] = &[
    &goose::MARKER,
    &dbmate::MARKER,
    &sql_migrate::MARKER,
    &tern::MARKER,
    &node_pg_migrate::MARKER,
    &mybatis::MARKER,
    &liquibase::MARKER,
    &sqlx::MARKER,
];

/// The tool that marked a text, by the first line that is a mark.
pub(in crate::source) fn find(text: &str) -> Option<&'static Marker> {
    comment_lines(text).find_map(|line| MARKERS.iter().copied().find(|marker| (marker.recognizes)(&line)))
}
