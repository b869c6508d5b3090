//! What fixes make of files: changed, written anew, taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::command::{Error, Terminal};
use crate::fix::apply::{self, ApplyError};
use crate::report::text::{one_line, several_lines};
use crate::report::{self, commands};
use crate::source::Overlay;

/// Lines around a change.
const CONTEXT: usize = 3;

/// A file with its fixes.
struct Fixed {
    /// As it is shown.
    shown: PathBuf,
    /// None: it was not there.
    before: Option<String>,
    /// None: it goes.
    after: Option<String>,
}

/// What became of the files.
#[derive(Default)]
pub(in crate::command) struct Fixes {
    files: BTreeMap<PathBuf, Fixed>,
    /// How many were made.
    pub(super) number: usize,
    /// Released files that would be fixed, as they are shown.
    pub(super) released: BTreeSet<PathBuf>,
    /// What would be fixed and was piped in, as it is shown.
    pub(super) piped: BTreeSet<PathBuf>,
    /// Files whose statements would move to a migration that cannot be written, and why.
    pub(super) unwritable: BTreeSet<(PathBuf, String)>,
    /// What is left to people.
    pub(super) notes: BTreeSet<String>,
}

impl Fixes {
    /// Whether there is anything to fix.
    pub(in crate::command) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether a file was written by a fix.
    pub(super) fn holds(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// Notes what a file says now, in this and in later rounds.
    pub(super) fn change(
        &mut self,
        path: &Path,
        shown: &Path,
        before: Option<&str>,
        after: Option<&str>,
        overlay: &mut Overlay,
    ) {
        overlay.insert(path.to_owned(), after.map(|text| text.as_bytes().to_vec()));
        let fixed = self.files.entry(path.to_owned()).or_insert_with(|| Fixed {
            shown: shown.to_owned(),
            before: before.map(str::to_owned),
            after: None,
        });
        fixed.after = after.map(str::to_owned);
        if fixed.before == fixed.after {
            self.files.remove(path);
        }
    }

    /// Writes the files, and says so.
    pub(in crate::command) fn write(&self, log: &mut dyn Write) -> Result<(), Error> {
        let mut written = 0;
        for (path, fixed) in &self.files {
            match fixed.write(path) {
                Ok(()) => written += 1,
                Err(error) => writeln!(log, "warning: {} is left as it is: {error}", fixed.shown.display())?,
            }
        }
        for path in &self.piped {
            writeln!(log, "{} was piped in, and there is no file to fix", path.display())?;
        }
        for path in &self.released {
            writeln!(log, "{} is released, and left as it is", path.display())?;
        }
        for (path, reason) in &self.unwritable {
            writeln!(log, "{} is left as it is: {}", path.display(), one_line(reason))?;
        }
        for fixed in self.files.values() {
            let shown = fixed.shown.display();
            match (&fixed.before, &fixed.after) {
                (None, Some(_)) => writeln!(log, "{shown} is new")?,
                (Some(_), None) => writeln!(log, "{shown} is gone: the new one takes its place")?,
                _ => {}
            }
        }
        for note in &self.notes {
            writeln!(log, "note: {}", one_line(note))?;
        }
        if self.is_empty() {
            writeln!(log, "nothing to fix")?;
            return Ok(());
        }
        writeln!(log, "{} in {}", report::counted(self.number, "fix"), report::counted(written, "file"))?;
        Ok(())
    }

    /// What would change: in a pipe as `patch` takes it, on a terminal with nothing in it that steers one.
    pub(in crate::command) fn diff(&self, terminal: Terminal, out: &mut dyn Write) -> Result<(), Error> {
        for fixed in self.files.values() {
            let name = one_line(&fixed.shown.to_string_lossy());
            let side = |letter: char, text: &Option<String>| match text {
                Some(_) => format!("{letter}/{name}"),
                None => "/dev/null".to_owned(),
            };
            let (before, after) = (side('a', &fixed.before), side('b', &fixed.after));
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let (old, new) = (text(&fixed.before), text(&fixed.after));
            let diff = TextDiff::from_lines(&old, &new);
            let text = diff.unified_diff().context_radius(CONTEXT).header(&before, &after).to_string();
            let text = if terminal.interactive || terminal.actions { several_lines(&text) } else { text };
            commands::stopped(terminal.actions, out, |out| write!(out, "{text}"))?;
        }
        Ok(())
    }
}

impl Fixed {
    fn write(&self, path: &Path) -> Result<(), ApplyError> {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => apply::replace(path, before, after),
            (None, Some(after)) => apply::create(path, after),
            (Some(before), None) => apply::remove(path, before),
            (None, None) => Ok(()),
        }
    }
}

/// The text of a file, where it has any that can be read.
pub(super) fn read(path: &Path, overlay: &Overlay) -> Option<String> {
    match overlay.get(path) {
        Some(text) => text.as_ref().and_then(|text| String::from_utf8(text.clone()).ok()),
        None => fs::read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok()),
    }
}
