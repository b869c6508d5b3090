//! `check --fix`: fixes applied round by round, until nothing is left to fix.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use similar::TextDiff;

use super::Terminal;
use crate::cli::FixArgs;
use crate::fix::apply::{self, applied};
use crate::fix::rounds;
use crate::outcome::Outcome;
use crate::report::text::{one_line, several_lines};
use crate::report::{self, commands};
use crate::source::migration::Migration;
use crate::source::{Input, Overlay, Request};

/// A fix can make room for another one, but not for ever.
const MOST_ROUNDS: usize = 10;

/// Lines around a change.
const CONTEXT: usize = 3;

/// What was found in the migrations of one history.
pub(super) struct Looked {
    pub(super) migrations: Vec<Migration>,
    pub(super) outcome: Outcome,
}

/// A file with its fixes.
struct Fixed {
    /// As it is shown.
    path: PathBuf,
    before: String,
    after: String,
}

/// What became of the files.
#[derive(Default)]
pub(super) struct Fixes {
    files: BTreeMap<PathBuf, Fixed>,
    /// How many were made.
    number: usize,
    /// Released files that would be fixed, as they are shown.
    released: BTreeSet<PathBuf>,
    /// What would be fixed and was piped in, as it is shown.
    piped: BTreeSet<PathBuf>,
}

/// Fixes what `look` finds until it finds nothing to fix; it is given what to read instead of what is on disk.
/// `released` are files that nobody may change, absolute.
pub(super) fn converge(
    args: &FixArgs,
    request: &Request,
    released: &BTreeSet<PathBuf>,
    first: Looked,
    mut look: impl FnMut(&Overlay) -> Result<Looked, super::Error>,
) -> Result<(Looked, Fixes), super::Error> {
    // What is piped in says the same in every round, and is nowhere to be written.
    let piped: BTreeSet<PathBuf> = request
        .inputs
        .iter()
        .filter(|input| matches!(input, Input::Text { .. }))
        .filter_map(|input| input.path(&request.directory))
        .collect();
    let mut looked = first;
    let mut done = Fixes::default();
    let mut overlay = request.overlay.clone();
    for _ in 0..MOST_ROUNDS {
        let mut changed = false;
        for (file, edits) in rounds::together(&looked.outcome.findings, args.unsafe_fixes) {
            let Some(migration) = looked.migrations.get(file as usize) else { continue };
            let path = request.absolute(&migration.path);
            if piped.contains(&path) || !path.is_file() {
                done.piped.insert(migration.path.clone());
                continue;
            }
            if released.contains(&path) {
                done.released.insert(migration.path.clone());
                continue;
            }
            let before = migration.file_text();
            let after = applied(before, &edits.edits);
            overlay.insert(path.clone(), Some(after.clone().into_bytes()));
            done.number += edits.fixes;
            changed = true;
            let fixed = done.files.entry(path).or_insert_with(|| Fixed {
                path: migration.path.clone(),
                before: before.to_owned(),
                after: String::new(),
            });
            fixed.after = after;
        }
        if !changed {
            break;
        }
        looked = look(&overlay)?;
    }
    Ok((looked, done))
}

impl Fixes {
    /// Whether there is anything to fix.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files with what they say now, for whoever shows lines of them.
    pub(super) fn write(&self, log: &mut dyn Write) -> Result<(), super::Error> {
        let mut written = 0;
        for (path, fixed) in &self.files {
            match apply::replace(path, &fixed.before, &fixed.after) {
                Ok(()) => written += 1,
                Err(error) => writeln!(log, "warning: {} is left as it is: {error}", fixed.path.display())?,
            }
        }
        for path in &self.piped {
            writeln!(log, "{} was piped in, and there is no file to fix", path.display())?;
        }
        for path in &self.released {
            writeln!(log, "{} is released, and left as it is", path.display())?;
        }
        if self.is_empty() {
            writeln!(log, "nothing to fix")?;
            return Ok(());
        }
        writeln!(log, "{} in {}", report::counted(self.number, "fix"), report::counted(written, "file"))?;
        Ok(())
    }

    /// What would change: in a pipe as `patch` takes it, on a terminal with nothing in it that steers one.
    pub(super) fn diff(&self, terminal: Terminal, out: &mut dyn Write) -> Result<(), super::Error> {
        for fixed in self.files.values() {
            let name = one_line(&fixed.path.to_string_lossy());
            let diff = TextDiff::from_lines(&fixed.before, &fixed.after);
            let mut unified = diff.unified_diff();
            let text = unified.context_radius(CONTEXT).header(&format!("a/{name}"), &format!("b/{name}")).to_string();
            let text = if terminal.interactive || terminal.actions { several_lines(&text) } else { text };
            commands::stopped(terminal.actions, out, |out| write!(out, "{text}"))?;
        }
        Ok(())
    }
}
