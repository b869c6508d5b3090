//! Finds files: walks the folders that were named, and the folders of the files that were named.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::error::missing;
use super::layout::is_down_folder;
use super::order::is_release;
use super::path::{absolute, file_name, shown};
use super::{Input, Reason, Request, Scope, SourceError, carrier, dialect};

/// Folders that hold other people's files, or none that were written.
const FOREIGN_FOLDERS: &[&str] = &["node_modules", "target", "vendor"];

/// What stands for the path of text that is in no file.
pub(super) const NOWHERE: &str = "<stdin>";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files that may be migrations.
    pub files: Vec<FoundFile>,
    /// What was left out, by absolute path.
    pub skipped: Vec<(PathBuf, Reason)>,
    /// A file that was named was left out because somebody said so: nothing left to check is then no mistake.
    pub left_out_on_purpose: bool,
    known: BTreeMap<PathBuf, usize>,
}

/// A file that may be a migration.
#[derive(Debug)]
pub(super) struct FoundFile {
    /// The file, absolute.
    pub path: PathBuf,
    /// Which of the roots it was found under.
    pub root: usize,
    /// The root, absolute.
    pub root_path: PathBuf,
    /// It was named, or lies in a folder that was.
    pub reported: bool,
    /// It was named itself.
    pub named: bool,
    /// Its bytes, where they are not on disk.
    pub bytes: Option<Vec<u8>>,
}

/// Finds what `request` names.
pub(super) fn discover(request: &Request) -> Result<Found, SourceError> {
    let mut found = Found::default();
    let mut named_files = Vec::new();
    for (number, input) in request.inputs.iter().enumerate() {
        match input {
            Input::Path(named) => {
                let path = absolute(&request.directory, named);
                let overlaid = matches!(request.overlay.get(&path), Some(Some(_)));
                if request.overlay_only && !overlaid {
                    walk(request, &mut found, Root { path: &path, number, depth: usize::MAX, reported: true })?;
                    continue;
                }
                let metadata = fs::metadata(&path);
                if overlaid && metadata.is_err() {
                    named_files.push((path, number, None));
                    continue;
                }
                if metadata.map_err(|error| unreachable_path(request, named, error))?.is_dir() {
                    walk(request, &mut found, Root { path: &path, number, depth: usize::MAX, reported: true })?;
                } else {
                    named_files.push((path, number, None));
                }
            }
            Input::Text { name: Some(name), bytes } => {
                named_files.push((absolute(&request.directory, name), number, Some(bytes.clone())));
            }
            Input::Text { name: None, bytes } => found.add(FoundFile {
                path: PathBuf::from(NOWHERE),
                root: number,
                root_path: PathBuf::new(),
                reported: true,
                named: true,
                bytes: Some(bytes.clone()),
            }),
        }
    }
    if let Scope::Within(paths) = &request.scope {
        // All of it is the history of what was named.
        for (number, path) in (request.inputs.len()..).zip(paths).filter(|(_, path)| path.is_dir()) {
            walk(request, &mut found, Root { path, number, depth: usize::MAX, reported: false })?;
        }
    }
    // After the folders, so that a file below a folder that was named is not found twice.
    let mut histories = BTreeMap::new();
    for (path, root, bytes) in named_files {
        name_file(request, &mut found, &mut histories, (path, root, bytes))?;
    }
    Ok(found)
}

fn unreachable_path(request: &Request, named: &Path, error: io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => missing(&request.directory, named),
        _ => SourceError::Unreadable { path: named.to_owned(), error },
    }
}

/// Adds one named file, and its neighbors as history.
fn name_file(
    request: &Request,
    found: &mut Found,
    histories: &mut BTreeMap<PathBuf, usize>,
    (path, root, bytes): (PathBuf, usize, Option<Vec<u8>>),
) -> Result<(), SourceError> {
    let down = path.parent().is_some_and(|folder| is_down_folder(&file_name(folder)));
    if down || request.exclude.contains(&path) {
        found.left_out_on_purpose = true;
        found.skipped.push((path, if down { Reason::Down } else { Reason::Excluded }));
        return Ok(());
    }
    if let Some(engine) = dialect::of_file(&file_name(&path)) {
        found.skipped.push((path, Reason::Engine(engine)));
        return Ok(());
    }
    if request.scope != Scope::Everything && !may_hold_sql(&path, &file_name(&path)) {
        found.skipped.push((path, Reason::NotMigration));
        return Ok(());
    }
    if !found.known.contains_key(&path) {
        let (history, depth) = history_of(&path);
        // Files of one folder are one history, wherever they were named.
        let number = *histories.entry(history.clone()).or_insert(root);
        if number == root && (request.overlay_only || history.is_dir()) {
            walk(request, found, Root { path: &history, number, depth, reported: false })?;
        }
        let (root_path, path) = (history, path.clone());
        found.add(FoundFile { path, root: number, root_path, reported: true, named: true, bytes: None });
    }
    if let Some(file) = found.known.get(&path).and_then(|index| found.files.get_mut(*index)) {
        file.reported = true;
        file.named = true;
        file.bytes = bytes.or(file.bytes.take()).or_else(|| request.overlay.get(&path).cloned().flatten());
    }
    Ok(())
}

/// The folder that holds a file's history, and how deep it lies there: a migration that is a folder, or that lies in the
/// folder of its release, has its neighbors one level up.
fn history_of(path: &Path) -> (PathBuf, usize) {
    let folder = path.parent().unwrap_or(path);
    let name = file_name(path).to_ascii_lowercase();
    let folder_name = file_name(folder);
    let is_migration = matches!(name.as_str(), "up.sql" | "down.sql" | "migration.sql");
    match folder.parent() {
        Some(parent) if is_migration || is_release(&folder_name) => (parent.to_owned(), 2),
        _ => (folder.to_owned(), 1),
    }
}

#[derive(Clone, Copy)]
struct Root<'a> {
    path: &'a Path,
    number: usize,
    depth: usize,
    reported: bool,
}

fn walk(request: &Request, found: &mut Found, root: Root<'_>) -> Result<(), SourceError> {
    if request.overlay_only {
        overlaid(request, found, root);
        return Ok(());
    }
    let mut entries = WalkDir::new(root.path).max_depth(root.depth).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root.path).to_owned();
                if root.reported {
                    let error = error.into();
                    return Err(SourceError::Unreadable { path: shown(&request.directory, &path), error });
                }
                found.skipped.push((path, Reason::Unreadable));
                continue;
            }
        };
        if entry.depth() == 0 {
            continue;
        }
        let is_folder = entry.file_type().is_dir();
        let look = look_at(request, &entry);
        if is_folder && !matches!(look, Look::Take) {
            entries.skip_current_dir();
        }
        match look {
            Look::Take if is_folder => {}
            Look::Take => found.add_from(request, root, entry.into_path()),
            Look::Pass => {}
            Look::Skip(reason) => found.skipped.push((entry.into_path(), reason)),
        }
    }
    overlaid(request, found, root);
    Ok(())
}

/// Files below `root` that are only in the overlay.
fn overlaid(request: &Request, found: &mut Found, root: Root<'_>) {
    let from = std::ops::Bound::Included(root.path.to_owned());
    let below = request.overlay.range((from, std::ops::Bound::Unbounded));
    for (path, _) in below.take_while(|(path, _)| path.starts_with(root.path)).filter(|(_, bytes)| bytes.is_some()) {
        let Ok(inside) = path.strip_prefix(root.path) else { continue };
        let folders: Vec<_> = inside.ancestors().skip(1).map(|folder| root.path.join(folder)).collect();
        let passed = folders.iter().any(|folder| {
            let name = file_name(folder);
            let is_root = folder == root.path;
            !is_root
                && (is_foreign(&name) || leave_out_folder(folder, &name).is_some() || request.exclude.contains(folder))
        });
        let name = file_name(path);
        let taken = may_hold_sql(path, &name) && !name.starts_with('.') && dialect::of_file(&name).is_none();
        let near = inside.components().count() <= root.depth;
        if taken && near && !passed && !request.exclude.contains(path) && !found.known.contains_key(path) {
            found.add_from(request, root, path.clone());
        }
    }
}

/// Hidden folders, and those that hold other people's files.
fn is_foreign(name: &str) -> bool {
    name.starts_with('.') || FOREIGN_FOLDERS.contains(&name)
}

enum Look {
    Take,
    Pass,
    Skip(Reason),
}

fn look_at(request: &Request, entry: &DirEntry) -> Look {
    let name = entry.file_name().to_string_lossy();
    if entry.file_type().is_dir() {
        if is_foreign(&name) {
            return Look::Pass;
        }
        if request.exclude.contains(entry.path()) {
            return Look::Skip(Reason::Excluded);
        }
        return leave_out_folder(entry.path(), &name).map_or(Look::Take, Look::Skip);
    }
    // Links to folders are not followed: no loops, and no way out of the tree.
    let links_to_folder = entry.path_is_symlink() && entry.path().is_dir();
    if links_to_folder {
        return Look::Skip(Reason::LinkedFolder);
    }
    let engine = dialect::of_file(&name);
    if !may_hold_sql(entry.path(), &name)
        || name.starts_with('.')
        || (entry.path_is_symlink() && !entry.path().is_file())
    {
        return Look::Pass;
    }
    if request.exclude.contains(entry.path()) {
        return Look::Skip(Reason::Excluded);
    }
    engine.map_or(Look::Take, |engine| Look::Skip(Reason::Engine(engine)))
}

fn leave_out_folder(path: &Path, name: &str) -> Option<Reason> {
    if is_down_folder(name) {
        return Some(Reason::Down);
    }
    // Sqitch
    if name == "verify" && path.with_file_name("deploy").is_dir() {
        return Some(Reason::OnlyChecks);
    }
    // An oracle is also what tells a program about the world outside.
    let engine = dialect::of_folder(name)?;
    (engine != "Oracle" || lies_beside_engines(path)).then_some(Reason::Engine(engine))
}

fn lies_beside_engines(path: &Path) -> bool {
    let siblings = path.parent().and_then(|parent| fs::read_dir(parent).ok());
    siblings
        .into_iter()
        .flatten()
        .flatten()
        .map(|sibling| file_name(&sibling.path()))
        .any(|name| dialect::is_postgres(&name) || dialect::of_name(&name).is_some_and(|engine| engine != "Oracle"))
}

/// Whether a file may be a migration, by its name and folder.
pub(super) fn may_hold_sql(path: &Path, name: &str) -> bool {
    is_sql(name) || carrier::may_be(path)
}

/// `x.sql`, `x.sql.postgres` and its like for any engine, or `x.sql.erb`.
fn is_sql(name: &str) -> bool {
    let mut parts = name.rsplit('.');
    let is_extension = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case("sql"));
    let last = parts.next().unwrap_or_default();
    if is_extension(Some(last)) {
        return parts.next().is_some();
    }
    let is_more = last.eq_ignore_ascii_case("erb") || dialect::is_postgres(last) || dialect::of_name(last).is_some();
    is_more && is_extension(parts.next())
}

impl Found {
    /// Adds a file below `root`, unless it is to be taken as gone.
    fn add_from(&mut self, request: &Request, root: Root<'_>, path: PathBuf) {
        let bytes = match request.overlay.get(&path) {
            Some(None) => return,
            Some(Some(bytes)) => Some(bytes.clone()),
            None => None,
        };
        let (number, root_path) = (root.number, root.path.to_owned());
        self.add(FoundFile { path, root: number, root_path, reported: root.reported, named: false, bytes });
    }

    fn add(&mut self, file: FoundFile) {
        if let Some(known) = self.known.get(&file.path).and_then(|index| self.files.get_mut(*index)) {
            known.reported |= file.reported;
        } else {
            self.known.insert(file.path.clone(), self.files.len());
            self.files.push(file);
        }
    }
}
