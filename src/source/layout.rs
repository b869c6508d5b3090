//! Layouts: the conventions by which migration tools name, order and run their files.
//!
//! A layout is a row of functions over the names in one folder. To add one, write `layout/<tool>.rs` and put it in
//! `LAYOUTS`; a tool that marks its files from the inside goes to `layout/markers/` instead.

mod alembic;
mod atlas;
mod diesel;
mod django;
pub(super) mod drizzle;
mod evolve;
pub(super) mod flyway;
mod go_pg;
mod golang_migrate;
pub(super) mod graphile_migrate;
mod hasura;
pub(super) mod liquibase;
pub(super) mod markers;
pub(super) mod outside;
mod plain;
mod pop;
mod postgrator;
mod prisma;
mod refinery;
pub(super) mod sqitch;
mod sqlx;
pub(super) mod supabase;
mod up_down_files;
mod up_down_folders;

use std::path::PathBuf;

pub(super) use flyway::is_flyway;
pub(super) use plain::LAYOUT as PLAIN;

use super::migration::TransactionMode;
use super::order::Rank;
use super::up_tree::UpTree;

/// Where the migrations of one history live: a folder with all that was found in it.
#[derive(Debug)]
pub(super) struct Home {
    /// The folder, absolute.
    pub directory: PathBuf,
    /// Whether the entries are files or folders.
    pub shape: Shape,
    /// The migrations in it, in no order that matters.
    pub entries: Vec<Entry>,
    /// What the folders above it tell.
    pub up_tree: UpTree,
}

/// What one migration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// A file.
    Files,
    /// A folder with `up.sql` and `down.sql`.
    UpDownFolders,
    /// A folder with `migration.sql`.
    MigrationFolders,
    /// A file that another one includes, wherever it lies.
    Included,
    /// A script in one of the folders of a plan.
    Planned,
    /// Text that is in no file, and so in no folder.
    Text,
}

/// A file of a home.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name that gives the order: of the file, or of the folder that is the migration.
    pub name: String,
    /// The name of the file.
    pub file_name: String,
    /// The file, absolute.
    pub path: PathBuf,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It ships.
    Up,
    /// It takes another one back.
    Down,
    /// The tool does not run it against a `PostgreSQL` server that is in use, for this reason.
    NotRun(super::Reason),
}

/// A convention.
#[derive(Debug)]
pub(super) struct Layout {
    /// What it is called in reports.
    pub name: &'static str,
    /// By which marks it is told, for people.
    pub marks: &'static str,
    /// Whether the home follows it, by marks that cannot be mistaken.
    pub recognizes: fn(&Home) -> bool,
    /// What it makes of each entry, in the order of the entries.
    pub arrange: fn(&Home) -> Vec<Arrangement>,
    /// How a text runs, given how its file would; for tools that look into the SQL.
    pub refine: fn(&Home, TransactionMode, &str) -> TransactionMode,
}

/// What a layout makes of one file.
#[derive(Clone, Debug)]
pub(super) struct Arrangement {
    /// What the file is for.
    pub role: Role,
    /// Its place in the order.
    pub rank: Rank,
    /// How it runs, unless its text says otherwise.
    pub transaction: TransactionMode,
}

/// Words that name a script which takes another one back.
const DOWN_WORDS: &[&str] = &["downgrade", "downgrades", "revert", "rollback", "rollbacks", "undo"];

/// Whether a folder of this name holds scripts that take migrations back.
pub(super) fn is_down_folder(name: &str) -> bool {
    name.eq_ignore_ascii_case("down") || words(name).any(is_down_word)
}

fn is_down_word(word: &str) -> bool {
    DOWN_WORDS.iter().any(|down| word.eq_ignore_ascii_case(down))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '_', '.', ' '])
}

/// Every layout, in the order in which they are tried. The last one takes what no other does.
const LAYOUTS: &[&Layout] = &[
    &alembic::LAYOUT,
    &django::LAYOUT,
    &liquibase::LAYOUT,
    &sqitch::LAYOUT,
    &graphile_migrate::LAYOUT,
    &prisma::LAYOUT,
    &diesel::LAYOUT,
    &hasura::LAYOUT,
    &up_down_folders::LAYOUT,
    &drizzle::LAYOUT,
    &refinery::LAYOUT,
    &evolve::LAYOUT,
    &flyway::LAYOUT,
    &postgrator::LAYOUT,
    &go_pg::LAYOUT,
    &pop::LAYOUT,
    &golang_migrate::LAYOUT,
    &sqlx::LAYOUT,
    &up_down_files::LAYOUT,
    &supabase::LAYOUT,
    &atlas::LAYOUT,
];

/// Layouts whose marks others have too. Where one of those is recognised, the first gives way.
const GIVES_WAY: &[(&str, &[&str])] = &[
    // What is known of no tool in particular, to the tools.
    ("up-down-folders", &["diesel", "hasura"]),
    ("up-down-files", &["go-pg", "pop", "golang-migrate", "sqlx"]),
    ("flyway", &["refinery", "evolve"]),
    // A package may be mentioned for another reason than its migrations; names of files are nearer.
    ("golang-migrate", &["go-pg", "sqlx"]),
    ("sqlx", &["go-pg", "pop", "supabase"]),
    ("hasura", &["diesel"]),
    // Atlas runs the folders of other tools too.
    ("atlas", &["drizzle", "flyway", "up-down-files", "golang-migrate", "sqlx"]),
];

/// The layout of a home, by its marks; or all that the marks speak for, where they disagree.
pub(super) fn recognize(home: &Home) -> Result<&'static Layout, Vec<&'static Layout>> {
    let mut found: Vec<_> = LAYOUTS.iter().copied().filter(|layout| (layout.recognizes)(home)).collect();
    for (guest, hosts) in GIVES_WAY {
        if found.iter().any(|layout| hosts.contains(&layout.name)) {
            found.retain(|layout| layout.name != *guest);
        }
    }
    match found.as_slice() {
        [] => Ok(&plain::LAYOUT),
        [only] => Ok(only),
        _ => Err(found),
    }
}

/// The layout that is called so.
pub(super) fn named(name: &str) -> Option<&'static Layout> {
    LAYOUTS.iter().copied().chain([&plain::LAYOUT]).find(|layout| layout.name == name)
}

/// Tools that compare the names of files as text, so that `10` comes before `9`. Every other compares numbers.
const BY_TEXT: &[&str] = &["dbmate", "knex", "kysely", "mikro-orm", "sequelize"];

/// Whether a tool runs files in the order of their names as text.
pub(super) fn orders_by_text(tool: &str) -> bool {
    BY_TEXT.contains(&tool)
}

/// What layouts are called: those that are told by names, and those that are told by what files say.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = LAYOUTS.iter().map(|layout| layout.name).chain([plain::LAYOUT.name]).collect();
    names.extend(markers::MARKERS.iter().map(|marker| marker.name));
    names.sort_unstable();
    names.dedup();
    names
}

/// Ships, in the order of its name.
fn up(entry: &Entry, transaction: TransactionMode) -> Arrangement {
    Arrangement { role: Role::Up, rank: Rank::named(stem(&entry.name)), transaction }
}

/// For tools that do not look into the SQL.
fn as_the_file(_: &Home, transaction: TransactionMode, _: &str) -> TransactionMode {
    transaction
}

/// A file name without `.sql`, `.sql.postgres` or `.sql.erb`.
pub(super) fn stem(name: &str) -> &str {
    let cut = name.len().checked_sub(4).and_then(|at| name.split_at_checked(at));
    if let Some((stem, extension)) = cut
        && extension.eq_ignore_ascii_case(".sql")
    {
        return stem;
    }
    match name.rsplit_once('.') {
        Some((before, more)) if super::dialect::is_postgres(more) || more.eq_ignore_ascii_case("erb") => stem(before),
        _ => name,
    }
}
