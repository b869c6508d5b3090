//! Prisma: `NAME/migration.sql`, sent as one string, in the order of the folder names as text.

use super::{Arrangement, Entry, Home, Layout, Role, Shape, as_the_file};
use crate::source::migration::TransactionMode;
use crate::source::order::Rank;
use crate::source::up_tree::manifest;
use crate::source::{Reason, dialect};

pub(super) const LAYOUT: Layout = Layout {
    name: "prisma",
    marks: "folders with a migration.sql",
    recognizes: |home| home.shape == Shape::MigrationFolders,
    arrange,
    refine: as_the_file,
};

fn arrange(home: &Home) -> Vec<Arrangement> {
    let up = other_engine(home).map_or(Role::Up, |engine| Role::NotRun(Reason::Engine(engine)));
    let arrange = |entry: &Entry| Arrangement {
        role: if entry.file_name.eq_ignore_ascii_case("down.sql") { Role::Down } else { up },
        rank: Rank::Text(entry.name.clone(), String::new()),
        transaction: TransactionMode::SingleQuery,
    };
    home.entries.iter().map(arrange).collect()
}

fn other_engine(home: &Home) -> Option<&'static str> {
    let lock: toml::Table = manifest(&home.directory.join("migration_lock.toml")).parse().ok()?;
    lock.get("provider").and_then(toml::Value::as_str).and_then(dialect::of_name)
}
