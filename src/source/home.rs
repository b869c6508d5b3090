//! Groups files into homes, the folders that each hold one history, and asks the layout of each what to make of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::discover::{FoundFile, NOWHERE};
use super::layout::liquibase::Changelogs;
use super::layout::{Entry, Home, Layout, Role, Shape, graphile_migrate, is_flyway, recognize, sqitch};
use super::migration::TransactionMode;
use super::order::{Place, Rank, version_prefix};
use super::path::{components, file_name, shown};
use super::up_tree::UpTree;
use super::ways_back::WaysBack;
use super::{Reason, Request, SourceError, layout};

/// A home and where it was found.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Its number among all groups.
    pub number: usize,
    /// The home.
    pub home: Home,
    /// Its layout.
    pub layout: &'static Layout,
    /// Which root it was found under.
    root: usize,
    /// The folders from the root to the home.
    folders: Vec<String>,
    /// The files of its entries.
    files: Vec<&'a FoundFile>,
}

impl<'a> Group<'a> {
    /// The files of its entries.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a FoundFile> {
        self.files.iter().copied()
    }
}

/// A file that ships.
#[derive(Debug)]
pub(super) struct Arranged<'a> {
    /// The file.
    pub file: &'a FoundFile,
    /// Its group.
    pub group: &'a Group<'a>,
    /// The name that gives its order.
    pub name: String,
    /// Its place among all files.
    pub place: Place,
    /// How it runs, unless its text says otherwise.
    pub transaction: TransactionMode,
    /// The file that takes it back, absolute.
    pub down: Option<PathBuf>,
}

/// Groups files by the folder that holds their history, or by the changelog that includes them. `layout` is the one that
/// is configured.
pub(super) fn group<'a>(
    files: &'a [FoundFile],
    changelogs: &Changelogs,
    layout: Option<&str>,
    request: &Request,
) -> Result<Vec<Group<'a>>, SourceError> {
    let folders = Folders::of(files);
    let mut groups = BTreeMap::new();
    let place = |file: &&FoundFile| changelogs.place(&file.path).map(|(_, position)| position);
    let mut files: Vec<&FoundFile> = files.iter().collect();
    files.sort_by_key(place);
    for file in files {
        let (shape, directory, name) = match changelogs.place(&file.path) {
            Some((home, _)) => {
                let name = file.path.strip_prefix(home).unwrap_or(&file.path);
                (Shape::Included, home.to_owned(), name.to_string_lossy().into_owned())
            }
            None => folders.locate(file),
        };
        let (entries, members): &mut (Vec<_>, Vec<_>) = groups.entry((file.root, directory, shape)).or_default();
        entries.push(Entry { name, file_name: file_name(&file.path), path: file.path.clone() });
        members.push(file);
    }
    let groups = groups.into_iter().enumerate();
    let groups = groups.map(|(number, ((root, directory, shape), (entries, files)))| {
        let root_path = files.first().map_or(directory.as_path(), |file| file.root_path.as_path());
        let folders = directory.strip_prefix(root_path).map(components).unwrap_or_default();
        let home = Home { up_tree: UpTree::new(directory.clone()), directory, shape, entries };
        let layout = match layout {
            // A tool that marks its files from the inside leaves their names to itself.
            Some(name) => layout::named(name).unwrap_or(&layout::PLAIN),
            None => recognize(&home).map_err(|candidates| ambiguous(&home, &candidates, request))?,
        };
        Ok(Group { number, home, layout, root, folders, files })
    });
    groups.collect()
}

fn ambiguous(home: &Home, candidates: &[&Layout], request: &Request) -> SourceError {
    let marks: Vec<_> = candidates.iter().map(|layout| format!("{} ({})", layout.name, layout.marks)).collect();
    SourceError::Ambiguous {
        folder: shown(&request.directory, &home.directory),
        candidates: marks.join(" or "),
        first: candidates.first().map_or("", |layout| layout.name),
    }
}

/// Asks the layouts which files ship, in which order and how; and which are left out.
pub(super) fn arrange<'a>(groups: &'a [Group<'a>]) -> (Vec<Arranged<'a>>, Vec<(&'a FoundFile, Reason)>) {
    let mut arranged = Vec::new();
    let mut left_out = Vec::new();
    let mut ways_back = WaysBack::default();
    for group in groups {
        let arrangements = (group.layout.arrange)(&group.home);
        for ((entry, file), arrangement) in group.home.entries.iter().zip(&group.files).zip(arrangements) {
            match arrangement.role {
                Role::Up => arranged.push(Arranged {
                    file,
                    group,
                    name: entry.name.clone(),
                    place: place(group, arrangement.rank),
                    transaction: arrangement.transaction,
                    down: None,
                }),
                Role::Down => {
                    ways_back.add(group, &entry.name, file);
                    left_out.push((*file, Reason::Down));
                }
                Role::NotRun(reason) => left_out.push((*file, reason)),
            }
        }
    }
    let mut versions: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let version = |arranged: &Arranged<'_>| Some((arranged.group.number, version_prefix(&arranged.name)?.to_owned()));
    for version in arranged.iter().filter_map(version) {
        *versions.entry(version).or_default() += 1;
    }
    for arranged in &mut arranged {
        let alone = version(arranged).is_some_and(|version| versions.get(&version) == Some(&1));
        arranged.down = ways_back.of(arranged.group, &arranged.name, arranged.file, alone);
    }
    (arranged, left_out)
}

fn place(group: &Group<'_>, rank: Rank) -> Place {
    let ranks = group.folders.iter().map(|folder| Rank::named(folder)).chain([rank]).collect();
    Place { root: group.root, ranks }
}

/// What is known of folders by the files in them.
struct Folders<'a> {
    with_migration: BTreeSet<&'a Path>,
    of_flyway: BTreeSet<&'a Path>,
    /// The home that a plan makes of a folder, where one does.
    planned: BTreeMap<&'a Path, Option<&'a Path>>,
}

impl<'a> Folders<'a> {
    fn of(files: &'a [FoundFile]) -> Self {
        let mut folders =
            Self { with_migration: BTreeSet::new(), of_flyway: BTreeSet::new(), planned: BTreeMap::new() };
        for file in files {
            let Some(folder) = file.path.parent() else { continue };
            let name = file_name(&file.path);
            if name.eq_ignore_ascii_case("migration.sql") {
                folders.with_migration.insert(folder);
            }
            folders.planned.entry(folder).or_insert_with(|| sqitch::home(folder));
            if !folders.of_flyway.contains(folder) && is_flyway(folder, &name) {
                folders.of_flyway.insert(folder);
            }
        }
        folders
    }

    /// The shape of the home a file lives in, its folder, and the name of the file's migration in it.
    fn locate(&self, file: &FoundFile) -> (Shape, PathBuf, String) {
        let name = file_name(&file.path);
        let folder = file.path.parent().unwrap_or(&file.path);
        let in_folders = |shape| (shape, folder.parent().unwrap_or(folder).to_owned(), file_name(folder));
        let is_down = name.eq_ignore_ascii_case("down.sql");
        let inside = |home: &Path| file.path.strip_prefix(home).unwrap_or(&file.path).to_string_lossy().into_owned();
        if file.path == Path::new(NOWHERE) {
            (Shape::Text, folder.to_owned(), name)
        } else if let Some(home) = self.planned.get(folder).copied().flatten() {
            (Shape::Planned, home.to_owned(), inside(home))
        } else if let Some(home) = graphile_migrate::home(&file.path) {
            (Shape::Files, home.to_owned(), name)
        } else if name.eq_ignore_ascii_case("migration.sql") || (is_down && self.with_migration.contains(folder)) {
            in_folders(Shape::MigrationFolders)
        } else if is_down || name.eq_ignore_ascii_case("up.sql") {
            in_folders(Shape::UpDownFolders)
        } else if self.of_flyway.contains(folder) {
            (Shape::Files, location(folder, &file.root_path).to_owned(), name)
        } else {
            (Shape::Files, folder.to_owned(), name)
        }
    }
}

/// The location of which Flyway reads every folder below as one history: the nearest folder called `migration` or
/// `migrations`, though none above the root.
fn location<'a>(folder: &'a Path, root: &Path) -> &'a Path {
    let is_location = |folder: &&Path| matches!(file_name(folder).as_str(), "migration" | "migrations");
    match folder.ancestors().find(is_location) {
        Some(location) if location.starts_with(root) => location,
        Some(_) => folder.ancestors().find(|ancestor| *ancestor == root).unwrap_or(folder),
        None => folder,
    }
}
