//! What a migration tool will not like of its files, or passes over in silence.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::Request;
use super::home::{Arranged, Group};
use super::layout::{drizzle, sqitch};
use super::migration::Migration;
use super::order::{Rank, Version, version_prefix};
use super::path::{file_name, shown};

/// Tools that refuse two migrations of one version.
const REFUSE_DOUBLES: &[&str] =
    &["dbmate", "evolve", "flyway", "golang-migrate", "goose", "postgrator", "rails", "refinery", "sqlx", "tern"];

/// The flaws of all that ships, a line each. The migrations are those of `arranged`, in the same order.
pub(super) fn of(request: &Request, arranged: &[&Arranged<'_>], migrations: &[Migration]) -> Vec<String> {
    let mut flaws = doubles(request, arranged, migrations);
    let mut seen = BTreeSet::new();
    for (arranged, migration) in arranged.iter().zip(migrations) {
        let (group, tool) = (arranged.group, migration.standing.layout);
        let folder = shown(&request.directory, &group.home.directory);
        if !seen.insert(group.number) {
            continue;
        }
        match tool {
            "drizzle" => flaws.extend(drizzle::flaws(&group.home).into_iter().map(|flaw| in_folder(&folder, &flaw))),
            "sqitch" => flaws.extend(sqitch::flaws(&group.home).into_iter().map(|flaw| in_folder(&folder, &flaw))),
            "tern" => flaws.extend(gap(group).map(|flaw| in_folder(&folder, &flaw))),
            _ => {}
        }
    }
    flaws.extend(broken_chains(migrations));
    flaws
}

fn in_folder(folder: &Path, flaw: &str) -> String {
    format!("{}: {flaw}", folder.display())
}

/// Migrations that have the version of another one, where the tool refuses that.
fn doubles(request: &Request, arranged: &[&Arranged<'_>], migrations: &[Migration]) -> Vec<String> {
    let mut first: BTreeMap<(usize, Version), &Path> = BTreeMap::new();
    let mut flaws = Vec::new();
    for (arranged, migration) in arranged.iter().zip(migrations) {
        let tool = migration.standing.layout;
        let repeats = matches!(arranged.place.ranks.last(), Some(Rank::Repeatable(_)));
        let version = version_prefix(&arranged.name).and_then(Version::parse);
        let Some(version) = version.filter(|_| REFUSE_DOUBLES.contains(&tool) && !repeats) else { continue };
        let path = arranged.file.path.as_path();
        match first.entry((arranged.group.number, version)) {
            Entry::Vacant(entry) => {
                entry.insert(path);
            }
            Entry::Occupied(entry) => {
                let (path, other) = (shown(&request.directory, path), shown(&request.directory, entry.get()));
                let (path, other) = (path.display(), other.display());
                flaws.push(format!("{path} has the version of {other}, and {tool} refuses that"));
            }
        }
    }
    flaws
}

/// The first number that is missing: tern counts from one, and refuses gaps. Files that were left out count too.
fn gap(group: &Group<'_>) -> Option<String> {
    let beside = fs::read_dir(&group.home.directory).into_iter().flatten().flatten();
    let beside = beside.map(|entry| file_name(&entry.path()));
    let names = group.home.entries.iter().map(|entry| entry.name.clone()).chain(beside);
    let number = |name: String| name.get(..name.find(|sign: char| !sign.is_ascii_digit())?)?.parse::<u32>().ok();
    let numbers: BTreeSet<u32> = names.filter_map(number).collect();
    let missing = (1..).zip(&numbers).find(|(expected, found)| expected != *found).map(|(expected, _)| expected)?;
    Some(format!("there is no migration {missing}, and tern refuses gaps"))
}

/// Migrations of graphile-migrate that do not name the hash of the one before them.
fn broken_chains(migrations: &[Migration]) -> Vec<String> {
    let mut last: BTreeMap<usize, (&Migration, Option<&str>)> = BTreeMap::new();
    let mut flaws = Vec::new();
    let committed = |migration: &&Migration| {
        let folder = migration.path.parent().map(file_name).unwrap_or_default();
        migration.standing.layout == "graphile-migrate" && folder == "committed"
    };
    for migration in migrations.iter().filter(committed) {
        let (previous, hash) = (header(&migration.text, "Previous"), header(&migration.text, "Hash"));
        let before = last.insert(migration.standing.home, (migration, hash));
        let expected = before.map_or(Some("-"), |(_, hash)| hash);
        if previous != expected {
            let path = migration.path.display();
            let before = before.map_or("no migration".to_owned(), |(before, _)| before.path.display().to_string());
            flaws.push(format!(
                "{path} does not follow {before} by its `--! Previous`, and graphile-migrate refuses that"
            ));
        }
    }
    flaws
}

/// What a line among the first of a file says: `--! Hash: sha1:…`.
pub(super) fn header<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut lines = text.split('\n').take_while(|line| line.starts_with("--!"));
    lines.find_map(|line| line.strip_prefix("--! ")?.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}
