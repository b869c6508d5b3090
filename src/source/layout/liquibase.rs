//! Liquibase: the files that changelogs include, in the order in which they include them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{Arrangement, Entry, Home, Layout, Shape, stem, up};
use crate::source::carrier::{self, Include};
use crate::source::discover::FoundFile;
use crate::source::migration::TransactionMode;
use crate::source::order::Rank;
use crate::source::path::{absolute, file_name};
use crate::source::text::decode;

pub(in crate::source) const LAYOUT: Layout = Layout {
    name: "liquibase",
    marks: "a databaseChangeLog that includes others",
    recognizes: |home| home.shape == Shape::Included,
    arrange,
    refine: super::as_the_file,
};

/// The longest changelog to look for includes in; longer ones are read as migrations all the same.
const MAX_LENGTH: u64 = 4 << 20;

/// How many includes are followed: folders that include each other whole would take for ever.
const MAX_INCLUDES: usize = 100_000;

fn arrange(home: &Home) -> Vec<Arrangement> {
    let included = home.shape == Shape::Included;
    let arrange = |(position, entry): (usize, &Entry)| Arrangement {
        rank: if included { Rank::Position(position) } else { Rank::named(stem(&entry.name)) },
        ..up(entry, TransactionMode::Wrapped)
    };
    // They come as they are included.
    home.entries.iter().enumerate().map(arrange).collect()
}

/// What the changelogs among the files that were found include.
#[derive(Debug, Default)]
pub(in crate::source) struct Changelogs {
    /// The folder of the first changelog, and the place in its order, by file.
    places: BTreeMap<PathBuf, (PathBuf, usize)>,
    /// What is included and was not found.
    pub missing: Vec<PathBuf>,
}

impl Changelogs {
    /// Follows the includes of all changelogs among `files`.
    pub(in crate::source) fn of(files: &[FoundFile]) -> Self {
        let read: BTreeMap<&Path, Vec<Include>> = files
            .iter()
            .filter(|file| carrier::may_include(&file.path))
            .filter_map(|file| Some((file.path.as_path(), carrier::includes(&file_name(&file.path), &text(file)?)?)))
            .collect();
        let mut changelogs = Self::default();
        if read.values().all(Vec::is_empty) {
            return changelogs;
        }
        let mut known: Vec<&Path> = files.iter().map(|file| file.path.as_path()).collect();
        known.sort_unstable();
        let mut missing = BTreeSet::new();
        let mut total = 0;
        let mut named: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
        for (changelog, includes) in &read {
            let mut leads_to = Vec::new();
            for include in includes {
                let found = resolve(changelog, include, &known);
                if found.is_empty() && !include.all && may_be_read(&include.path) {
                    let folder = if include.relative { changelog.parent() } else { None };
                    missing.insert(folder.map_or(PathBuf::new(), Path::to_owned).join(&include.path));
                }
                leads_to.extend(found);
            }
            total += leads_to.len();
            if total > MAX_INCLUDES {
                break;
            }
            named.insert(changelog, leads_to);
        }
        changelogs.missing = missing.into_iter().collect();
        let included: BTreeSet<&Path> = named.values().flatten().copied().collect();
        let masters = named.iter().filter(|(path, names)| !included.contains(*path) && !names.is_empty());
        for (master, _) in masters {
            changelogs.follow(master, &named);
        }
        changelogs
    }

    /// Gives everything that `master` leads to its place; what has one keeps it.
    fn follow(&mut self, master: &Path, named: &BTreeMap<&Path, Vec<&Path>>) {
        let home = master.parent().unwrap_or(master).to_owned();
        let mut open = vec![master];
        let mut position = 0;
        while let Some(next) = open.pop() {
            if self.places.contains_key(next) {
                continue;
            }
            self.places.insert(next.to_owned(), (home.clone(), position));
            position += 1;
            open.extend(named.get(next).into_iter().flatten().rev());
        }
    }

    /// The folder of the changelog that leads to a file, and the place of the file in its order.
    pub(in crate::source) fn place(&self, file: &Path) -> Option<(&Path, usize)> {
        self.places.get(file).map(|(home, position)| (home.as_path(), *position))
    }
}

/// The files that an include means: seen from the changelog where it says so, else from any folder above it.
fn resolve<'a>(changelog: &Path, include: &Include, known: &[&'a Path]) -> Vec<&'a Path> {
    let folder = changelog.parent().unwrap_or(changelog);
    let levels = if include.relative { 1 } else { usize::MAX };
    for from in folder.ancestors().take(levels) {
        let path = absolute(from, Path::new(&include.path));
        if !include.all {
            if let Ok(found) = known.binary_search(&path.as_path()) {
                return known.get(found).copied().into_iter().collect();
            }
            continue;
        }
        let first = known.partition_point(|file| *file < path.as_path());
        let below = known.iter().copied().skip(first).take_while(|file| file.starts_with(&path));
        let found: Vec<_> = below.filter(|file| *file != changelog).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Whether what is included is something that we would read.
fn may_be_read(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    matches!(extension.as_str(), "sql" | "xml" | "yaml" | "yml" | "json")
}

fn text(file: &FoundFile) -> Option<String> {
    if let Some(bytes) = &file.bytes {
        return Some(decode(bytes.clone()));
    }
    let is_small = fs::metadata(&file.path).is_ok_and(|metadata| metadata.len() <= MAX_LENGTH);
    is_small.then(|| fs::read(&file.path).ok().map(decode))?
}
