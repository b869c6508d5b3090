//! `check --fix`: fixes applied round by round, until nothing is left to fix.

mod files;
mod moved;

use std::collections::BTreeSet;
use std::path::PathBuf;

pub(super) use self::files::Fixes;
use self::moved::Move;
use crate::cli::FixArgs;
use crate::date::Moment;
use crate::fix::rounds::{self, Edits};
use crate::outcome::Outcome;
use crate::source::migration::Migration;
use crate::source::{Input, Overlay, Request};

/// A fix can make room for another one, but not for ever.
const MOST_ROUNDS: usize = 10;

/// What was found in the migrations of one history.
pub(super) struct Looked {
    pub(super) migrations: Vec<Migration>,
    pub(super) outcome: Outcome,
}

/// What fixes are made by.
pub(super) struct Rules<'a> {
    pub(super) args: &'a FixArgs,
    pub(super) request: &'a Request,
    /// Files that nobody may change, absolute.
    pub(super) released: &'a BTreeSet<PathBuf>,
    /// For the names of new migrations.
    pub(super) now: Moment,
}

/// Fixes what `look` finds until it finds nothing to fix; it is given what to read instead of what is on disk.
pub(super) fn converge(
    rules: &Rules<'_>,
    first: Looked,
    mut look: impl FnMut(&Overlay) -> Result<Looked, super::Error>,
) -> Result<(Looked, Fixes), super::Error> {
    let Rules { args, request, .. } = rules;
    let mut looked = first;
    let mut done = Fixes::default();
    let mut overlay = request.overlay.clone();
    for _ in 0..MOST_ROUNDS {
        let mut changed = false;
        for (migration, edits) in wanted(&looked, args.unsafe_fixes) {
            if rules.may_change(migration, &mut done) {
                changed |= apply(rules, migration, &edits, &mut overlay, &mut done);
            }
        }
        if !changed {
            break;
        }
        looked = look(&overlay)?;
    }
    Ok((looked, done))
}

/// The files with their edits, in order; before all others those that new migrations take the place of, which get the
/// numbers that are free then.
fn wanted(looked: &Looked, risky: bool) -> Vec<(&Migration, Edits)> {
    let found = rounds::together(&looked.outcome.findings, risky).into_iter();
    let found = found.filter_map(|(file, edits)| Some((looked.migrations.get(file as usize)?, edits)));
    let mut wanted: Vec<_> = found.collect();
    wanted.sort_by_key(|(migration, edits)| !Move::of(migration, edits).is_whole());
    wanted
}

impl Rules<'_> {
    /// Whether a file may be changed; if not, that is noted.
    fn may_change(&self, migration: &Migration, done: &mut Fixes) -> bool {
        let path = self.request.absolute(&migration.path);
        // What is piped in says the same in every round, and is nowhere to be written.
        let piped = |input: &Input| {
            matches!(input, Input::Text { .. }) && input.path(&self.request.directory).as_ref() == Some(&path)
        };
        if self.request.inputs.iter().any(piped) || !(path.is_file() || done.holds(&path)) {
            done.piped.insert(migration.path.clone());
            return false;
        }
        if self.released.contains(&path) {
            done.released.insert(migration.path.clone());
            return false;
        }
        true
    }
}

/// Makes the edits of one file. True where that changes anything.
fn apply(rules: &Rules<'_>, migration: &Migration, edits: &Edits, overlay: &mut Overlay, done: &mut Fixes) -> bool {
    let moving = Move::of(migration, edits);
    if edits.moved.is_empty() {
        let (path, before) = (rules.request.absolute(&migration.path), migration.file_text());
        done.change(&path, &migration.path, Some(before), Some(&moving.after), overlay);
        done.number += edits.fixes;
        return true;
    }
    match moving.files(rules.request, overlay, rules.now) {
        Ok((files, notes)) => {
            for file in files {
                done.change(&file.path, &file.shown, file.before.as_deref(), file.after.as_deref(), overlay);
            }
            done.notes.extend(notes);
            done.number += edits.fixes;
            true
        }
        Err(reason) => {
            done.unwritable.insert((migration.path.clone(), reason));
            false
        }
    }
}
