//! What changed since a revision: which migrations are new, and so the release under review; which were there and are
//! history; and what was done to history.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::discover::may_hold_sql;
use super::migration::{Change, Migration};
use super::path::{absolute, file_name, shown};
use super::text::decode;
use super::{Overlay, Sources};
use crate::git::{Changed, GitError, ObjectId, Repository, Revision};

/// Files of SQL: `x.sql`, `x.sql.postgres`.
pub const SQL_PATTERNS: &[&str] = &["*.sql", "*.SQL", "*.sql.*"];

/// Files that may be migrations: `x.sql`, `x.sql.postgres`, and those of other languages that carry SQL.
pub const PATTERNS: &[&str] = &[
    "*.sql", "*.SQL", "*.sql.*", "*.cjs", "*.cts", "*.js", "*.json", "*.mjs", "*.mts", "*.py", "*.rb", "*.ts", "*.xml",
    "*.yaml", "*.yml",
];

/// All new migrations ship together.
const UNDER_REVIEW: &str = "the release under review";

/// The state that is compared with, and what differs from it.
#[derive(Clone, Debug)]
pub struct Since {
    /// The revision.
    pub base: Revision,
    /// Migrations that differ, by absolute path, with what they said; none where they were not there.
    changed: BTreeMap<PathBuf, Option<Vec<u8>>>,
    /// Those among them that are not there any more.
    gone: BTreeSet<PathBuf>,
    /// What to read instead of what is on disk.
    overlay: Overlay,
}

impl Since {
    /// What the working tree changed since `base`.
    pub fn base(repository: &Repository, base: Revision) -> Result<Self, GitError> {
        let changes = migrations_of(repository.changes(&base, PATTERNS)?);
        Self::of(repository, base, &changes, Overlay::new())
    }

    /// What the index changed since the present commit, whatever the working tree holds.
    pub fn staged(repository: &Repository) -> Result<Self, GitError> {
        let base = repository.head()?;
        let changes = migrations_of(repository.staged(&base, PATTERNS)?);
        let mut overlay = contents_before(repository, &migrations_of(repository.unstaged(PATTERNS)?))?;
        overlay.extend(repository.untracked(PATTERNS)?.into_iter().map(|path| (path, None)));
        Self::of(repository, base, &changes, overlay)
    }

    fn of(
        repository: &Repository,
        base: Revision,
        changes: &[Changed],
        mut overlay: Overlay,
    ) -> Result<Self, GitError> {
        let before = contents_before(repository, changes)?;
        let gone: BTreeSet<PathBuf> =
            changes.iter().filter(|change| change.gone).map(|change| change.path.clone()).collect();
        // The servers have run what is gone, so it is still history.
        overlay.extend(gone.iter().filter_map(|path| Some((path.clone(), before.get(path)?.clone()))));
        Ok(Self { base, changed: before, gone, overlay })
    }

    /// What to read instead of what is on disk.
    pub fn overlay(&self) -> Overlay {
        self.overlay.clone()
    }

    /// Says of each migration what became of it, and reports on those only that are new or changed.
    pub fn mark(&self, directory: &Path, sources: &mut Sources) {
        let paths: Vec<PathBuf> = sources.migrations.iter().map(|found| absolute(directory, &found.path)).collect();
        let said = |path| Some((self.changed.get(path)?.as_deref()?, path));
        let gone: BTreeMap<&[u8], &PathBuf> = self.gone.iter().filter_map(said).collect();
        for (migration, path) in sources.migrations.iter_mut().zip(&paths) {
            migration.standing.change = match self.changed.get(path) {
                None => Change::Released,
                Some(Some(_)) if self.gone.contains(path) => Change::Deleted,
                Some(Some(before)) => match decode(before.clone()) {
                    // Only its mode changed.
                    before if before == migration.file_text() => Change::Released,
                    before => Change::Modified { before },
                },
                Some(None) => match gone.get(migration.file_text().as_bytes()) {
                    Some(from) => Change::Moved { from: shown(directory, from) },
                    None => Change::Added,
                },
            };
        }
        let moved = |migration: &Migration| match &migration.standing.change {
            Change::Moved { from } => Some(from.clone()),
            _ => None,
        };
        let moved: Vec<PathBuf> = sources.migrations.iter().filter_map(moved).collect();
        // What was moved is history once, under its new name.
        sources
            .migrations
            .retain(|migration| migration.standing.change != Change::Deleted || !moved.contains(&migration.path));
        for migration in &mut sources.migrations {
            let new = matches!(migration.standing.change, Change::Added | Change::Modified { .. });
            migration.reported &= new;
            if new {
                UNDER_REVIEW.clone_into(&mut migration.release);
            }
        }
    }
}

/// The changes of files that may be migrations.
fn migrations_of(mut changes: Vec<Changed>) -> Vec<Changed> {
    changes.retain(|change| may_hold_sql(&change.path, &file_name(&change.path)));
    changes
}

/// What each changed file was before; none where it was not there.
fn contents_before(
    repository: &Repository,
    changes: &[Changed],
) -> Result<BTreeMap<PathBuf, Option<Vec<u8>>>, GitError> {
    let wanted: Vec<&ObjectId> = changes.iter().filter_map(|change| change.before.as_ref()).collect();
    let mut contents = repository.read(&wanted)?.into_iter();
    Ok(changes
        .iter()
        .map(|change| (change.path.clone(), change.before.as_ref().and_then(|_| contents.next())))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::carrier;

    /// What git is not asked for would count as released.
    #[test]
    fn git_is_asked_for_every_file_that_may_be_a_migration() {
        for extension in carrier::extensions() {
            assert!(PATTERNS.contains(&&*format!("*.{extension}")), "{extension}");
        }
    }
}
