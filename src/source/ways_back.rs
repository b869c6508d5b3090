//! Which file takes which migration back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::discover::FoundFile;
use super::home::Group;
use super::layout::{Shape, is_down_folder, sqitch, stem};
use super::order::version_prefix;
use super::path::file_name;

/// Words that say which way a file goes, and how. What is left of a name is what both files have in common.
const DIRECTIONS: &[&str] = &[
    "apply",
    "autocommit",
    "do",
    "down",
    "downgrade",
    "downgrades",
    "migrate",
    "revert",
    "rollback",
    "rollbacks",
    "tx",
    "undo",
    "up",
    "upgrade",
];

/// Folders whose neighbor may hold what takes their files back: `deploy` beside `revert`.
const UP_FOLDERS: &[&str] = &["apply", "deploy", "do", "migrate", "up", "upgrade", "upgrades"];

/// Files that take migrations back.
#[derive(Debug, Default)]
pub(super) struct WaysBack {
    /// By group and by what they have in common with their migration.
    beside: BTreeMap<(usize, String), PathBuf>,
    /// By group and version; none where several have it.
    versions: BTreeMap<(usize, String), Option<PathBuf>>,
    /// By folder, those in folders of their own; each is looked at once.
    folders: RefCell<BTreeMap<PathBuf, BTreeMap<String, PathBuf>>>,
}

impl WaysBack {
    /// Notes a file of `group` that takes another one back.
    pub(super) fn add(&mut self, group: &Group<'_>, name: &str, file: &FoundFile) {
        self.beside.entry((group.number, key(group, name))).or_insert_with(|| file.path.clone());
        if let Some(version) = version_prefix(name) {
            let only = self.versions.entry((group.number, version.to_owned()));
            only.and_modify(|found| *found = None).or_insert_with(|| Some(file.path.clone()));
        }
    }

    /// The file that takes back the migration `name` of `group`, which is `file`; `alone` if no other has its version.
    pub(super) fn of(&self, group: &Group<'_>, name: &str, file: &FoundFile, alone: bool) -> Option<PathBuf> {
        let key = key(group, name);
        if let Some(found) = self.beside.get(&(group.number, key.clone())) {
            return Some(found.clone());
        }
        if group.home.shape == Shape::Planned {
            return sqitch::way_back(&group.home.directory, name);
        }
        if group.home.shape != Shape::Files {
            return None;
        }
        // Where the names differ, most tools still go by the version.
        let version = version_prefix(name).filter(|_| alone);
        let found = version.and_then(|version| self.versions.get(&(group.number, version.to_owned())));
        if let Some(Some(found)) = found {
            return Some(found.clone());
        }
        let folder = file.path.parent()?;
        let mut folders = self.folders.borrow_mut();
        let found = folders.entry(folder.to_owned()).or_insert_with(|| in_folders(group, folder));
        found.get(&key).cloned()
    }
}

/// What the name of a migration and of the file that takes it back have in common. Flyway tells by the version alone.
fn key(group: &Group<'_>, name: &str) -> String {
    if group.home.shape != Shape::Files {
        return name.to_owned();
    }
    let name = stem(name);
    if matches!(group.layout.name, "flyway" | "evolve") {
        let version = name.split("__").next().unwrap_or_default();
        return version.trim_start_matches(|first: char| first.is_ascii_alphabetic()).replace('_', ".");
    }
    let words = name.split(['-', '_', '.', ' ']).map(str::to_ascii_lowercase);
    words.filter(|word| !DIRECTIONS.contains(&word.as_str())).collect::<Vec<_>>().join("_")
}

/// The files of folders that hold nothing but ways back, below `folder` or beside it.
fn in_folders(group: &Group<'_>, folder: &Path) -> BTreeMap<String, PathBuf> {
    let beside = UP_FOLDERS.contains(&file_name(folder).to_ascii_lowercase().as_str());
    let mut found = BTreeMap::new();
    for around in [Some(folder), folder.parent().filter(|_| beside)].into_iter().flatten() {
        for down in entries(around).filter(|path| is_down_folder(&file_name(path)) && path.is_dir()) {
            for file in entries(&down).filter(|path| path.extension().is_some_and(|extension| extension == "sql")) {
                found.entry(key(group, &file_name(&file))).or_insert(file);
            }
        }
    }
    found
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path())
}
