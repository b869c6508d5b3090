//! Searches the code of a revision. What is the same on disk is read from there; the rest git holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::files::{LARGEST, is_code, is_text};
use super::search::{FileFound, Search};
use super::{CodeSearch, Target};
use crate::git::{GitError, ObjectId, Repository, Revision};
use crate::source::Exclude;

/// Files that legitimately name what is gone, as globs from the root: one a line, `#` for comments.
pub const IGNORE_FILE: &str = ".switchbackignore";

/// Where running code is looked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Nothing is looked for.
    pub off: bool,
    /// Folders and files, absolute; the whole repository where there are none.
    pub paths: Vec<PathBuf>,
    /// What is left out.
    pub exclude: Exclude,
}

/// Whose code is searched.
#[derive(Clone, Copy, Debug)]
pub enum At<'r> {
    /// That of a revision.
    Revision(&'r Revision),
    /// The working tree, files that git does not know yet included.
    WorkingTree,
}

/// A file to be searched.
struct Source {
    /// From the root, with forward slashes.
    shown: String,
    path: PathBuf,
    /// What it says, where that is not what is on disk.
    content: Option<Vec<u8>>,
}

/// Looks for `targets` in the code at `at`. `others` are files that are no running code, absolute: migrations, records of
/// the database.
pub fn search(
    repository: &Repository,
    at: At<'_>,
    targets: &BTreeSet<Target>,
    options: &Options,
    others: &BTreeSet<PathBuf>,
) -> Result<CodeSearch, GitError> {
    let name = match at {
        At::Revision(revision) => format!("{} ({})", revision.name, revision.id.short()),
        At::WorkingTree => "the working tree".to_owned(),
    };
    let mut found = CodeSearch { revision: name, ..CodeSearch::default() };
    let Some(search) = Search::new(targets) else { return Ok(found) };
    let ignored = ignored(repository.root());
    let wanted = |path: &Path, shown: &str| {
        let named = options.paths.is_empty() || options.paths.iter().any(|folder| path.starts_with(folder));
        named && is_code(shown) && !others.contains(path) && !options.exclude.contains(path) && !ignored.contains(path)
    };
    let sources = match at {
        At::Revision(revision) => of_revision(repository, revision, wanted)?,
        At::WorkingTree => of_working_tree(repository, wanted)?,
    };
    let read: Vec<(u64, FileFound)> = sources.par_iter().filter_map(|source| read(source, &search)).collect();
    found.files = read.len();
    found.bytes = read.iter().map(|(bytes, _)| bytes).sum();
    found.found = search.gather(read.into_iter().map(|(_, found)| found).collect());
    Ok(found)
}

fn read(source: &Source, search: &Search) -> Option<(u64, FileFound)> {
    let on_disk;
    let bytes = if let Some(content) = &source.content {
        content
    } else {
        // A link could lead out of the repository.
        let metadata = fs::symlink_metadata(&source.path).ok().filter(fs::Metadata::is_file)?;
        if metadata.len() > LARGEST {
            return None;
        }
        on_disk = fs::read(&source.path).ok()?;
        &on_disk
    };
    is_text(bytes).then(|| (bytes.len() as u64, search.file(&source.shown, bytes)))
}

/// The files of a revision. One that changed since, or that is not checked out, comes from git.
fn of_revision(
    repository: &Repository,
    revision: &Revision,
    wanted: impl Fn(&Path, &str) -> bool,
) -> Result<Vec<Source>, GitError> {
    let changed: BTreeSet<PathBuf> = repository.changes(revision, &[])?.into_iter().map(|change| change.path).collect();
    let mut sources = Vec::new();
    let mut stored: BTreeMap<usize, ObjectId> = BTreeMap::new();
    for entry in repository.tree(revision)? {
        let shown = shown(repository.root(), &entry.path);
        if entry.size > LARGEST || !wanted(&entry.path, &shown) {
            continue;
        }
        if changed.contains(&entry.path) || !entry.path.exists() {
            stored.insert(sources.len(), entry.id);
        }
        sources.push(Source { shown, content: None, path: entry.path });
    }
    let contents = repository.read(&stored.values().collect::<Vec<_>>())?;
    for (number, content) in stored.keys().zip(contents) {
        if let Some(source) = sources.get_mut(*number) {
            source.content = Some(content);
        }
    }
    Ok(sources)
}

fn of_working_tree(repository: &Repository, wanted: impl Fn(&Path, &str) -> bool) -> Result<Vec<Source>, GitError> {
    let mut paths = repository.tracked()?;
    paths.extend(repository.untracked(&[])?);
    paths.sort();
    paths.dedup();
    let sources = paths.into_iter().filter_map(|path| {
        let shown = shown(repository.root(), &path);
        wanted(&path, &shown).then_some(Source { shown, content: None, path })
    });
    Ok(sources.collect())
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn ignored(root: &Path) -> Exclude {
    let bytes = fs::read(root.join(IGNORE_FILE)).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Exclude::new(root.to_owned(), &lines.map(str::to_owned).collect::<Vec<_>>())
}
