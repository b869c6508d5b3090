//! The files findings point into, each indexed at most once and only when asked for.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::Report;
use super::position::{LineIndex, Position};
use super::text::percent_encoded;
use crate::finding::Finding;
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::syntax::span::Span;

/// The files of a report.
#[derive(Debug)]
pub(super) struct Files<'a> {
    migrations: &'a [Migration],
    origin: &'a Origin,
    indexes: Vec<OnceCell<LineIndex<'a>>>,
}

/// A span as lines and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// Of its first character.
    pub(super) start: Position,
    /// Of the character after its last.
    pub(super) end: Position,
    /// The line of its last character.
    pub(super) last_line: u32,
}

impl<'a> Files<'a> {
    /// Reads nothing yet.
    pub(super) fn new(report: &Report<'a>) -> Self {
        Self::of(report.migrations, report.origin)
    }

    /// The files of a history.
    pub(super) fn of(migrations: &'a [Migration], origin: &'a Origin) -> Self {
        Self { migrations, origin, indexes: migrations.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The path of a file, as it is shown.
    pub(super) fn path(&self, file: u32) -> String {
        self.shown(file).to_string_lossy().into_owned()
    }

    /// The path of a file as code hosts name it: from the root of the repository.
    pub(super) fn repository_path(&self, file: u32) -> String {
        self.rooted(file).to_string_lossy().into_owned()
    }

    /// The same as a relative URI: a path may hold any bytes, a URI not.
    pub(super) fn uri(&self, file: u32) -> String {
        percent_encoded(self.rooted(file).as_os_str().as_encoded_bytes(), b"-._~/")
    }

    /// The lines of a file.
    pub(super) fn index(&self, file: u32) -> Option<&LineIndex<'a>> {
        let migration = self.migrations.get(file as usize)?;
        Some(self.indexes.get(file as usize)?.get_or_init(|| LineIndex::new(migration.file_text())))
    }

    /// Where a byte of a file stands.
    pub(super) fn position(&self, file: u32, offset: u32) -> Position {
        self.index(file).map(|index| index.position(offset)).unwrap_or_default()
    }

    /// Where a span of a file stands. One that ends before it begins is empty.
    pub(super) fn region(&self, file: u32, span: Span) -> Region {
        // The file has no such lines.
        if self.is_generated(file) {
            let start = self.position(file, 0);
            return Region { start, end: start, last_line: start.line };
        }
        let start = self.position(file, span.start);
        let end = self.position(file, span.end.max(span.start));
        let last = self.position(file, span.end.saturating_sub(1).max(span.start));
        Region { start, end, last_line: last.line.max(start.line) }
    }

    /// `path:line:column` of a finding, as it is shown.
    pub(super) fn place(&self, finding: &Finding) -> String {
        let start = self.position(finding.file, finding.span.start);
        format!("{}:{}:{}", self.path(finding.file), start.line, start.column)
    }

    /// Whether the lines of a file are those of something else.
    pub(super) fn is_generated(&self, file: u32) -> bool {
        self.migrations.get(file as usize).is_some_and(Migration::is_generated)
    }

    fn shown(&self, file: u32) -> &'a Path {
        self.migrations.get(file as usize).map_or(Path::new(""), |migration| &migration.path)
    }

    fn rooted(&self, file: u32) -> PathBuf {
        self.origin.rooted(self.shown(file))
    }
}
