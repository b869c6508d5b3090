//! Why migrations could not be loaded.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::path::{absolute, file_name, shown};
use super::{Input, Request, Skipped};
use crate::suggest::nearest;

/// Why migrations could not be loaded.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SourceError {
    /// A path that was named is not there.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The path as it was named.
        path: PathBuf,
        /// The name that was probably meant.
        #[help]
        help: String,
    },
    /// Nothing that was named holds a migration.
    #[error("no migrations found in {places}")]
    NothingFound {
        /// What was searched.
        places: String,
        /// What was looked for, and what was left out.
        #[help]
        help: String,
    },
    /// A folder that looks like that of several tools.
    #[error("{} may be laid out as {candidates}", folder.display())]
    #[diagnostic(help("say which in switchback.toml: `layout = \"{first}\"` under `[migrations]`"))]
    Ambiguous {
        /// The folder.
        folder: PathBuf,
        /// The layouts, with their marks.
        candidates: String,
        /// One of them.
        first: &'static str,
    },
    /// The command that makes the SQL of a migration fails.
    #[error("the SQL of {} cannot be made by `{command}`: {reason}", path.display())]
    #[diagnostic(help("run it by hand; it stands as `command` under `[migrations]` in switchback.toml"))]
    Generator {
        /// The migration.
        path: PathBuf,
        /// What was run.
        command: String,
        /// What came of it.
        reason: String,
    },
    /// A file or folder cannot be read.
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable {
        /// The path as it is shown.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file is too long to point into.
    #[error("{} is larger than 4 GiB", path.display())]
    #[diagnostic(help("exclude data dumps with `exclude` under `[migrations]` in switchback.toml"))]
    TooLarge {
        /// The path as it is shown.
        path: PathBuf,
    },
}

/// The error for a path that does not exist, with the name that was probably meant.
pub(super) fn missing(directory: &Path, named: &Path) -> SourceError {
    let path = absolute(directory, named);
    // The first folder on the way that is not there is the one to talk about.
    let missing = path.ancestors().take_while(|ancestor| !ancestor.exists()).last().unwrap_or(&path);
    let help = if let Some(found) = neighbor(missing) {
        let whole = path.strip_prefix(missing).map_or_else(|_| found.clone(), |rest| found.join(rest));
        let found = if whole.exists() { whole } else { found };
        format!("did you mean {}?", shown(directory, &found).display())
    } else {
        let folder = shown(directory, missing.parent().unwrap_or(missing));
        format!("nothing is called {} in {}", file_name(missing), folder.display())
    };
    SourceError::Missing { path: named.to_owned(), help }
}

/// The name beside `missing` that was probably meant.
fn neighbor(missing: &Path) -> Option<PathBuf> {
    let siblings = fs::read_dir(missing.parent()?).ok()?.flatten();
    let mut names: Vec<String> = siblings.map(|sibling| file_name(&sibling.path())).collect();
    names.sort();
    nearest(&file_name(missing), names.iter().map(String::as_str)).map(|name| missing.with_file_name(name))
}

/// The error for an empty result: what was looked for, and what was left out.
pub(super) fn nothing_found(request: &Request, skipped: &[Skipped]) -> SourceError {
    let place = |input: &Input| match input {
        Input::Path(path) => path.display().to_string(),
        Input::Text { name, .. } => {
            name.as_ref().map_or_else(|| "standard input".to_owned(), |name| name.display().to_string())
        }
    };
    let mut counts = BTreeMap::new();
    for skipped in skipped {
        *counts.entry(skipped.reason).or_insert(0_usize) += 1;
    }
    let counts: Vec<_> = counts.into_iter().map(|(reason, count)| format!("{count} ({reason})")).collect();
    let looked_for = "looked for files named *.sql, below folders that are not hidden, node_modules, target or vendor";
    let help = match counts.as_slice() {
        [] => looked_for.to_owned(),
        counts => format!("{looked_for}; left out {}", counts.join(", ")),
    };
    SourceError::NothingFound { places: request.inputs.iter().map(place).collect::<Vec<_>>().join(", "), help }
}
