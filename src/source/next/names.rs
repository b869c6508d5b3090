//! The names that come after all there are.

use std::path::{Path, PathBuf};

use super::name::{Case, Name};
use super::place::Place;
use super::{Draft, Unwritable, version};
use crate::date::Moment;
use crate::source::layout::orders_by_text;
use crate::source::migration::Migration;
use crate::source::order::{Natural, Version};
use crate::source::path::file_name;

/// How many names are tried where others have the same.
const TRIES: usize = 1000;

/// Words by which a pair of files tells which is which.
const UP_WORDS: &[&str] = &["up", "upgrade", "apply"];
const DOWN_WORDS: &[&str] = &["down", "downgrade", "revert", "rollback", "undo"];

/// Tools that read versions of several parts.
const WIDE: &[&str] = &["evolve", "flyway", "refinery"];

/// How migrations are called, and the last version there is.
pub(super) struct Names<'a> {
    place: &'a Place<'a>,
    /// Where the migrations lie.
    folder: PathBuf,
    /// The name of a migration, which may be a folder.
    model: Name,
    /// The file in that folder.
    inner: Option<String>,
    /// The folder and the name of the file that takes a migration back.
    down: Option<(PathBuf, Name)>,
    /// How words are joined; none where names have no words.
    case: Option<Case>,
    /// The highest version.
    version: String,
}

/// What a new migration is called.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// Its version.
    pub version: String,
    /// Its words, joined as the others.
    pub words: String,
    /// Its name without endings.
    pub stem: String,
    /// Its file.
    pub up: PathBuf,
    /// The file that takes it back, where that is one of its own.
    pub down: Option<PathBuf>,
}

/// By what names are compared.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Version(Version),
    Natural(Natural),
    Text(String),
}

impl<'a> Names<'a> {
    /// Learns how the migrations of `place` are called.
    pub(super) fn of(place: &'a Place<'a>) -> Result<Self, Unwritable> {
        let newest = || place.peers.iter().rev().copied();
        let is_model = |migration: &Migration| {
            let name = file_name(&migration.path);
            match place.layout {
                // The other ones may come late, and a new one does not.
                "refinery" => name.starts_with('V'),
                layout => !is_of_pairs(layout) || name.to_ascii_lowercase().contains("up."),
            }
        };
        let found = newest().filter(|peer| is_model(peer)).find_map(|peer| Some((peer, read(place, peer)?)));
        let (migration, (folder, mut model, inner)) = found.ok_or_else(|| unnumbered(place))?;
        refuse_release(place, &folder, &model, inner.is_none())?;
        let down = match newest().find_map(|peer| down(place, peer, inner.is_some())) {
            Some((ending, down)) => {
                shift(&mut model, &ending);
                Some(down)
            }
            None => down_by_default(place, &folder, &model, inner.as_deref()),
        };
        let worded: Vec<Name> = newest().filter_map(|peer| Some(read(place, peer)?.1)).collect();
        let case = worded.iter().any(|name| !name.words.is_empty()).then(|| Case::of(&worded.iter()));
        if let Some(with_words) = worded.iter().find(|name| !name.words.is_empty()).filter(|_| model.words.is_empty()) {
            model.gap.clone_from(&with_words.gap);
        }
        let mut names = Self { place, folder, model, inner, down, case, version: String::new() };
        names.version = names.highest(migration);
        Ok(names)
    }

    /// The highest version of all that is there, whether it runs or not.
    fn highest(&self, last: &Migration) -> String {
        let peers = self.place.peers.iter().filter_map(|peer| Some(read(self.place, peer)?.1));
        let down_folder = self.down.as_ref().map(|(folder, _)| folder.clone());
        let folders = [Some(self.folder.clone()), down_folder.filter(|_| self.inner.is_none())];
        let beside = folders.into_iter().flatten().flat_map(|folder| self.place.names_in(&folder));
        let beside = beside.filter_map(|name| Name::read(&name, self.is_wide()));
        let all =
            peers.chain(beside).filter(|name| name.head.eq_ignore_ascii_case(&self.model.head) || name.head.len() == 1);
        let highest = all.max_by_key(|name| self.key(&name.version));
        highest.map_or_else(|| file_name(&last.path), |name| name.version)
    }

    fn is_wide(&self) -> bool {
        WIDE.contains(&self.place.layout)
    }

    /// As its tool compares versions.
    fn key(&self, version: &str) -> Key {
        let natural = || Key::Natural(Natural::new(version));
        match self.place.layout {
            layout if WIDE.contains(&layout) => Version::parse(version).map_or_else(natural, Key::Version),
            layout if layout == "prisma" || orders_by_text(layout) => Key::Text(version.to_owned()),
            "diesel" => Key::Text(version.replace('-', "")),
            _ => natural(),
        }
    }

    /// The names of the next migration.
    pub(super) fn after(&mut self, draft: &Draft, now: Moment) -> Result<Named, Unwritable> {
        for _ in 0..TRIES {
            let next = version::after(&self.version, now);
            let next = next.filter(|next| self.key(next) > self.key(&self.version)).ok_or_else(|| self.no_next())?;
            let named = self.named(draft, &next);
            self.version = next;
            let taken = |path: &Path| self.place.is_taken(path);
            let own_folder = self.inner.as_ref().and(named.up.parent());
            if !taken(own_folder.unwrap_or(&named.up)) && !named.down.as_deref().is_some_and(taken) {
                return Ok(named);
            }
        }
        Err(self.no_next())
    }

    fn named(&self, draft: &Draft, version: &str) -> Named {
        let words = self.case.map(|case| self.unused(case, &draft.name)).unwrap_or_default();
        let model = with_endings(self.place.layout, &self.model, draft.outside);
        let name = model.with(version, &words);
        let stem = Name { tail: String::new(), ..model }.with(version, &words);
        let path = self.folder.join(&name);
        let (up, folder) = match &self.inner {
            Some(inner) => (path.join(inner), Some(path)),
            None => (path, None),
        };
        let down = self.down.as_ref().filter(|_| draft.down.is_some()).map(|(down_folder, down)| {
            let file = with_endings(self.place.layout, down, draft.outside).with(version, &words);
            // Of a migration that is a folder, the down file lies in it whatever its version.
            folder.as_ref().map_or_else(|| down_folder.join(file), |folder| folder.join(&down.tail))
        });
        Named { version: version.to_owned(), words, stem, up, down }
    }

    /// The words of a draft. Rails refuses two migrations of the same.
    fn unused(&self, case: Case, words: &str) -> String {
        let plain = case.join(words);
        if self.place.layout != "rails" {
            return plain;
        }
        let names = self.place.names_in(&self.folder);
        let used = |words: &str| {
            names.iter().filter_map(|name| Name::read(name, false)).any(|name| name.words.eq_ignore_ascii_case(words))
        };
        let numbered = (2..TRIES).map(|number| case.join(&format!("{words} {number}")));
        std::iter::once(plain.clone()).chain(numbered).find(|words| !used(words)).unwrap_or(plain)
    }

    fn no_next(&self) -> Unwritable {
        let folder = self.place.shown(&self.folder);
        Unwritable::new(
            format!("no version follows `{}` in {folder}: {} compares names as text", self.version, self.place.layout),
            "write the next migration by hand, with a version that sorts last",
        )
    }
}

/// Layouts of which a migration is a pair of files that say `up` and `down`.
fn is_of_pairs(layout: &str) -> bool {
    matches!(layout, "golang-migrate" | "go-pg" | "pop" | "up-down-files")
}

/// The folder in which a migration lies, its name, and the file in it where it is a folder itself.
fn read(place: &Place<'_>, migration: &Migration) -> Option<(PathBuf, Name, Option<String>)> {
    let path = place.absolute(&migration.path);
    let (name, folder) = (file_name(&path), path.parent()?);
    let inner = name.eq_ignore_ascii_case("up.sql") || name.eq_ignore_ascii_case("migration.sql");
    let wide = WIDE.contains(&place.layout);
    if inner {
        return Some((folder.parent()?.to_owned(), Name::read(&file_name(folder), wide)?, Some(name)));
    }
    Some((folder.to_owned(), Name::read(&name, wide)?, None))
}

/// A word at the end of a name that says which way it goes, with the sign before it.
fn direction<'n>(name: &'n Name, known: &[&str]) -> Option<&'n str> {
    let at = name.words.rfind(['_', '-', '.'])?;
    let word = name.words.get(at + 1..)?;
    known.iter().any(|known| word.eq_ignore_ascii_case(known)).then(|| name.words.get(at..))?
}

/// Moves `ending` from the words of a name to its endings.
fn shift(name: &mut Name, ending: &str) {
    if let Some(words) = name.words.strip_suffix(ending) {
        name.words = words.to_owned();
        name.tail.insert_str(0, ending);
    }
}

/// What a migration's name ends with, and the folder and name of the file that takes it back.
fn down(place: &Place<'_>, migration: &Migration, inner: bool) -> Option<(String, (PathBuf, Name))> {
    let path = place.absolute(&migration.down.as_ref()?.path);
    let file = file_name(&path);
    let folder = path.parent()?.to_owned();
    if inner {
        let name =
            Name { head: String::new(), version: String::new(), gap: String::new(), words: String::new(), tail: file };
        return Some((String::new(), (folder, name)));
    }
    let (_, up, _) = read(place, migration)?;
    let mut name = Name::read(&file, WIDE.contains(&place.layout))?;
    let up_ending = direction(&up, UP_WORDS).unwrap_or_default().to_owned();
    let down_ending = direction(&name, DOWN_WORDS).unwrap_or_default().to_owned();
    shift(&mut name, &down_ending);
    Some((up_ending, (folder, name)))
}

/// The file that takes a migration back where no other migration has one, but its tool knows such files.
fn down_by_default(place: &Place<'_>, folder: &Path, model: &Name, inner: Option<&str>) -> Option<(PathBuf, Name)> {
    let mut down = model.clone();
    match place.layout {
        "diesel" | "hasura" | "up-down-folders" if inner.is_some() => "down.sql".clone_into(&mut down.tail),
        "golang-migrate" | "go-pg" | "pop" | "sqlx" | "up-down-files" if model.tail.contains(".up.") => {
            down.tail = model.tail.replace(".up.", ".down.");
        }
        "postgrator" => down.gap = model.gap.replace("do", "undo"),
        _ => return None,
    }
    Some((folder.to_owned(), down))
}

/// The endings by which a tool tells how a file runs.
fn with_endings(layout: &str, name: &Name, outside: bool) -> Name {
    let mut name = name.clone();
    let mut set = |ending: &str, wanted: bool| {
        name.tail = name.tail.replace(&format!(".{ending}."), ".");
        if wanted {
            for direction in [".up.", ".down."] {
                name.tail = name.tail.replace(direction, &format!(".{ending}{direction}"));
            }
        }
    };
    match layout {
        "pop" => set("autocommit", outside),
        "go-pg" => set("tx", !outside),
        _ => {}
    }
    name
}

/// Nothing tells which name comes last.
pub(super) fn unnumbered(place: &Place<'_>) -> Unwritable {
    let folder = place.last.path.parent().unwrap_or(&place.last.path).display();
    Unwritable::new(
        format!(
            "the migrations in {folder} have no numbers or dates, so that nothing tells which name would come last"
        ),
        "write the next one by hand",
    )
}

/// In folders of releases, whether a change is for this release or the next one is not for us to say.
fn refuse_release(place: &Place<'_>, folder: &Path, name: &Name, is_file: bool) -> Result<(), Unwritable> {
    let release = file_name(folder);
    let own = format!("{}{}", name.head, name.version);
    if !is_file || own != release {
        return Ok(());
    }
    Err(Unwritable::new(
        format!(
            "{} is named after a release, and nothing tells which release the next one is for",
            place.shown(folder)
        ),
        "write it by hand",
    ))
}
