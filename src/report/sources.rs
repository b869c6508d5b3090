//! What was found, for people and programs: `switchback sources`.

pub mod json;
pub mod text;

use super::Style;
use super::position::LineIndex;
use crate::source::Sources;
use crate::source::migration::{Change, Migration, Section, TransactionMode};

/// What a format is given.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// What was found.
    pub sources: &'a Sources,
    /// The major version of the server.
    pub version: u16,
    /// How sections run whose layout does not tell.
    pub transaction: Option<TransactionMode>,
    /// What the receiver can show.
    pub style: Style,
    /// The list goes to the log of a GitHub Actions step.
    pub actions: bool,
}

impl Listing<'_> {
    /// How a section runs.
    fn mode(&self, section: &Section) -> TransactionMode {
        match (section.transaction, self.transaction) {
            (TransactionMode::Unknown, Some(configured)) => configured,
            (mode, _) => mode,
        }
    }
}

/// The first and last line of a section. `index` is that of its file.
fn lines(index: &LineIndex<'_>, section: &Section) -> (u32, u32) {
    let last = section.span.end.saturating_sub(1).max(section.span.start);
    (index.position(section.span.start).line, index.position(last).line)
}

fn index(migration: &Migration) -> LineIndex<'_> {
    LineIndex::new(migration.file_text())
}

/// As the configuration calls it.
fn mode_name(mode: TransactionMode) -> &'static str {
    match mode {
        TransactionMode::Wrapped => "per-file",
        TransactionMode::SingleQuery => "single-query",
        TransactionMode::None => "none",
        TransactionMode::Unknown => "unknown",
    }
}

/// What is to be said of a migration beside its place.
fn remarks(migration: &Migration) -> Vec<&'static str> {
    let carrier = migration.carrier.as_ref();
    [
        (!migration.reported, "history"),
        (migration.standing.repeatable, "repeatable"),
        (migration.standing.post_deploy, "after the deploy"),
        (migration.is_generated(), "SQL made by a command"),
        (migration.is_foreign() && !migration.is_generated(), "SQL in another language"),
        (carrier.is_some_and(|carrier| !carrier.unread.is_empty()), "partly unread"),
        (migration.standing.change == Change::Deleted, "deleted"),
    ]
    .into_iter()
    .filter_map(|(holds, remark)| holds.then_some(remark))
    .collect()
}
