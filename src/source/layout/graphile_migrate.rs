//! graphile-migrate: `committed/000001-name.sql`, then `current.sql` or the files of `current/`, which run again and again
//! until they are committed.

use std::path::Path;

use super::{Arrangement, Entry, Home, Layout, Role, Shape, as_the_file, up};
use crate::source::Reason;
use crate::source::migration::TransactionMode;
use crate::source::order::{Natural, Rank};
use crate::source::path::file_name;

pub(super) const LAYOUT: Layout = Layout {
    name: "graphile-migrate",
    marks: "files named like committed/000001.sql",
    recognizes: |home| home.shape == Shape::Files && home.entries.iter().any(|entry| is_committed(&entry.path)),
    arrange: |home| home.entries.iter().map(|entry| arrange(home, entry)).collect(),
    refine: as_the_file,
};

/// The folder that holds all migrations of the tool, for one of them.
pub(in crate::source) fn home(file: &Path) -> Option<&Path> {
    let folder = file.parent()?;
    let parent = folder.parent()?;
    match file_name(folder).as_str() {
        "committed" => is_committed(file).then_some(parent),
        "current" => parent.join("committed").is_dir().then_some(parent),
        _ => None,
    }
}

/// `committed/000001.sql`, `committed/000002-name.sql`.
fn is_committed(file: &Path) -> bool {
    let name = file_name(file);
    let number = name.split(['-', '.']).next().unwrap_or_default();
    number.len() == 6
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && file.parent().is_some_and(|folder| file_name(folder) == "committed")
}

fn arrange(home: &Home, entry: &Entry) -> Arrangement {
    let as_name = up(entry, TransactionMode::Wrapped);
    let folder = entry.path.parent().map(file_name).unwrap_or_default();
    let is_current = entry.path == home.directory.join("current.sql") || folder == "current";
    if is_committed(&entry.path) {
        as_name
    } else if is_current {
        Arrangement { rank: Rank::Repeatable(Natural::new(&entry.name)), ..as_name }
    } else {
        // Actions around a reset, and what other files include.
        Arrangement { role: Role::NotRun(Reason::NotListed), ..as_name }
    }
}
