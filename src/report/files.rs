//! The files findings point into, each indexed at most once and only when asked for.

use std::cell::OnceCell;

use super::position::{LineIndex, Position};
use crate::source::migration::Migration;

/// The files of a report.
#[derive(Debug)]
pub(super) struct Files<'a> {
    migrations: &'a [Migration],
    indexes: Vec<OnceCell<LineIndex<'a>>>,
}

impl<'a> Files<'a> {
    /// Reads nothing yet.
    pub(super) fn new(migrations: &'a [Migration]) -> Self {
        Self { migrations, indexes: migrations.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The path of a file, as it is shown.
    pub(super) fn path(&self, file: u32) -> String {
        self.migrations
            .get(file as usize)
            .map(|migration| migration.path.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// The lines of a file.
    pub(super) fn index(&self, file: u32) -> Option<&LineIndex<'a>> {
        let migration = self.migrations.get(file as usize)?;
        Some(self.indexes.get(file as usize)?.get_or_init(|| LineIndex::new(&migration.text)))
    }

    /// Where a byte of a file stands.
    pub(super) fn position(&self, file: u32, offset: u32) -> Position {
        self.index(file).map(|index| index.position(offset)).unwrap_or_default()
    }
}
